"""When a person has said a change themselves: only then does a write wait for nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.changes.effect import Effect
from nat.changes.plan import Change, Operation, PlannedRequest, Subject, created_by
from nat.changes.said import LookUp, RecordRef, Said, page_record
from nat.changes.words import LONGEST
from tests.unit.nat.changes.kept import NOW

JOAN: Final = RecordRef("signups", "20")
SEARCH: Final[Mapping[str, Any]] = {
    "properties": {"name": {"type": "string"}, "limit": {"type": "integer"}, "person_id": {"type": "string"}}
}
SCHEMA: Final[Mapping[str, Any]] = {
    "properties": {
        "person_id": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "create_missing": {"type": "boolean", "default": True},
        "method": {"anyOf": [{"$ref": "#/$defs/Method"}, {"type": "null"}]},
        "changes": {"type": "object"},
    },
    "$defs": {"Method": {"enum": ["phone_call", "meeting"]}},
}


@dataclass(frozen=True)
class Writing:
    """A tool as gates see it."""

    name: str = "update_person"
    effect: Effect = Effect.WRITE
    sends: bool = False


def operation(after: Mapping[str, Any] | None, **more: Any) -> Operation:
    made = Operation(
        "signups-20",
        Subject("person", "20", "Joan Santos"),
        PlannedRequest("PATCH", "signups/20"),
        {"note": None},
        after,
        undo=(PlannedRequest("PATCH", "signups/20"),),
    )
    return replace(made, **more)


def change(arguments: Mapping[str, Any], *operations: Operation, **more: Any) -> Change:
    return Change("update_person", arguments, "Change Joan", operations, 1, **more)


def note(text: object) -> Change:
    return change({"person_id": "20", "changes": {"note": text}}, operation({"note": text}))


def said(message: str, *names: str, page: RecordRef | None = None) -> Said:
    """What a person said, after look-ups by these names that each found Joan alone."""
    made = Said(message, NOW, page)
    for name in names:
        made.learn(LookUp({"name": name, "limit": 5}, SEARCH, JOAN))
    return made


def test_a_note_that_was_said_for_a_person_that_was_said_runs() -> None:
    assert said("Add a note to Joan Santos: called", "Joan Santos").covers(note("called"), Writing(), SCHEMA)


def test_the_record_of_the_open_page_needs_no_look_up() -> None:
    assert said("Add a note: called", page=page_record("person", "20")).covers(
        note("called"), Writing(), SCHEMA
    )


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("Add a note to Joan Santos: called", ()),  # nobody was looked up
        ("Add a note to her: called", ("Joan Santos",)),  # the search words are the model's own
        ("Add a note to Joan: called", ("Joan Santos",)),
        ("Add a note to Joanna: called", ("Joan",)),
        ("Add a note to Joan Santos", ("Joan Santos",)),  # the value is the model's own
    ],
)
def test_what_was_not_wholly_said_waits(message: str, names: tuple[str, ...]) -> None:
    assert not said(message, *names).covers(note("called"), Writing(), SCHEMA)


def test_search_words_may_stand_apart_and_in_any_order() -> None:
    assert said("Add a note to Santos, Joan: called", "Joan Santos").covers(note("called"), Writing(), SCHEMA)


def test_the_words_that_found_the_record_are_no_value_for_it() -> None:
    name = {"first_name": "Santos"}
    renamed = change({"person_id": "20", "changes": name}, operation(name))

    assert not said("Who is Joan Santos?", "Joan Santos").covers(renamed, Writing(), SCHEMA)


def test_another_record_than_the_one_that_was_found_waits() -> None:
    other = change(
        {"person_id": "21", "changes": {"note": "called"}},
        operation({"note": "called"}, subject=Subject("person", "21", "Ann")),
    )

    assert not said("Add a note to Joan Santos: called", "Joan Santos").covers(other, Writing(), SCHEMA)


def test_a_record_of_another_kind_with_the_same_id_waits() -> None:
    on_list = change(
        {"changes": {"note": "called"}}, operation({"note": "called"}, subject=Subject("list", "20", "x"))
    )

    assert not said("Add a note to Joan Santos: called", "Joan Santos").covers(on_list, Writing(), SCHEMA)


@pytest.mark.parametrize(
    "tool", [Writing(effect=Effect.BULK), Writing(effect=Effect.DESTRUCTIVE), Writing(sends=True)]
)
def test_many_records_messages_and_deletions_wait_whatever_was_said(tool: Writing) -> None:
    assert not said("Add a note to Joan Santos: called", "Joan Santos").covers(note("called"), tool, SCHEMA)


def test_what_cannot_be_taken_back_waits() -> None:
    final = change({"changes": {"note": "called"}}, operation({"note": "called"}, undo=()))

    assert not said("Add a note to Joan Santos: called", "Joan Santos").covers(final, Writing(), SCHEMA)


def test_two_records_wait() -> None:
    both = change(
        {"changes": {"note": "called"}},
        operation({"note": "called"}),
        operation({"note": "called"}, key="2", subject=Subject("person", "21", "Ann")),
    )

    assert not said("Add a note to Joan Santos: called", "Joan Santos").covers(both, Writing(), SCHEMA)


def test_what_has_a_warning_waits() -> None:
    warned = replace(note("called"), warnings=("There is one that is spelt alike.",))

    assert not said("Add a note to Joan Santos: called", "Joan Santos").covers(warned, Writing(), SCHEMA)


def test_clearing_a_field_has_no_word_and_waits() -> None:
    assert not said("Clear the note of Joan Santos: null None", "Joan Santos").covers(
        note(None), Writing(), SCHEMA
    )


def test_a_name_that_an_argument_led_to_must_be_said_too() -> None:
    led = change({"person_id": "20", "tags": ["12"]}, operation({"tag": "Traitor"}))

    assert not said("Call Joan Santos at 12", "Joan Santos").covers(led, Writing(), SCHEMA)


def test_a_tag_that_is_made_on_the_way_belongs_to_the_person() -> None:
    tag = Operation(
        "tag-1",
        Subject("tag", None, "press"),
        PlannedRequest("POST", "signup_tags"),
        None,
        {"name": "press"},
        undo=(PlannedRequest("DELETE", "signup_tags/1"),),
    )
    tagged = change(
        {"person_id": "20", "tags": ["press"], "create_missing": True},
        tag,
        operation({"tag": "press"}, needs=("tag-1",), request=PlannedRequest("POST", created_by("tag-1"))),
    )

    assert said("Tag Joan Santos as press", "Joan Santos").covers(tagged, Writing(), SCHEMA)
    assert not said("Tag Joan Santos as press", "Joan Santos").covers(
        replace(tagged, operations=(tag,)), Writing(), SCHEMA
    )


def test_a_fixed_choice_goes_by_its_word() -> None:
    call = change({"person_id": "20", "method": "phone_call"}, operation({"contact_method": "phone_call"}))

    assert said("I called Joan Santos", "Joan Santos").covers(call, Writing(), SCHEMA)
    assert not said("I met Joan Santos", "Joan Santos").covers(call, Writing(), SCHEMA)


def test_a_free_text_does_not_go_by_the_word_of_a_choice() -> None:
    assert not said("I called Joan Santos", "Joan Santos").covers(note("phone_call"), Writing(), SCHEMA)


def test_a_look_up_without_words_names_nobody() -> None:
    made = Said("Add a note: called", NOW)

    made.learn(LookUp({"limit": 1}, SEARCH, JOAN))

    assert not made.covers(note("called"), Writing(), SCHEMA)


def test_what_only_the_said_person_has_is_said_too() -> None:
    made = said("Correct the contact of Joan Santos: left town", "Joan Santos")
    made.learn(LookUp({"person_id": "20"}, SEARCH, RecordRef("contacts", "7")))
    corrected = change(
        {"contact_id": "7", "changes": {"note": "left town"}},
        operation({"content": "left town"}, subject=Subject("contact", "7", "x")),
    )

    assert made.covers(corrected, Writing(), SCHEMA)


def test_the_id_of_another_record_that_was_found_is_no_value_that_was_said() -> None:
    made = said("Add a note to Joan Santos: called", "Joan Santos", page=RecordRef("signups", "30"))
    values = {"note": "called", "recruiter_id": "30"}

    assert not made.covers(
        change({"person_id": "20", "changes": values}, operation(values)), Writing(), SCHEMA
    )


def test_a_call_that_says_nothing_of_what_it_writes_waits() -> None:
    empty = change({"person_id": "20"}, operation({"is_banned": True}))

    assert not said("Add a note to Joan Santos", "Joan Santos").covers(empty, Writing(), SCHEMA)


def test_a_pasted_message_says_nothing() -> None:
    message = "Add a note to Joan Santos: called. " + "x" * LONGEST

    assert not said(message, "Joan Santos").covers(note("called"), Writing(), SCHEMA)
    assert not said(message, page=JOAN).covers(note("called"), Writing(), SCHEMA)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)


@settings(deadline=None)
@given(VALUES)
def test_whatever_else_is_written_waits_if_the_message_has_no_word_of_it(value: object) -> None:
    message = said("¡¿Joan Santos?!", "Joan Santos")

    assert not message.covers(note(value), Writing(), SCHEMA)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=("L", "N")), min_size=1, max_size=30))
def test_any_word_that_stands_after_the_name_is_said(word: str) -> None:
    message = f"Note for Joan Santos: {word}"

    assert said(message, "Joan Santos").covers(note(word), Writing(), SCHEMA)
