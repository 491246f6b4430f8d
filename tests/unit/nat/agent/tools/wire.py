"""Whether a request that went over the wire, as the stand-in wrote it down, is one that V2 knows."""

import re
from collections.abc import Iterator
from typing import Any, Final

from local.nationbuilder.filters import OPERATORS
from local.nationbuilder.schema import PREFIX, Kind, Operation, schema
from nat.changes.plan import PlannedRequest
from tests.unit.nat.agent.tools.changing import conformity

CUSTOM_FILTERS: Final = {
    ("signups", "tag_id"),
    ("signups", "with_email_address"),
}
"""Filters that are no attributes; the facts on V2 name them as used in shipping code."""


def endpoint(request: dict[str, Any]) -> str:
    """`GET /signups/{id}`."""
    return f"{request['method']} {operation_of(request).path.removeprefix(PREFIX)}"


def problems(request: dict[str, Any]) -> list[str]:
    """What V2 would not take of a request: path, parameters, body."""
    if request["method"] == "GET":
        return [*query_problems(request), *(["a body"] if request["body"] is not None else [])]
    path = request["path"].removeprefix(f"{PREFIX}/")
    return conformity.problems(
        PlannedRequest(request["method"], path, request["body"], request["query"] or None)
    )


def operation_of(request: dict[str, Any]) -> Operation:
    found = schema().route(request["method"], request["path"])
    assert found is not None, f"no such route: {request['method']} {request['path']}"
    return found[0]


def query_problems(request: dict[str, Any]) -> Iterator[str]:
    """What of a request's query V2 does not know."""
    operation = operation_of(request)
    resources = schema().resources
    if not operation.returns or operation.returns not in resources:
        if request["query"]:
            yield "a query where none is read"
        return
    resource = resources[operation.returns]
    is_index = operation.action in ("index", "signups")
    for key, value in request["query"].items():
        name, *parts = re.findall(r"[^\[\]]+", key)
        values = str(value).split(",")
        match name:
            case "filter":
                yield from filter_problems(resource.type, parts) if is_index else ["a filter on one record"]
            case "include":
                for each in values:
                    sideload = resource.sideloads.get(each)
                    if sideload is None or (is_index and not sideload.on_index):
                        yield f"include {each}"
            case "fields":
                if parts[0] not in resources:
                    yield f"fields of {parts[0]}"
                else:
                    yield from (f"field {e}" for e in values if e not in resources[parts[0]].readable)
            case "extra_fields":
                yield from (f"extra {e}" for e in values if e not in resources[parts[0]].extra_fields)
            case "sort":
                known = {"id", *resource.attributes}
                yield from (f"sort {e}" for e in values if e.lstrip("-") not in known)
            case "page" | "stats":
                if not is_index:
                    yield f"{name} of one record"
            case _:
                yield f"parameter {key}"


def filter_problems(kind: str, parts: list[str]) -> Iterator[str]:
    attribute, operator = parts[0], (parts[1] if len(parts) > 1 else "eq")
    if attribute == "id":
        known = OPERATORS[Kind.INTEGER_ID]
    elif (kind, attribute) in CUSTOM_FILTERS:
        known = frozenset({"eq", "match"})
    elif attribute in schema().resources[kind].attributes:
        known = OPERATORS[schema().resources[kind].attributes[attribute].kind]
    else:
        yield f"filter {attribute}"
        return
    if operator not in known:
        yield f"operator {operator} on {attribute}"
