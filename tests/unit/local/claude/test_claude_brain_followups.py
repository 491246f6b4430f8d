"""Questions that lean on the one before."""

from typing import Any

from tests.unit.local.claude.talking import listed, talk

MARIA = listed({"id": "7", "name": "Maria Lopez"})


def after(first: str, then: str, script: dict[str, Any] | None = None) -> Any:
    return talk(then, script, before=talk(first, script).messages)


def test_another_period_is_asked_of_the_same_question() -> None:
    heard = after("how much did we raise this month?", "and last month?")

    assert heard.calls == [("summarize_donations", {"period": "last_month"})]


def test_a_bare_period_is_enough() -> None:
    heard = after("how much did we raise this month?", "yesterday?")

    assert heard.calls == [("summarize_donations", {"period": "yesterday"})]


def test_show_more_asks_for_a_longer_list() -> None:
    heard = after("which tags do we have?", "show more")

    assert heard.arguments("list_tags")["limit"] == 100


def test_who_are_they_turns_a_count_into_a_list() -> None:
    heard = after("how many people are tagged volunteer?", "who are they?")

    assert heard.calls == [("list_people_with_tag", {"tag": "volunteer", "limit": 20})]


def test_another_tag_is_asked_of_the_same_question() -> None:
    heard = after("how many people are tagged volunteer?", "and tagged donor?")

    assert heard.arguments("list_people_with_tag") == {"tag": "donor", "limit": 1, "count_only": True}


def test_a_pronoun_means_the_person_of_the_last_look_up() -> None:
    heard = after("tell me about Maria Lopez", "what tags does she have?", {"search_people": MARIA})

    assert heard.calls == [("get_person_tags", {"person_ids": ["7"]})]


def test_a_chain_of_follow_ups_keeps_the_question() -> None:
    second = talk("and last month?", before=talk("how much did we raise this month?").messages)

    third = talk("and last year?", before=second.messages)

    assert third.calls == [("summarize_donations", {"period": "last_year"})]
