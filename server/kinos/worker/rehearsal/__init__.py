"""The rehearsal model: a server on this machine that speaks Anthropic's Messages API and answers by rules.

It knows of the workspace what a request shows it, no more, and it calls nobody.
"""

from kinos.worker.rehearsal.answer import Answer, Text, ToolUse
from kinos.worker.rehearsal.knob import Knobs
from kinos.worker.rehearsal.server import Rehearsal, serving

__all__ = ["Answer", "Knobs", "Rehearsal", "Text", "ToolUse", "serving"]
