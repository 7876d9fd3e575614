from kinos.worker.environment import prepare


def test_no_key_and_no_endpoint_but_the_calls_own_is_left() -> None:
    environ = {
        "ANTHROPIC_API_KEY": "sk",
        "ANTHROPIC_BASE_URL": "http://elsewhere",
        "OPENAI_API_BASE": "http://elsewhere",
        "GEMINI_API_KEY": "k",
        "PATH": "/bin",
    }
    prepare(environ, "/private")
    assert not {name for name in environ if "KEY" in name or name.startswith(("ANTHROPIC", "OPENAI"))}
    assert environ["PATH"] == "/bin"


def test_what_the_libraries_keep_goes_to_the_private_folder() -> None:
    environ = {"HOME": "/home/me", "XDG_CACHE_HOME": "/home/me/.cache"}
    prepare(environ, "/private")
    assert {environ[name] for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")} == {"/private"}


def test_this_machine_is_asked_without_a_proxy() -> None:
    environ = {"HTTP_PROXY": "http://proxy:3128", "no_proxy": "intranet"}
    prepare(environ, "/private")
    assert environ["NO_PROXY"] == environ["no_proxy"] == "intranet,127.0.0.1,localhost,::1"


def test_no_dot_env_file_is_read_and_no_price_list_fetched() -> None:
    environ = {"LITELLM_MODE": "DEV", "LITELLM_LOCAL_MODEL_COST_MAP": "False"}
    prepare(environ, "/private")
    assert (environ["LITELLM_MODE"], environ["LITELLM_LOCAL_MODEL_COST_MAP"]) == ("PRODUCTION", "True")


def test_nothing_is_looked_for_in_the_network_or_told_to_anybody() -> None:
    environ: dict[str, str] = {}
    prepare(environ, "/private")
    wanted = {
        "HF_HUB_OFFLINE": "1",
        "DO_NOT_TRACK": "1",
        "GIT_PYTHON_REFRESH": "quiet",
        "TOKENIZERS_PARALLELISM": "false",
    }
    assert wanted.items() <= environ.items()
