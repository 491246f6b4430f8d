"""What Slack sends: which of it is for Nat, and what makes two deliveries the same.

A mention arrives as `app_mention` and, in channels that the app reads, as `message` with another event id;
Slack sends both up to four times, in any order; an edit fires `app_mention` again. So a message is one by
workspace, channel and its `ts`, whatever the event is called, and only after it was found to be for Nat:
a claim before that would let the copy that is not for Nat shut out the one that is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qs

from nat.errors import BadRequest


class Kind(StrEnum):
    """Which of Slack's three addresses it came to."""

    EVENT = "event"
    COMMAND = "command"
    INTERACTION = "interaction"


CONTENT_TYPES: Final = {
    Kind.EVENT: "application/json",
    Kind.COMMAND: "application/x-www-form-urlencoded",
    Kind.INTERACTION: "application/x-www-form-urlencoded",
}
OTHER_EVENTS: Final = frozenset({"app_uninstalled", "tokens_revoked", "agent_session_stopped"})
"""Events besides messages that something is done about."""


@dataclass(frozen=True)
class Inbound:
    """Something for Nat. `key` is what it is claimed by; of one `group` one thing is done after the other.
    `thread`: only if Nat has answered in this thread before."""

    kind: Kind
    key: str
    group: str
    body: str
    thread: str | None = None


def challenge(body: bytes) -> str | None:
    """What Slack wants to hear back when the address is registered (`url_verification`)."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if isinstance(found, dict) and found.get("type") == "url_verification":
        return str(found.get("challenge", ""))
    return None


def read(kind: Kind, body: bytes) -> Inbound | None:
    """What a verified request asks of Nat; `None` for what is not for Nat. Raises `BadRequest`."""
    try:
        text = body.decode()
        match kind:
            case Kind.EVENT:
                return _event(json.loads(text), text)
            case Kind.COMMAND:
                return _command(parse_qs(text), text)
            case Kind.INTERACTION:
                return _interaction(json.loads(parse_qs(text)["payload"][0]), text)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadRequest("This is nothing that Slack sends.") from None


def place_of(team: str, channel: str, thread: str) -> str:
    """A thread, as one text."""
    return f"{team}#{channel}#{thread}"


def workspace_of(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The organisation and the workspace in which the app was installed that an event is for. In a shared
    channel `team_id` is the sender's; `authorizations` says whose app is meant."""
    authorized = (body.get("authorizations") or [{}])[0]
    return (
        authorized.get("enterprise_id") or body.get("enterprise_id"),
        authorized.get("team_id") or body.get("team_id"),
    )


def _event(body: Mapping[str, Any], text: str) -> Inbound | None:
    event = body["event"]
    enterprise, team = workspace_of(body)
    home = team or enterprise or ""
    if event["type"] in OTHER_EVENTS:
        return Inbound(Kind.EVENT, f"slack-event#{body['event_id']}", home, text)
    if event["type"] not in ("app_mention", "message") or not _by_a_person(event):
        return None
    channel, ts = str(event["channel"]), str(event["ts"])
    thread = event.get("thread_ts")
    known: str | None = None
    if event["type"] == "message" and event.get("channel_type") != "im":
        if thread is None:
            return None
        known = place_of(home, channel, str(thread))
    place = place_of(home, channel, str(thread or ts))
    return Inbound(Kind.EVENT, f"slack-message#{home}#{channel}#{ts}", place, text, known)


def _by_a_person(event: Mapping[str, Any]) -> bool:
    """New, and written by somebody: neither a bot's, nor an edit, a join or a deletion."""
    subtype = event.get("subtype")
    return (
        bool(event.get("user"))
        and not event.get("bot_id")
        and "edited" not in event
        and subtype in (None, "file_share", "thread_broadcast")
    )


def _command(form: Mapping[str, list[str]], text: str) -> Inbound:
    home = form.get("team_id", form.get("enterprise_id", [""]))[0]
    group = f"{home}#{form['channel_id'][0]}#{form['user_id'][0]}"
    return Inbound(Kind.COMMAND, f"slack-command#{_hash(form['trigger_id'][0])}", group, text)


def _interaction(payload: Mapping[str, Any], text: str) -> Inbound | None:
    if payload["type"] != "block_actions":
        return None
    home = (payload.get("team") or {}).get("id") or (payload.get("enterprise") or {}).get("id") or ""
    channel = payload["channel"]["id"]
    message = payload["message"]
    place = place_of(home, channel, str(message.get("thread_ts") or message["ts"]))
    return Inbound(Kind.INTERACTION, f"slack-click#{_hash(payload['trigger_id'])}", place, text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
