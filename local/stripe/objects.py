"""Objects in Stripe's own shapes: its published fixtures, with what they make up taken out."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

Object = dict[str, Any]


def _read(name: str) -> dict[str, Object]:
    found: dict[str, Object] = json.loads(Path(__file__).with_name(name).read_text())
    return found


SHAPES: Final[dict[str, Object]] = _read("fixtures.json")["resources"]
_QUIET: Final = _read("unset.json")
"""What the fixtures make up and a new object has not."""
_GONE: Final = {"invoice": ("subscription",), "line_item": ("subscription",), "subscription_item": ("plan",)}
"""Fields that the fixtures still carry and API 2026-10-28 does not (the `stripe` library's types)."""


def shape(kind: str, **values: Any) -> Object:
    """A new object of a kind, with `values` in place of the fixture's. Raises `KeyError`."""
    made = copy.deepcopy(SHAPES[kind])
    for name in _GONE.get(kind, ()):
        made.pop(name, None)
    if "livemode" in made:
        made["livemode"] = False
    return {**made, **copy.deepcopy(_QUIET.get(kind, {})), **values}


def listed(url: str, data: list[Object], *, has_more: bool = False) -> Object:
    """A list object."""
    return {"object": "list", "url": url, "has_more": has_more, "data": data}


def month_after(start: int, months: int, anchor: int) -> int:
    """The second that lies whole months after `start`, on the day of the month of `anchor`, or on the last
    one of a shorter month."""
    first = datetime.fromtimestamp(start, UTC)
    day = datetime.fromtimestamp(anchor, UTC).day
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    while True:
        try:
            return int(first.replace(year=year, month=month + 1, day=day).timestamp())
        except ValueError:
            day -= 1
