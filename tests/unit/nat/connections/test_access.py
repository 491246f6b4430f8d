"""The V2 client of a nation: tokens are renewed behind it, and a connection that is gone is told apart."""

from datetime import timedelta

import pytest

from nat.aws.isolation import nation
from nat.connections.access import NationAccess
from nat.errors import NatError, PermissionDenied, Reconnect
from nat.ids import NationSlug
from nat.names import Bus
from tests.unit.nat.connections.keeping import REAL, Office


def count_people(office: Office) -> int:
    """What a turn does first."""
    access = NationAccess(office.worker().refresher, base_url=office.nationbuilder.base_url, now=office.clock)
    with nation(office.slug), access.client(NationSlug(office.slug), "UTC") as client:
        return client.count("signups")


def test_a_turn_with_a_good_token_is_answered(office: Office) -> None:
    office.connect()

    assert count_people(office) > 0


def test_a_token_that_ended_is_renewed_before_the_request(office: Office) -> None:
    office.connect(life=timedelta(seconds=-1))

    assert count_people(office) > 0


def test_a_token_that_nationbuilder_calls_expired_is_renewed_and_the_request_repeated(
    office: Office,
) -> None:
    old = office.connect()
    office.nationbuilder.fault("token_expired", path="/api/v2/signups")

    assert count_people(office) > 0

    assert office.stored().access_token != old.access_token


def test_revoked_access_marks_the_nation_and_asks_to_reconnect(office: Office) -> None:
    office.connect()
    office.forget_announcements()
    office.nationbuilder.standin.tokens.revoke_all(REAL)

    for _ in range(2):
        with pytest.raises(Reconnect):
            count_people(office)

    assert office.record().nb_needs_reauth
    assert office.announced() == [Bus.NATION_NEEDS_REAUTH]


def test_an_access_token_that_was_revoked_alone_is_replaced(office: Office) -> None:
    old = office.connect()
    office.nationbuilder.standin.tokens.by_access[old.access_token].revoked = True

    assert count_people(office) > 0

    assert not office.record().nb_needs_reauth


@pytest.mark.parametrize("kind", ["unauthorized", "forbidden"])
def test_a_missing_permission_is_no_lost_connection(office: Office, kind: str) -> None:
    old = office.connect()
    office.nationbuilder.fault(kind, path="/api/v2/signups")

    with pytest.raises(PermissionDenied):
        count_people(office)

    assert office.stored().access_token == old.access_token
    assert not office.record().nb_needs_reauth


@pytest.mark.parametrize("kind", ["unauthorized", "forbidden"])
def test_somebody_who_may_no_longer_sign_in_has_to_be_replaced(office: Office, kind: str) -> None:
    office.connect()
    office.nationbuilder.fault(kind, count=9, path="/api/v2/*")

    with pytest.raises(Reconnect):
        count_people(office)

    assert office.needs_reauth


def test_a_refusal_that_cannot_be_explained_is_passed_on(office: Office) -> None:
    office.connect()
    office.nationbuilder.fault("unauthorized", path="/api/v2/signups")
    office.nationbuilder.fault("cloudflare", count=5, path="/api/v2/signups/me")

    with pytest.raises(PermissionDenied):
        count_people(office)

    assert not office.record().nb_needs_reauth


def test_a_reconnected_nation_works_and_is_unmarked(office: Office) -> None:
    office.connect()
    office.nationbuilder.standin.tokens.revoke_all(REAL)
    with pytest.raises(NatError):
        count_people(office)

    office.connect()

    assert count_people(office) > 0
    assert not office.record().nb_needs_reauth
