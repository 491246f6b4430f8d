"""Whether a request is one that V2 knows, by `v2-resources.json`: route, type, attributes, access, enums."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.nationbuilder.schema import PREFIX, Attribute, Kind, schema
from local.nationbuilder.writes import ADDRESS_KEYS
from nat.changes.plan import Change, PlannedRequest

_TYPES: dict[Kind, tuple[type, ...]] = {
    Kind.BOOLEAN: (bool,),
    Kind.INTEGER: (int,),
    Kind.HASH: (dict,),
}
_NEVER_WRITTEN = re.compile(r"donations?_|_capital_|first_\w+_at|last_\w+_at|_count\b|created_at|updated_at")
_GIVEN = ("donation_tracking_code_id", "capacity_count", "guests_count")
"""What is not derived, though its name looks so."""


def requests_of(change: Change) -> Iterator[PlannedRequest]:
    """Every request of a change and of its undo, with ids in place of what stands for them."""
    for operation in change.operations:
        for request in (operation.request, *operation.undo):
            yield PlannedRequest(
                request.method, _with_ids(request.path), _with_ids(request.body), request.params
            )


def problems(request: PlannedRequest) -> list[str]:
    """What V2 would not accept of a request."""
    found = schema().route(request.method, f"{PREFIX}/{request.path}")
    if found is None:
        return [f"no route {request.method} {request.path}"]
    operation, record_id = found
    wrong = [f"parameter {name}" for name in request.params or () if name not in operation.parameters]
    if not operation.has_body:
        return wrong if request.body is None else [*wrong, "a body where none is read"]
    if request.body is None:
        return [*wrong, "no body"]
    data = request.body["data"]
    if data["type"] != operation.type:
        wrong.append(f"type {data['type']}")
    if record_id is not None and data.get("id") != record_id:
        wrong.append(f"id {data.get('id')} in the body, {record_id} in the path")
    known = schema().resources[operation.type]
    for name, value in data.get("attributes", {}).items():
        wrong += _attribute_problems(name, value, known.attributes.get(name))
    wrong += [f"relationship {name}" for name in data.get("relationships", {}) if name not in known.sideloads]
    return wrong


def _attribute_problems(name: str, value: Any, attribute: Attribute | None) -> Iterator[str]:
    if attribute is None or not attribute.writable:
        yield f"{name} cannot be written"
        return
    if _NEVER_WRITTEN.search(name) and name not in _GIVEN:
        yield f"{name} is derived"
    if value is None:
        if not attribute.nullable:
            yield f"{name} may not be null"
        return
    if not isinstance(value, _TYPES.get(attribute.kind, (str,))) or value == "":
        yield f"{name} is {value!r}"
    if attribute.choices and value not in attribute.choices:
        yield f"{name} is none of {attribute.choices}"
    if name.endswith("_address_attributes") and not set(value) <= {*ADDRESS_KEYS, "delete"}:
        yield f"{name} has other keys"


def _with_ids(value: Any) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(?:(?:re)?created_id(?::[^}]*)?|answered:\w+)\}", "999", value)
    if isinstance(value, Mapping):
        return {key: _with_ids(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_ids(each) for each in value]
    return value
