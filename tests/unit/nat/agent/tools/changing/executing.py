"""Carries out the frozen requests of a change, and its undo, in a plain loop without journal or probes."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from local.nationbuilder.store import Nation
from nat.agent.tools import load
from nat.changes.plan import (
    CREATED_ID,
    RECREATED_ID,
    Change,
    Operation,
    PlannedRequest,
    Probe,
    answered,
    created_by,
)
from nat.changes.record_state import agrees, look, probe_of_result
from nat.changes.references import answers_needed
from nat.errors import RecordNotFound
from nat.nationbuilder import NationBuilder

Ids = dict[str, str]
"""Ids of created records by the operation's key; by `key.attribute`, what was answered for an attribute."""


_GIVEN = (
    "start_at", "succeeded_at", "pending_at", "failed_at", "canceled_at", "capacity_count", "guests_count",
)  # fmt: skip
"""What is not derived, though its name looks so."""


def plan(v2: NationBuilder, tool: str, arguments: Mapping[str, Any]) -> Change:
    """What a tool plans, as it comes back from storage."""
    return load()[tool].plan(v2, arguments).frozen()


def sent(change: Change) -> dict[str, object]:
    """The attributes that the last operation sends."""
    body = change.operations[-1].request.body
    assert body is not None
    attributes: dict[str, object] = body["data"]["attributes"]
    return attributes


def execute(v2: NationBuilder, change: Change) -> Ids:
    """Send every request of a change, in order."""
    ids: Ids = {}
    for operation in change.operations:
        answer = _send(v2, _filled(operation.request, _names(ids)))
        data = answer.get("data")
        if operation.before is None and data is not None:
            ids[operation.key] = data["id"]
            for name in answers_needed(operation.undo):
                ids[f"{operation.key}.{name}"] = data["attributes"][name]
    return ids


def take_back(v2: NationBuilder, change: Change, ids: Ids) -> None:
    """Send every undo request of a change, the last operation's first."""
    for operation in reversed(change.operations):
        names = {**_names(ids), CREATED_ID: ids.get(operation.key, CREATED_ID)}
        for name in answers_needed(operation.undo):
            names[answered(name)] = ids[f"{operation.key}.{name}"]
        for request in operation.undo:
            try:
                answer = _send(v2, _filled(request, names))
            except RecordNotFound:  # the stand-in deletes an event's page with the event
                assert request.method == "DELETE"
                continue
            if request.method == "POST":
                names[RECREATED_ID] = answer["data"]["id"]


def is_as(v2: NationBuilder, operation: Operation, when: str, ids: Ids) -> bool:
    """Whether the operation's record is as it says of `before` or `after`; True where nothing can tell."""
    probe = probe_of_result(operation, ids.get(operation.key))
    if probe is None:
        return True
    return agrees(probe, look(v2, _filled_probe(probe, ids)).state, getattr(operation, when))


def snapshot(nation: Nation) -> dict[str, Any]:
    """Everything that a nation holds, without what it derives, stamps or numbers anew."""
    tables = {
        kind: {record_id: _remembered(kind, row) for record_id, row in table.rows.items()}
        for kind, table in nation.tables.items()
    }
    taggings = tables.pop("signup_taggings").values()
    del tables["path_histories"]  # NationBuilder's own log of what was done
    return {
        **tables,
        "signup_taggings": sorted((each["signup_id"], each["tag_id"]) for each in taggings),
        "list_members": {each: sorted(members) for each, members in nation.list_members.items()},
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Which kinds of records differ."""
    return {kind for kind in before if before[kind] != after[kind]}


@contextmanager
def unchanged(nation: Nation) -> Iterator[None]:
    """Nothing of a nation changes meanwhile."""
    before = snapshot(nation)
    yield
    assert differences(before, snapshot(nation)) == set()


def _is_derived(kind: str, name: str) -> bool:
    return (
        (name.endswith(("_at", "_count")) and name not in _GIVEN)
        or name in ("last_contacted_by_id", "full_name", "primary_address")
        or (kind == "signups" and name == "contact_status")
    )


_lastings: dict[int, tuple[Mapping[str, Any], dict[str, Any]]] = {}
"""What is given of rows that were seen. Rows are replaced, never changed, and those of the seed are shared by
all tests; a row that is kept here keeps its id."""


def _remembered(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    known = _lastings.get(id(row))
    if known is None:
        known = _lastings[id(row)] = (row, _lasting(kind, row))
    return known[1]


def _lasting(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What of a record is given; null, also inside of an object, is as good as not there."""
    values = {
        name: {key: each for key, each in value.items() if each is not None}
        if isinstance(value, dict)
        else value
        for name, value in row.items()
        if not _is_derived(kind, name)
    }
    return {name: value for name, value in values.items() if value not in (None, {})}


def _send(v2: NationBuilder, request: PlannedRequest) -> Mapping[str, Any]:
    _, answer = v2.exchange(request.method, request.path, request.body, request.params)
    token = answer.get("token")
    while isinstance(token, str) and v2.process(token)["status"] != "completed":
        time.sleep(0.01)
    return answer


def _names(ids: Ids) -> dict[str, str]:
    return {created_by(key): value for key, value in ids.items()}


def _filled(request: PlannedRequest, names: Mapping[str, str]) -> PlannedRequest:
    path, body = _replaced([request.path, request.body], names)
    return replace(request, path=path, body=body)


def _filled_probe(probe: Probe, ids: Ids) -> Probe:
    return replace(probe, params=_replaced(dict(probe.params or {}), _names(ids)))


def _replaced(value: Any, names: Mapping[str, str]) -> Any:
    text = json.dumps(value)
    for name, found in names.items():
        text = text.replace(name, found)
    return json.loads(text)
