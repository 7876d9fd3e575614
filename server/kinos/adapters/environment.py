"""What the processes an engine starts find in their environment. Each list holds names known to be harmless, and no key."""

import os
from collections.abc import Iterable

EVERYBODY = (
    "PATH", "HOME", "USERPROFILE", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG",
)  # fmt: skip
"""What any program may need."""
OWN = (
    "PYTHONPATH", "LD_LIBRARY_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "APPDATA", "LOCALAPPDATA", "TIKTOKEN_CACHE_DIR",
    "DATA_GYM_CACHE_DIR",
)  # fmt: skip
"""What KinOS in this same interpreter reads besides: where its modules, the user's folders and the vocabularies are."""
NETWORK = (
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
)  # fmt: skip
"""What who asks a model needs to reach it."""
TOOLS = (
    "USER", "LOGNAME", "VIRTUAL_ENV", "JAVA_HOME", "GOPATH", "GOROOT", "CARGO_HOME", "RUSTUP_HOME", "NVM_DIR", "PYENV_ROOT",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
)  # fmt: skip
"""What build tools and test runners need."""


def allowed(names: Iterable[str] = ()) -> dict[str, str]:
    """This process' variables of `EVERYBODY` and `names`, and no other."""
    given = {name: os.environ[name] for name in (*EVERYBODY, *names) if name in os.environ}
    return {**given, "PYTHONDONTWRITEBYTECODE": "1"}


def networked(names: Iterable[str] = ()) -> dict[str, str]:
    """`allowed` with what reaches a model; this machine is reached without a proxy."""
    bypass = ",".join(filter(None, [os.environ.get("NO_PROXY", ""), "127.0.0.1", "localhost"]))
    return {**allowed((*NETWORK, *names)), "NO_PROXY": bypass, "no_proxy": bypass}


def without_keys() -> dict[str, str]:
    """All variables of this process but keys of models: for packages that the person installed, which read what they like."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
