"""The API does what its description says, whoever calls it with whatever."""

import json
import os

import pytest

from local.openapi import OPERATIONS, described
from local.openapi.vocabulary import Operation
from tests.unit.local.openapi.conftest import Place
from tests.unit.local.openapi.fuzzing import Fuzzer, Sending

RIGHT, WRONG = int(os.environ.get("R", "15")), 10
"""Calls of each operation."""


@pytest.fixture(scope="session")
def fuzzer(lasting: Place) -> Fuzzer:
    return Fuzzer(lasting.town, lasting.url, json.loads(json.dumps(described())))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_whoever_calls_gets_an_answer_that_is_described(
    operation: Operation, place: Place, fuzzer: Fuzzer
) -> None:
    seen = fuzzer.run(operation, Sending.RIGHT, calls=RIGHT)

    print(operation.id, seen.statuses)
    assert not seen.wrong, "\n".join(seen.wrong)


@pytest.mark.parametrize(
    "operation", [each for each in OPERATIONS if each.body or each.query], ids=lambda each: each.id
)
def test_what_the_description_does_not_allow_is_refused(
    operation: Operation, place: Place, fuzzer: Fuzzer
) -> None:
    seen = fuzzer.run(operation, Sending.WRONG, calls=WRONG)

    print(operation.id, seen.statuses)
    assert not seen.wrong, "\n".join(seen.wrong)
