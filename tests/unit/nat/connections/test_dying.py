"""Whatever step a refresh dies at, a minute later the nation has a token that works, or is marked."""

from datetime import timedelta

import pytest

from local.nationbuilder.settings import AT_ONCE, ON_FIRST_USE
from nat.aws.isolation import nation
from nat.connections.refresh_rows import RefreshRow, RefreshState
from nat.connections.tokens import NbTokens, fingerprint, to_json
from nat.errors import NatError, Reconnect
from nat.ids import NationSlug
from tests.unit.nat.connections.keeping import Office
from tests.unit.nat.connections.mortal import Died, Life, MortalClients

ENDED = timedelta(seconds=-1)
SWEEPS = (timedelta(0), timedelta(seconds=59), timedelta(seconds=29))
"""When the sweep comes after a death: at once, almost a minute later, in between."""


def refresh_until(office: Office, clients: MortalClients, step: int) -> Life:
    """A process refreshes the nation's tokens and dies at a step, or comes to the end."""
    life = Life(step)
    worker = clients.worker(office, life)
    try:
        with nation(office.slug):
            worker.refresher.tokens(NationSlug(office.slug))
    except Died:
        pass
    return life


def a_minute_later(office: Office, sweeps_after: timedelta) -> bool:
    """Whether a reader has a token that works at the end of the minute; asserts that it is known if not."""
    begin = office.clock()
    office.clock.advance(seconds=sweeps_after.total_seconds())
    office.job().sweep()
    assert office.clock() - begin <= timedelta(minutes=1)
    office.clock.now = begin + timedelta(minutes=1)
    try:
        works = office.lets_in(office.ask().access_token)
    except Reconnect:
        works = False
    assert works or office.needs_reauth
    return works


def answered_late(office: Office) -> tuple[RefreshRow, NbTokens]:
    """A process that was suspended with NationBuilder's answer in its hands: its row, and the pair."""
    worker = office.worker()
    with nation(office.slug):
        tokens = worker.vault.get_nb_tokens_by_nation(NationSlug(office.slug))
        row = worker.rows.lease(NationSlug(office.slug), "late", office.clock())
        assert row is not None
        sent = worker.rows.send(row, "late", fingerprint(tokens.refresh_token), 1, office.clock())
        assert sent is not None
        return sent, worker.endpoint.refresh(tokens, worker.apps.credentials(NationSlug(office.slug), None))


def wakes(office: Office, sent: RefreshRow, fresh: NbTokens) -> bool:
    """The suspended process goes on; whether its pair is kept."""
    worker = office.worker()
    with nation(office.slug):
        return worker.rows.receive(sent, worker.seal.close(NationSlug(office.slug), to_json(fresh)))


@pytest.mark.parametrize("revocation", [AT_ONCE, ON_FIRST_USE])
def test_a_refresh_may_die_at_any_step(office: Office, revocation: str) -> None:
    clients = MortalClients()
    office.nationbuilder.settings.refresh_revocation = revocation
    broken: list[str] = []
    step = 0
    while True:
        office.connect(life=ENDED)
        office.forget_announcements()

        life = refresh_until(office, clients, step)
        if not life.dead:
            break
        if not a_minute_later(office, SWEEPS[step % len(SWEEPS)]):
            broken.append(life.steps[-1])
        step += 1

    # Between the answer and the first write of the new pair it is known to nobody else: then it is marked.
    assert step > 20
    if revocation == ON_FIRST_USE:
        assert broken == []
    else:
        assert broken == ["after nationbuilder", "before kms", "after kms", "before dynamodb"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "cloudflare", "bad_gateway", "server_error"])
@pytest.mark.parametrize("revocation", [AT_ONCE, ON_FIRST_USE])
def test_a_lost_or_useless_answer_is_cleared_up_within_a_minute(
    office: Office, kind: str, revocation: str
) -> None:
    office.nationbuilder.settings.refresh_revocation = revocation
    office.connect(life=ENDED)
    office.nationbuilder.fault(kind, path="/oauth/token")
    with pytest.raises(NatError):
        office.ask()

    works = a_minute_later(office, timedelta(seconds=30))

    assert works is not (kind == "drop_after" and revocation == AT_ONCE)


def test_an_answer_that_never_comes_marks_the_nation_at_the_second_try(office: Office) -> None:
    office.connect(life=ENDED)
    office.nationbuilder.fault("cloudflare", count=2, path="/oauth/token")
    with pytest.raises(NatError):
        office.ask()

    assert not a_minute_later(office, timedelta(seconds=30))

    office.clock.advance(minutes=30)
    office.job().sweep()
    assert office.lets_in(office.ask().access_token)
    assert not office.record().nb_needs_reauth


def test_a_token_that_lives_goes_on_while_answers_are_unclear(office: Office) -> None:
    old = office.connect(life=timedelta(minutes=4))
    office.nationbuilder.fault("cloudflare", count=3, path="/oauth/token")

    assert [office.ask().access_token for _ in range(3)] == [old.access_token] * 3

    assert not office.record().nb_needs_reauth
    assert len(office.nationbuilder.standin.faults.waiting) == 1
    assert office.nationbuilder.standin.faults.waiting[0].count == 2


def test_a_process_that_was_suspended_with_the_answer_still_brings_it_home(office: Office) -> None:
    office.connect(life=ENDED)
    sent, fresh = answered_late(office)
    assert not a_minute_later(office, timedelta(0))

    assert wakes(office, sent, fresh)

    office.job().sweep()
    assert office.ask().access_token == fresh.access_token
    assert not office.record().nb_needs_reauth


def test_a_suspended_process_does_not_undo_what_another_one_got(office: Office) -> None:
    office.nationbuilder.settings.refresh_revocation = ON_FIRST_USE
    office.connect(life=ENDED)
    sent, fresh = answered_late(office)
    assert a_minute_later(office, timedelta(0))

    assert not wakes(office, sent, fresh)


def test_a_pair_that_only_reached_the_row_is_put_into_the_vault(office: Office) -> None:
    office.connect(life=ENDED)
    sent, fresh = answered_late(office)
    assert wakes(office, sent, fresh)

    office.job().sweep()

    assert office.stored().access_token == fresh.access_token
    assert office.worker().rows.get(NationSlug(office.slug)).state is RefreshState.IDLE


def test_a_pair_that_only_reached_the_vault_is_told_to_the_record(office: Office) -> None:
    office.connect(life=ENDED)
    _, fresh = answered_late(office)
    with nation(office.slug):
        office.worker().vault.store_nb_tokens(fresh)

    office.job().sweep()

    assert office.worker().rows.get(NationSlug(office.slug)).state is RefreshState.IDLE
    told = office.record().nb_token_expires_at
    assert told is not None
    assert abs(told - fresh.expires_at) < timedelta(milliseconds=2)
