"""What the brain says about results: true figures, honest gaps, plain errors."""

from typing import Any

import pytest

from tests.unit.local.claude.talking import Failure, listed, talk

GIFTS = listed(
    {
        "id": "1",
        "donor": {"id": "7", "name": "Ann Wu", "panel_url": "https://demo.example/7"},
        "amount_cents": 125_000,
        "succeeded_at": "2026-11-20T09:30:00-05:00",
    },
    {"id": "2", "donor": {"id": "8", "name": "Bo Li"}, "amount_cents": 2_550, "succeeded_at": "2026-11-18"},
    total=41,
)


def summary(**figures: Any) -> dict[str, Any]:
    return {"data": figures, "complete": True}


def test_donors_are_told_with_total_count_and_table() -> None:
    script = {
        "list_donations": GIFTS,
        "summarize_donations": summary(total_cents=987_654, count=41, donors=38),
    }

    heard = talk("who donated this week?", script)

    assert "**41 donations** from **38 donors** this week, **$9,876.54** in total." in heard.text
    assert "| [Ann Wu](https://demo.example/7) | $1,250.00 | 20 Nov 2026, 09:30 |" in heard.text


def test_a_part_is_never_presented_as_the_whole() -> None:
    script = {"list_donations": GIFTS, "summarize_donations": summary(total_cents=1, count=41, donors=38)}

    heard = talk("who donated this week?", script)

    assert "Showing 2 of 41." in heard.text


def test_a_count_is_told_in_a_sentence() -> None:
    counted = {"data": {"count": 214, "items": []}, "returned": 0, "total": 214, "complete": True}

    heard = talk("how many people are tagged volunteer?", {"list_people_with_tag": counted})

    assert heard.text == "**214 people** tagged “volunteer”."


def test_a_sum_is_told_with_count_donors_and_average() -> None:
    script = {"summarize_donations": summary(total_cents=100_000, count=8, donors=5, average_cents=12_500)}

    heard = talk("how much did we raise last month?", script)

    assert heard.text == (
        "**$1,000.00** from **8 donations** by **5 donors** last month; $125.00 on average."
    )


def test_a_comparison_tells_the_difference() -> None:
    script = {
        "summarize_donations": [
            summary(total_cents=150_000, count=3, donors=3),
            summary(total_cents=100_000, count=2, donors=2),
        ]
    }

    heard = talk("compare donations this month with last month", script)

    assert "**$500.00 more** this month than last month (50 %)." in heard.text


def test_nothing_is_said_to_be_nothing() -> None:
    heard = talk("which events are coming up?", {"list_events": listed()})

    assert heard.text == "There are no events coming up."


def test_text_of_records_cannot_become_markup() -> None:
    nasty = {"id": "1", "name": "![x](https://evil.example/?d=1) | <img src=x> `a`"}

    heard = talk("which tags do we have?", {"list_tags": listed(nasty)})

    assert "![x](" not in heard.text
    assert "\\<img" in heard.text


def test_a_tools_error_is_passed_on_in_plain_words() -> None:
    heard = talk("which tags do we have?", {"list_tags": Failure("NationBuilder asks us to slow down.")})

    assert heard.text == "That did not work. NationBuilder asks us to slow down."


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("send an email to all donors", "cannot send email"),
        ("please text everyone tagged host", "cannot send email or text"),
        ("email Maria Lopez", "cannot send email"),
        ("export all volunteers to csv", "cannot run NationBuilder exports"),
        ("import this spreadsheet", "cannot"),
        ("merge the duplicates of Maria", "cannot merge duplicates"),
        ("refund donation 5", "cannot refund"),
        ("who are our monthly donors?", "recurring plans"),
        ("use the saved filter Hosts", "saved filters"),
        ("print the walk list for turf 5", "households or turf"),
        ("what was the open rate of the last blast?", "mailing statistics"),
        ("change Maria's permission set", "permission sets"),
        ("show my invoices", "invoices"),
        ("who has soft credits", "soft credits"),
        ("what lists is Maria on", "which lists a person is on"),
    ],
)
def test_what_the_api_cannot_do_is_admitted_at_once(text: str, gap: str) -> None:
    heard = talk(text)

    assert heard.calls == []
    assert gap in heard.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hi", "Hello!"),
        ("Good morning Nat!", "Hello!"),
        ("thanks!", "You are welcome."),
        ("help", "I can look up"),
        ("what can you do?", "I can look up"),
        ("blorp the frobnicator", "I am not sure what you mean"),
        ("what's the weather", "I can only help with your nation"),
    ],
)
def test_small_talk_and_nonsense_get_an_honest_sentence(text: str, said: str) -> None:
    heard = talk(text)

    assert heard.calls == []
    assert said in heard.text


def test_a_change_without_its_tool_is_declined_honestly() -> None:
    heard = talk(
        "tag Maria Lopez as volunteer", {"search_people": listed({"id": "7", "name": "Maria Lopez"})}
    )

    assert "cannot change tags here" in heard.text
