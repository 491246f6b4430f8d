"""Sending messages with blocks, and what Slack says of those that it does not take."""

from collections.abc import Callable
from typing import Any, Final

from slack_sdk.errors import SlackApiError

from nat.channels.slack_text import Block

REFUSED_BLOCKS: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}
)
"""What Slack says of blocks that it does not take: the same goes as text."""
PASSING: Final = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable"})
"""What Slack says that may be otherwise in a while."""


def with_blocks(send: Callable[..., Any], text: str, shown: list[Block] | None, **more: Any) -> str:
    """Send a message; where Slack does not take its blocks without the thumbs, and then as text. Gives its
    `ts`. Raises `SlackApiError`."""
    attempts = [shown or []]
    if shown and shown[-1]["type"] == "context_actions":
        attempts.append(shown[:-1])
    for each in attempts if shown else ():
        try:
            return str(send(text=text, blocks=each, **more)["ts"])
        except SlackApiError as error:
            if error.response["error"] not in REFUSED_BLOCKS:
                raise
    return str(send(text=text, blocks=[], **more)["ts"])
