"""A model that answers at once: it plans one more line for an agent's own document, and edits it in.

`python -m bench.instant [SECONDS]` says its address as one line, and serves until its standard input ends; it waits so many
seconds before each answer.
"""

import itertools
import re
import sys

from kinos.domain.brief import PROPOSE
from kinos.worker.rehearsal.answer import Answer, calls, says
from kinos.worker.rehearsal.api import Request
from kinos.worker.rehearsal.knob import Knobs
from kinos.worker.rehearsal.model import kind_of
from kinos.worker.rehearsal.reading import text_of_blocks
from kinos.worker.rehearsal.server import Rehearsal

_NUMBERS = itertools.count(1)


def answer(request: Request) -> Answer:
    """A task when it is asked for one, else the edit of the file that the request names last."""
    number = next(_NUMBERS)
    text = "\n".join(map(text_of_blocks, request.messages))
    if kind_of(request).planning:
        agent = re.search(r"^Agent: (\S+)$", text, re.MULTILINE)
        assert agent
        task = {"title": f"Say {number}", "why": "because", "files": [f"{agent[1]}.md"], "instructions": "Add a line."}
        return calls(PROPOSE, task)
    path = re.findall(r"^([a-z]+\.md)$", text, re.MULTILINE)[-1]
    return says(f"{path}\n```\n<<<<<<< SEARCH\n=======\nLine {number}.\n>>>>>>> REPLACE\n```\n")


def main() -> None:
    """Serve."""
    server = Rehearsal(answer, Knobs(delay=float(sys.argv[1]) if len(sys.argv) > 1 else 0.0), keep=1)
    print(server.url, flush=True)
    sys.stdin.read()
    server.close()


if __name__ == "__main__":
    main()
