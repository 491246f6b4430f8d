"""The dialog in which somebody chooses records of a proposal or edits its values, before they say yes.

It is made of the card and the frozen change. Slack takes a hundred choices in a list: of a larger change the
web app lets one choose. Values that were edited make a new proposal, which is decided by itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nat.approvals.approval import Approval
from nat.changes.plan import Operation
from nat.channels.slack_cards import label, packed
from nat.channels.slack_text import Block, escaped, section
from nat.errors import BadRequest
from nat.slack.dialog_answer import DIALOG, RECORDS, VALUE, given_of, number_of

MOST_CHOICES: Final = 100
"""Options of a select (docs.slack.dev, Block Kit)."""
LONGEST_OPTION: Final = 75
LONGEST_INPUT: Final = 3_000
MOST_VALUES: Final = 40
"""A dialog takes a hundred blocks."""
_LINE: Final = 150
"""Characters from which on a text is edited in several lines."""


@dataclass(frozen=True)
class Choice:
    """What somebody sent off: new values, or else the keys of some records, or neither: all as it is."""

    value: Mapping[str, str]
    keys: tuple[str, ...] | None
    values: Mapping[str, Any]


def dialog(approval: Approval, operations: Sequence[Operation], value: Mapping[str, str]) -> dict[str, Any]:
    """The dialog of a proposal. `value` is what its button carried, with the place of its thread as `p`."""
    card = approval.card
    shown: list[Block] = [section(f"*{escaped(str(card['summary']))[: LONGEST_INPUT - 10]}*")]
    if 1 < len(operations) <= MOST_CHOICES:
        shown.append(_records(operations))
    elif len(operations) > MOST_CHOICES:
        shown.append(section(f"These are {len(operations):,} records. In the web app you choose among them."))
    fields = card.get("editable", ())[:MOST_VALUES]
    if fields:
        shown.append(section("Edited values make a new proposal, which you decide about then."))
        shown += [_input(field) for field in fields]
    return {
        "type": "modal",
        "callback_id": DIALOG,
        "private_metadata": packed(value),
        "title": label("Choose or edit"),
        "submit": label("Approve"),
        "close": label("Cancel"),
        "blocks": shown,
    }


def chosen(view: Mapping[str, Any], approval: Approval, operations: Sequence[Operation]) -> Choice:
    """What a dialog says that was sent off. Raises `BadRequest` for a value of the wrong kind."""
    state: Mapping[str, Mapping[str, Any]] = view["state"]["values"]
    values: dict[str, Any] = {}
    for field in approval.card.get("editable", ())[:MOST_VALUES]:
        block = state.get(f"{VALUE}{field['name']}")
        if block is None:
            continue
        now = _value(field, next(iter(block.values())))
        if now != field["value"]:
            values[field["name"]] = now
    keys: tuple[str, ...] | None = None
    if RECORDS in state:
        picked = {each["value"] for each in next(iter(state[RECORDS].values()))["selected_options"]}
        keys = tuple(each.key for at, each in enumerate(operations) if str(at) in picked)
        if len(keys) == len(operations):
            keys = None
    return Choice(json.loads(view["private_metadata"]), keys, values)


def _records(operations: Sequence[Operation]) -> Block:
    """A list of the records, all of them chosen. An option is named by its place, for keys may be long."""
    options = [
        {"text": label((each.subject.name or each.key)[:LONGEST_OPTION]), "value": str(at)}
        for at, each in enumerate(operations)
    ]
    element = {
        "type": "multi_static_select",
        "action_id": RECORDS,
        "options": options,
        "initial_options": options,
    }
    return {"type": "input", "block_id": RECORDS, "label": label("Records"), "element": element}


def _input(field: Mapping[str, Any]) -> Block:
    name, kind, value = str(field["name"]), field["type"], field["value"]
    choices = ["true", "false"] if kind == "boolean" else [str(each) for each in field.get("choices", ())]
    element: dict[str, Any]
    if 0 < len(choices) <= MOST_CHOICES:
        words = {"true": "Yes", "false": "No"} if kind == "boolean" else {}
        options = [{"text": label(words.get(each, each)[:LONGEST_OPTION]), "value": each} for each in choices]
        now = str(value).lower() if kind == "boolean" else str(value)
        element = {"type": "static_select", "options": options}
        if chosen_now := [each for each in options if each["value"] == now]:
            element["initial_option"] = chosen_now[0]
    elif kind in ("integer", "number"):
        element = {
            "type": "number_input",
            "is_decimal_allowed": kind == "number",
            "initial_value": str(value),
        }
    else:
        element = {
            "type": "plain_text_input",
            "multiline": len(str(value)) > _LINE or "\n" in str(value),
            "initial_value": str(value),
            "max_length": LONGEST_INPUT,
        }
    described = label(str(field["label"]).capitalize())
    return {
        "type": "input",
        "block_id": f"{VALUE}{name}",
        "label": described,
        "optional": kind == "string",
        "element": {**element, "action_id": "value"},
    }


def _value(field: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    text = given_of(given)
    match field["type"]:
        case "boolean":
            return text == "true"
        case "integer" | "number" as kind:
            number = number_of(text, decimal=kind == "number")
            if number is None:
                raise BadRequest(f"`{field['name']}` is a number.")
            return number
    return text or ""
