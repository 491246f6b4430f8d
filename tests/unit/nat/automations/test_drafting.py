"""A draft from a conversation is a row that nobody has enabled: of its person, in the nation's zone, once."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from nat.automations.automation import Automations, Delivery, DeliveryKind
from nat.automations.drafting import TurnDrafts
from nat.aws import clients
from nat.aws.store import Store
from nat.conversations.turns import Turn
from nat.errors import BadRequest
from nat.ids import NationSlug
from nat.settings import TableNames
from tests.unit.nat.turns.stage import Stage
from tests.unit.nat.world import Clock

FORM = {"kind": "weekly", "time": "09:00", "days": ["MON"]}


@pytest.fixture
def store(tables: TableNames) -> Store:
    return Store(clients.dynamodb(), tables, Clock(datetime(2027, 3, 20, 12, tzinfo=UTC)))


@pytest.fixture
def asked(tables: TableNames) -> Turn:
    return replace(Stage(tables).admitted(user_id="ann"), time_zone="Europe/Berlin")


def drafts(store: Store, asked: Turn) -> TurnDrafts:
    return TurnDrafts(store, asked, app_url="https://app.nat.test/")


def test_a_draft_is_not_enabled_and_belongs_to_who_asked(store: Store, asked: Turn) -> None:
    drafted = drafts(store, asked).draft("Figures", "How many?", FORM)

    (automation,) = Automations(store).of_nation(NationSlug("demo"))
    assert not automation.enabled
    assert automation.owner_id == asked.user_id
    assert automation.deliveries == (Delivery(DeliveryKind.EMAIL, asked.user_id),)
    assert drafted.page.url == f"https://app.nat.test/automations/{automation.task_id}"


def test_a_draft_for_slack_goes_to_its_person_there_and_else_by_email(store: Store, asked: Turn) -> None:
    drafts(store, asked).draft("Figures", "How many?", FORM, to="slack")

    (automation,) = Automations(store).of_nation(NationSlug("demo"))
    assert automation.deliveries == (Delivery(DeliveryKind.SLACK, asked.user_id),)
    assert automation.otherwise == Delivery(DeliveryKind.EMAIL, asked.user_id)


def test_a_draft_goes_to_the_channel_in_which_it_was_asked_for(store: Store, asked: Turn) -> None:
    in_channel = replace(asked, channel="T0DEMO/C0GENERAL")

    drafted = drafts(store, in_channel).draft("Figures", "How many?", FORM, to="here")

    (automation,) = Automations(store).of_nation(NationSlug("demo"))
    assert automation.deliveries == (Delivery(DeliveryKind.SLACK, "T0DEMO/C0GENERAL"),)
    assert automation.otherwise == Delivery(DeliveryKind.EMAIL, asked.user_id)
    assert drafted.in_channel


def test_where_there_is_no_channel_nothing_goes_to_one(store: Store, asked: Turn) -> None:
    with pytest.raises(BadRequest, match="no channel"):
        drafts(store, asked).draft("Figures", "How many?", FORM, to="here")

    assert list(Automations(store).of_nation(NationSlug("demo"))) == []


def test_its_next_runs_keep_the_nations_clock_also_when_it_is_changed(store: Store, asked: Turn) -> None:
    drafted = drafts(store, asked).draft("Figures", "How many?", FORM)

    assert drafted.words == "Mondays at 9:00, Europe/Berlin"
    assert drafted.next_runs == ("2027-03-22T09:00+01:00", "2027-03-29T09:00+02:00", "2027-04-05T09:00+02:00")


def test_a_time_that_a_clock_skips_is_told(store: Store, asked: Turn) -> None:
    drafted = drafts(store, asked).draft("Figures", "How many?", {"kind": "daily", "time": "02:30"})

    assert drafted.warnings == (
        "On Sunday 28 March 2027 clocks are put forward over 2:30, so there is no run on that day.",
    )


def test_a_turn_that_is_run_again_drafts_nothing_twice(store: Store, asked: Turn) -> None:
    first = drafts(store, asked).draft("Figures", "How many?", FORM)
    again = drafts(store, asked).draft("Figures", "How many?", FORM)
    other = drafts(store, asked).draft("Figures", "How many?", {**FORM, "days": ["TUE"]})

    assert first.page == again.page != other.page
    assert len(list(Automations(store).of_nation(NationSlug("demo")))) == 2


def test_what_cannot_be_scheduled_is_refused_with_the_nearest(store: Store, asked: Turn) -> None:
    with pytest.raises(BadRequest, match="last"):
        drafts(store, asked).draft("Figures", "How many?", {"kind": "monthly", "time": "09:00", "day": 31})
    assert list(Automations(store).of_nation(NationSlug("demo"))) == []
