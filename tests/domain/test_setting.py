"""The table of settings: defaults, sources in order, who may set what."""

import pytest

from kinos.domain.demand import Demand
from kinos.domain.kind import Text
from kinos.domain.layer import Layer, Source, flattened, from_environment, resolve
from kinos.domain.setting import Settings, rows
from kinos.domain.setting_row import Scope
from kinos.domain.tokenizer import TOKENIZERS
from kinos.tokens import claude, encoding


def user(**values: object) -> Layer:
    return Layer(Source.USER_FILE, {key.replace("_", "."): value for key, value in values.items()}, "user.toml")


def workspace(values: dict[str, object]) -> Layer:
    return Layer(Source.WORKSPACE_FILE, values, ".kinos/config.toml")


def test_every_default_is_a_value_its_own_row_takes() -> None:
    for name, row in rows().items():
        value = getattr(Settings(), name)
        if row.key != "model.prices":
            assert row.kind.read(list(value) if isinstance(value, tuple) else value) == value, row.key


def test_a_later_source_wins_whatever_the_order_they_are_given_in() -> None:
    layers = [
        Layer(Source.COMMAND_LINE, {"tokens.warn": 50}),
        Layer(Source.USER_FILE, {"tokens.warn": 10}),
        Layer(Source.EDITOR, {"tokens.warn": 40}),
        Layer(Source.WORKSPACE_FILE, {"tokens.warn": 20}),
        Layer(Source.ENVIRONMENT, {"tokens.warn": 30}),
    ]
    for number in range(5):
        chosen = [layer for layer in layers if list(Source).index(layer.source) <= number]
        assert resolve(chosen)[0].tokens_warn == (number + 1) * 10


def test_a_bad_value_is_named_with_what_is_allowed_and_the_default_is_used() -> None:
    settings, problems = resolve([user(tokens_warn="many", nope_x=1)])
    assert settings == Settings()
    assert "user.toml: tokens.warn must be a whole number of at least 1, not 'many'; 6000 is used." in problems
    assert "user.toml: nope.x is not a setting of KinOS." in problems


def test_a_key_never_stands_in_a_message_or_in_print() -> None:
    settings, (problem,) = resolve([user(model_key="sk-secret"), Layer(Source.EDITOR, {"model.key": 5})])
    assert settings.model_key == "sk-secret"
    assert "secret" not in problem
    assert "secret" not in repr(settings)


def test_a_bad_table_of_prices_is_not_answered_with_the_whole_list() -> None:
    _, (problem,) = resolve([user(model_prices="free")])
    assert problem.endswith("; the built-in list is used.")


def test_limits_that_cross_are_both_set_back() -> None:
    settings, problems = resolve([user(tokens_warn=500, tokens_error=500, phase_expand=0.9)])
    assert (settings.tokens_warn, settings.tokens_error) == (6000, 12000)
    assert (settings.phase_expand, settings.phase_converge) == (0.5, 0.6)
    assert len(problems) == 2


@pytest.mark.parametrize(("key", "value"), [(row.key, "x") for row in rows().values() if row.scope is Scope.USER])
def test_a_workspace_cannot_set_what_is_the_users(key: str, value: object) -> None:
    prices = {"m": {"input": 0, "output": 0}}
    good: dict[str, object] = {"landing.edit": ["*.x"], "model.prices": prices, "history.days": 1, "history.bytes": 1}
    good["check.unreviewed"] = True
    settings, problems = resolve([workspace({key: good.get(key, value)})])
    assert settings == Settings()
    assert "may only tighten" in problems[0]


@pytest.mark.parametrize(
    ("key", "taken", "refused"),
    [
        ("budget.usd", 1, 50),
        ("budget.tokens", 1000, 0),
        ("budget.runs", 5, 201),
        ("budget.minutes", 10, 0),
        ("landing.mode", "review", "auto"),
    ],
)
def test_a_workspace_may_only_tighten(key: str, taken: object, refused: object) -> None:
    name = next(name for name, row in rows().items() if row.key == key)
    assert getattr(resolve([workspace({key: taken})])[0], name) == taken
    assert resolve([workspace({key: refused})])[0] == Settings()


@pytest.mark.parametrize("name", [name for name, row in rows().items() if row.scope is Scope.PERSON])
def test_some_things_a_workspace_never_sets_though_everything_were_approved(name: str) -> None:
    value: object = getattr(Settings(), name) or "x"
    taken = list(value) if isinstance(value, tuple) else value
    settings, (problem,) = resolve([workspace({rows()[name].key: taken})], lambda demand: True)
    assert settings == Settings()
    assert "a workspace never sets it" in problem


def test_every_secret_is_among_them() -> None:
    secret = [row for row in rows().values() if isinstance(row.kind, Text) and row.kind.secret]
    assert secret
    assert {row.scope for row in secret} == {Scope.PERSON}


def test_what_was_approved_counts_to_the_letter() -> None:
    asked: list[Demand] = []
    layers = [workspace({"budget.usd": 50, "budget.runs": 5, "landing.edit": ["*.x"]})]
    resolve(layers, lambda demand: bool(asked.append(demand)))
    assert [(demand.what, demand.text) for demand in asked] == [("budget.usd", "50"), ("landing.edit", '["*.x"]')]
    settings, problems = resolve(layers, lambda demand: demand == asked[1])
    assert (settings.budget_usd, settings.budget_runs, settings.landing_edit) == (5, 5, ("*.x",))
    assert "`kin trust` shows and approves it" in problems[0]


def test_a_cap_may_be_set_where_the_user_has_none() -> None:
    assert resolve([user(budget_usd=0), workspace({"budget.usd": 500})])[0].budget_usd == 500


def test_the_environment_is_read_with_kinos_before_the_name_first() -> None:
    for row in rows().values():
        if len(row.environment) > 1:
            assert row.environment[0] == f"KINOS_{row.environment[1]}"
    layer = from_environment({"RETRY_ATTEMPTS": "3", "KINOS_RETRY_ATTEMPTS": "2", "ERROR_RETRY_CODES": "500 502"})
    assert layer.values == {"retry.attempts": "2", "retry.codes": "500 502"}
    assert resolve([layer])[0].retry_codes == (500, 502)


def test_a_foreign_variable_that_does_not_parse_is_left_alone_and_one_of_ours_is_named() -> None:
    assert from_environment({"RETRY_DELAY": "soon", "LOG_LEVEL": "chatty", "DEBUG": "app:*"}).values == {}
    _, problems = resolve([from_environment({"KINOS_RETRY_DELAY": "soon"})])
    assert "retry.delay" in problems[0]


def test_debug_is_the_level_debug() -> None:
    assert resolve([from_environment({"DEBUG": "true"})])[0].log_level == "debug"


def test_a_nested_table_is_flattened_but_for_prices() -> None:
    prices = {"m": {"input": 1, "output": 2}}
    assert flattened({"tokens": {"warn": 1}, "model": {"prices": prices}}) == {"tokens.warn": 1, "model.prices": prices}


def test_an_unknown_tokenizer_is_named_with_those_there_are_and_the_default_is_used() -> None:
    settings, (problem,) = resolve([workspace({"tokens.tokenizer": "gpt"})])
    assert settings.tokens_tokenizer == "auto"
    assert problem.startswith(".kinos/config.toml: tokens.tokenizer must be one of auto, claude-v3, ")
    assert "not 'gpt'; 'auto' is used" in problem


def test_every_tokenizer_that_counts_can_be_set_and_no_other() -> None:
    assert {*TOKENIZERS} == {*claude.TOKENIZERS, *encoding.FILES}


def test_a_workspace_may_only_lower_the_size_of_files_that_are_read() -> None:
    most = Settings().documents_max_bytes
    settings, (problem,) = resolve([workspace({"documents.maxBytes": most + 1})])
    assert settings.documents_max_bytes == most
    assert "a workspace may only tighten it" in problem
    assert resolve([workspace({"documents.maxBytes": 1000})])[0].documents_max_bytes == 1000
    assert resolve([user(documents_maxBytes=most + 1)])[0].documents_max_bytes == most + 1


def test_no_file_of_more_than_a_gibibyte_is_ever_read() -> None:
    settings, (problem,) = resolve([user(documents_maxBytes=99_999_999_999)])
    assert settings == Settings()
    assert "documents.maxBytes must be a whole number from 1 to 1073741824, not" in problem
