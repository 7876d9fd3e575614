"""One request a model call: litellm sends a second one behind the gate when it thinks that it can mend what was refused."""

from typing import Any


class RefusedError(Exception):
    """A refusal without its words, by which litellm would recognise what it could mend. The refusal itself is its cause."""


def once(chat: Any) -> None:
    """Let litellm's class for OpenAI and its likes send each request once. Once a process.

    After a 422, or a refusal that speaks of alternating roles, it would change the request and send it again, unreserved, and
    let the SDK below it try three times.
    """
    name = "make_sync_openai_chat_completion_request"
    send = getattr(chat, name)

    def sent(*args: Any, **named: Any) -> Any:
        try:
            return send(*args, **named)
        except Exception as error:
            raise RefusedError from error

    setattr(chat, name, sent)
