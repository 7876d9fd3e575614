"""What is known to go wrong with pygls, LSP and editors, and the test that sees it: each trap has one.

Those that belong to no other file are here.
"""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from kinos.domain.message import Planned, Text, decode, encode
from kinos.domain.task import Edits
from kinos.domain.usage import Usage

TESTS = Path(__file__).parents[1]
LSP = TESTS.parent / "server" / "kinos" / "lsp"

TRAPS: dict[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "six blocking handlers in pygls' threads freeze the server, which reads its input there",
        (
            "lsp/test_traps.py::test_no_handler_runs_in_the_threads_of_the_library",
            "e2e/lsp/test_team.py::test_a_team_is_started_watched_and_stopped",
        ),
    ),
    2: (
        "at the end of the stream the process lives on until its threads end",
        ("e2e/lsp/test_connection.py::test_the_end_of_the_stream_alone_ends_it",),
    ),
    3: (
        "shutdown while a command runs fails: a dictionary changed its size",
        ("e2e/lsp/test_team.py::test_an_editor_that_leaves_while_the_team_starts_leaves_no_process",),
    ),
    4: (
        "a command whose request is cancelled runs on",
        ("e2e/lsp/test_team.py::test_cancelling_the_request_does_not_take_the_stop_away",),
    ),
    5: (
        "a request of ours without params is never answered",
        (
            "lsp/test_protocol.py::test_a_request_of_ours_without_parameters_is_answered",
            "e2e/lsp/test_connection.py::test_the_state_is_told_also_without_parameters",
        ),
    ),
    6: (
        "fields that equal their default vanish from the message",
        ("e2e/lsp/test_protocol_live.py::test_all_that_the_page_documents_is_sent",),
    ),
    7: (
        "wrong params, or a key named jsonrpc, and a request is never answered",
        (
            "lsp/test_protocol.py::test_any_parameters_are_answered",
            "e2e/lsp/test_fuzz.py::test_whatever_is_sent_the_server_answers_and_is_in_step",
        ),
    ),
    8: (
        "keys of untyped params are renamed",
        ("lsp/test_protocol.py::test_payloads_arrive_as_they_were_sent",),
    ),
    9: (
        "no arguments fail where there is a default, and a number becomes text",
        ("e2e/lsp/test_connection.py::test_wrong_arguments_are_refused_by_name",),
    ),
    10: (
        "what was begun is kept after its end",
        ("lsp/test_protocol.py::test_what_has_ended_is_not_kept",),
    ),
    11: (
        "reading a file that is no UTF-8 raises",
        ("e2e/lsp/test_odd_files.py::test_files_that_are_no_utf_8_are_told_of_and_all_others_work",),
    ),
    12: (
        "an internal error opens a message box with a traceback",
        ("lsp/test_protocol.py::test_an_error_of_ours_is_answered_without_its_traceback",),
    ),
    13: (
        "SIGTERM calls no handler, and Neovim sends no exit",
        (
            "e2e/lsp/test_connection.py::test_a_signal_ends_it",
            "e2e/lsp/test_connection.py::test_shutdown_and_the_end_of_the_stream_end_it",
        ),
    ),
    14: (
        "a child reads the editor's messages, and a print breaks the protocol",
        ("lsp/test_transport.py::test_after_the_claim_a_stray_print_goes_to_the_log_and_children_read_nothing",),
    ),
    15: (
        "TCP serves one client, and writes are not safe from threads",
        (
            "e2e/lsp/test_connection.py::test_on_tcp_one_editor_is_served_and_its_going_ends_it",
            "lsp/test_transport.py::test_what_many_threads_write_at_once_arrives_whole",
        ),
    ),
    16: (
        "nothing watches the editor's death on TCP",
        ("e2e/lsp/test_connection.py::test_the_death_of_the_editors_process_ends_it_though_the_pipe_is_open",),
    ),
    17: (
        "pushed and pulled diagnostics show everything twice",
        (
            "e2e/lsp/test_pull.py::test_who_can_ask_for_diagnostics_is_offered_it_and_nothing_is_pushed",
            "e2e/lsp/test_pull.py::test_all_others_are_pushed_to_and_offered_nothing",
        ),
    ),
    18: (
        "pygls' copy of a text with U+2028 and its like differs from the editor's",
        (
            "e2e/lsp/test_sizes.py::test_our_text_stays_in_step_whatever_is_typed",
            "e2e/lsp/test_fuzz.py::test_whatever_is_sent_the_server_answers_and_is_in_step",
        ),
    ),
    19: (
        "pygls' JSON-RPC renames keys such as docs/api.md, and its client takes long to import",
        (
            "lsp/test_traps.py::test_a_worker_is_told_any_key_as_it_is",
            "lsp/test_traps.py::test_a_worker_loads_nothing_of_the_protocol",
        ),
    ),
    20: (
        "an editor answers that it made an edit which it did not make",
        (
            "e2e/lsp/test_team.py::test_an_edit_the_editor_says_it_made_and_did_not_is_no_landing",
            "e2e/lsp/test_team.py::test_what_the_person_typed_meanwhile_stays",
        ),
    ),
}


@pytest.mark.parametrize("number", range(1, 21))
def test_each_trap_has_a_test_that_is_there(number: int) -> None:
    for named in TRAPS[number][1]:
        file, _, name = named.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}, (
            named
        )


def test_no_handler_runs_in_the_threads_of_the_library() -> None:
    for file in LSP.rglob("*.py"):
        called = {
            node.func.attr
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not called & {"thread", "start_io", "start_tcp", "start_ws"}, file.name


@pytest.mark.parametrize("key", ["docs/api.md", "jsonrpc", "my-key", "_0", "class"])
def test_a_worker_is_told_any_key_as_it_is(key: str) -> None:
    sent = Planned(Edits("a", "b", {key: "text"}), Usage(0, 0, 0, 0, 0, 0))
    assert decode(encode(sent)[4:]) == sent
    assert decode(encode(Text(key, key))[4:]) == Text(key, key)


def test_a_worker_loads_nothing_of_the_protocol() -> None:
    code = "import sys, json, kinos.worker.main, kinos.worker.channel; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"pygls", "lsprotocol"}


def test_a_start_loads_no_engine_before_the_first_answer() -> None:
    code = "import sys, json, kinos.app, kinos.lsp.server; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    heavy = ("kinos.engine.", "kinos.adapters.", "rich.", "watchfiles.")
    assert {name for name in loaded if name.startswith(heavy)} <= {"kinos.engine.notification"}
    assert not loaded & {"kinos.lsp.folder", "kinos.domain.event", "kinos.domain.state"}
