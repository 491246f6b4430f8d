"""Looking at a record's present state, and comparing it with what a change says of before and after."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Final

from nat.changes.plan import Operation, Probe, value_at
from nat.errors import NationBuilderDown, RecordNotFound

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

State = Mapping[str, object] | None
"""Attributes of a record; `None` when there is no such record."""

_DECIMAL_TEXTS: Final = frozenset({"value_amount"})
"""Attributes that are numbers although V2 keeps them as text (API facts, §11). In every other text, a zero in
front or a plus counts: in a zip code, a telephone number, a name of a tag."""


@dataclass(frozen=True)
class Seen:
    """A record as a probe found it; `id` that of the record, when there is one."""

    state: State
    id: str | None = None


def look(v2: "NationBuilder", probe: Probe) -> Seen:
    """The present state. Raises errors of the `NationBuilderError` family, but for a missing record."""
    try:
        document = v2.look(probe.path, probe.params)
    except RecordNotFound:
        if probe.index:
            raise
        return Seen(None)
    data = document.get("data")
    if probe.index:
        if not isinstance(data, list):
            raise NationBuilderDown
        first = data[0] if data else None
        return Seen(None) if first is None else Seen({}, str(first["id"]))
    if not isinstance(data, Mapping):
        raise NationBuilderDown
    attributes = data.get("attributes") or {}
    return Seen({name: value_at(attributes, name) for name in probe.attributes}, str(data.get("id")))


def agrees(probe: Probe, state: State, expected: State) -> bool:
    """Whether a record is as expected. An index only tells whether there is one."""
    if state is None or expected is None or probe.index:
        return (state is None) == (expected is None)
    return all(same(name, state.get(name), value) for name, value in expected.items())


def same(name: str, one: object, other: object) -> bool:
    """Whether two values of an attribute mean the same to V2: it writes empty text as null, numbers as text
    at times, and moments with other offsets (API facts, §5)."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if one == other or (one in (None, "") and other in (None, "")):
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(key, one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(partial(same, name), one, other))
    if not isinstance(one, str | int | float) or not isinstance(other, str | int | float):
        return False
    moments = _moment(one), _moment(other)
    if None not in moments:
        return moments[0] == moments[1]
    if isinstance(one, str) and isinstance(other, str) and name not in _DECIMAL_TEXTS:
        return False
    with suppress(InvalidOperation):
        return Decimal(str(one)) == Decimal(str(other))
    return False


def stored_otherwise(operation_after: State, attributes: Mapping[str, object]) -> dict[str, object]:
    """Attributes that V2 answered in another form than they were sent in."""
    return {
        name: value_at(attributes, name)
        for name, value in (operation_after or {}).items()
        if name.partition(".")[0] in attributes and not same(name, value_at(attributes, name), value)
    }


def left_alone(before: State, stored: Mapping[str, object]) -> frozenset[str]:
    """Which of the attributes that were stored otherwise than sent have their old value still: none of a new
    record."""
    if before is None:
        return frozenset()
    return frozenset(name for name, value in stored.items() if same(name, value, before.get(name)))


def probe_of_result(operation: Operation, created_id: str | None) -> Probe | None:
    """How to look at what an operation made: its own probe, or the record that it created or changed."""
    path, names = operation.request.path, tuple(operation.after or ())
    if path == "signups/push" and operation.after is not None and created_id is not None:
        # An index finds the person again, but would not tell whether somebody has changed them since.
        return Probe.of_record(f"signups/{created_id}", names)
    if operation.by_id and created_id is not None:
        return Probe.of_record(f"{path}/{created_id}", dict.fromkeys((*names, *(operation.undone or ()))))
    if operation.probe is not None or operation.after is None:
        return operation.probe
    parts = path.strip("/").count("/")
    if operation.request.method == "POST" and parts == 0 and created_id is not None:
        return Probe.of_record(f"{path}/{created_id}", names)
    if operation.request.method == "PATCH" and parts == 1 and not path.endswith("/push"):
        return Probe.of_record(path, names)
    return None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str) or len(value) < len("2026-11-22T09:30"):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found
