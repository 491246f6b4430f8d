"""Ids that a change cannot know when it is frozen: of records that its operations, or its undo, make.

Only a whole part of a path, or a whole value, is a reference: a text of a record that holds one stays text.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from nat.changes.journal import EntryState, JournalEntry
from nat.changes.plan import (
    CREATED_ID,
    RECREATED_ID,
    PlannedRequest,
    Probe,
    created_by,
)

Names = Mapping[str, str]
"""Ids by what stands for them."""

_REFERENCE: Final = re.compile(r"\{(?:created_id(?::[^{}]*)?|recreated_id|answered:\w+)\}")
_ANSWERED: Final = re.compile(r"\{answered:(\w+)\}")


def names_of(entries: Mapping[str, JournalEntry]) -> dict[str, str]:
    """The ids of what operations created or found there, by what stands for them in other operations."""
    return {
        created_by(key): entry.created_id
        for key, entry in entries.items()
        if entry.state is EntryState.DONE and entry.created_id is not None
    }


def filled(request: PlannedRequest, names: Names) -> PlannedRequest:
    """The request with the ids in place that are known."""
    path = "/".join(names.get(part, part) for part in request.path.split("/"))
    return replace(request, path=path, body=None if request.body is None else _filled_in(request.body, names))


def filled_probe(probe: Probe, names: Names) -> Probe:
    """The probe with the ids in place that are known."""
    return replace(
        probe, params=probe.params and {name: names.get(each, each) for name, each in probe.params.items()}
    )


def lacks(request: PlannedRequest, *, but: str | None = None) -> bool:
    """Whether an id is still missing in the request, other than `but`."""
    values = [*request.path.split("/"), *_values(request.body)]
    return any(_REFERENCE.fullmatch(each) and each != but for each in values)


def needs_created_id(request: PlannedRequest) -> bool:
    """Whether an undo request cannot do without the id of what its operation created."""
    return CREATED_ID in [*request.path.split("/"), *_values(request.body)]


def answers_needed(requests: Iterable[PlannedRequest]) -> tuple[str, ...]:
    """The attributes of what an operation creates that these undo requests of it name."""
    values = [each for request in requests for each in (*request.path.split("/"), *_values(request.body))]
    return tuple(dict.fromkeys(found[1] for each in values if (found := _ANSWERED.fullmatch(each))))


def remade(answer: Mapping[str, object]) -> dict[str, str]:
    """What later requests of the same undo call the record that a POST has just made."""
    data = answer.get("data")
    return {RECREATED_ID: str(data["id"])} if isinstance(data, Mapping) and "id" in data else {}


def _filled_in(values: Mapping[str, object], names: Names) -> dict[str, object]:
    return {name: _filled(each, names) for name, each in values.items()}


def _filled(value: object, names: Names) -> object:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Mapping):
        return _filled_in(value, names)
    if isinstance(value, list | tuple):
        return [_filled(each, names) for each in value]
    return value


def _values(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _values(each)]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _values(each)]
    return []
