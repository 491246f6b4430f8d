"""Questions that tools answer without a model: what is written is what they found, and free."""

import json
from typing import Any

import pytest

from local.nationbuilder.store import Nation
from nat.agent.direct import FREE, DirectModel
from nat.agent.loop import Agent
from nat.agent.ports import AgentAnswer, ModelRequest
from nat.agent.tools import load
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.periods import PERIOD_NAMES
from nat.slack.commands import PERIODS, look_up_of
from tests.unit.nat.agent.scripted_model import KeptSteps, asked
from tests.unit.nat.agent.tools.reading.calls import NOW, run


def answer(v2: NationBuilder, command: str, steps: KeptSteps | None = None) -> AgentAnswer:
    """What `/nat` and these words answer."""
    word, _, rest = command.partition(" ")
    found = look_up_of(word, rest)
    assert found is not None
    agent = Agent(DirectModel("turn", json.loads(found.calls)), load(), prices=FREE)
    return agent.answer(
        asked(found.question, time_zone=str(v2.zone), now=NOW),
        history=(),
        steps=steps or KeptSteps(),
        v2=v2,
        emit=lambda _: None,
        stopped=lambda: False,
    )


def test_people_are_found_by_name_with_links_to_their_profiles(v2: NationBuilder, demo: Nation) -> None:
    person = next(each for each in demo["signups"].rows.values() if each["last_name"])
    found = answer(v2, f"find {person['first_name']} {person['last_name']}")

    name = f"{person['first_name']} {person['last_name']}"
    assert f"[{name}](https://demo.nationbuilder.com/admin/signups/{person['id']})" in found.text
    assert (found.cost_micros, found.figures.unsupported) == (0, ())


@pytest.mark.parametrize("by", ["email", "phone_number"])
def test_people_are_found_by_address_and_number(v2: NationBuilder, demo: Nation, by: str) -> None:
    person = next(each for each in demo["signups"].rows.values() if each[by])
    text = f"<mailto:{person[by]}|{person[by]}>" if by == "email" else person[by]

    assert f"/admin/signups/{person['id']})" in answer(v2, f"find {text}").text


def test_donations_of_a_period_are_added_up_and_the_newest_listed(v2: NationBuilder) -> None:
    whole = run(v2, "summarize_donations", period="last_month", top=0).data

    text = answer(v2, "donations last month").text

    assert text.startswith(f"**{whole['total_amount']}** in {whole['count']} donations of {whole['donors']} ")
    assert text.count("\n- ") == 10
    assert (
        answer(v2, "donations").text.splitlines()[0] == answer(v2, "donations this week").text.splitlines()[0]
    )


@pytest.mark.parametrize("command", ["signups last 90 days", "events"])
def test_a_list_says_of_how_many_it_shows_some(v2: NationBuilder, command: str) -> None:
    tool = {"signups": "search_people", "events": "list_events"}[command.split()[0]]
    total = run(v2, tool, **({"created": "last_90_days"} if tool == "search_people" else {})).total

    first, *rows = answer(v2, command).text.splitlines()

    assert first.startswith(f"**{total:,} ")
    assert len(rows) == min(10, total or 0)


def test_nobody_is_said_to_be_nobody(v2: NationBuilder) -> None:
    assert answer(v2, "find Nobody Ofthisname").text.startswith("None found: people and organisations; name")


def test_an_answer_that_was_cut_off_goes_on_without_asking_nationbuilder_again(v2: NationBuilder) -> None:
    steps = KeptSteps()
    whole = answer(v2, "events", steps)
    steps.steps = {0: steps.steps[0]}

    again = answer(v2, "events", steps)

    assert again.text == whole.text
    assert steps.log.count("results 0") == 1


def test_what_is_refused_is_said() -> None:
    model = DirectModel("turn", [{"name": "search_people", "input": {}}])
    result = {"type": "tool_result", "tool_use_id": "turn_0", "content": "Not allowed.", "is_error": True}
    said: list[str] = []

    model.stream(_request(result), on_text=said.append, stopped=lambda: False)

    assert said == ["I could not look that up. Not allowed."]


def test_names_in_records_are_no_markup(v2: NationBuilder) -> None:
    row = {"name": "[x](https://evil.example) *a*\n- b", "panel_url": "https://demo.nationbuilder.com/1"}
    data = {"data": {"query": "people", "items": [row]}, "total": 1}
    result = {"type": "tool_result", "tool_use_id": "turn_0", "content": json.dumps(data)}
    said: list[str] = []

    model = DirectModel("turn", [{"name": "search_people", "input": {}}])
    model.stream(_request(result), on_text=said.append, stopped=lambda: False)

    assert said == ["**1 person**:\n- [(x)(https://evil.example) a - b](https://demo.nationbuilder.com/1)"]


def test_the_periods_of_commands_are_those_of_the_tools() -> None:
    assert {each.replace(" ", "_") for each in PERIODS} <= set(PERIOD_NAMES)


@pytest.mark.parametrize(
    "words", ["find", "donations in Berlin", "signups since May", "ask anything", "help"]
)
def test_what_is_no_look_up_is_left_to_others(words: str) -> None:
    word, _, rest = words.partition(" ")

    assert look_up_of(word, rest) is None


def _request(result: dict[str, Any]) -> ModelRequest:
    return ModelRequest("", "[]", [{"role": "user", "content": [result]}])
