"""Who serves the model of a call: Claude over the anthropic SDK, every other over litellm."""

from kinos.domain.address import is_claude
from kinos.domain.message import EditCall, PlanCall
from kinos.worker.gate import Gate
from kinos.worker.reply import Provider


def provider(call: PlanCall | EditCall, gate: Gate) -> Provider:
    """The one to ask in `call`. The rehearsal model speaks as Claude does, whatever it is called."""
    # The libraries take seconds, and reading an answer needs none of them.
    from kinos.worker.claude import Claude
    from kinos.worker.litellm_model import LitellmModel

    return Claude(call, gate) if is_claude(call.model) or call.endpoint.rehearsal else LitellmModel(call, gate)
