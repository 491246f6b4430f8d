"""The HTTP API does what its description says, whoever calls it with whatever."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from nat.contract.endpoint import Endpoint
from nat.handlers.description import all_endpoints, described
from tests.embedded import EmbeddedAws
from tests.unit.nat.contract.front import OPERATOR
from tests.unit.nat.contract.fuzzing import Example, Fuzzer, Sending
from tests.unit.nat.contract.town import NEWCOMER, STRANGER, Place, running_place

OPERATIONS: Final = all_endpoints()
RIGHT: Final = 12
WRONG: Final = 6
"""Calls of each operation. The long form is `tests/soak/test_described_api_long.py`."""
WAITING, DONE, HALTED, FAILED = 0, 1, 3, 4
"""Places of the town's things: proposals that wait, were done, and were halted; a write that failed."""

ADMINS: Final = Example("admin")
EXAMPLES: Final[Mapping[str, Example]] = {
    "POST /v1/members/leave": Example("member"),
    "PATCH /v1/members/{user}": Example(ids={"user": "member"}),
    "DELETE /v1/members/{user}": Example(ids={"user": "member"}),
    "DELETE /v1/members/{user}/mail-refusal": Example(ids={"user": "member"}),
    "POST /v1/ownership/transfer": Example(ids={"user_id": "admin"}),
    "POST /v1/invitations/accept": Example(STRANGER, body={"token": ""}),
    "GET /v1/conversations/{conversation}": ADMINS,
    "PATCH /v1/conversations/{conversation}": ADMINS,
    "DELETE /v1/conversations/{conversation}": ADMINS,
    "GET /v1/conversations/{conversation}/export": ADMINS,
    "GET /v1/conversations/{conversation}/turns/{turn}/events": ADMINS,
    "POST /v1/conversations/{conversation}/turns/{turn}/stop": ADMINS,
    "PUT /v1/conversations/{conversation}/turns/{turn}/feedback": ADMINS,
    "DELETE /v1/conversations/{conversation}/turns/{turn}/feedback": ADMINS,
    "GET /v1/conversations/{conversation}/files/{file}": ADMINS,
    "GET /v1/conversations/search": Example(query={"q": "how many"}),
    "POST /v1/conversations/{conversation}/approvals/{approval}/retry": Example("admin", HALTED),
    "POST /v1/conversations/{conversation}/changes/{change}/undo": Example("admin", DONE),
    "POST /v1/conversations/{conversation}/changes/{change}/retry": Example("admin", FAILED),
    "DELETE /v1/me": ADMINS,
    "POST /v1/members/{user}/admission": Example(ids={"user": NEWCOMER}),
    "DELETE /v1/members/{user}/admission": Example(ids={"user": NEWCOMER}),
    "POST /v1/members/{user}/areas": Example(ids={"user": "member"}),
    "POST /v1/nationbuilder/join": Example(STRANGER),
    **{each.key: Example(OPERATOR) for each in OPERATIONS if each.access.operator},
    "POST /v1/billing/checkout": Example(STRANGER, nation="fresh", ids={"plan": "nat"}),
}
"""What the examples need besides the owner and a proposal that waits."""


@pytest.fixture(scope="module")
def lasting(embedded_aws: EmbeddedAws) -> Iterator[Place]:
    """One town for all tests here."""
    with running_place() as place:
        yield place


@pytest.fixture(scope="module")
def fuzzer(lasting: Place) -> Fuzzer:
    return Fuzzer(lasting.town, lasting.url, json.loads(json.dumps(described())))


@pytest.fixture
def api(lasting: Place, fuzzer: Fuzzer) -> Fuzzer:
    """The town as it was at the beginning."""
    lasting.town.restore()
    return fuzzer


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_whoever_calls_gets_an_answer_that_is_described(operation: Endpoint, api: Fuzzer) -> None:
    seen = api.run(operation, Sending.RIGHT, calls=RIGHT)

    assert not seen.wrong, "\n".join(seen.wrong)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.body or each.query], ids=lambda each: each.id
)
def test_what_the_description_does_not_allow_is_refused(operation: Endpoint, api: Fuzzer) -> None:
    seen = api.run(operation, Sending.WRONG, calls=WRONG)

    assert not seen.wrong, "\n".join(seen.wrong)


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if each.key != "POST /v1/billing/change"],
    ids=lambda each: each.id,
)
def test_the_examples_of_the_description_succeed(operation: Endpoint, api: Fuzzer) -> None:
    answer = api.example(operation, EXAMPLES.get(operation.key, Example()))

    assert answer == (operation.status, "")


def test_a_previewed_plan_can_be_taken_as_the_description_says(api: Fuzzer) -> None:
    by_route = {each.key: each for each in OPERATIONS}
    quote = api.answer(by_route["POST /v1/billing/preview"], Example(ids={"plan": "nat"}))
    confirmed = {name: quote[name] for name in ("plan", "at", "due_cents")}

    answer = api.example(by_route["POST /v1/billing/change"], Example(body=confirmed))

    assert answer == (200, "")
