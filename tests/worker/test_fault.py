import pytest

from kinos.domain.errors import FailureKind
from kinos.domain.message import Endpoint
from kinos.worker.fault import kind_of, read
from kinos.worker.source import Source
from worker.faulty import ConnectError, HTTPStatusError, ReadTimeout, RemoteProtocolError, RenamedError, Response, said


def below(top: Exception, cause: Exception) -> Exception:
    top.__cause__ = cause
    return top


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "invalid_request_error", FailureKind.BAD_REQUEST),
        (401, "authentication_error", FailureKind.AUTHENTICATION),
        (402, "billing_error", FailureKind.PERMISSION),
        (403, "permission_error", FailureKind.PERMISSION),
        (404, "not_found_error", FailureKind.BAD_REQUEST),
        (408, "", FailureKind.TIMEOUT),
        (413, "request_too_large", FailureKind.CONTEXT_TOO_LONG),
        (429, "rate_limit_error", FailureKind.RATE_LIMIT),
        (500, "api_error", FailureKind.SERVER),
        (500, "overloaded_error", FailureKind.OVERLOADED),
        (503, "", FailureKind.SERVER),
        (529, "overloaded_error", FailureKind.OVERLOADED),
    ],
)
def test_each_status_is_a_failure_of_its_own(status: int, name: str, kind: FailureKind) -> None:
    assert kind_of(status, name) is kind


def test_a_prompt_that_is_too_long_is_told_from_other_bad_requests() -> None:
    assert (
        kind_of(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")
        is FailureKind.CONTEXT_TOO_LONG
    )


@pytest.mark.parametrize("status", [400, 429])
def test_no_credit_is_no_matter_of_waiting(status: int) -> None:
    assert kind_of(status, "", "Your credit balance is too low to access the API.") is FailureKind.PERMISSION


def test_the_truth_is_below_the_renamed_error() -> None:
    truth = HTTPStatusError(Response(403, said("permission_error", "not yours")))
    fault = read(below(RenamedError(Response(500)), truth))
    assert fault is not None
    assert (fault.kind, fault.status, fault.detail, fault.sent) == (FailureKind.PERMISSION, 403, "not yours", False)


def test_a_connection_that_was_not_made_cost_nothing_and_may_pass() -> None:
    fault = read(below(RenamedError(Response(500)), ConnectError("[Errno 111] Connection refused")))
    assert fault is not None
    assert (fault.kind, fault.sent, fault.passing) == (FailureKind.UNREACHABLE, False, True)


def test_an_answer_that_did_not_come_may_have_been_billed() -> None:
    fault = read(ReadTimeout("timed out"))
    assert fault is not None
    assert (fault.kind, fault.sent) == (FailureKind.TIMEOUT, True)


def test_a_connection_that_broke_may_have_been_billed() -> None:
    fault = read(RemoteProtocolError("Server disconnected"))
    assert fault is not None
    assert (fault.kind, fault.sent, fault.passing) == (FailureKind.UNREACHABLE, True, True)


def test_an_invented_server_error_may_hide_an_answer_that_was_billed() -> None:
    fault = read(below(RenamedError(Response(500)), KeyError("content")))
    assert fault is not None
    assert (fault.kind, fault.sent) == (FailureKind.SERVER, True)


def test_an_invented_refusal_cost_nothing() -> None:
    fault = read(RenamedError(Response(400)))
    assert fault is not None
    assert (fault.kind, fault.sent) == (FailureKind.BAD_REQUEST, False)


def test_an_answer_that_is_none_of_a_model_may_have_been_billed() -> None:
    fault = read(HTTPStatusError(Response(200)))
    assert fault is not None
    assert (fault.kind, fault.sent) == (FailureKind.SERVER, True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0), ("0.5", 0.5), ("-1", 0.0), ("Mon, 23 Nov 2026", None), ("soon", None), ("inf", None), ("nan", None),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120.0), ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:02:00 -0000", None),
    ],
)  # fmt: skip
def test_the_wish_to_wait_is_read_as_seconds_or_as_a_date_by_the_clock_of_the_server(
    value: str, seconds: float | None
) -> None:
    fault = read(HTTPStatusError(Response(429, retry_after=value, date="Mon, 23 Nov 2026 12:00:00 GMT")))
    assert fault is not None
    assert fault.retry_after == seconds


def test_other_exceptions_are_no_fault_of_a_model_call() -> None:
    assert read(RuntimeError("a bug")) is None


def test_a_circle_of_causes_ends() -> None:
    one, other = RuntimeError("one"), RuntimeError("other")
    one.__cause__, other.__cause__ = other, one
    assert read(one) is None


def test_a_message_names_endpoint_and_model_but_neither_password_nor_path() -> None:
    source = Source("claude-sonnet-5-5", Endpoint("sk-1", "https://me:secret@models.example:8443/v1?x=1"))
    fault = source.fault(FailureKind.OVERLOADED)
    assert fault.message == "https://models.example:8443 is overloaded and did not serve claude-sonnet-5-5."


def test_a_message_never_holds_the_key() -> None:
    fault = Source("claude-sonnet-5-5", Endpoint("sk-1")).fault(FailureKind.AUTHENTICATION, "invalid x-api-key: sk-1")
    assert "sk-1" not in fault.message
    assert "(key)" in fault.message


@pytest.mark.parametrize(
    ("model", "key"), [("claude-opus-4-8", "ANTHROPIC_API_KEY"), ("openai/gpt-5", "OPENAI_API_KEY")]
)
def test_the_remedy_names_the_key_of_the_provider(model: str, key: str) -> None:
    assert key in Source(model, Endpoint("k")).fault(FailureKind.AUTHENTICATION).remedy
