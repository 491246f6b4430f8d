"""Every request that a read tool sends is one that V2 knows, and they stay few."""

import json
from pathlib import Path
from typing import Any

import pytest

from local.nationbuilder.store import Nation
from nat.agent.tools import load
from nat.errors import NatError
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.reading.calls import READ_TOOLS, Arguments, further, run, usual
from tests.unit.nat.agent.tools.wire import operation_of, query_problems


class Recorder:
    """Calls tools and tells which requests each call sent."""

    def __init__(self, v2: NationBuilder, log: Path) -> None:
        self._nation = v2
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
def recorder(v2: NationBuilder, log: Path) -> Recorder:
    return Recorder(v2, log)


def all_calls(demo: Nation) -> list[tuple[str, Arguments]]:
    return [*usual(demo).items(), *further(demo)]


def test_every_request_uses_known_paths_parameters_filters_includes_and_fields(
    recorder: Recorder, demo: Nation
) -> None:
    wrong = [
        f"{tool}: {request['path']}: {problem}"
        for tool, arguments in all_calls(demo)
        for request in recorder.requests_of(tool, arguments)
        for problem in query_problems(request)
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
