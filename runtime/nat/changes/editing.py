"""Editing a proposal: which values of the frozen call a person may change, and to what.

Only simple values, named on the card: texts, numbers, a yes or no, one of some choices. Which records a
change is about (ids) and what confirms it are not among them. An edit is never applied to the frozen
requests: the same tool plans anew with the new values, and what comes of it is a proposal of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from nat.errors import BadRequest
from nat.wording import Worded, field_name

LONGEST_TEXT: Final = 2_000
"""Characters of a text that can be edited; a longer one does not fit on a card with others."""
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def editable(
    schema: Mapping[str, Any], arguments: Mapping[str, object], longest: int = LONGEST_TEXT
) -> list[dict[str, Any]]:
    """The values of a call that can be edited, as the card lists them: `name`, `type` (a JSON type), `value`,
    and `choices` where there are some. `schema` is the tool's, `longest` the characters of a text."""
    found = []
    for name, value in arguments.items():
        described = schema.get("properties", {}).get(name, {})
        kind = described.get("type")
        if name.endswith("_id") or name.startswith("confirm_") or not _is(value, kind):
            continue
        if isinstance(value, str) and len(value) > longest:
            continue
        field = {"name": name, "type": kind, "value": value}
        if "enum" in described:
            field["choices"] = list(described["enum"])
        found.append(field)
    return found


def edited(
    arguments: Mapping[str, object], fields: Sequence[Mapping[str, Any]], values: Mapping[str, object]
) -> dict[str, object]:
    """The call with new values. `fields` are what the card lists. Raises `BadRequest` for anything that is
    not listed or of another type; the tool's own schema is checked when it plans."""
    known = {field["name"]: field for field in fields}
    if not values:
        raise BadRequest(Worded("refused.no_value"))
    for name, value in values.items():
        field = known.get(name)
        if field is None:
            raise BadRequest(f"`{name[:60]}` cannot be edited here.")
        if not _is(value, field["type"]) or (isinstance(value, str) and len(value) > LONGEST_TEXT):
            raise BadRequest(Worded("refused.value", field=field_name(name)))
        if "choices" in field and value not in field["choices"]:
            raise BadRequest(
                Worded(
                    "refused.one_of", field=field_name(name), choices=", ".join(map(str, field["choices"]))
                )
            )
    return {**arguments, **values}


def _is(value: object, kind: object) -> bool:
    """Whether a value is of a simple JSON type. A yes or no is no number, though Python takes it for one."""
    wanted = _TYPES.get(kind) if isinstance(kind, str) else None
    if wanted is None or (isinstance(value, bool) and kind != "boolean"):
        return False
    return isinstance(value, wanted)
