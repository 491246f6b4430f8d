"""What a dialog is answered at once when it is sent off: what is wrong with its values, or that it stays open
until it is known what comes of them. The door says it, so this loads nothing.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from nat.channels.slack_text import Block, saying

DIALOG: Final = "nat_choice"
RECORDS: Final = "records"
VALUE: Final = "value#"
"""Ids of its blocks, and what the id of a value begins with."""
WORKING: Final = "Looking at your values …"


def answer_to(view: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer to a dialog that was sent off (docs.slack.dev, Modals); `None` closes it."""
    wrong: dict[str, str] = {}
    for block, given in _values(view):
        element = block["element"]
        if element["type"] != "number_input":
            continue
        decimal = element["is_decimal_allowed"]
        if number_of(given, decimal=decimal) is None:
            wrong[block["block_id"]] = "This is a number." if decimal else "This is a whole number."
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    if any(given != _before(block) for block, given in _values(view)):
        return {"response_action": "update", "view": saying(WORKING)}
    return None


def number_of(text: str | None, *, decimal: bool) -> int | float | None:
    """The number that somebody wrote; `None` for what is none."""
    try:
        found = float(text or "") if decimal else int(text or "")
    except ValueError:
        return None
    return None if isinstance(found, float) and not math.isfinite(found) else found


def given_of(state: Mapping[str, Any]) -> str | None:
    """What stands in a field: what was picked, or what was written."""
    picked = state.get("selected_option")
    found: str | None = picked["value"] if picked is not None else state.get("value")
    return found


def _values(view: Mapping[str, Any]) -> Iterator[tuple[Block, str | None]]:
    state: Mapping[str, Mapping[str, Any]] = view["state"]["values"]
    for block in view["blocks"]:
        found = state.get(block.get("block_id", ""))
        if found is not None and block["block_id"].startswith(VALUE):
            yield block, given_of(next(iter(found.values()))) or None


def _before(block: Block) -> str | None:
    """What stood in a field when it was shown; of a text that is empty Slack says nothing."""
    element = block["element"]
    picked = element.get("initial_option")
    found: str | None = picked["value"] if picked is not None else element.get("initial_value") or None
    return found
