"""What the words of a message stand for, and what they do not."""

import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.changes.words import LONGEST, Words

SUNDAY = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("America/New_York"))


def words(message: str) -> Words:
    return Words(message, SUNDAY)


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("Add a note to Joan: called", "called"),
        ("Add a note: CALLED  twice", "called twice"),
        ("Tag Joan as Québec", "Que\u0301bec"),
        ("note: “wants a sign”, please", "wants a sign"),
        ("Set the email to ann@new.example.", "ann@new.example"),
        ("给 Joan 加备注：打过电话", "打过电话"),
        ("Straße 5", "STRASSE 5"),
    ],
)
def test_a_text_is_said_whatever_its_case_white_space_and_composition(message: str, value: str) -> None:
    assert words(message).say_text(value)


@pytest.mark.parametrize(
    ("message", "value"),
    [
        ("Add a note to Joanna", "Joan"),
        ("Tag Joan as volunteers", "volunteer"),
        ("Set the email to ann@new.example.org", "ann@new.example"),
        ("Set the email to ann@new.example", "new.example"),
        ("Anne-Marie", "Anne"),
        ("Set it to shop_owner", "owner"),
        ("Call Zoe\u0308", "Zoe"),
        ("Anything", ""),
        ("Anything", "   "),
    ],
)
def test_a_part_of_a_word_or_nothing_is_not_said(message: str, value: str) -> None:
    assert not words(message).say_text(value)


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(alphabet="aéßöñ żЖ1-", min_size=1, max_size=40))
def test_a_text_between_blanks_is_said_in_any_composition(before: str, after: str, value: str) -> None:
    message = f"{before} {unicodedata.normalize('NFD', value)} {after}"

    assert words(message).say_text(value) is bool(value.strip())


@settings(deadline=None)
@given(st.text(alphabet="ab cd.", min_size=1, max_size=40), st.integers(1, 300))
def test_a_message_over_the_limit_says_nothing(value: str, over: int) -> None:
    assert not words(f"{value} ".ljust(LONGEST + over, "x")).say_text(value)


def test_the_limit_counts_characters_and_is_included() -> None:
    assert words("called".ljust(LONGEST - 1) + "!").say_text("called")
    assert not words("called".ljust(LONGEST) + "!").say_text("called")


@pytest.mark.parametrize(
    ("message", "value", "said"),
    [
        ("support level 3", 3, True),
        ("support level three", 3, True),
        ("1,234 guests", 1234, True),
        ("2.5 km", 2.5, True),
        ("-20 points", -20, True),
        ("-20 points", 20, False),
        ("1.234 guests", 1234, False),
        ("on 2026-11-20", 11, False),
        ("call 555-0101", 101, False),
        ("the 3rd", 3, False),
        ("room 12b", 12, False),
        ("level 13", 3, False),
        ("ann3@x.example", 3, False),
    ],
)
def test_numbers_are_whole_numerals_or_words(message: str, value: float, said: bool) -> None:
    assert words(message).say_number("guests", value) is said


@pytest.mark.parametrize(
    ("message", "cents", "said"),
    [
        ("a gift of $25", 25_00, True),
        ("$1,234.50 by check", 1234_50, True),
        ("25 dollars", 25_00, True),
        ("€30.00.", 30_00, True),
        ("a gift of $25", 25, False),
        ("2500", 25_00, False),
        ("-$20", 20_00, True),
    ],
)
def test_amounts_are_cents_of_what_is_written(message: str, cents: int, said: bool) -> None:
    assert words(message).say_cents(cents) is said


@pytest.mark.parametrize(
    ("message", "day", "said"),
    [
        ("today", "2026-11-22", True),
        ("yesterday", "2026-11-21", True),
        ("tomorrow", "2026-11-23", True),
        ("on Friday", "2026-11-20", True),
        ("on Friday", "2026-11-27", True),
        ("last Friday", "2026-11-20", True),
        ("last Friday", "2026-11-27", False),
        ("next Monday", "2026-11-23", True),
        ("in 3 days", "2026-11-25", True),
        ("two weeks ago", "2026-11-08", True),
        ("on November 5", "2026-11-05", True),
        ("on 5 Dec 2026", "2026-12-05", True),
        ("on March 1st", "2027-03-01", True),
        ("on March 1st, 2024", "2027-03-01", False),
        ("12/25/2026", "2026-12-25", True),
        ("25.12.2026", "2026-12-25", True),
        ("04/03/2026", "2026-04-03", False),
        ("2026-11-20", "2026-11-20", True),
        ("30 February 2026", "2026-03-02", False),
        ("nothing", "2026-11-22", False),
    ],
)
def test_dates_are_what_the_words_resolve_to(message: str, day: str, said: bool) -> None:
    assert words(message).say_moment(day) is said


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_full_date_says_itself_and_no_other(one: date, other: date) -> None:
    for message in (one.isoformat(), f"{one.day} {one:%B %Y}", f"{one:%B} {one.day}, {one.year}"):
        assert words(message).say_moment(other.isoformat()) is (one == other)


@pytest.mark.parametrize(
    ("message", "moment", "said"),
    [
        ("tomorrow at 6pm", "2026-11-23T18:00:00", True),
        ("tomorrow at 18:00", "2026-11-23T18:00:00-05:00", True),
        ("tomorrow at 6:30 p.m.", "2026-11-23T23:30:00+00:00", True),
        ("tomorrow at noon", "2026-11-23T12:00", True),
        ("tomorrow", "2026-11-23T00:00", True),
        ("tomorrow", "2026-11-23T18:00", False),
        ("tomorrow at 6pm", "2026-11-23T06:00", False),
        ("tomorrow at 25:00", "2026-11-23T00:00", True),
    ],
)
def test_a_moment_needs_its_day_and_its_time(message: str, moment: str, said: bool) -> None:
    assert words(message).say_moment(moment) is said


@pytest.mark.parametrize(
    ("message", "name", "value", "said"),
    [
        ("Mark Joan as do not contact", "do_not_contact", True, True),
        ("Mark Joan as a volunteer", "is_volunteer", True, True),
        ("Mark Joan as a volunteer", "is_volunteer", False, False),
        ("Joan is no longer a volunteer", "is_volunteer", False, True),
        ("Joan is not a volunteer", "is_volunteer", True, False),
        ("Joan isn't a volunteer", "is_volunteer", False, True),
        ("a volunteer said she is not a volunteer", "is_volunteer", False, False),
        ("She came", "attended", True, True),
        ("Call Joan", "is_volunteer", True, False),
    ],
)
def test_a_flag_is_named_and_its_denial_too(message: str, name: str, value: bool, said: bool) -> None:
    assert words(message).say_flag(name, value) is said


@pytest.mark.parametrize(
    ("message", "choice", "said"),
    [
        ("Log a call with Joan", "phone_call", True),
        ("I texted Joan", "text", True),
        ("Log a door knock", "door_knock", True),
        ("left a voicemail", "left_message", True),
        ("Log a meeting", "phone_call", False),
        ("Log a call", "no_answer", False),
    ],
)
def test_a_fixed_choice_is_said_by_its_word(message: str, choice: str, said: bool) -> None:
    assert words(message).say_choice(choice) is said


def test_words_that_are_used_up_say_nothing_more() -> None:
    first = words("Change Joan to Joan Lee")
    place = first.place_of("Joan")
    assert place is not None

    left = first.using([place])

    assert left.say_text("Joan")
    assert left.say_text("Joan Lee")
    assert not words("Change Joan").using([place]).say_text("Joan")


def test_the_day_is_the_nations() -> None:
    late = datetime(2026, 11, 23, 3, 0, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))

    assert Words("today", late).say_moment("2026-11-22")
