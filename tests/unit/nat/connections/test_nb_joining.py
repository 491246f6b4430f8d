"""Joining a nation by proving to be in its control panel, and what that must never touch."""

import pytest

from local.nationbuilder.faults import Fault
from nat.aws import clients
from nat.aws.store import Store
from nat.ids import NationSlug, UserId
from nat.names import Bus, Table
from nat.nations.record import Joiners, Nations
from nat.people.memberships import Membership, Memberships, Outsider, Standing
from nat.people.users import Users
from nat.roles import Role
from tests.unit.nat.connections.crossing import APP, Crossing

NEWCOMER = "3"
"""Another control-panel user of the stand-in's nation."""
SUPPORTER = "5"
"""Somebody of the nation who is not in its control panel."""


@pytest.fixture(autouse=True)
def connected(crossing: Crossing) -> None:
    """Ann owns the nation, and has connected it."""
    Nations(Store(clients.dynamodb(), crossing.office.tables)).update(
        NationSlug(crossing.slug), {"owner_id": "ann", "owner_provisional": False}
    )
    crossing.go(crossing.begin())


def role_of(crossing: Crossing, user: str) -> Role | None:
    membership: Membership | None = crossing.membership(user)
    return None if membership is None else membership.role


def set_joiners(crossing: Crossing, joiners: Joiners) -> None:
    nations = Nations(Store(clients.dynamodb(), crossing.office.tables))
    nations.update(NationSlug(crossing.slug), {"joiners": joiners.value})


def test_who_is_in_the_control_panel_becomes_a_viewer(crossing: Crossing) -> None:
    answer = crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert answer.location == f"{APP}/setup/success?nation={crossing.slug}&purpose=join"
    assert role_of(crossing, "bob") is Role.VIEWER
    assert crossing.audited()[-1] == "role.changed"


def test_the_admins_are_told_of_each(crossing: Crossing) -> None:
    crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert Bus.MEMBER_JOINED in crossing.office.announced()


def test_a_nation_may_make_them_members(crossing: Crossing) -> None:
    set_joiners(crossing, Joiners.MEMBER)

    crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert role_of(crossing, "bob") is Role.MEMBER


def test_a_nation_may_let_an_admin_decide(crossing: Crossing) -> None:
    set_joiners(crossing, Joiners.ASK)

    answer = crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert answer.location.endswith("&purpose=join&waits=1")
    assert role_of(crossing, "bob") is None
    memberships = Memberships(Store(clients.dynamodb(), crossing.office.tables))
    assert [each.user_id for each in memberships.outsiders(NationSlug(crossing.slug))] == ["bob"]
    assert Bus.MEMBER_JOINED in crossing.office.announced()


@pytest.mark.parametrize(
    ("permission_set", "withheld"),
    [("admin", set()), ("no_finances", {"money"}), ("read_only", set())],
)
def test_what_nationbuilder_refuses_them_is_kept_with_the_membership(
    crossing: Crossing, permission_set: str, withheld: set[str]
) -> None:
    with crossing.permission_set(NEWCOMER, permission_set):
        crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    membership = crossing.membership("bob")
    assert membership is not None
    assert membership.withheld == withheld


def test_somebody_whose_permissions_cannot_be_tried_does_not_join(crossing: Crossing) -> None:
    way = crossing.begin("POST /v1/nationbuilder/join", user="bob")
    crossing.office.nationbuilder.standin.faults.add(
        Fault("service_unavailable", count=9, path="*/donations")
    )

    answer = crossing.go(way, user=NEWCOMER)

    crossing.office.nationbuilder.standin.faults.clear()
    assert answer.status == 503
    assert role_of(crossing, "bob") is None
    assert crossing.living() == 1


def test_who_was_removed_does_not_join_again(crossing: Crossing) -> None:
    way = crossing.begin("POST /v1/nationbuilder/join", user="bob")
    memberships = Memberships(Store(clients.dynamodb(), crossing.office.tables))
    memberships.put(
        Outsider(NationSlug(crossing.slug), UserId("bob"), Standing.REMOVED, crossing.office.clock(), "ann")
    )

    assert crossing.go(way, user=NEWCOMER).status == 403
    assert crossing.call("POST /v1/nationbuilder/join", user="bob").code == "removed_from_nation"
    assert crossing.call("POST /v1/nationbuilder/connect", user="bob").code == "removed_from_nation"
    assert role_of(crossing, "bob") is None


def test_who_deleted_their_account_goes_nowhere(crossing: Crossing) -> None:
    Memberships(Store(clients.dynamodb(), crossing.office.tables)).bury(
        UserId("bob"), crossing.office.clock()
    )

    for route in ("POST /v1/nationbuilder/join", "POST /v1/nationbuilder/connect"):
        assert crossing.call(route, user="bob").code == "unauthenticated"


def test_the_nation_becomes_the_primary_one_of_who_has_none(crossing: Crossing) -> None:
    crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    bob = Users(Store(clients.dynamodb(), crossing.office.tables)).get(UserId("bob"))

    assert bob is not None
    assert bob.nation_slug == crossing.slug


def test_joining_never_touches_the_nations_tokens(crossing: Crossing) -> None:
    before, record = crossing.stored(), crossing.office.record()

    crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert crossing.stored() == before
    assert before is not None
    assert crossing.office.lets_in(before.access_token)
    assert crossing.office.record() == record
    assert crossing.connections()["connected_by"]["user_id"] == "ann"


def test_the_token_that_proved_it_is_given_back(crossing: Crossing) -> None:
    crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert (crossing.issued(), crossing.living()) == (2, 1)


def test_who_is_not_in_the_control_panel_is_refused(crossing: Crossing) -> None:
    answer = crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=SUPPORTER)

    assert answer.status == 403
    assert "not joined" in answer.body
    assert role_of(crossing, "bob") is None
    assert crossing.living() == 1


def test_a_way_to_join_is_not_one_to_connect(crossing: Crossing) -> None:
    before = crossing.stored()
    joining = crossing.begin("POST /v1/nationbuilder/join", user="bob")
    connecting = crossing.begin()
    code = crossing.consent(connecting, user=NEWCOMER)["code"]

    answer = crossing.arrive({"state": joining.query["state"], "code": code}, joining.cookies)

    assert answer.status == 400
    assert crossing.stored() == before
    assert role_of(crossing, "bob") is None


def test_a_member_has_nothing_to_join(crossing: Crossing) -> None:
    assert crossing.call("POST /v1/nationbuilder/join").code == "bad_request"


@pytest.mark.parametrize("purpose", ["join", "connect"])
def test_who_is_proven_is_told_that_nobody_has_subscribed_the_nation(
    crossing: Crossing, purpose: str
) -> None:
    """And nobody else: the way begins in the same way for every nation."""
    clients.dynamodb().delete_item(
        TableName=crossing.office.tables[Table.NATIONS], Key={"nation_slug": {"S": crossing.slug}}
    )

    kept, living = crossing.stored(), crossing.living()

    arrived = crossing.go(crossing.begin(f"POST /v1/nationbuilder/{purpose}", user="bob"))

    assert arrived.status == 404
    assert "Subscribe your nation to start" in arrived.body
    assert (crossing.stored(), crossing.living()) == (kept, living)
    assert role_of(crossing, "bob") is None


@pytest.mark.parametrize("kind", ["join", "connect"])
def test_who_is_not_of_the_control_panel_is_told_the_same_of_every_nation(
    crossing: Crossing, kind: str
) -> None:
    way = crossing.begin(f"POST /v1/nationbuilder/{kind}", user="bob")
    there = crossing.arrive({**crossing.consent(way), "code": "made-up"}, way.cookies)
    clients.dynamodb().delete_item(
        TableName=crossing.office.tables[Table.NATIONS], Key={"nation_slug": {"S": crossing.slug}}
    )

    way = crossing.begin(f"POST /v1/nationbuilder/{kind}", user="bob")
    nowhere = crossing.arrive({**crossing.consent(way), "code": "made-up"}, way.cookies)

    assert (there.status, there.body) == (nowhere.status, nowhere.body)


def test_a_role_that_somebody_was_given_on_the_way_stays(crossing: Crossing) -> None:
    way = crossing.begin("POST /v1/nationbuilder/join", user="bob")
    crossing.add(Role.ADMIN, "bob")

    assert crossing.go(way, user=NEWCOMER).status == 302
    assert role_of(crossing, "bob") is Role.ADMIN


def test_a_denied_consent_makes_nobody_a_member(crossing: Crossing) -> None:
    answer = crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), decision="deny")

    assert answer.status == 403
    assert role_of(crossing, "bob") is None


def test_joining_takes_nothing_from_who_only_paid(crossing: Crossing) -> None:
    nations = Nations(Store(clients.dynamodb(), crossing.office.tables))
    nations.update(NationSlug(crossing.slug), {"owner_provisional": True, "nb_connected": False})
    crossing.paid("ann")

    answer = crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="bob"), user=NEWCOMER)

    assert answer.status == 302
    assert role_of(crossing, "bob") is Role.VIEWER
    assert nations.require(NationSlug(crossing.slug)).owner_id == "ann"


def test_who_only_paid_proves_themself_by_joining(crossing: Crossing) -> None:
    nations = Nations(Store(clients.dynamodb(), crossing.office.tables))
    nations.update(NationSlug(crossing.slug), {"owner_provisional": True})
    crossing.paid("ann")
    before = role_of(crossing, "ann")

    crossing.go(crossing.begin("POST /v1/nationbuilder/join", user="ann"))

    assert (before, role_of(crossing, "ann")) == (None, Role.OWNER)
    assert not nations.require(NationSlug(crossing.slug)).owner_provisional
