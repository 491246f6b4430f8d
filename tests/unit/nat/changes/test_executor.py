"""Committing a change: journal first, look again, send once; whatever breaks in between."""

import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from nat import errors
from nat.changes.journal import EntryState
from nat.changes.plan import Change, Operation, PlannedRequest, Subject
from nat.contract.events import Progress
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.changing.executing import plan
from tests.unit.nat.changes.bench import SLUG, Bench, contacting, renaming, tagging, tagging_anew
from tests.unit.nat.changes.kept import KeptJournal
from tests.unit.nat.changes.mortality import Countdown, Killed, Mortal

DONE, FAILED, UNKNOWN = EntryState.DONE, EntryState.FAILED, EntryState.UNKNOWN


def test_every_record_of_a_bulk_change_is_changed_once(office: Bench) -> None:
    people, tag, journal = office.people(60), office.new_tag("major"), KeptJournal()

    report = office.commit(tagging(people, tag), journal, at_once=4)

    assert (report.outcome, report.done, report.total) == ("done", 60, 60)
    assert office.carriers(tag) == sorted(people, key=int)


def test_an_intent_is_stored_before_anything_is_sent(office: Bench) -> None:
    people, tag = office.people(1), office.new_tag("major")
    seen: list[list[str]] = []
    journal = KeptJournal()
    nation = Mortal(office.nation, lambda at: seen.append([at, *journal.intended]))

    office.commit(tagging(people, tag), journal, v2=nation)

    assert ["before exchange", people[0]] in seen
    assert all(people[0] in each for each in seen)


def test_the_ids_of_created_records_are_kept(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()

    office.commit(tagging([person], tag), journal)

    (row,) = office.server.nation(SLUG)["signup_taggings"].where("tag_id", tag)
    assert journal.entries[person].created_id == str(row["id"])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("at_once", [1, 4])
def test_a_worker_killed_anywhere_leaves_every_record_changed_once(
    office: Bench, seed: int, at_once: int
) -> None:
    chance, people, tag = random.Random(seed), office.people(60), office.new_tag("major")
    change, journal = tagging(people, tag), KeptJournal()
    for _ in range(3):
        countdown = Countdown(chance.randint(1, 330))
        journal.boundary = countdown
        with suppress(Killed):
            office.commit(change, journal, v2=Mortal(office.nation, countdown), at_once=at_once)
    journal.boundary = lambda _: None

    report = office.commit(change, journal, at_once=at_once)

    assert office.carriers(tag) == sorted(people, key=int)
    assert report.outcome == "done"
    assert all(journal.entries[person].created_id for person in people)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("at_once", [1, 4])
def test_what_refers_to_a_new_record_survives_workers_too(office: Bench, seed: int, at_once: int) -> None:
    chance, people, journal = random.Random(seed), office.people(20), KeptJournal()
    change = tagging_anew(people, "major donor 2026")
    for _ in range(3):
        countdown = Countdown(chance.randint(1, 110))
        journal.boundary = countdown
        with suppress(Killed):
            office.commit(change, journal, v2=Mortal(office.nation, countdown), at_once=at_once)
    journal.boundary = lambda _: None

    report = office.commit(change, journal, at_once=at_once)

    rows = office.server.nation(SLUG)["signup_tags"].rows.values()
    (tag,) = [row["id"] for row in rows if row["name"] == "major donor 2026"]
    assert office.carriers(tag) == sorted(people, key=int)
    assert report.outcome == "done"


def test_without_the_record_that_it_needs_nothing_is_sent(office: Bench) -> None:
    people, journal = office.people(3), KeptJournal()
    change = tagging_anew(people, "major donor 2026")
    office.server.fault("unprocessable", method="POST", path="*/signup_tags")

    first = office.commit(change, journal, at_once=4)
    second = office.commit(change, journal.again("turn-2"), keys=first.retryable, at_once=4)

    assert first.done == 0
    assert (second.outcome, second.done) == ("done", 4)


@pytest.mark.parametrize("fatal", range(1, 8))
def test_an_unprovable_create_that_is_cut_off_is_never_done_twice(office: Bench, fatal: int) -> None:
    (person,), journal = office.people(1), KeptJournal()
    change = contacting(person, "Called about the fair.")
    countdown = Countdown(fatal)
    journal.boundary = countdown
    try:
        office.commit(change, journal, v2=Mortal(office.nation, countdown))
    except Killed:
        journal.boundary = lambda _: None

    report = office.commit(change, journal)

    times = office.contacts(person, "Called about the fair.")
    assert times <= 1
    assert report.results[0].state in ((UNKNOWN, DONE) if times else (UNKNOWN,))


def test_a_create_without_an_answer_and_without_a_probe_is_unknown(office: Bench) -> None:
    (person,), journal = office.people(1), KeptJournal()
    change = contacting(person, "Hello")
    office.server.fault("drop_after", method="POST", path="*/contacts")

    report = office.commit(change, journal)
    again = office.commit(change, journal.again("turn-2"))

    assert (report.results[0].state, again.results[0].state) == (UNKNOWN, UNKNOWN)
    assert report.retryable == ()
    assert office.contacts(person, "Hello") == 1


def test_a_write_that_lost_its_answer_is_proved_by_looking(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    office.server.fault("drop_after", method="POST", path="*/signup_taggings")

    report = office.commit(tagging([person], tag), journal)

    assert report.outcome == "done"
    assert journal.entries[person].created_id is not None
    assert office.carriers(tag) == [person]


def test_a_write_that_never_arrived_fails_and_can_be_tried_again(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    change = tagging([person], tag)
    office.server.fault("bad_gateway", method="POST", path="*/signup_taggings")

    first = office.commit(change, journal)
    second = office.commit(change, journal.again("turn-2"), keys=first.retryable)

    assert (first.results[0].state, first.retryable) == (FAILED, (person,))
    assert second.outcome == "done"
    assert office.carriers(tag) == [person]


def test_a_record_that_somebody_changed_meanwhile_is_left_alone(office: Bench) -> None:
    people, journal = office.people(3), KeptJournal()
    change = renaming([office.person(each) for each in people], "Nat")
    office.nation.update("signups", people[1], {"employer": "Somebody else's"})

    report = office.commit(change, journal)

    assert report.counts == Counter({"done": 2, "conflict": 1})
    assert office.person(people[1])["employer"] == "Somebody else's"
    assert "changed" in report.in_words()


def test_what_is_so_already_is_done_without_a_request_and_not_ours_to_undo(office: Bench) -> None:
    people, tag, journal = office.people(2), office.new_tag("major"), KeptJournal()
    change = tagging(people, tag)
    office.nation.create("signup_taggings", {"signup_id": people[0], "tag_id": tag})

    report = office.commit(change, journal)

    assert (report.done, report.undoable) == (2, (people[1],))
    assert "1 of them was so already" in report.in_words()


def test_a_duplicate_that_v2_refuses_and_that_looking_does_not_find_has_failed(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    office.nation.create("signup_taggings", {"signup_id": person, "tag_id": tag})

    report = office.commit(tagging([person], tag, probed=False), journal)

    assert (report.outcome, report.undoable) == ("failed", ())
    assert report.results[0].why


class Forgetful:
    """A client of a NationBuilder that answers well, and does not store some of what it is sent."""

    def __init__(self, nation: NationBuilder, *forgotten: str) -> None:
        self._nation = nation
        self._forgotten = forgotten

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nation, name)

    def exchange(self, method: Any, path: str, body: Any = None, params: Any = None) -> Any:
        for name in self._forgotten:
            body["data"]["attributes"].pop(name, None)
        return self._nation.exchange(method, path, body, params)


@pytest.mark.parametrize(
    ("forgotten", "state", "retryable"),
    [(("employer", "occupation"), FAILED, True), (("employer",), UNKNOWN, True)],
)
def test_what_nationbuilder_answers_well_and_leaves_as_it_was_is_not_done(
    office: Bench, forgotten: tuple[str, ...], state: EntryState, retryable: bool
) -> None:
    (person,) = office.people(1)
    change = plan(
        office.nation,
        "update_person",
        {"person_id": person, "changes": {"employer": "ACME", "occupation": "Smith"}},
    )

    report = office.commit(change, KeptJournal(), v2=Forgetful(office.nation, *forgotten))

    assert [each.state for each in report.results] == [state]
    assert (bool(report.retryable), report.undoable) == (retryable, ())
    assert report.results[0].why


def test_only_the_chosen_records_are_changed(office: Bench) -> None:
    people, tag, journal = office.people(5), office.new_tag("major"), KeptJournal()

    report = office.commit(tagging(people, tag), journal, keys=people[1:3])

    assert office.carriers(tag) == sorted(people[1:3], key=int)
    assert report.total == 2


def test_a_record_that_the_change_does_not_have_cannot_be_chosen(office: Bench) -> None:
    people, tag = office.people(2), office.new_tag("major")

    with pytest.raises(errors.BadRequest):
        office.commit(tagging(people[:1], tag), KeptJournal(), keys=[people[1]])


def test_retrying_touches_only_what_failed(office: Bench) -> None:
    people, tag, journal = office.people(6), office.new_tag("major"), KeptJournal()
    change = tagging(people, tag)
    office.server.fault("unprocessable", method="POST", path="*/signup_taggings", count=2, after=1)
    first = office.commit(change, journal)
    later = journal.again("turn-2")

    second = office.commit(change, later, keys=first.retryable)

    assert first.counts == Counter({"done": 4, "failed": 2})
    assert later.intended == list(first.retryable)
    assert second.outcome == "done"
    assert office.carriers(tag) == sorted(people, key=int)


def test_what_failed_is_not_tried_again_by_the_same_turn(office: Bench) -> None:
    people, tag, journal = office.people(2), office.new_tag("major"), KeptJournal()
    office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    office.commit(tagging(people, tag), journal)

    report = office.commit(tagging(people, tag), journal)

    assert report.counts == Counter({"done": 1, "failed": 1})


def test_a_missing_permission_ends_the_work_at_the_first_record(office: Bench) -> None:
    people, tag, journal = office.people(30), office.new_tag("major"), KeptJournal()
    office.server.fault("forbidden", method="POST", path="*/signup_taggings", count=30)

    report = office.commit(tagging(people, tag), journal)

    assert report.counts == Counter({"failed": 1, "skipped": 29})
    assert isinstance(report.halted, errors.PermissionDenied)
    assert len(report.retryable) == 30


def test_nationbuilder_being_down_ends_the_work_soon(office: Bench) -> None:
    people, journal = office.people(10), KeptJournal()
    change = renaming([office.person(each) for each in people], "Nat")
    office.server.fault("service_unavailable", count=1000, path="*/signups/*")

    report = office.commit(change, journal, v2=Mortal(_impatient(office), lambda _: None))
    office.server.standin.faults.clear()

    assert report.counts == Counter({"failed": 3, "skipped": 7})
    assert len(report.retryable) == 10


def test_a_rate_limit_is_waited_for(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    office.server.fault("rate_limited", method="POST", path="*/signup_taggings", seconds=1)

    report = office.commit(tagging([person], tag), journal)

    assert report.outcome == "done"


def test_stopping_ends_between_two_records_and_the_rest_can_go_on_later(office: Bench) -> None:
    people, tag, journal = office.people(40), office.new_tag("major"), KeptJournal()
    change = tagging(people, tag)

    first = office.commit(change, journal, at_once=4, stopped=lambda: len(office.carriers(tag)) >= 10)
    second = office.commit(change, journal.again("turn-2"), keys=first.retryable, at_once=4)

    assert first.stopped
    assert 10 <= first.done < 40
    assert first.done + second.done == 40
    assert office.carriers(tag) == sorted(people, key=int)


def test_a_turn_that_is_taken_away_goes_on_elsewhere_without_repeating(office: Bench) -> None:
    people, tag, journal = office.people(30), office.new_tag("major"), KeptJournal()
    change = tagging(people, tag)

    def let_go() -> bool:
        if len(office.carriers(tag)) >= 9:
            raise errors.TurnLost
        return False

    with pytest.raises(errors.TurnLost):
        office.commit(change, journal, at_once=4, stopped=let_go)
    report = office.commit(change, journal, at_once=4)

    assert report.outcome == "done"
    assert office.carriers(tag) == sorted(people, key=int)


def test_progress_is_told_at_the_beginning_and_the_end(office: Bench) -> None:
    people, tag = office.people(12), office.new_tag("major")

    office.commit(tagging(people, tag), KeptJournal(), at_once=4)

    told = [event for event in office.events if isinstance(event, Progress)]
    assert (told[0].done, told[-1].done, told[-1].total) == (0, 12, 12)
    assert len(told) <= 4


def test_a_list_action_is_done_when_its_process_has_completed(office: Bench) -> None:
    list_id, people = _a_list(office), office.people(3)

    report = office.commit(_adding(list_id, people), KeptJournal())

    assert report.outcome == "done"
    assert set(people) <= set(office.server.nation(SLUG).list_members[list_id])


def test_a_list_action_whose_worker_dies_is_asked_for_by_its_token(office: Bench) -> None:
    list_id, people, journal = _a_list(office), office.people(3), KeptJournal()
    sent: list[str] = []

    def die_while_waiting(at: str) -> None:
        sent.append(at)
        if at == "before process" and sent.count(at) == 1:
            raise Killed

    with pytest.raises(Killed):
        office.commit(_adding(list_id, people), journal, v2=Mortal(office.nation, die_while_waiting))
    report = office.commit(_adding(list_id, people), journal, v2=Mortal(office.nation, die_while_waiting))

    assert report.outcome == "done"
    assert sent.count("before exchange") == 1


def test_a_process_that_takes_too_long_is_unknown_but_can_be_looked_at_again(office: Bench) -> None:
    list_id, people, journal = _a_list(office), office.people(3), KeptJournal()
    office.server.settings.async_delay_seconds = 3600
    first = office.commit(_adding(list_id, people), journal)
    office.server.clock.shift += timedelta(hours=2)

    second = office.commit(_adding(list_id, people), journal.again("turn-2"))

    assert (first.results[0].state, first.retryable) == (UNKNOWN, ("all",))
    assert second.outcome == "done"


def _impatient(office: Bench) -> Any:
    """A client whose GETs are not repeated: as if all tries had failed."""

    class Once:
        def look(self, path: str, params: Any = None) -> Any:
            raise errors.NationBuilderDown

    return Once()


def _a_list(office: Bench) -> str:
    return next(iter(office.server.nation(SLUG)["lists"].rows))


def _adding(list_id: str, people: list[str]) -> Change:
    body = {"data": {"id": list_id, "type": "lists", "signup_ids": people}}
    request = PlannedRequest("PATCH", f"lists/{list_id}/add_signups", body)
    operation = Operation("all", Subject("list", list_id, "A list"), request, None, None, awaits=True)
    return Change("add_people_to_list", {}, "Add 3 people", (operation,), people=3).frozen()
