"""What was agreed when a team started, and by which settings its next cycle goes."""

from dataclasses import dataclass

from kinos.domain.address import host, is_claude
from kinos.domain.endpoint import endpoint_of, models_of
from kinos.domain.message import Endpoint
from kinos.domain.setting import Settings
from kinos.domain.team import Agent, Team

_PLAYED = Settings().model_plan
"""The model whose part the rehearsal model plays where another one than Claude was chosen."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one cycle goes by, from its beginning to its end."""

    team: Team
    session: str
    rehearsal: Endpoint | None
    landing: str
    settings: Settings

    def models(self, agent: Agent) -> tuple[str, str]:
        """The models that decide and edit for `agent`. The rehearsal model plays Claude only, and so every other one as well."""
        models = models_of(agent, self.team, self.settings)
        if self.rehearsal is None:
            return models
        plan, edit = (model if is_claude(model) else _PLAYED for model in models)
        return plan, edit

    def endpoint(self, model: str) -> Endpoint:
        """Where `model` is asked, and with which key."""
        return self.rehearsal or endpoint_of(model, self.settings)

    def hosts(self, agent: Agent) -> frozenset[str]:
        """The endpoints the agent asks."""
        return frozenset(host(model, self.endpoint(model)) for model in self.models(agent))
