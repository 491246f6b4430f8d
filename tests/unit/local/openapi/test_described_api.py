"""The HTTP API does what its description says, whoever calls it with whatever."""

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

import pytest

from local.openapi import OPERATIONS, described
from local.openapi.vocabulary import Operation
from nat.names import BillingRoute, ConnectRoute, PrivacyRoute, Route
from tests.embedded import EmbeddedAws
from tests.unit.local.openapi.fuzzing import Example, Fuzzer, Sending
from tests.unit.local.openapi.town import STRANGER, Place, running_place

RIGHT: Final = 12
WRONG: Final = 6
"""Calls of each operation. The long form is `tests/soak/test_described_api_long.py`."""
WAITING, DONE, HALTED, FAILED = 0, 1, 3, 4
"""Places of the town's things: proposals that wait, were done, and were halted; a write that failed."""

ADMINS: Final = Example("admin")
EXAMPLES: Final[Mapping[StrEnum, Example]] = {
    Route.LEAVE: Example("member"),
    Route.CHANGE_MEMBER: Example(ids={"user": "member"}),
    Route.REMOVE_MEMBER: Example(ids={"user": "member"}),
    Route.TRANSFER_OWNERSHIP: Example(ids={"user_id": "admin"}),
    Route.ACCEPT_INVITATION: Example(STRANGER, body={"token": ""}),
    Route.CONVERSATION: ADMINS,
    Route.RENAME: ADMINS,
    Route.DELETE: ADMINS,
    Route.EXPORT: ADMINS,
    Route.TURN_EVENTS: ADMINS,
    Route.GIVE_FEEDBACK: ADMINS,
    Route.TAKE_FEEDBACK: ADMINS,
    Route.FILE: ADMINS,
    Route.SEARCH: Example(query={"q": "how many"}),
    Route.RETRY: Example("admin", HALTED),
    Route.UNDO: Example("admin", DONE),
    Route.RETRY_CHANGE: Example("admin", FAILED),
    PrivacyRoute.DELETE_ME: ADMINS,
    ConnectRoute.JOIN: Example(STRANGER),
    BillingRoute.CHECKOUT: Example(STRANGER, nation="fresh", ids={"plan": "nat"}),
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
def test_whoever_calls_gets_an_answer_that_is_described(operation: Operation, api: Fuzzer) -> None:
    seen = api.run(operation, Sending.RIGHT, calls=RIGHT)

    assert not seen.wrong, "\n".join(seen.wrong)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.body or each.query], ids=lambda each: each.id
)
def test_what_the_description_does_not_allow_is_refused(operation: Operation, api: Fuzzer) -> None:
    seen = api.run(operation, Sending.WRONG, calls=WRONG)

    assert not seen.wrong, "\n".join(seen.wrong)


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if each.route is not BillingRoute.CHANGE],
    ids=lambda each: each.id,
)
def test_the_examples_of_the_description_succeed(operation: Operation, api: Fuzzer) -> None:
    answer = api.example(operation, EXAMPLES.get(operation.route, Example()))

    assert answer == (operation.status, "")


def test_a_previewed_plan_can_be_taken_as_the_description_says(api: Fuzzer) -> None:
    by_route: dict[Any, Operation] = {each.route: each for each in OPERATIONS}
    quote = api.answer(by_route[BillingRoute.PREVIEW], Example(ids={"plan": "nat"}))
    confirmed = {name: quote[name] for name in ("plan", "at", "due_cents")}

    answer = api.example(by_route[BillingRoute.CHANGE], Example(body=confirmed))

    assert answer == (200, "")
