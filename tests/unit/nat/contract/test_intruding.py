"""Nobody gets at another nation, beyond their role, more often than they may, or at who
is a customer, by any route. The long form
is `tests/soak/test_intruding_long.py`."""

from collections.abc import Iterator

import pytest

from nat.handlers.description import all_endpoints
from nat.roles import Role
from tests.attacks import Tried as Note
from tests.embedded import EmbeddedAws
from tests.unit.nat.contract.intruding import Matrix
from tests.unit.nat.contract.town import running_place

THINGS = 1


@pytest.fixture(scope="module")
def matrix(embedded_aws: EmbeddedAws) -> Iterator[Matrix]:
    """One town for all."""
    with running_place() as place:
        yield Matrix(place.town, tuple(all_endpoints()))


def test_ids_of_another_nation_lead_nowhere(matrix: Matrix, tried: Note) -> None:
    found = matrix.foreign(THINGS, (Role.OWNER,))

    tried("foreign ids in header, path and body", found.number, len(found.through))
    assert found.through == [], "\n".join(found.through)
    assert found.number > 300


def test_running_the_service_opens_its_own_pages_and_nothing_of_a_nation(matrix: Matrix, tried: Note) -> None:
    found = matrix.operators()

    tried("by and against who runs the service", found.number, len(found.through))
    assert found.through == [], "\n".join(found.through)
    assert found.number > 90


def test_no_role_does_more_than_it_may(matrix: Matrix, tried: Note) -> None:
    found = matrix.rights()

    tried("every route in every role", found.number, len(found.through))
    assert found.through == []
    assert found.number > 200


def test_which_nations_are_customers_is_told_to_no_stranger(matrix: Matrix, tried: Note) -> None:
    found = matrix.strangers()

    tried("whether a nation is a customer, by a stranger", found.number, len(found.through))
    assert found.through == [], "\n".join(found.through)
    assert found.number > 200


def test_what_is_too_often_is_told_when_to_come_back(matrix: Matrix, tried: Note) -> None:
    found = matrix.floods()

    tried("one more than a person may in a minute", found.number, len(found.through))
    assert found.through == []
    assert found.number >= 10
