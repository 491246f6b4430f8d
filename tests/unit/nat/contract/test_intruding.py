"""Nobody gets at another nation, or beyond their role, by any route. The long form is
`tests/soak/test_intruding_long.py`."""

from collections.abc import Iterator

import pytest

from nat.handlers.description import all_endpoints
from nat.roles import Role
from tests.embedded import EmbeddedAws
from tests.unit.nat.contract.intruding import Matrix
from tests.unit.nat.contract.town import running_place

THINGS = 1


@pytest.fixture(scope="module")
def matrix(embedded_aws: EmbeddedAws) -> Iterator[Matrix]:
    """One town for both."""
    with running_place() as place:
        yield Matrix(place.town, tuple(all_endpoints()))


def test_ids_of_another_nation_lead_nowhere(matrix: Matrix) -> None:
    tried = matrix.foreign(THINGS, (Role.OWNER,))

    print(f"foreign ids: {tried}")  # noqa: T201 - figures
    assert tried.through == [], "\n".join(tried.through)
    assert tried.number > 300


def test_running_the_service_opens_its_own_pages_and_nothing_of_a_nation(matrix: Matrix) -> None:
    tried = matrix.operators()

    print(f"operators: {tried}")  # noqa: T201 - figures
    assert tried.through == [], "\n".join(tried.through)
    assert tried.number > 90


def test_no_role_does_more_than_it_may(matrix: Matrix) -> None:
    tried = matrix.rights()

    print(f"rights: {tried}")  # noqa: T201 - figures
    assert tried.through == []
    assert tried.number > 200
