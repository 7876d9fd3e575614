import json
import os
import subprocess
import sys
from pathlib import Path

import kinos
from worker.rehearsal.wire import HELLO, post

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(kinos.__file__).parents[1])}


def started(*options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "kinos.worker.rehearsal", *options]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    )


def test_the_process_says_where_it_is_and_ends_with_its_parent() -> None:
    with started("--port", "0", "--fault", "529:2", "--fault", "500") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        assert url.startswith("http://127.0.0.1:")
        assert [post(url, HELLO).status for _ in range(4)] == [529, 529, 500, 200]
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, b"", b"")


def test_it_ends_in_the_middle_of_an_answer_too() -> None:
    with started("--delay", "60") as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        client = subprocess.Popen(
            [sys.executable, "-c", f"import urllib.request as r; r.urlopen(r.Request({url!r} + '/v1/messages', b'x'))"],
            stderr=subprocess.DEVNULL,
        )
        client.wait(20)
        process.communicate(timeout=20)
    assert process.returncode == 0


def test_a_wrong_option_is_explained() -> None:
    with started("--fault", "earthquake") as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert b"'earthquake' is not NAME or NAME:COUNT with one of 401, 403" in err
