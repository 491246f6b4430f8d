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

from nat.connections.slack_app import home_of
from nat.errors import BadRequest
from nat.slack.dialog_answer import answer_to


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
HOME_OPENED: Final = "app_home_opened"
OTHER_EVENTS: Final = frozenset({"app_uninstalled", "tokens_revoked", "agent_session_stopped", HOME_OPENED})
"""Events besides messages that something is done about."""


@dataclass(frozen=True)
class Inbound:
    """Something for Nat, from the workspace `home`. `key` is what it is claimed by; of one `group` one thing
    is done after the other. `thread`: only if Nat has answered in this thread before."""

    kind: Kind
    home: str
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


def read(kind: Kind, body: bytes, customer: str | None = None) -> Inbound | None:
    """What a verified request asks of Nat, for the app of a brand; `None` for what is not for Nat. Raises
    `BadRequest`."""
    try:
        text = body.decode()
        match kind:
            case Kind.EVENT:
                return _event(json.loads(text), text, customer)
            case Kind.COMMAND:
                return _command(parse_qs(text), text, customer)
            case Kind.INTERACTION:
                return _interaction(json.loads(parse_qs(text)["payload"][0]), text, customer)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadRequest("This is nothing that Slack sends.") from None


def at_once(kind: Kind, body: bytes) -> dict[str, Any] | None:
    """What Slack wants to hear of a verified request before anything is done about it."""
    if kind is Kind.EVENT:
        answer = challenge(body)
        return None if answer is None else {"challenge": answer}
    if kind is Kind.COMMAND:
        return None
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        return answer_to(payload["view"]) if payload["type"] == "view_submission" else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # `read` says what is wrong with it


def place_of(team: str, channel: str, thread: str) -> str:
    """A thread, as one text."""
    return f"{team}#{channel}#{thread}"


def _home(customer: str | None, team: object, enterprise: object, *, org_wide: object) -> str:
    """Where the app is installed: the workspace, or the organisation of an org-wide installation."""
    whole = enterprise if org_wide in (True, "true") else None
    return home_of(customer, str(whole or team or enterprise or ""))


def _event(body: Mapping[str, Any], text: str, customer: str | None) -> Inbound | None:
    event = body["event"]
    # In a shared channel `team_id` is the sender's; `authorizations` says whose app is meant.
    meant = (body.get("authorizations") or [{}])[0]
    team, enterprise = (meant.get(name) or body.get(name) for name in ("team_id", "enterprise_id"))
    home = _home(customer, team, enterprise, org_wide=meant.get("is_enterprise_install"))
    if event["type"] == HOME_OPENED and event.get("tab") != "messages":
        return None
    if event["type"] in OTHER_EVENTS:
        return Inbound(Kind.EVENT, home, f"slack-event#{body['event_id']}", home, text)
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
    return Inbound(Kind.EVENT, home, f"slack-message#{home}#{channel}#{ts}", place, text, known)


def _by_a_person(event: Mapping[str, Any]) -> bool:
    """New, and written by somebody: neither a bot's, nor an edit, a join or a deletion."""
    subtype = event.get("subtype")
    return (
        bool(event.get("user"))
        and not event.get("bot_id")
        and "edited" not in event
        and subtype in (None, "file_share", "thread_broadcast")
    )


def _command(form: Mapping[str, list[str]], text: str, customer: str | None) -> Inbound:
    fields = {name: values[0] for name, values in form.items()}
    home = _home(
        customer,
        fields.get("team_id"),
        fields.get("enterprise_id"),
        org_wide=fields.get("is_enterprise_install"),
    )
    group = f"{home}#{fields['channel_id']}#{fields['user_id']}"
    return Inbound(Kind.COMMAND, home, f"slack-command#{_hash(fields['trigger_id'])}", group, text)


def _interaction(payload: Mapping[str, Any], text: str, customer: str | None) -> Inbound | None:
    """A button of a message, or a dialog that was sent off; what is pressed in a dialog waits for that."""
    team, enterprise = ((payload.get(name) or {}).get("id") for name in ("team", "enterprise"))
    home = _home(customer, team, enterprise, org_wide=payload.get("is_enterprise_install"))
    if payload["type"] == "view_submission":
        place = str(json.loads(payload["view"]["private_metadata"])["p"])
    elif payload["type"] == "block_actions" and payload.get("message"):
        message = payload["message"]
        place = place_of(home, payload["channel"]["id"], str(message.get("thread_ts") or message["ts"]))
    else:
        return None
    return Inbound(Kind.INTERACTION, home, f"slack-click#{_hash(payload['trigger_id'])}", place, text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
