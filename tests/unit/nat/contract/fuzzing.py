"""Calls that schemathesis makes up from the description, to the API of a town, and what is wrong with the
answers.

Each call is somebody's: the owner, an admin, a member, a viewer, a stranger, or nobody with a session. What a
path or a body names is often something that exists, or most calls would end with 404. Whatever was changed is
put back, so each call meets the same town.
"""

import json
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from nat.contract.endpoint import Endpoint
from nat.contract.fields import RequestBody
from nat.contract.openapi import example_of
from nat.contract.schemas import schema_name
from nat.names import Header
from tests.unit.nat.contract.front import OPERATOR
from tests.unit.nat.contract.town import LAPSED, PEOPLE, STRANGER, UNKNOWN, Thing, Town

NOBODY: Final = ""
CALLERS: Final[tuple[str, ...]] = (*PEOPLE, "owner", "admin", "admin", STRANGER, NOBODY)
"""Who calls; those who may do most come more often."""
ENOUGH: Final = 3
"""Failures that are told of one operation."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
Mode = schemathesis.GenerationMode


class Sending(StrEnum):
    """What is sent: what the description allows, or what it does not."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass
class Seen:
    """What a round of calls met. `wrong` are failures with the call that met them."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def closed(document: Mapping[str, Any], sent: frozenset[str]) -> dict[str, Any]:
    """The description with answers that may have no other names than it says. `sent` are names of schemas of
    bodies, which stay as they are."""
    made: dict[str, Any] = deepcopy(dict(document))
    del made["security"]  # who calls is chosen here
    for name, schema in made["components"]["schemas"].items():
        if name not in sent and "properties" in schema:
            schema.setdefault("additionalProperties", False)
            for inner in schema["properties"].values():
                if "properties" in inner:
                    inner.setdefault("additionalProperties", False)
    return made


def sent_schemas() -> frozenset[str]:
    """Names of schemas that clients send."""
    found: set[str] = set()
    waiting: list[type] = [RequestBody]
    while waiting:
        subclasses: list[type] = waiting.pop().__subclasses__()
        found |= {schema_name(each) for each in subclasses}
        waiting += subclasses
    return frozenset(found)


@dataclass(frozen=True)
class Example:
    """How the example of an operation is sent so that it succeeds. `ids` are places of the path and names of
    the body besides those of the town's thing number `thing`; `body` is what the description's example
    lacks."""

    caller: str = "owner"
    thing: int = 0
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    nation: str | None = None


@dataclass
class Fuzzer:
    """Calls one town's API at `url`, as `document` describes it."""

    town: Town
    url: str
    document: Mapping[str, Any]

    def __post_init__(self) -> None:
        config = schemathesis.Config()
        self._schema = schemathesis.openapi.from_dict(closed(self.document, sent_schemas()), config=config)
        self._session = requests.Session()

    def run(
        self, operation: Endpoint, sending: Sending, *, calls: int, randomness: int | None = None
    ) -> Seen:
        """So many calls of one operation; the same ones every time, or others for each `randomness`."""
        seen = Seen()
        described = self._schema[operation.path][operation.method]
        headers = {Header.NATION_SLUG.value: self.town.nation(operation)}
        if sending is Sending.RIGHT:
            cases = described.as_strategy(headers=headers)
        else:
            places = self._places(operation)
            cases = described.as_strategy(Mode.NEGATIVE, headers=headers, path_parameters=places)

        @settings(
            max_examples=calls,
            derandomize=randomness is None,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases, choices=st.data())
        def call(case: Any, choices: Any) -> None:
            self._call(operation, sending, case, choices, seen)

        (call if randomness is None else seed(randomness)(call))()
        return seen

    def example(self, operation: Endpoint, of: Example) -> tuple[int, str]:
        """Send the example of the description, with ids that exist; the status, and what is wrong."""
        return self._send(self._case(operation, of), of.caller, CHECKS)[:2]

    def answer(self, operation: Endpoint, of: Example) -> dict[str, Any]:
        """What the example is answered with."""
        found: dict[str, Any] = json.loads(self._send(self._case(operation, of), of.caller, CHECKS)[2])
        return found

    def _case(self, operation: Endpoint, of: Example) -> Any:
        ids = {name: values[0] for name, values in self.town.known.items()}
        ids |= self.town.things[of.thing].ids
        ids |= of.ids
        case = self._schema[operation.path][operation.method].Case(
            path_parameters={name: quote(ids[name], safe="") for name in operation.places},
            headers={Header.NATION_SLUG.value: of.nation or self.town.nation(operation)},
            query=dict(of.query),
        )
        if operation.body is not None:
            body = {**(example_of(operation.example) if operation.example else {}), **of.body}
            case.body = {**body, **{name: ids[name] for name in body.keys() & ids.keys()}}
            case.media_type = "application/json"
        return case

    def _places(self, operation: Endpoint) -> dict[str, str]:
        """A path to something that exists, the owner's or everybody's."""
        ids = {**{name: values[0] for name, values in self.town.known.items()}, **self.town.things[0].ids}
        return {name: quote(ids[name], safe="") for name in operation.places}

    def _call(self, operation: Endpoint, sending: Sending, case: Any, choices: Any, seen: Seen) -> None:
        first, callers = "owner", CALLERS
        if operation.access.operator:
            first, callers = OPERATOR, (*CALLERS, *(OPERATOR for _ in CALLERS))
        caller = first if sending is Sending.WRONG else choices.draw(st.sampled_from(callers))
        if choices.draw(st.integers(0, 9)):
            case.headers.pop(Header.USER_ID.value, None)
        if sending is Sending.RIGHT and not choices.draw(st.integers(0, 7)):
            case.headers[Header.NATION_SLUG.value] = choices.draw(st.sampled_from([LAPSED, UNKNOWN]))
        if sending is Sending.RIGHT and choices.draw(st.integers(0, 4)):
            thing = choices.draw(st.sampled_from(self.town.things))
            if "conversation" in operation.places and choices.draw(st.booleans()):
                caller = thing.owner
            self._name(case, choices, thing)
        checks = CHECKS if sending is Sending.RIGHT else [*CHECKS, negative_data_rejection]
        status, wrong, _ = self._send(case, caller, checks)
        seen.statuses[status] += 1
        if wrong and len(seen.wrong) < ENOUGH:
            seen.wrong.append(wrong)
        if operation.method != "get" and status < 300:
            self.town.restore()

    def _send(self, case: Any, caller: str, checks: list[Any]) -> tuple[int, str, str]:
        """The status, what is wrong with the answer, if anything is, and its text."""
        headers = {"Authorization": f"Bearer {caller}"} if caller else {}
        response = case.call(base_url=self.url, session=self._session, headers=headers, timeout=20)
        status: int = response.status_code
        try:
            case.validate_response(response, checks=checks)
        except FailureGroup as failures:
            said = "; ".join(f"{each.title}: {each.message}" for each in failures.exceptions)
            request = response.request
            told = f"{caller or 'nobody'}: {request.method} {request.url} {request.body!r} → {status}"
            return status, f"{told} {response.text[:300]}\n  {said[:600]}", response.text
        return status, "", response.text

    def _name(self, case: Any, choices: Any, thing: Thing) -> None:
        """Let the call be about something that exists."""
        ids = {name: choices.draw(st.sampled_from(values)) for name, values in self.town.known.items()}
        ids.update(thing.ids)
        for name in case.path_parameters:
            case.path_parameters[name] = quote(ids[name], safe="")
        if isinstance(case.body, dict):
            for name in sorted(case.body.keys() & ids.keys()):
                case.body[name] = ids[name]
