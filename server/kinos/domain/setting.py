"""The settings: one typed table. Each field of `Settings` is a row; `layer` says how values get into it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from kinos.domain.kind import Choice, Choices, Codes, Flag, Number, Prices, Text, Texts, Whole
from kinos.domain.model import MOST_OUTPUT, THINKING_ROOM
from kinos.domain.notification import Kind as Notification
from kinos.domain.setting_row import ROW, Row, Scope, Taken, row
from kinos.domain.tokenizer import AUTO, TOKENIZERS
from kinos.domain.usage import PRICES, Price

_USER, _TIGHTEN, _PERSON = Scope.USER, Scope.TIGHTEN, Scope.PERSON
_CYCLE, _TEAM, _START = Taken.CYCLE, Taken.TEAM, Taken.START
_SEVERITIES = ("error", "warning", "information", "hint")
_SCANNED = "Markdown documents"
NOTIFICATIONS = tuple(kind.value for kind in Notification)


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default. Field names are the keys with `_`."""

    tokens_warn: int = row("tokens.warn", 6000, Whole(1), "a document above this is long", unit="tokens")
    tokens_error: int = row("tokens.error", 12000, Whole(1), "a document above this is too long", unit="tokens")
    tokens_tokenizer: str = row(
        "tokens.tokenizer",
        AUTO,
        Choice(AUTO, *TOKENIZERS),
        "how sizes are counted: a tokenizer, or auto for the one of the team's model",
    )
    phase_limit: int = row("phase.limit", 128_000, Whole(1), f"the project's limit over all {_SCANNED}", unit="tokens")
    phase_converge: float = row(
        "phase.converge", 0.60, Number(0, 1), "above this share of the limit the phase is CONVERGENCE", unit="share"
    )
    phase_expand: float = row(
        "phase.expand", 0.50, Number(0, 1), "below this share of the limit the phase is EXPANSION", unit="share"
    )
    documents_exclude: tuple[str, ...] = row(
        "documents.exclude", (), Texts(), "documents that are not counted or shown, beside ignored ones", unit="globs"
    )
    documents_max_bytes: int = row(
        "documents.maxBytes",
        5 * 1024 * 1024,
        Whole(1, 1024**3),
        "a larger file is not counted",
        unit="bytes",
        scope=_TIGHTEN,
        env="MAX_FILE_SIZE",
    )
    diagnostics_mode: str = row(
        "diagnostics.mode",
        "workspace",
        Choice("off", "openFiles", "workspace"),
        "where diagnostics are shown: of sizes, and of files below .kinos/",
    )
    diagnostics_severity_long: str = row(
        "diagnostics.severityLong", "warning", Choice(*_SEVERITIES), "the severity for a long document"
    )
    diagnostics_severity_too_long: str = row(
        "diagnostics.severityTooLong", "error", Choice(*_SEVERITIES), "the severity for a document that is too long"
    )
    editor_symbols: bool = row(
        "editor.symbols", True, Flag(), "the outline of a document, with the size of each section"
    )
    editor_lenses: bool = row(
        "editor.lenses",
        True,
        Flag(),
        "lines above a document that say its size, who works on it and what waits for you",
    )
    editor_hints: bool = row("editor.hints", True, Flag(), "the size of each section behind its heading")
    editor_hover: bool = row(
        "editor.hover", True, Flag(), "what is known of a section, a document or an agent you point at"
    )
    editor_links: bool = row("editor.links", True, Flag(), "links in the map, and to the map and the request")
    editor_changes: bool = row(
        "editor.changes", True, Flag(), "what an agent changed last in an open document is marked"
    )
    map_write: str = row(
        "map.write",
        "auto",
        Choice("auto", "always", "never"),
        "when the map's file is written: auto is while a team runs or when it already exists",
    )
    team_name: str = row(
        "team.name",
        "",
        Text(),
        "the team to start; empty: the last one here, else chosen",
        env="KINOS_TEAM",
        taken=_TEAM,
    )
    team_parallel: int = row("team.parallel", 2, Whole(1, 8), "cycles that may run at the same time")
    model_plan: str = row(
        "model.plan", "claude-sonnet-5-5", Text(1), "the model that decides", env="KINOS_MODEL", taken=_CYCLE
    )
    model_edit: str = row(
        "model.edit", "claude-sonnet-5-5", Text(1), "the model that edits", env="KINOS_MODEL", taken=_CYCLE
    )
    model_max_tokens: int = row(
        "model.maxTokens", 4000, Whole(256, MOST_OUTPUT),
        f"the longest answer of the planner; a model that thinks gets {THINKING_ROOM:,} more, {MOST_OUTPUT:,} in all at most",
        unit="tokens", taken=_CYCLE,
    )  # fmt: skip
    model_temperature: float | None = row(
        "model.temperature",
        None,
        Number(0, 1, optional=True),
        "sent to the model only if set",
        taken=_CYCLE,
    )
    model_endpoint: str = row(
        "model.endpoint", "", Text(), "the address of Claude's API, if not Anthropic's own", scope=_PERSON,
        env="ANTHROPIC_BASE_URL", taken=_CYCLE,
    )  # fmt: skip
    model_key: str = row(
        "model.key",
        "",
        Text(secret=True),
        "the API key of Anthropic",
        scope=_PERSON,
        env="ANTHROPIC_API_KEY",
        taken=_CYCLE,
    )
    model_openai_endpoint: str = row(
        "model.openaiEndpoint", "", Text(),
        "the address of a server that speaks OpenAI's protocol, for models openai/NAME; empty: OpenAI's own",
        scope=_PERSON, env="OPENAI_BASE_URL", taken=_CYCLE,
    )  # fmt: skip
    model_openai_key: str = row(
        "model.openaiKey", "", Text(secret=True), "the key for models openai/NAME; a server on this machine needs none",
        scope=_PERSON, env="OPENAI_API_KEY", taken=_CYCLE,
    )  # fmt: skip
    model_ollama_endpoint: str = row(
        "model.ollamaEndpoint", "", Text(), "the address of Ollama, for models ollama/NAME; empty: this machine's",
        scope=_PERSON, env="OLLAMA_API_BASE", taken=_CYCLE,
    )  # fmt: skip
    model_other_provider: str = row(
        "model.otherProvider", "", Text(),
        "one more provider by litellm's name, such as mistral: its models, mistral/NAME, get model.otherKey",
        scope=_PERSON, env="KINOS_OTHER_PROVIDER", taken=_CYCLE,
    )  # fmt: skip
    model_other_key: str = row(
        "model.otherKey", "", Text(secret=True), "the key of model.otherProvider", scope=_PERSON,
        env="KINOS_OTHER_API_KEY", taken=_CYCLE,
    )  # fmt: skip
    model_prices: Mapping[str, Price] = row(
        "model.prices", PRICES, Prices(), "prices by model or provider, over the built-in list", scope=_USER,
        unit="US dollars per million tokens, and per thousand web searches (search)", taken=_CYCLE,
    )  # fmt: skip
    landing_mode: str = row(
        "landing.mode",
        "",
        Choice("", "review", "auto"),
        "review: each change waits for a person; auto: it lands; empty: review in an editor, auto in a terminal",
        scope=_TIGHTEN,
        taken=_CYCLE,
    )
    landing_edit: tuple[str, ...] = row(
        "landing.edit", (), Texts(), "what agents may edit besides text outside dot-folders", unit="globs", scope=_USER
    )
    budget_usd: float = row(
        "budget.usd", 5.0, Number(0), "a session's cap; 0 is none", unit="US dollars", scope=_TIGHTEN
    )
    budget_tokens: int = row(
        "budget.tokens",
        2_000_000,
        Whole(0),
        "a session's cap, in and out together; 0 is none",
        unit="tokens",
        scope=_TIGHTEN,
    )
    budget_runs: int = row("budget.runs", 200, Whole(0), "a session's cap; 0 is none", unit="cycles", scope=_TIGHTEN)
    budget_minutes: float = row(
        "budget.minutes", 120.0, Number(0), "a session's cap; 0 is none", unit="minutes", scope=_TIGHTEN
    )
    budget_usd_per_day: float = row(
        "budget.usdPerDay", 20.0, Number(0), "a day's cap over all your workspaces and terminals together; 0 is none",
        unit="US dollars", scope=_TIGHTEN,
    )  # fmt: skip
    retry_attempts: int = row(
        "retry.attempts",
        4,
        Whole(1, 10),
        "how often a model call is tried, in all",
        env="RETRY_ATTEMPTS",
        taken=_CYCLE,
    )
    retry_delay: float = row(
        "retry.delay",
        1.0,
        Number(0, 60),
        "the wait before the second try, of which chance takes up to half; it doubles, up to a minute",
        unit="seconds",
        env="RETRY_DELAY",
        taken=_CYCLE,
    )
    retry_codes: tuple[int, ...] = row(
        "retry.codes", (408, 409, 429, 500, 502, 503, 504, 529), Codes(), "answers that are tried again",
        unit="HTTP codes", env="ERROR_RETRY_CODES", taken=_CYCLE,
    )  # fmt: skip
    history_days: int = row(
        "history.days", 30, Whole(1), "for so long what a change made of its files is kept, to undo and redo it",
        unit="days", scope=_USER, taken=_TEAM,
    )  # fmt: skip
    history_bytes: int = row(
        "history.bytes", 200_000_000, Whole(0), "no more than this is kept of it; the oldest goes first", unit="bytes",
        scope=_USER, taken=_TEAM,
    )  # fmt: skip
    lock_timeout: float = row(
        "lock.timeout", 10.0, Number(0, 600), "how long a terminal waits for a held folder; an editor is told at once",
        unit="seconds",
        env="FILE_LOCK_TIMEOUT", taken=_START,
    )  # fmt: skip
    lock_interval: float = row(
        "lock.interval",
        0.1,
        Number(0.01, 10),
        "how often to try meanwhile",
        unit="seconds",
        env="LOCK_CHECK_INTERVAL",
        taken=_START,
    )
    notifications_queue: int = row(
        "notifications.queue", 1000, Whole(10, 1_000_000),
        "how many notifications wait for an editor that reads slowly, before the least important are left out",
        unit="count", scope=_PERSON, env="NOTIFICATION_QUEUE_SIZE",
    )  # fmt: skip
    notifications_batch: int = row(
        "notifications.batch", 50, Whole(1, 10_000), "how many of them are handed to the editor in one go", unit="count",
        scope=_PERSON, env="NOTIFICATION_BATCH_SIZE",
    )  # fmt: skip
    notifications_kinds: tuple[str, ...] = row(
        "notifications.kinds", NOTIFICATIONS, Choices(*NOTIFICATIONS),
        "which kinds of notifications an editor is told; error and system always are", scope=_PERSON,
    )  # fmt: skip
    cache_bytes: int = row(
        "cache.bytes", 64 * 1024 * 1024, Whole(0), "how large the memory of counted sizes may become", unit="bytes",
        env="CONTENT_CACHE_SIZE", taken=_START,
    )  # fmt: skip
    cache_days: int = row(
        "cache.days",
        30,
        Whole(1),
        "what was not used for so long is forgotten",
        unit="days",
        env="CACHE_DURATION",
        taken=_START,
    )
    cache_cleanup: int = row(
        "cache.cleanup", 3600, Whole(1), "how often that memory is looked after", unit="seconds",
        env="CACHE_CLEANUP_INTERVAL", taken=_START,
    )  # fmt: skip
    check_command: tuple[str, ...] = row(
        "check.command", (), Texts(), "run after changes of agents landed, without shell and keys; the program first",
        unit="words", scope=_USER,
    )  # fmt: skip
    check_timeout: float = row(
        "check.timeout", 120.0, Number(1, 86_400), "it is ended after so long", unit="seconds", scope=_TIGHTEN
    )
    check_unreviewed: bool = row(
        "check.unreviewed", False, Flag(), "it also runs on code of agents that no person has accepted", scope=_USER
    )
    log_level: str = row(
        "log.level",
        "info",
        Choice("error", "warning", "info", "debug"),
        "how much is logged; DEBUG=true in the environment is debug",
        env="LOG_LEVEL",
    )
    log_file: str = row(
        "log.file", "", Text(), "where the log is written; empty: kinos.log in .kinos/state/, once that is there", unit="path",
        scope=_PERSON, taken=_START,
    )  # fmt: skip
    agents_python: str = row(
        "agents.python",
        "",
        Text(),
        "the Python interpreter that has aider; empty: the one KinOS runs in",
        scope=_PERSON,
        taken=_TEAM,
    )


@cache
def rows() -> Mapping[str, Row]:
    """The table: field name to row."""
    return {f.name: f.metadata[ROW] for f in fields(Settings)}


def defaults() -> list[tuple[Row, Any]]:
    """Each row with its default, in the order of the table."""
    built_in = Settings()
    return [(row, getattr(built_in, name)) for name, row in rows().items()]


def differing(one: Settings, other: Settings) -> tuple[str, ...]:
    """The keys whose values differ."""
    return tuple(row.key for name, row in rows().items() if getattr(one, name) != getattr(other, name))


@cache
def by_key() -> Mapping[str, str]:
    """Field names by public key."""
    return {row.key: name for name, row in rows().items()}


def secrets(settings: Settings) -> tuple[str, ...]:
    """The values that must never be written down or shown."""
    return tuple(
        value
        for name, row in rows().items()
        if isinstance(row.kind, Text) and row.kind.secret and (value := getattr(settings, name))
    )


def read(key: str, value: object) -> Any:
    """`value` as the setting `key` takes it. Raises UsageError whose message completes "KEY …" with what is allowed."""
    return rows()[by_key()[key]].kind.read(value)
