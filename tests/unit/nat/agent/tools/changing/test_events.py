"""Making, changing and deleting events with their pages."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from nat import errors
from nat.agent.tools import load
from nat.changes.card import card
from nat.changes.journal import EntryState
from nat.changes.plan import Change
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.changing.case import rows
from tests.unit.nat.agent.tools.changing.executing import plan, sent, unchanged
from tests.unit.nat.agent.tools.changing.money_and_event_cases import (
    PACIFIC,
    event,
    in_days,
)
from tests.unit.nat.changes.bench import Bench
from tests.unit.nat.changes.kept import KeptJournal

NOON_IN_LOS_ANGELES = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def pacific(office: Bench) -> Iterator[NationBuilder]:
    """The nation with its own time zone, on 1 March 2026 at noon."""
    with office.in_los_angeles(NOON_IN_LOS_ANGELES) as nation:
        yield nation


def new_event(**changes: object) -> dict[str, object]:
    """Arguments of a new event."""
    basic = {"name": "Boat Day", "start_at": "2026-05-04T18:00"}
    return {name: value for name, value in {**basic, **changes}.items() if value is not None}


def second_site(office: Bench) -> str:
    """Another site of the nation."""
    site = office.stored["sites"].insert(
        {"name": "The Regatta", "slug": "regatta", "domain": "regatta.example"}
    )
    return str(site["id"])


def page_sent(change: Change) -> dict[str, object]:
    """The attributes of the page that is made with an event."""
    body = change.operations[0].request.body
    assert body is not None
    (page,) = body["included"]
    attributes: dict[str, object] = page["attributes"]
    return attributes


def test_a_new_event_is_unlisted_and_answers_nobody_unless_told_otherwise(pacific: NationBuilder) -> None:
    quiet = plan(pacific, "create_event", new_event())
    asked = plan(pacific, "create_event", new_event(status="published", send_auto_response=True))

    assert (page_sent(quiet)["status"], sent(quiet)["sends_auto_response"]) == ("unlisted", False)
    assert (page_sent(asked)["status"], sent(asked)["sends_auto_response"]) == ("published", True)
    assert any("everyone who RSVPs" in each for each in asked.warnings)


def test_the_card_says_what_when_and_where(pacific: NationBuilder) -> None:
    made = card(plan(pacific, "create_event", new_event()), load()["create_event"])

    assert made["summary"] == (
        "Make the event “Boat Day”, Monday 4 May 2026, 18:00 (Pacific Time (US & Canada)), unlisted on "
        "Harbor Alliance as /boat_day"
    )
    assert (made["sends"], made["undo"]) == (True, "all")


@pytest.mark.parametrize(
    ("start_at", "time_zone", "start", "zone"),
    [
        ("2026-05-04T18:00", None, "2026-05-04T18:00:00-07:00", PACIFIC),
        ("2026-05-04T18:00Z", None, "2026-05-04T11:00:00-07:00", PACIFIC),
        (
            "2026-05-04T18:00",
            "America/Detroit",
            "2026-05-04T18:00:00-04:00",
            "Eastern Time (US & Canada)",
        ),
        (
            "2026-05-04 18:00",
            "eastern time (us & canada)",
            "2026-05-04T18:00:00-04:00",
            "Eastern Time (US & Canada)",
        ),
        ("2026-05-04T18:00+02:00", "Europe/Berlin", "2026-05-04T18:00:00+02:00", "Berlin"),
    ],
)
def test_an_event_starts_on_the_clock_of_its_zone(
    start_at: str, time_zone: str | None, start: str, zone: str, pacific: NationBuilder
) -> None:
    change = plan(pacific, "create_event", new_event(start_at=start_at, time_zone=time_zone))

    assert (sent(change)["start_at"], sent(change)["time_zone"]) == (start, zone)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start_at": "2026-05-04"}, "a day and a time of day"),
        ({"start_at": "tomorrow"}, "a day and a time of day"),
        ({"start_at": "next friday at six"}, "is no time"),
        ({"start_at": "2026-03-08T02:30"}, "clocks are put forward"),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is no time zone"),
        ({"time_zone": "Pacific/Norfolk"}, "knows no time zone like Pacific/Norfolk"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"capacity": -1}, "capacity"),
        ({"status": "deleted"}, "status"),
        ({"site_id": "98765"}, r"no site with id 98765. There are: Harbor Alliance \(id \d+\)"),
        ({"slug": "harbour_walk"}, "page with the slug harbour_walk already"),
        ({"slug": "Not a slug"}, "slug"),
        ({"name": "  "}, "name"),
        ({"venue_address": {"town": "Oakland"}}, "venue_address"),
    ],
)
def test_an_event_that_cannot_be_meant_is_refused(
    changes: dict[str, object], message: str, pacific: NationBuilder
) -> None:
    with pytest.raises(errors.BadRequest, match=message):
        plan(pacific, "create_event", new_event(**changes))


def test_an_event_in_the_past_is_warned_about(pacific: NationBuilder) -> None:
    change = plan(pacific, "create_event", new_event(start_at="2025-05-04T18:00"))

    assert "This lies in the past." in change.warnings


def test_with_several_sites_the_person_is_asked(office: Bench, pacific: NationBuilder) -> None:
    site_id = second_site(office)

    with pytest.raises(errors.BadRequest, match=rf"several sites: .*The Regatta \(id {site_id}\)"):
        plan(pacific, "create_event", new_event())
    chosen = plan(pacific, "create_event", new_event(site_id=site_id))
    assert page_sent(chosen)["site_id"] == site_id


def test_without_a_site_no_event_can_be_made(office: Bench, pacific: NationBuilder) -> None:
    for each in list(rows(office.stored, "sites")):
        office.stored["sites"].delete(each)

    with pytest.raises(errors.BadRequest, match="no website"):
        plan(pacific, "create_event", new_event())


def test_a_new_page_gets_a_slug_that_no_page_has(pacific: NationBuilder) -> None:
    change = plan(pacific, "create_event", new_event(name="Harbour Walk!"))

    assert page_sent(change)["slug"] == "harbour_walk_2"


def test_the_undo_deletes_the_page_even_where_it_outlives_its_event(office: Bench) -> None:
    journal = KeptJournal()
    change = plan(office.nation, "create_event", new_event(start_at=in_days(40)))
    office.commit(change, journal)
    made = journal.entries["event"].created_id
    assert made is not None
    page_id = rows(office.stored, "events")[made]["page_id"]
    office.stored["events"].update(made, {"page_id": None})

    report = office.undo(change, journal, KeptJournal("turn-2"))

    assert report.outcome == "done"
    assert made not in rows(office.stored, "events")
    assert page_id not in rows(office.stored, "pages")


def test_an_event_whose_answer_was_lost_is_unknown_and_not_made_twice(office: Bench) -> None:
    journal = KeptJournal()
    change = plan(office.nation, "create_event", new_event(start_at=in_days(40)))
    before = len(rows(office.stored, "events"))
    office.server.fault("drop_after", method="POST", path="*/events")

    office.commit(change, journal)
    office.commit(change, journal.again("turn-2"))

    assert journal.state("event") is EntryState.UNKNOWN
    assert len(rows(office.stored, "events")) == before + 1


def test_name_title_and_headline_change_together(office: Bench) -> None:
    wanted = event(office.stored)

    (operation,) = plan(
        office.nation, "update_event", {"event_id": wanted, "changes": {"name": "Harbour Stroll"}}
    ).operations

    assert operation.request.path == f"pages/{rows(office.stored, 'events')[wanted]['page_id']}"
    assert operation.after == dict.fromkeys(("name", "title", "headline"), "Harbour Stroll")


def test_a_headline_of_its_own_stays(office: Bench) -> None:
    wanted = event(office.stored)
    page_id = rows(office.stored, "events")[wanted]["page_id"]
    office.stored["pages"].update(page_id, {"headline": "Walk with us"})

    (operation,) = plan(
        office.nation, "update_event", {"event_id": wanted, "changes": {"name": "Harbour Stroll"}}
    ).operations

    assert operation.after == dict.fromkeys(("name", "title"), "Harbour Stroll")


def test_event_and_page_are_two_operations_that_can_be_chosen_apart(office: Bench) -> None:
    wanted, journal = event(office.stored), KeptJournal()
    page_id = rows(office.stored, "events")[wanted]["page_id"]
    change = plan(
        office.nation,
        "update_event",
        {"event_id": wanted, "changes": {"capacity": 77, "status": "hidden"}},
    )

    office.commit(change, journal, keys=[f"pages-{page_id}"])

    assert change.summary == "Change capacity, page status of the event “Harbour Walk”"
    assert [each.key for each in change.operations] == [f"events-{wanted}", f"pages-{page_id}"]
    assert rows(office.stored, "pages")[page_id]["status"] == "hidden"
    assert rows(office.stored, "events")[wanted]["capacity_count"] != 77


def test_a_new_time_is_on_the_events_own_clock(office: Bench) -> None:
    wanted = event(office.stored)
    arguments = {"event_id": wanted, "changes": {"start_at": "2027-05-04T18:00"}}

    change = plan(office.nation, "update_event", arguments)

    assert sent(change) == {"start_at": "2027-05-04T18:00:00-07:00"}
    assert change.summary == "Change time of the event “Harbour Walk”, to Tuesday 4 May 2027, 18:00"
    assert any("does not tell" in each for each in change.warnings)


def test_a_new_zone_comes_with_the_time_there(office: Bench) -> None:
    wanted = event(office.stored)
    changes = {"start_at": "2027-05-04T18:00", "time_zone": "Europe/London"}

    change = plan(office.nation, "update_event", {"event_id": wanted, "changes": changes})

    assert sent(change) == {"start_at": "2027-05-04T18:00:00+01:00", "time_zone": "London"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "nothing to change"),
        ({"venue_address": {}}, "nothing to change"),
        ({"start_at": None}, "cannot be without it: "),
        ({"name": None}, "cannot be without it: name"),
        ({"status": None}, "cannot be without it: status"),
        ({"time_zone": None, "start_at": "2027-05-04T18:00"}, "time zone; it cannot be cleared"),
        ({"time_zone": "Europe/London"}, "give start_at too"),
        ({"start_at": "2027-05-04"}, "a day and a time of day"),
        ({"slug": "regatta_day"}, "page with the slug regatta_day already"),
        ({"sends_auto_response": True}, "sends_auto_response"),
        ({"attending_count": 5}, "attending_count"),
    ],
)
def test_a_change_of_an_event_that_cannot_be_meant_is_refused(
    changes: dict[str, object], message: str, office: Bench
) -> None:
    arguments = {"event_id": event(office.stored), "changes": changes}

    with unchanged(office.stored), pytest.raises(errors.BadRequest, match=message):
        plan(office.nation, "update_event", arguments)


def test_a_capacity_that_is_cleared_means_no_limit(office: Bench) -> None:
    wanted = event(office.stored)
    office.stored["events"].update(wanted, {"capacity_count": 40})

    change = plan(office.nation, "update_event", {"event_id": wanted, "changes": {"capacity": None}})

    assert sent(change) == {"capacity_count": 0}


def test_an_event_is_only_deleted_by_its_name(office: Bench) -> None:
    arguments = {"event_id": event(office.stored), "confirm_name": "Regatta Day"}

    with unchanged(office.stored), pytest.raises(errors.BadRequest, match="called “Harbour Walk”"):
        plan(office.nation, "delete_event", arguments)


def test_deleting_an_event_tells_how_many_rsvps_go_with_it(office: Bench) -> None:
    wanted = event(office.stored)
    count = len(office.stored["event_rsvps"].where("event_id", wanted))

    change = plan(office.nation, "delete_event", {"event_id": wanted, "confirm_name": "Harbour Walk"})

    assert change.people == count
    assert change.summary.endswith(f"for good, with the RSVPs of {count} people")
    assert any("cannot be undone" in each for each in change.warnings)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("update_event", {"changes": {"capacity": 5}}),
        ("delete_event", {"confirm_name": "x"}),
        ("add_event_rsvp", {"person_id": "7"}),
        ("update_event_rsvp", {"person_id": "7", "attended": True}),
    ],
)
def test_an_event_that_is_not_there_is_named(tool: str, arguments: dict[str, object], office: Bench) -> None:
    with pytest.raises(errors.RecordNotFound, match="no event with id 98765"):
        plan(office.nation, tool, {"event_id": "98765", **arguments})
