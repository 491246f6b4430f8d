"""The whole matrix: every route × people who may not × ids of everything that another nation has."""

from nat.handlers.description import all_endpoints
from tests.attacks import Tried as Note
from tests.embedded import EmbeddedAws
from tests.unit.nat.contract.intruding import Matrix
from tests.unit.nat.contract.town import running_place


def test_nothing_of_a_nation_comes_through_to_others(embedded_aws: EmbeddedAws, tried: Note) -> None:
    with running_place() as place:
        matrix = Matrix(place.town, tuple(all_endpoints()))
        foreign, rights = matrix.foreign(), matrix.rights()

    tried("foreign ids in header, path and body", foreign.number, len(foreign.through))
    tried("every route in every role", rights.number, len(rights.through))
    assert foreign.through == []
    assert rights.through == []
