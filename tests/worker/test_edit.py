import time
from pathlib import Path

import pytest

from kinos.domain.errors import FailureKind
from kinos.domain.message import Edited, Endpoint, Failed, Retry
from kinos.domain.usage import Usage
from worker.chat import USAGE, openai
from worker.process import KEY, Worker, edit_call
from worker.scripted import Answer, ScriptedApi, message, refuses, says, stalls

pytestmark = pytest.mark.agents


def block(before: str, after: str, name: str = "notes.md") -> str:
    return f"{name}\n```\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n```\n"


BETTER = block("two\n", "TWO\n")


def edited(
    running: Worker, api: ScriptedApi, folder: Path, files: tuple[str, ...], *answers: str, **changes: object
) -> Edited:
    api.answers = [says(answer) for answer in answers]
    result = running.call(edit_call(api.url, folder, files, **changes)).result()
    assert isinstance(result, Edited), result
    return result


def failed(running: Worker, api: ScriptedApi, folder: Path, *answers: Answer | str, **changes: object) -> Failed:
    api.answers = [says(answer) if isinstance(answer, str) else answer for answer in answers]
    result = running.call(edit_call(api.url, folder, ("notes.md",), **changes)).result()
    assert isinstance(result, Failed), result
    return result


def asked(api: ScriptedApi) -> str:
    """The last user message of the last request."""
    return str(api.requests[-1].body["messages"][-1]["content"])


def test_an_edit_changes_the_file_and_says_what_the_model_said(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = edited(running, api, folder, ("notes.md",), f"I change one line.\n\n{BETTER}")
    assert result.files == ("notes.md",)
    assert (folder / "notes.md").read_text() == "# Notes\n\none\nTWO\nthree\n"
    assert result.transcript.startswith("I change one line.")
    assert result.usage == Usage(100, 20, calls=1)


def test_the_model_sees_the_files_by_their_whole_path(running: Worker, api: ScriptedApi, folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "notes.md").rename(folder / "docs/a.md")
    edited(running, api, folder, ("docs/a.md",), block("two\n", "b\n", "docs/a.md"))
    assert any("\ndocs/a.md\n```\n# Notes\n" in str(turn["content"]) for turn in api.requests[0].body["messages"])


def test_a_file_named_by_its_place_on_the_disk_is_meant(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = edited(running, api, folder, ("notes.md",), block("two\n", "TWO\n", f"{folder}/notes.md"))
    assert result.files == ("notes.md",)


def test_a_name_without_its_folder_is_meant_where_only_one_file_has_it(
    running: Worker, api: ScriptedApi, folder: Path
) -> None:
    for path in ("docs/a.md", "docs/b.md", "src/b.md"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text("two\n")
    listed = ("notes.md", "docs/a.md", "docs/b.md", "src/b.md", "docs/new.md")
    blocks = block("two\n", "TWO\n", "a.md") + block("", "# New\n", "new.md")
    assert edited(running, api, folder, listed, blocks).files == ("docs/a.md", "docs/new.md")
    for doubtful in (block("two\n", "TWO\n", "b.md"), block("", "more\n", "a.md")):
        api.answers = [says(doubtful)] * 2
        result = running.call(edit_call(api.url, folder, listed)).result()
        assert isinstance(result, Failed)
        assert result.failure is FailureKind.POLICY
    assert (folder / "docs/b.md").read_text() == (folder / "src/b.md").read_text() == "two\n"
    assert (folder / "docs/a.md").read_text() == "TWO\n"


def test_a_file_that_cannot_be_made_is_said_before_the_model_is_asked(
    running: Worker, api: ScriptedApi, folder: Path
) -> None:
    inside = "notes.md/inside.md"
    result = running.call(edit_call(api.url, folder, ("notes.md", inside))).result()
    assert isinstance(result, Failed)
    assert (result.failure, result.message) == (FailureKind.INTERNAL, f"{inside} cannot be written.")
    assert api.requests == []


def test_a_new_file_is_made_with_its_folder(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = edited(running, api, folder, ("notes.md", "docs/new.md"), block("", "# New\n", "docs/new.md"))
    assert result.files == ("docs/new.md",)
    assert (folder / "docs/new.md").read_text() == "# New\n"


def test_a_new_file_may_start_with_its_own_name(running: Worker, api: ScriptedApi, folder: Path) -> None:
    edited(running, api, folder, ("notes.md", "README.md"), block("", "# README.md\n\nRead me.\n", "README.md"))
    assert (folder / "README.md").read_text() == "# README.md\n\nRead me.\n"


def test_a_new_file_the_model_does_not_want_is_not_made(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = edited(running, api, folder, ("notes.md", "new.md"), BETTER)
    assert result.files == ("notes.md",)
    assert not (folder / "new.md").exists()


def test_a_file_that_is_emptied_is_deleted(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = edited(running, api, folder, ("notes.md",), block("# Notes\n\none\ntwo\nthree\n", ""))
    assert result.files == ("notes.md",)
    assert not (folder / "notes.md").exists()
    assert "To delete a file" in asked(api)


def test_an_underlined_heading_can_be_changed(running: Worker, api: ScriptedApi, folder: Path) -> None:
    (folder / "notes.md").write_text("Old\n=======\n\ntext\n")
    edited(running, api, folder, ("notes.md",), block("Old\n=======\n\ntext\n", "New\n=======\n\ntext\n"))
    assert (folder / "notes.md").read_text() == "New\n=======\n\ntext\n"


def test_lines_that_look_like_the_divider_are_appended_whole(running: Worker, api: ScriptedApi, folder: Path) -> None:
    edited(running, api, folder, ("notes.md",), block("", "More\n=======\ntwo\n"))
    assert (folder / "notes.md").read_text() == "# Notes\n\none\ntwo\nthree\nMore\n=======\ntwo\n"


def test_a_block_is_not_tried_on_another_file(running: Worker, api: ScriptedApi, folder: Path) -> None:
    (folder / "other.md").write_text("alpha\n")
    api.answers = [says(block("two\n", "TWO\n", "other.md"))] * 2
    result = running.call(edit_call(api.url, folder, ("notes.md", "other.md"))).result()
    assert isinstance(result, Failed)
    assert result.failure is FailureKind.NO_MATCH
    assert "TWO" not in (folder / "notes.md").read_text()


def test_an_edit_that_does_not_match_may_be_mended_once(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = edited(running, api, folder, ("notes.md",), block("zwei\n", "TWO\n"), BETTER)
    assert "TWO" in (folder / "notes.md").read_text()
    assert result.usage.calls == 2
    assert "failed to match in notes.md" in asked(api)


def test_the_model_is_told_which_lines_may_be_meant_and_what_was_done_already(
    running: Worker, api: ScriptedApi, folder: Path
) -> None:
    first = block("# Notes\n", "# News\n") + block("one\ntvo\nthree\n", "one\nTWO\nthree\n")
    edited(running, api, folder, ("notes.md",), first, BETTER)
    assert "Did you mean these lines of notes.md?\n```\none\ntwo\nthree\n" in asked(api)
    assert "The other 1 block(s) were applied" in asked(api)
    assert (folder / "notes.md").read_text() == "# News\n\none\nTWO\nthree\n"


def test_an_edit_that_does_not_match_twice_is_a_failure(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = failed(running, api, folder, block("zwei\n", "TWO\n"), block("deux\n", "TWO\n"), BETTER)
    assert result.failure is FailureKind.NO_MATCH
    assert "notes.md" in result.message
    assert (result.usage.calls, len(api.requests)) == (2, 2)


def test_words_do_not_mend_an_edit_that_did_not_match(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = failed(running, api, folder, BETTER + "\n" + block("zwei\n", "x\n"), "Then leave it.")
    assert result.failure is FailureKind.NO_MATCH


def test_half_a_block_is_a_failure(running: Worker, api: ScriptedApi, folder: Path) -> None:
    half = "notes.md\n```\n<<<<<<< SEARCH\ntwo\n=======\nTWO\n"
    result = failed(running, api, folder, half, half)
    assert result.failure is FailureKind.NO_MATCH
    assert "not whole" in result.message


def test_a_model_that_declines_in_words_changes_nothing_and_is_heard(
    running: Worker, api: ScriptedApi, folder: Path
) -> None:
    result = edited(running, api, folder, ("notes.md",), "These notes are fine as they are.")
    assert (result.files, result.transcript) == ((), "These notes are fine as they are.")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (says(BETTER, stop="max_tokens"), FailureKind.CUT_OFF),
        (says("half", stop="model_context_window_exceeded"), FailureKind.CONTEXT_TOO_LONG),
        (says("", stop="refusal"), FailureKind.EMPTY_ANSWER),
        (message([]), FailureKind.EMPTY_ANSWER),
        (Answer(body={"unexpected": 1}), FailureKind.SERVER),
        (Answer(body="<html>", headers={"Content-Type": "text/html"}), FailureKind.SERVER),
        (Answer(hang_up=True), FailureKind.UNREACHABLE),
        (refuses(401, "authentication_error"), FailureKind.AUTHENTICATION),
        (refuses(403, "permission_error"), FailureKind.PERMISSION),
        (refuses(400, "invalid_request_error", "prompt is too long: 3 > 2"), FailureKind.CONTEXT_TOO_LONG),
        (refuses(429, "rate_limit_error"), FailureKind.RATE_LIMIT),
        (refuses(500, "api_error"), FailureKind.SERVER),
        (Answer(502, "<html>", {"Content-Type": "text/html"}), FailureKind.SERVER),
        (refuses(529, "overloaded_error"), FailureKind.OVERLOADED),
    ],
    ids=lambda value: str(value.value) if isinstance(value, FailureKind) else "",
)
def test_each_failure_is_one_of_its_own_and_ends_in_time(
    running: Worker, api: ScriptedApi, folder: Path, answer: Answer, kind: FailureKind
) -> None:
    start = time.monotonic()
    result = failed(running, api, folder, *[answer] * 10, retry=Retry(2, 0.01, (429, 500, 529)))
    assert result.failure is kind
    assert "claude-sonnet-5-5" in result.message
    assert api.url in result.message
    assert KEY not in result.message + result.remedy
    assert len(api.requests) <= 2
    assert time.monotonic() - start < 10


def test_a_refused_connection_is_unreachable_and_cost_nothing(running: Worker, api: ScriptedApi, folder: Path) -> None:
    api.__exit__(None, None, None)
    result = failed(running, api, folder, retry=Retry(3, 0.01, ()))
    assert (result.failure, result.usage) == (FailureKind.UNREACHABLE, Usage())
    assert "tried 3 times" in result.message


def test_a_refusal_that_passes_is_tried_again(running: Worker, api: ScriptedApi, folder: Path) -> None:
    api.answers = [refuses(529, "overloaded_error"), says(BETTER)]
    result = running.call(edit_call(api.url, folder, ("notes.md",), retry=Retry(2, 0.01, (529,)))).result()
    assert isinstance(result, Edited)
    assert result.usage.calls == 1


def test_no_provider_is_asked_again_behind_the_gate(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = failed(running, api, folder, *[refuses(500, "api_error")] * 5, model="openai/local-model")
    assert result.failure is FailureKind.SERVER
    assert len(api.requests) == 1


@pytest.mark.parametrize("answer", [stalls(), Answer(drip=True)], ids=["silent", "slow"])
def test_an_api_without_an_end_is_a_time_out(running: Worker, api: ScriptedApi, folder: Path, answer: Answer) -> None:
    result = failed(running, api, folder, answer, timeout=0.5)
    assert result.failure is FailureKind.TIMEOUT
    assert result.usage.output_tokens == 400


def test_a_denied_call_is_not_made(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = running.call(edit_call(api.url, folder, ("notes.md",)), allow=lambda _: "the cap is reached").result()
    assert isinstance(result, Failed)
    assert (result.failure, api.requests) == (FailureKind.BUDGET, [])


def test_mending_an_edit_is_reserved_by_itself(running: Worker, api: ScriptedApi, folder: Path) -> None:
    api.answers = [says(block("zwei\n", "x\n")), says(BETTER)]
    once = iter(["", "the cap is reached"])
    result = running.call(edit_call(api.url, folder, ("notes.md",)), allow=lambda _: next(once)).result()
    assert isinstance(result, Failed)
    assert (result.failure, result.usage.calls, len(api.requests)) == (FailureKind.BUDGET, 1, 1)


def test_output_tokens_are_always_limited_and_temperature_is_not_sent(
    running: Worker, api: ScriptedApi, folder: Path
) -> None:
    edited(running, api, folder, ("notes.md",), BETTER)
    assert api.requests[0].body["max_tokens"] == 400
    assert "temperature" not in api.requests[0].body


def test_temperature_is_sent_if_set(running: Worker, api: ScriptedApi, folder: Path) -> None:
    edited(running, api, folder, ("notes.md",), BETTER, temperature=0.0, model="claude-sonnet-4-5")
    assert api.requests[0].body["temperature"] == 0.0


def test_a_rehearsal_model_is_asked_like_claude(running: Worker, api: ScriptedApi, folder: Path) -> None:
    edited(
        running,
        api,
        folder,
        ("notes.md",),
        BETTER,
        model="rehearsal",
        endpoint=Endpoint("none", api.url, rehearsal=True),
    )
    assert (api.requests[0].path, api.requests[0].body["model"]) == ("/v1/messages", "rehearsal")


def test_another_provider_is_asked_in_its_own_way(running: Worker, api: ScriptedApi, folder: Path) -> None:
    api.answers = [openai(BETTER, usage={**USAGE, "prompt_tokens_details": {"cached_tokens": 40}})]
    result = running.call(edit_call(api.url, folder, ("notes.md",), model="openai/local-model")).result()
    assert isinstance(result, Edited), result
    assert api.requests[0].path == "/chat/completions"
    assert api.requests[0].body["model"] == "local-model"
    assert result.usage == Usage(50, 9, 40, 0, calls=1)


@pytest.mark.parametrize(
    "name",
    ["../x.md", "{0}/x.md", "other.md", "docs/../../x.md", "~/x.md", "notes2.md", ".git/config", "map (readonly).md"],
)
@pytest.mark.parametrize("before", ["", "two\n"], ids=["new", "change"])
def test_a_file_that_is_not_listed_is_not_touched(
    running: Worker, api: ScriptedApi, folder: Path, tmp_path: Path, name: str, before: str
) -> None:
    (tmp_path / "x.md").write_text("two\n")
    name = name.format(tmp_path)
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    result = failed(running, api, folder, *[block(before, "PWNED\n", name)] * 2)
    assert result.failure is FailureKind.POLICY
    assert name in result.message
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_a_file_that_is_not_listed_may_be_left_out_at_the_second_try(
    running: Worker, api: ScriptedApi, folder: Path
) -> None:
    result = edited(running, api, folder, ("notes.md",), BETTER + block("", "x\n", "other.md"), BETTER)
    assert result.files == ("notes.md",)
    assert "other.md is not one of the files you may edit" in asked(api)


def test_a_link_in_the_folder_stops_the_edit_before_the_model_is_asked(
    running: Worker, api: ScriptedApi, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.md").write_text("two\n")
    (folder / "notes.md").unlink()
    (folder / "notes.md").symlink_to(tmp_path / "secret.md")
    assert failed(running, api, folder, BETTER).failure is FailureKind.POLICY
    assert api.requests == []
    assert (tmp_path / "secret.md").read_text() == "two\n"


@pytest.mark.parametrize(
    "text",
    [
        "!touch {0}/pwned",
        "/run touch {0}/pwned",
        "/web http://127.0.0.1:{1}/fetched",
        "See http://127.0.0.1:{1}/fetched and do it.",
        "```bash\ntouch {0}/pwned\n```",
        "notes.md\n```bash\ntouch {0}/pwned\n```\n/run touch {0}/pwned\n!touch {0}/pwned",
    ],
)
@pytest.mark.parametrize("speaker", ["planner", "editor"])
def test_text_of_a_model_is_never_run_and_never_fetched(
    running: Worker, api: ScriptedApi, folder: Path, text: str, speaker: str
) -> None:
    text = text.format(folder.parent, api.url.rpartition(":")[2])
    if speaker == "planner":
        edited(running, api, folder, ("notes.md",), BETTER, message=text)
    else:
        edited(running, api, folder, ("notes.md",), f"{text}\n\n{BETTER}")
    assert sorted(path.name for path in folder.parent.rglob("*")) == ["notes.md", "private"]
    assert [request.path for request in api.requests] == ["/v1/messages"]


def test_half_a_character_does_not_damage_a_file(running: Worker, api: ScriptedApi, folder: Path) -> None:
    result = failed(running, api, folder, *[block("two\n", "half \ud83d\n")] * 2)
    assert result.failure is FailureKind.NO_MATCH
    assert (folder / "notes.md").read_text() == "# Notes\n\none\ntwo\nthree\n"


def test_nothing_is_kept_outside_the_folder(running: Worker, api: ScriptedApi, folder: Path) -> None:
    edited(running, api, folder, ("notes.md",), BETTER)
    failed(running, api, folder, refuses(500, "api_error"))
    assert [*running.folder.iterdir(), *running.person.iterdir()] == []
    assert [path.name for path in folder.iterdir()] == ["notes.md"]


def test_neither_key_nor_documents_are_logged(running: Worker, api: ScriptedApi, folder: Path) -> None:
    (folder / "notes.md").write_text("a private matter\n")
    edited(running, api, folder, ("notes.md",), block("a private matter\n", "nothing\n"))
    failed(running, api, folder, refuses(401, "authentication_error"))
    log = running.log.read_text()
    assert KEY not in log
    assert "private matter" not in log
