"""Taking NationBuilder away again, and what members are told of the connection."""

from collections.abc import Iterator

import pytest

from local.nationbuilder.server import RunningNationBuilder
from nat.aws.isolation import nation
from nat.connections.refresh import PATIENCE
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.names import Bus
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.connections import crossing as crossing_module
from tests.unit.nat.connections.crossing import CPU, Crossing
from tests.unit.nat.connections.keeping import STORES

NONE = {"connected": False, "needs_reauth": False, "token_expires_at": None, "connected_by": None}


@pytest.fixture(params=STORES)
def connected(
    request: pytest.FixtureRequest,
    tables: TableNames,
    nationbuilder: RunningNationBuilder,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Crossing]:
    """A nation that ann has connected, with either vault."""
    with crossing_module.crossing(tables, nationbuilder, request.param, monkeypatch) as made:
        made.go(made.begin())
        yield made


def test_the_pair_is_revoked_and_gone(connected: Crossing) -> None:
    answer = connected.call("POST /v1/nationbuilder/disconnect")

    assert (answer.status, answer.json) == (200, {"nationbuilder": NONE})
    assert connected.stored() is None
    assert connected.living() == 0


def test_everybody_who_asks_for_tokens_afterwards_is_told_to_reconnect(connected: Crossing) -> None:
    connected.call("POST /v1/nationbuilder/disconnect")

    with pytest.raises(Reconnect):
        connected.office.ask()


def test_it_is_announced_and_noted_once(connected: Crossing) -> None:
    connected.office.forget_announcements()

    connected.call("POST /v1/nationbuilder/disconnect")
    again = connected.call("POST /v1/nationbuilder/disconnect")

    assert again.status == 200
    assert connected.office.announced() == [Bus.NATION_DISCONNECTED]
    assert connected.audited().count("connection.revoked") == 1


def test_a_nationbuilder_that_does_not_answer_does_not_keep_the_connection(connected: Crossing) -> None:
    connected.office.nationbuilder.fault("server_error", count=5, path="/oauth/revoke")

    answer = connected.call("POST /v1/nationbuilder/disconnect")

    connected.office.nationbuilder.standin.faults.clear()
    assert answer.status == 200
    assert connected.stored() is None


def test_a_nation_can_be_connected_again_afterwards(connected: Crossing) -> None:
    connected.call("POST /v1/nationbuilder/disconnect")

    assert connected.go(connected.begin()).status == 302
    assert connected.stored() is not None


def test_a_refresh_that_is_under_way_is_waited_for(crossing: Crossing) -> None:
    crossing.go(crossing.begin())
    worker = crossing.office.worker()
    lease = worker.rows.lease(NationSlug(crossing.slug), "another", crossing.office.clock())
    assert lease is not None
    began = crossing.office.clock()

    with nation(crossing.slug):
        crossing.office.worker().refresher.disconnect(NationSlug(crossing.slug))

    assert crossing.stored() is None
    assert crossing.office.clock() - began <= PATIENCE


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER])
def test_only_admins_and_the_owner_may_disconnect(crossing: Crossing, role: Role) -> None:
    crossing.go(crossing.begin())
    crossing.add(role, "bob")

    assert crossing.call("POST /v1/nationbuilder/disconnect", user="bob").code == "role_insufficient"
    assert crossing.stored() is not None


def test_every_member_sees_who_connected_nationbuilder_and_when(crossing: Crossing) -> None:
    at = crossing.office.clock()
    crossing.go(crossing.begin())

    told = crossing.connections(crossing.add(Role.VIEWER, "bob"))

    name = crossing.office.nationbuilder.nation("harbor")["signups"].rows[CPU]["full_name"]
    assert (told["connected"], told["needs_reauth"]) == (True, False)
    assert told["connected_by"]["name"] == name
    assert told["connected_by"]["user_id"] == "ann"
    assert told["connected_by"]["signup_id"] == CPU
    assert told["connected_by"]["at"][:16] == at.isoformat()[:16]


def test_nobody_else_sees_it(crossing: Crossing) -> None:
    assert crossing.call("GET /v1/connections", user="eve").code == "not_a_member"
