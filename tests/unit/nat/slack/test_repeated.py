"""Slack sends everything up to four times, in any order: whatever comes again changes nothing."""

import itertools
from typing import Any

import pytest

from local.slack.sender import Delivery
from nat.aws import clients
from nat.aws.store import Store
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import calls, says, use
from tests.unit.nat.slack.conftest import CHANNEL, Office
from tests.unit.nat.slack.test_asking import forget_cooldown

ORDERS = list(itertools.permutations(range(4)))[::7]
"""Which of the four deliveries of each thing comes when."""


def waiting_card(office: Office) -> dict[str, Any]:
    """A proposal in a thread of Ann's, who is an admin."""
    Memberships(Store(clients.dynamodb(), office.stage.tables)).put(
        Membership(NationSlug("demo"), UserId("ann"), Role.ADMIN, world.START)
    )
    office.send(office.slack.sender.mention("U0ANN", CHANNEL, "delete person 1"))
    office.work()
    [turn] = office.turns()
    office.run(turn, calls(use("delete_person")), says("I propose it."))
    forget_cooldown(office)
    [found] = [each for each in office.posted() if each.get("blocks", [{}])[-1].get("type") == "actions"]
    return found


def all_kinds(office: Office, card: dict[str, Any]) -> list[Delivery]:
    """One of each thing that Slack sends."""
    sender = office.slack.sender
    return [
        *sender.mention("U0ANN", CHANNEL, "how many?"),
        sender.click("U0ANN", CHANNEL, card["ts"], "nat_reject"),
        sender.command("U0ANN", CHANNEL, "nation demo"),
        sender.event({"type": "app_home_opened", "user": "U0ANN", "channel": "D0ANN", "tab": "messages"}),
        sender.event(
            {
                "type": "agent_session_stopped",
                "channel": CHANNEL,
                "thread_ts": card["thread_ts"],
                "user": "U0ANN",
            }
        ),
    ]


@pytest.mark.parametrize("order", ORDERS)
def test_everything_that_comes_four_times_in_any_order_is_done_once(
    office: Office, order: tuple[int, ...]
) -> None:
    card = waiting_card(office)
    kinds = all_kinds(office, card)
    before = len(office.posted()), world.used(office.stage.tables)

    for turn in order:
        for each in kinds[turn:] + kinds[:turn]:
            office.send(each)
        office.work()

    assert len(office.turns()) == 1
    assert len(office.posted()) == before[0] + 1
    assert world.used(office.stage.tables) == before[1] + 1
    assert "Rejected, decided by <@U0ANN> in Slack." in str(card)
    assert len(office.posted("D0ANN")) == 1
    assert len([each for each in office.told if "asks about *demo*" in each]) == 1
    assert len([each for each in office.told if "decided already" in each]) == 0


def test_a_removal_that_comes_four_times_removes_once_and_a_new_installation_stays(office: Office) -> None:
    gone = office.slack.sender.event({"type": "app_uninstalled"})
    office.send([gone] * 2)
    office.work()
    assert world.rows(office.stage.tables, Table.INSTALLATIONS) == []
    office.connect()

    office.send([gone] * 2)
    office.work()

    assert world.rows(office.stage.tables, Table.INSTALLATIONS) != []
