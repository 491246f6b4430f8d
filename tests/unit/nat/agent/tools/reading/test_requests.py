"""Every request that a read tool sends is one that V2 knows, and they stay few."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from local.nationbuilder.filters import OPERATORS
from local.nationbuilder.schema import Kind, Operation, schema
from local.nationbuilder.store import Nation
from nat.agent.tools import load
from nat.errors import NatError
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.reading.calls import READ_TOOLS, Arguments, further, run, usual

CUSTOM_FILTERS: Final = {
    ("signups", "tag_id"),
    ("signups", "with_email_address"),
}
"""Filters that are no attributes; the facts on V2 name them as used in shipping code."""


class Recorder:
    """Calls tools and tells which requests each call sent."""

    def __init__(self, nation: NationBuilder, log: Path) -> None:
        self._nation = nation
        self._log = log

    def requests_of(self, tool: str, arguments: Arguments) -> list[dict[str, Any]]:
        """The requests of one call."""
        before = self._log.stat().st_size
        try:
            run(self._nation, tool, **arguments)
        except NatError as error:
            pytest.fail(f"{tool} {arguments}: {error.message}")
        with self._log.open("rb") as file:
            file.seek(before)
            return [json.loads(line) for line in file]


@pytest.fixture
def recorder(nation: NationBuilder, log: Path) -> Recorder:
    return Recorder(nation, log)


def all_calls(demo: Nation) -> list[tuple[str, Arguments]]:
    return [*usual(demo).items(), *further(demo)]


def operation_of(request: dict[str, Any]) -> Operation:
    found = schema().route(request["method"], request["path"])
    assert found is not None, f"no such route: {request['method']} {request['path']}"
    return found[0]


def problems(request: dict[str, Any]) -> Iterator[str]:
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
                yield from (f"sort {e}" for e in values if e.lstrip("-") not in resource.attributes)
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


def test_every_request_uses_known_paths_parameters_filters_includes_and_fields(
    recorder: Recorder, demo: Nation
) -> None:
    wrong = [
        f"{tool}: {request['path']}: {problem}"
        for tool, arguments in all_calls(demo)
        for request in recorder.requests_of(tool, arguments)
        for problem in problems(request)
    ]

    assert wrong == []


def test_every_tool_asks_just_the_endpoints_that_it_names(recorder: Recorder, demo: Nation) -> None:
    asked: dict[str, set[str]] = {name: set() for name in READ_TOOLS}

    for tool, arguments in all_calls(demo):
        for request in recorder.requests_of(tool, arguments):
            path = operation_of(request).path.removeprefix("/api/v2")
            asked[tool].add(f"GET {path}")

    declared = {name: set(load()[name].endpoints) for name in READ_TOOLS}
    assert asked == declared


def test_no_tool_sends_more_requests_for_more_records(recorder: Recorder, demo: Nation) -> None:
    listing = [name for name in READ_TOOLS if "limit" in load()[name].schema["properties"]]

    for tool in listing:
        arguments = usual(demo)[tool]
        few = recorder.requests_of(tool, {**arguments, "limit": 2})
        many = recorder.requests_of(tool, {**arguments, "limit": 100})
        assert len(many) <= len(few) + 1, tool
        assert len(many) <= 9, tool


def test_no_call_asks_the_same_thing_twice(recorder: Recorder, demo: Nation) -> None:
    for tool, arguments in all_calls(demo):
        requests = recorder.requests_of(tool, arguments)
        asked = [json.dumps([each["path"], each["query"]], sort_keys=True) for each in requests]
        assert len(set(asked)) == len(asked), tool
