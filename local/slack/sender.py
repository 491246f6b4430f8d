"""What Slack sends to an app: events, commands and clicks, signed, and again where they are not taken."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from local.slack.state import BOT, TEAM, Workspace

SIGNING_SECRET: Final = "stand-in-signing-secret"  # of a stand-in


GOOD: Final = "good"
BAD: Final = "bad"


@dataclass(frozen=True)
class Delivery:
    """One signed request, to the address that ends in `path`."""

    path: str
    body: str
    headers: dict[str, str]


class Sender:
    """Makes deliveries of what people do in a workspace."""

    def __init__(self, workspace: Workspace, url: str, signing_secret: str = SIGNING_SECRET) -> None:
        self._workspace = workspace
        self._url = url
        self._signing_secret = signing_secret

    def mention(self, user: str, channel: str, text: str, thread: str | None = None) -> list[Delivery]:
        """Somebody mentions Nat: `app_mention` and, with another event id, `message`."""
        message = self._written(user, channel, f"<@{BOT}> {text}", thread)
        return [self._event({**message, "type": kind}) for kind in ("message", "app_mention")]

    def message(self, user: str, channel: str, text: str, thread: str | None = None) -> Delivery:
        """Somebody writes without a mention."""
        return self._event({**self._written(user, channel, text, thread), "type": "message"})

    def event(self, event: dict[str, Any]) -> Delivery:
        """Any other event."""
        return self._event(event)

    def command(self, user: str, channel: str, text: str) -> Delivery:
        """`/nat …`."""
        form = {
            "team_id": TEAM,
            "channel_id": channel,
            "user_id": user,
            "command": "/nat",
            "text": text,
            "trigger_id": secrets.token_hex(8),
            "response_url": f"{self._url}/response/{secrets.token_hex(4)}",
        }
        return self.signed("/slack/commands", urlencode(form), "application/x-www-form-urlencoded")

    def click(self, user: str, channel: str, ts: str, action_id: str) -> Delivery:
        """Somebody presses a button of a message. Raises `StopIteration` if it has no such button."""
        message = self._workspace.find(channel, ts) or {}
        button = next(each for each in _buttons(message) if each["action_id"] == action_id)
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "channel": {"id": channel},
            "message": message,
            "trigger_id": secrets.token_hex(8),
            "response_url": f"{self._url}/response/{secrets.token_hex(4)}",
            "actions": [
                {
                    "type": "button",
                    "action_id": button.get("sent_as", action_id),
                    "block_id": "b",
                    "value": button.get("value", ""),
                    "action_ts": self._workspace.new_ts(),
                }
            ],
        }
        form = urlencode({"payload": json.dumps(payload)})
        return self.signed("/slack/interactions", form, "application/x-www-form-urlencoded")

    def rate(self, user: str, channel: str, ts: str, *, good: bool) -> Delivery:
        """Somebody presses a thumb below an answer."""
        return self.click(user, channel, ts, GOOD if good else BAD)

    def submit(self, user: str, view: dict[str, Any], given: dict[str, Any]) -> Delivery:
        """Somebody sends a dialog off, with values by block: a text, or of a list the values chosen. What is
        not given stays."""
        values = {
            each["block_id"]: {
                each["element"]["action_id"]: _state(each["element"], given.get(each["block_id"]))
            }
            for each in view["blocks"]
            if each["type"] == "input"
        }
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": secrets.token_hex(8),
            "view": {**view, "state": {"values": values}},
        }
        form = urlencode({"payload": json.dumps(payload)})
        return self.signed("/slack/interactions", form, "application/x-www-form-urlencoded")

    def _written(self, user: str, channel: str, text: str, thread: str | None) -> dict[str, Any]:
        replying = {} if thread is None else {"thread_ts": thread}
        kind = {"channel_type": "im" if channel.startswith("D") else "channel"}
        stored = self._workspace.post(channel, {"user": user, "text": text, **replying})
        return {**stored, **kind, "channel": channel, "team": TEAM, "user_team": TEAM}

    def _event(self, event: dict[str, Any]) -> Delivery:
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0NAT",
            "event_id": f"Ev{secrets.token_hex(6)}",
            "event_time": int(time.time()),
            "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}],
            "event": event,
        }
        return self.signed("/slack/events", json.dumps(body), "application/json")

    def signed(self, path: str, body: str, content_type: str) -> Delivery:
        """A request with this body, signed now."""
        now = str(int(time.time()))
        signature = SignatureVerifier(self._signing_secret).generate_signature(timestamp=now, body=body)
        assert signature is not None
        headers = {
            "content-type": content_type,
            "x-slack-request-timestamp": now,
            "x-slack-signature": signature,
        }
        return Delivery(path, body, headers)


def _buttons(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Buttons of a message; of a pair of thumbs each, named `good` and `bad`."""
    for block in message["blocks"]:
        for each in block.get("elements", ()):
            if each["type"] == "feedback_buttons":
                yield {**each["positive_button"], "action_id": GOOD, "sent_as": each["action_id"]}
                yield {**each["negative_button"], "action_id": BAD, "sent_as": each["action_id"]}
            else:
                yield each


def _state(element: dict[str, Any], given: Any) -> dict[str, Any]:
    """What an input of a dialog holds."""
    match element["type"]:
        case "multi_static_select":
            chosen = (
                element["initial_options"]
                if given is None
                else [each for each in element["options"] if each["value"] in given]
            )
            return {"type": element["type"], "selected_options": chosen}
        case "static_select":
            now = element.get("initial_option")
            picked = [each for each in element["options"] if each["value"] == given]
            return {"type": element["type"], "selected_option": picked[0] if picked else now}
    return {"type": element["type"], "value": element["initial_value"] if given is None else given}
