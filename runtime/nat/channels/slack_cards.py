"""Blocks of ours in Slack: the card of a proposal with its buttons, undo, thumbs below an answer."""

import json
from collections.abc import Mapping
from typing import Any, Final

from nat.approvals.approval import Approval
from nat.channels.slack_text import Block, escaped, section

APPROVE: Final = "nat_approve"
REJECT: Final = "nat_reject"
CHOOSE: Final = "nat_choose"
UNDO: Final = "nat_undo"
OPEN: Final = "nat_open"
RATE: Final = "nat_rate"
"""Ids of buttons."""
BUTTONS: Final = (APPROVE, REJECT, CHOOSE, UNDO, OPEN, RATE)


def card_blocks(card: Mapping[str, Any]) -> list[Block]:
    """What a proposal is about."""
    lines = [f"*{escaped(str(card['summary']))}*", escaped(str(card.get("filter") or ""))]
    lines += [f"• {escaped(str(each.get('name') or each['key']))}{_change(each)}" for each in card["sample"]]
    if card.get("more"):
        lines.append(f"… and {card['more']:,} more")
    lines += [f":warning: {escaped(str(each))}" for each in card.get("warnings", ())]
    text = "\n".join(each for each in lines if each)
    return [section(text[:2_900])]


def decision_buttons(value: Mapping[str, str]) -> Block:
    """Yes, no, and a choice in a dialog. `value` names nation, conversation, approval and fingerprint."""
    text = packed(value)
    return {
        "type": "actions",
        "elements": [
            {**_button(APPROVE, "Approve", text), "style": "primary"},
            {**_button(REJECT, "Reject", text), "style": "danger"},
            _button(CHOOSE, "Choose or edit", text),
        ],
    }


def undo_button(nation: str, conversation: str, change: str) -> Block:
    """Take a change back."""
    value = packed({"n": nation, "c": conversation, "u": change})
    return {"type": "actions", "elements": [_button(UNDO, "Undo", value)]}


def thumbs(nation: str, conversation: str, turn: str) -> Block:
    """Whether an answer helped; Slack's own pair of buttons."""

    def thumb(which: str, text: str) -> Block:
        value = packed({"n": nation, "c": conversation, "t": turn, "v": which})
        return {"text": label(text), "value": value}

    buttons = {
        "type": "feedback_buttons",
        "action_id": RATE,
        "positive_button": thumb("up", "Good answer"),
        "negative_button": thumb("down", "Bad answer"),
    }
    return {"type": "context_actions", "elements": [buttons]}


def decided(approval: Approval, row: Mapping[str, Any]) -> str:
    """What became of a proposal; `row` says who decided in Slack."""
    words = {"partly": "Partly done", "unknown": "Done, but not certainly"}
    state = words.get(approval.state.value, approval.state.value.replace("_", " ").capitalize())
    if approval.decided_by is None:
        return f"{state}."
    if approval.decision == row.get("decision"):
        return f"{state}, decided by <@{row['slack_user']}> in Slack."
    if approval.decided_in == "slack":
        return f"{state}, decided by a colleague in Slack."
    return f"{state}, decided by a colleague in the web app or beside the control panel."


def label(text: str) -> Block:
    """Plain text."""
    return {"type": "plain_text", "text": text}


def packed(value: Mapping[str, str]) -> str:
    """What a button carries."""
    return json.dumps(value, separators=(",", ":"))


def _button(action_id: str, text: str, value: str) -> Block:
    return {"type": "button", "action_id": action_id, "value": value, "text": label(text)}


def _change(operation: Mapping[str, Any]) -> str:
    before, after = operation.get("before"), operation.get("after")
    if not isinstance(after, Mapping):
        return ""
    changed = [
        f"{name}: {_short((before or {}).get(name))} → {_short(value)}" for name, value in after.items()
    ]
    return f" – {escaped('; '.join(changed[:4]))}" if changed else ""


def _short(value: object) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
    return text[:80] or "empty"
