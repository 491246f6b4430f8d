"""Taking back: from the journal, newest first, and only what nobody changed since."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from nat.changes.journal import EntryState
from tests.unit.nat.changes.bench import Bench, contacting, renaming, tagging
from tests.unit.nat.changes.kept import NOW, KeptJournal


def test_an_undone_change_leaves_every_record_as_it_was(office: Bench) -> None:
    people, journal = office.people(5), KeptJournal()
    before = [office.person(each)["employer"] for each in people]
    change = renaming([office.person(each) for each in people], "Nat")
    office.commit(change, journal)

    report = office.undo(change, journal, KeptJournal("undo-1"))

    assert report.outcome == "done"
    assert [office.person(each)["employer"] for each in people] == before


def test_created_records_are_removed_by_the_ids_they_got(office: Bench) -> None:
    people, tag, journal = office.people(5), office.new_tag("major"), KeptJournal()
    office.commit(tagging(people, tag), journal, at_once=4)

    office.undo(tagging(people, tag), journal, KeptJournal("undo-1"), at_once=4)

    assert office.carriers(tag) == []


def test_what_was_so_before_the_change_stays(office: Bench) -> None:
    people, tag, journal = office.people(3), office.new_tag("major"), KeptJournal()
    office.nation.create("signup_taggings", {"signup_id": people[0], "tag_id": tag})
    office.commit(tagging(people, tag), journal)

    report = office.undo(tagging(people, tag), journal, KeptJournal("undo-1"))

    assert (office.carriers(tag), report.total) == ([people[0]], 2)


def test_a_record_that_was_changed_since_is_reported_and_left(office: Bench) -> None:
    people, journal = office.people(3), KeptJournal()
    change = renaming([office.person(each) for each in people], "Nat")
    office.commit(change, journal)
    office.nation.update("signups", people[1], {"employer": "Edited by hand"})

    report = office.undo(change, journal, KeptJournal("undo-1"))

    assert report.counts == Counter({"done": 2, "conflict": 1})
    assert office.person(people[1])["employer"] == "Edited by hand"


def test_a_created_record_that_was_edited_since_is_left(office: Bench) -> None:
    (person,), journal = office.people(1), KeptJournal()
    change = contacting(person, "First words")
    office.commit(change, journal)
    office.nation.update("contacts", str(journal.entries["contact"].created_id), {"content": "Other words"})

    report = office.undo(change, journal, KeptJournal("undo-1"))

    assert report.counts == Counter({"conflict": 1})
    assert office.contacts(person, "Other words") == 1


def test_one_record_can_be_taken_back_alone(office: Bench) -> None:
    people, tag, journal = office.people(3), office.new_tag("major"), KeptJournal()
    office.commit(tagging(people, tag), journal)

    office.undo(tagging(people, tag), journal, KeptJournal("undo-1"), keys=[people[2]])

    assert office.carriers(tag) == sorted(people[:2], key=int)


def test_nothing_is_taken_back_twice(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    change, undone = tagging([person], tag), KeptJournal("undo-1")
    office.commit(change, journal)
    office.undo(change, journal, undone)
    office.nation.create("signup_taggings", {"signup_id": person, "tag_id": tag})

    office.undo(change, journal, undone.again("undo-2"))

    assert office.carriers(tag) == [person]


def test_the_newest_operation_is_taken_back_first(office: Bench) -> None:
    people, tag, journal = office.people(3), office.new_tag("major"), KeptJournal()
    undone = KeptJournal("undo-1")
    office.commit(tagging(people, tag), journal)

    office.undo(tagging(people, tag), journal, undone)

    assert undone.intended == people[::-1]


def test_what_v2_cannot_take_back_is_not_claimed(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    change = tagging([person], tag)
    change = replace(change, operations=tuple(replace(each, undo=()) for each in change.operations))

    committed = office.commit(change, journal)
    report = office.undo(change, journal, KeptJournal("undo-1"))

    assert (committed.undoable, report.total) == ((), 0)
    assert office.carriers(tag) == [person]


def test_after_thirty_days_a_change_stays(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    office.commit(tagging([person], tag), journal)

    report = office.undo(tagging([person], tag), journal, KeptJournal("undo-1"), now=NOW + timedelta(days=31))

    assert report.total == 0
    assert office.carriers(tag) == [person]


def test_an_undo_without_an_answer_is_not_sent_again(office: Bench) -> None:
    (person,), tag, journal = office.people(1), office.new_tag("major"), KeptJournal()
    undone = KeptJournal("undo-1")
    office.commit(tagging([person], tag), journal)
    office.server.fault("drop_after", method="DELETE", path="*/signup_taggings/*")

    report = office.undo(tagging([person], tag), journal, undone)

    assert (report.outcome, undone.state(person)) == ("done", EntryState.DONE)
