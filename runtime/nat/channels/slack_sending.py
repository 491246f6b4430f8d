"""Sending messages with blocks, and what Slack says of those that it does not take."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from nat.channels.slack_text import Block

REFUSED_BLOCKS: Final = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long"}
)
"""What Slack says of blocks that it does not take: the same goes as text."""
PASSING: Final = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable"})
"""What Slack says that may be otherwise in a while."""

UNREACHABLE: Final = frozenset(
    {
        *("account_inactive", "invalid_auth", "not_authed", "token_revoked"),
        *("team_not_found", "team_access_not_granted"),
        *("channel_not_found", "is_archived", "not_in_channel", "restricted_action"),
        *("user_not_found", "user_not_visible", "user_not_in_channel"),
    }
)
"""What repeating does not change: the app, the channel or the person is no more, or out of reach."""


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


def to_response_url(url: str) -> Callable[..., dict[str, str]]:
    """Sends to who wrote a command alone, as the Web API would. Raises `SlackApiError`."""

    def send(*, text: str, blocks: list[Block]) -> dict[str, str]:
        answered = WebhookClient(url, timeout=10).send(text=text, blocks=blocks, response_type="ephemeral")
        if answered.status_code == HTTPStatus.OK:
            return {"ts": ""}
        status = answered.status_code
        passes = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
        reason = "service_unavailable" if passes else answered.body.strip()[:100]
        refused = SlackApiError("A response_url took nothing.", {"error": reason})  # type: ignore[no-untyped-call] # the SDK's own
        raise refused

    return send
