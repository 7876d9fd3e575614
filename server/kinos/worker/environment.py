"""What the worker's process has around it: its variables, its streams, the signals it answers to."""

import os
import signal
import sys
from collections.abc import MutableMapping

from kinos.tokens.table import KEEP_NOTHING

LOCAL = ("127.0.0.1", "localhost", "::1")

_FIXED = {
    "LITELLM_MODE": "PRODUCTION",  # else litellm reads `.env` from the folders above its own package
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else it fetches a price list
    "GIT_PYTHON_REFRESH": "quiet",  # else importing aider runs git, and fails without it
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "DO_NOT_TRACK": "1",
    KEEP_NOTHING: "1",
    "NO_COLOR": "1",
    "TERM": "dumb",
}

_HOMES = ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")

_FOREIGN = ("ANTHROPIC_", "OPENAI_", "OLLAMA_", "AIDER_", "LITELLM_", "GITHUB_COPILOT_", "OTEL_")
"""Variables with which the libraries would find another key, endpoint or exporter than the call's."""


def prepare(environ: MutableMapping[str, str], home: str) -> None:
    """Make `environ` what the libraries may see. `home` is the private folder that is theirs."""
    for name in [name for name in environ if name.startswith(_FOREIGN) or name.endswith("_API_KEY")]:
        del environ[name]
    environ.update(_FIXED)
    environ.update(dict.fromkeys(_HOMES, home))
    # Over a proxy the HTTP libraries would ask it for 127.0.0.1 too.
    hosts = [environ.get("NO_PROXY", ""), environ.get("no_proxy", ""), *LOCAL]
    environ["NO_PROXY"] = environ["no_proxy"] = ",".join(dict.fromkeys(host for host in hosts if host))


def close_terminal() -> None:
    """Read nothing, print to the log (fd 1 becomes a second stderr), and leave Ctrl+C to the engine."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    sys.stdout.flush()
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
