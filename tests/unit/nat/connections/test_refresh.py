"""Refreshing on demand: once, in time, with a pair that is stored before it is used."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from nat.aws import clients
from nat.aws.isolation import nation
from nat.connections.refresh_rows import LEASE, RefreshState
from nat.connections.tokens import NbTokens
from nat.errors import NationBuilderDown, Reconnect
from nat.ids import NationSlug
from nat.names import Bus, Secret
from tests.unit.nat.connections.keeping import Office

ENDED = timedelta(seconds=-1)


@pytest.fixture
def calls(requests_log: Path, office: Office) -> Callable[[], int]:
    """Counts what `/oauth/token` was asked since the test began."""

    def count() -> int:
        return requests_log.read_text().count("/oauth/token") if requests_log.exists() else 0

    before = count()
    return lambda: count() - before


def test_a_token_that_lives_is_given_as_it_is(office: Office, calls: Callable[[], int]) -> None:
    tokens = office.connect()

    assert office.ask().access_token == tokens.access_token
    assert calls() == 0


@pytest.mark.parametrize("life", [ENDED, timedelta(minutes=4)])
def test_a_token_that_ends_within_five_minutes_is_refreshed(office: Office, life: timedelta) -> None:
    old = office.connect(life=life)

    fresh = office.ask()

    assert fresh.access_token != old.access_token
    assert office.lets_in(fresh.access_token)
    assert fresh.expires_at - office.clock() == timedelta(hours=24)


def test_a_refused_token_is_refreshed_whatever_its_end(office: Office) -> None:
    old = office.connect()

    fresh = office.ask(refused=old.access_token)

    assert office.lets_in(fresh.access_token)


def test_a_token_that_another_process_refreshed_is_found(office: Office, calls: Callable[[], int]) -> None:
    old, late = office.connect(), office.worker()
    office.ask(worker=late)
    fresh = office.ask(refused=old.access_token)

    assert office.ask(refused=old.access_token, worker=late).access_token == fresh.access_token
    assert calls() == 1


def test_a_refresh_is_told_to_the_record_and_not_announced(office: Office) -> None:
    office.connect(life=ENDED)
    office.forget_announcements()

    fresh = office.ask()

    record = office.record()
    assert record.nb_token_expires_at is not None
    assert abs(record.nb_token_expires_at - fresh.expires_at) < timedelta(milliseconds=2)
    assert record.refresh_bucket is not None
    assert office.announced() == []


def test_after_a_refresh_nothing_is_left_in_the_row(office: Office) -> None:
    office.connect(life=ENDED)

    office.ask()

    row = office.worker().rows.get(NationSlug(office.slug))
    assert (row.state, row.sealed, row.due_at, row.leased(office.clock())) == (
        RefreshState.IDLE,
        (),
        None,
        False,
    )


@pytest.mark.parametrize("workers", [8])
def test_a_thousand_requests_on_an_ended_token_ask_nationbuilder_once(
    office: Office, calls: Callable[[], int], workers: int
) -> None:
    office.connect(life=ENDED)
    processes = [office.worker(real_time=True) for _ in range(workers)]
    at_once = threading.Barrier(200)

    def ask(number: int) -> NbTokens:
        if number < 200:
            at_once.wait(60)
        with nation(office.slug):
            return processes[number % workers].refresher.tokens(NationSlug(office.slug))

    with ThreadPoolExecutor(200) as pool:
        found = list(pool.map(ask, range(1000)))

    assert calls() == 1
    assert len({each.access_token for each in found}) == 1
    assert office.lets_in(found[0].access_token)


def test_while_another_process_refreshes_a_token_that_lives_is_used(office: Office) -> None:
    old, other = office.connect(life=timedelta(minutes=4)), office.worker()
    other.rows.lease(NationSlug(office.slug), "elsewhere", office.clock())

    assert office.ask().access_token == old.access_token


def test_while_another_process_refreshes_an_ended_token_is_waited_for(office: Office) -> None:
    office.connect(life=ENDED)
    office.worker().rows.lease(NationSlug(office.slug), "elsewhere", office.clock())
    before = office.clock()

    fresh = office.ask()

    assert office.lets_in(fresh.access_token)
    assert LEASE <= office.clock() - before < LEASE + timedelta(seconds=2)


def test_a_refused_refresh_token_asks_to_connect_anew(office: Office) -> None:
    office.connect(life=ENDED)
    office.forget_announcements()
    office.nationbuilder.standin.tokens.revoke_all("harbor")

    with pytest.raises(Reconnect):
        office.ask()

    assert office.needs_reauth


def test_a_refused_refresh_token_is_announced_and_sent_once(office: Office, calls: Callable[[], int]) -> None:
    office.connect(life=ENDED)
    office.forget_announcements()
    office.nationbuilder.standin.tokens.revoke_all("harbor")

    for _ in range(3):
        with pytest.raises(Reconnect):
            office.ask()

    assert office.announced() == [Bus.NATION_NEEDS_REAUTH]
    assert calls() == 1


def test_a_nation_to_be_connected_anew_is_no_longer_due(office: Office) -> None:
    office.connect(life=ENDED)
    office.nationbuilder.standin.tokens.revoke_all("harbor")
    with pytest.raises(Reconnect):
        office.ask()

    assert office.record().refresh_bucket is None


def test_an_access_token_outlives_its_refused_refresh_token(office: Office) -> None:
    old = office.connect(life=timedelta(minutes=4))
    office.nationbuilder.standin.tokens.by_refresh[old.refresh_token].spent = True

    assert office.ask().access_token == old.access_token
    assert office.needs_reauth


def test_connecting_anew_ends_it_and_is_announced(office: Office) -> None:
    office.connect(life=ENDED)
    office.nationbuilder.standin.tokens.revoke_all("harbor")
    with pytest.raises(Reconnect):
        office.ask()
    office.forget_announcements()

    tokens = office.connect()

    assert office.ask().access_token == tokens.access_token
    assert (office.record().nb_connected, office.record().nb_needs_reauth) == (True, False)
    assert office.announced() == [Bus.NATION_CONNECTED]


def test_a_nation_that_was_never_connected_has_to_be(office: Office) -> None:
    with pytest.raises(Reconnect):
        office.ask()


def test_a_pair_without_refresh_token_is_used_until_it_ends(office: Office) -> None:
    tokens = NbTokens(
        "access", "", office.clock() + timedelta(minutes=3), NationSlug(office.slug), office.clock()
    )
    with nation(office.slug):
        office.worker().refresher.connect(tokens)

    assert office.ask().access_token == "access"
    office.clock.advance(minutes=4)
    with pytest.raises(Reconnect):
        office.ask()


def test_an_unknown_app_spends_nothing(office: Office, calls: Callable[[], int]) -> None:
    office.connect(life=ENDED)
    clients.secrets().put_secret_value(SecretId=Secret.NATIONBUILDER_APP, SecretString="unset")

    with pytest.raises(NationBuilderDown):
        office.ask()

    assert calls() == 0
    assert not office.record().nb_needs_reauth


def test_an_app_that_nationbuilder_does_not_know_spends_nothing(office: Office) -> None:
    office.connect(life=ENDED)
    wrong = '{"client_id": "nat-local", "client_secret": "wrong"}'
    right = clients.secrets().get_secret_value(SecretId=Secret.NATIONBUILDER_APP)["SecretString"]
    clients.secrets().put_secret_value(SecretId=Secret.NATIONBUILDER_APP, SecretString=wrong)
    worker = office.worker()
    with pytest.raises(NationBuilderDown):
        office.ask(worker=worker)

    clients.secrets().put_secret_value(SecretId=Secret.NATIONBUILDER_APP, SecretString=right)

    assert office.lets_in(office.ask(worker=worker).access_token)


def test_a_store_that_cannot_be_written_spends_nothing(office: Office, calls: Callable[[], int]) -> None:
    office.connect(life=ENDED)
    if office.store == "secretsmanager":
        clients.secrets().delete_secret(
            SecretId=Secret.nation_tokens(NationSlug(office.slug)), RecoveryWindowInDays=7
        )
        expected: type[Exception] = Reconnect
    else:
        clients.kms().disable_key(KeyId=office.key_arn)
        expected = Exception

    with pytest.raises(expected):
        office.ask()

    assert calls() == 0
