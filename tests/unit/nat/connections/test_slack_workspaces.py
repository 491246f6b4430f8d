"""Workspaces of Slack: tokens that end, links to nations, what an uninstall leaves."""

from datetime import timedelta

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.connections.seal import Seal
from nat.connections.slack_app import customer_of, home_of
from nat.connections.slack_workspaces import BotToken, Workspace, Workspaces
from nat.errors import SlackCodeInvalid, SlackNotInstalled
from nat.ids import NationSlug, UserId
from nat.names import Secret, Table
from nat.settings import TableNames
from tests.unit.nat import world

TEAM = "T1"


@pytest.fixture
def clock() -> world.Clock:
    return world.Clock()


@pytest.fixture
def workspaces(tables: TableNames, clock: world.Clock) -> Workspaces:
    """A workspace whose token ends in twelve hours."""
    key = clients.kms().create_key()["KeyMetadata"]["Arn"]
    made = Workspaces(Store(clients.dynamodb(), tables, clock), Seal(clients.kms(), key, Secret.slack_tokens))
    made.install(
        Workspace(TEAM, "Demo", "U0NAT", clock()),
        BotToken("xoxe-first", "refresh-1", clock() + timedelta(hours=12)),
    )
    return made


def never(_home: str, _refresh: str) -> BotToken:
    raise AssertionError("nothing is due")


def test_a_token_is_renewed_before_it_ends_and_by_one_at_a_time(
    workspaces: Workspaces, clock: world.Clock
) -> None:
    assert workspaces.token(never, TEAM) == "xoxe-first"
    clock.advance(hours=11, minutes=30)

    def renew(_home: str, refresh: str) -> BotToken:
        assert refresh == "refresh-1"
        assert workspaces.token(never, TEAM) == "xoxe-first"  # who comes meanwhile works with the old one
        return BotToken("xoxe-second", "refresh-2", clock() + timedelta(hours=12))

    assert workspaces.token(renew, TEAM) == "xoxe-second"
    assert workspaces.token(never, TEAM) == "xoxe-second"


def test_a_renewal_that_failed_is_tried_again(workspaces: Workspaces, clock: world.Clock) -> None:
    clock.advance(hours=11, minutes=30)

    def fail(_home: str, _refresh: str) -> BotToken:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        workspaces.token(fail, TEAM)
    clock.advance(minutes=1)

    assert workspaces.token(lambda _home, _refresh: BotToken("xoxe-second"), TEAM) == "xoxe-second"


def test_no_row_shows_a_token(workspaces: Workspaces, tables: TableNames) -> None:
    assert workspaces.token(never, TEAM) == "xoxe-first"
    assert "xoxe-first" not in str(world.rows(tables, Table.INSTALLATIONS))


def test_two_brands_apps_in_one_workspace_have_nothing_in_common(
    workspaces: Workspaces, clock: world.Clock
) -> None:
    theirs = home_of("civic-desk", TEAM)
    workspaces.install(Workspace(theirs, "Demo", "U0DESK", clock()), BotToken("xoxb-desk"))
    workspaces.link(theirs, "Demo", NationSlug("harbor"), by="cid")

    assert (workspaces.token(never, theirs), workspaces.token(never, TEAM)) == ("xoxb-desk", "xoxe-first")
    assert (workspaces.nations(theirs), workspaces.nations(TEAM)) == (["harbor"], [])
    assert (customer_of(theirs), customer_of(TEAM)) == ("civic-desk", None)


def test_who_somebody_is_in_slack_is_found_from_both_sides_and_forgotten_from_both(
    workspaces: Workspaces, tables: TableNames
) -> None:
    workspaces.know(TEAM, UserId("ann"), slack_user="U1")
    workspaces.know("T2", UserId("ann"), slack_user="U9")
    workspaces.know(TEAM, UserId("bob"), slack_user="U1")

    assert [(each.home, each.slack_user) for each in workspaces.of_user(UserId("ann"))] == [("T2", "U9")]
    assert workspaces.person(TEAM, slack_user="U1") == "bob"
    workspaces.forget_user(UserId("ann"))
    workspaces.forget_user(UserId("bob"))
    assert [row["item"]["S"] for row in world.rows(tables, Table.INSTALLATIONS)] == ["installation"]


def test_a_channel_is_released_by_its_own_nation_alone(workspaces: Workspaces) -> None:
    workspaces.choose(TEAM, NationSlug("demo"), channel="C1")

    workspaces.release(TEAM, NationSlug("harbor"), channel="C1")
    assert workspaces.channels(TEAM, NationSlug("demo")) == ["C1"]
    workspaces.release(TEAM, NationSlug("demo"), channel="C1")
    assert workspaces.nation_of_channel(TEAM, channel="C1") is None


def test_unlinking_a_nation_takes_it_from_channels(workspaces: Workspaces) -> None:
    workspaces.link(TEAM, "Demo", NationSlug("demo"), by="ann")
    workspaces.choose(TEAM, NationSlug("demo"), channel="C1")

    assert workspaces.unlink(TEAM, NationSlug("demo"))
    assert not workspaces.unlink(TEAM, NationSlug("demo"))
    assert workspaces.nations(TEAM) == []
    assert workspaces.nation_of_channel(TEAM, channel="C1") is None


def test_after_an_uninstall_nothing_is_left(workspaces: Workspaces, tables: TableNames) -> None:
    workspaces.link(TEAM, "Demo", NationSlug("demo"), by="ann")
    workspaces.prove(TEAM, workspaces.new_code(UserId("ann")), slack_user="U1")

    workspaces.forget(TEAM)

    assert world.rows(tables, Table.INSTALLATIONS) == []
    with pytest.raises(SlackNotInstalled):
        workspaces.token(never, TEAM)


def test_a_code_is_good_for_ten_minutes(workspaces: Workspaces, clock: world.Clock) -> None:
    code = workspaces.new_code(UserId("ann"))
    clock.advance(minutes=10)

    with pytest.raises(SlackCodeInvalid):
        workspaces.prove(TEAM, code, slack_user="U1")
