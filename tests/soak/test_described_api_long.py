"""The long form of fuzzing the HTTP API: many calls of every operation, other ones in each run."""

import json
import random
from collections.abc import Iterator
from typing import Final

import pytest

from nat.contract.endpoint import Endpoint
from nat.handlers.description import all_endpoints, described
from tests.embedded import EmbeddedAws
from tests.soak.conftest import Tell
from tests.unit.nat.contract.fuzzing import Fuzzer, Sending
from tests.unit.nat.contract.town import Place, running_place

RIGHT: Final = 150
WRONG: Final = 50


@pytest.fixture(scope="module")
def lasting(embedded_aws: EmbeddedAws) -> Iterator[Place]:
    """One town for all tests here."""
    with running_place() as place:
        yield place


@pytest.mark.parametrize("operation", all_endpoints(), ids=lambda each: each.id)
def test_the_description_holds_for_many_calls(
    operation: Endpoint, lasting: Place, chance: random.Random, tell: Tell
) -> None:
    lasting.town.restore()
    fuzzer = Fuzzer(lasting.town, lasting.url, json.loads(json.dumps(described())))

    right = fuzzer.run(operation, Sending.RIGHT, calls=RIGHT, randomness=chance.randrange(2**32))
    tell(f"{operation.id}: {dict(sorted(right.statuses.items()))}")

    assert not right.wrong, "\n".join(right.wrong)
    if operation.body or operation.query:
        wrong = fuzzer.run(operation, Sending.WRONG, calls=WRONG, randomness=chance.randrange(2**32))
        assert not wrong.wrong, "\n".join(wrong.wrong)
