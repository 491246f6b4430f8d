"""`schedule_question` hands a filled form to the nation's drafts, and says that nothing runs yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from nat.agent.ports import DraftedAutomation, DraftedFor, Drafts
from nat.agent.tool import ArgumentsRejected, Effect, ToolOutcome
from nat.agent.tool_context import OWN_GROUP, ToolContext
from nat.agent.tools import load
from nat.contract.events import Link
from nat.errors import BadRequest
from nat.nationbuilder import NationBuilder

FORM = {"kind": "weekly", "time": "09:00", "days": ["MON"]}
PAGE = Link("Try or enable Figures", "https://app.nat.test/automations/1")


@dataclass
class Desk:
    """Takes drafts."""

    taken: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    to: str = ""
    in_channel: bool = False

    def draft(
        self, name: str, question: str, form: Mapping[str, Any], *, to: DraftedFor = "email"
    ) -> DraftedAutomation:
        self.taken.append((name, question, form))
        self.to = to
        runs = ("2026-11-23T09:00+00:00",)
        return DraftedAutomation("Mondays at 9:00, UTC", "UTC", runs, (), PAGE, self.in_channel)


def schedule(v2: NationBuilder, desk: Drafts | None, **arguments: Any) -> ToolOutcome:
    context = ToolContext(v2, lambda _: True, None, desk)
    return load()["schedule_question"].call(
        context, {"name": "Figures", "question": "How many?", **FORM, **arguments}
    )


def test_the_form_is_handed_on_and_the_page_is_linked(v2: NationBuilder) -> None:
    desk = Desk()

    outcome = schedule(v2, desk)

    assert desk.taken == [("Figures", "How many?", FORM)]
    assert outcome.links == (PAGE,)
    assert outcome.data["next_runs"] == ["2026-11-23T09:00+00:00"]
    assert not outcome.data["zone_was_said"]
    assert "once the person has enabled it" in outcome.data["state"]


def test_a_zone_that_was_named_goes_along(v2: NationBuilder) -> None:
    desk = Desk()

    assert schedule(v2, desk, zone="Europe/Berlin").data["zone_was_said"]
    assert desk.taken[0][2]["zone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    ("to", "said"),
    [("email", "to the person, by email"), ("slack", "to the person, by slack"), ("here", "Slack channel")],
)
def test_where_the_answers_go_is_said(v2: NationBuilder, to: str, said: str) -> None:
    desk = Desk()

    assert said in schedule(v2, desk, to=to).data["answers_go"]
    assert desk.to == to


@pytest.mark.parametrize(("in_channel", "to"), [(True, "email"), (True, "here"), (False, "email")])
def test_the_channel_in_which_it_is_asked_is_offered(v2: NationBuilder, in_channel: bool, to: str) -> None:
    outcome = schedule(v2, Desk(in_channel=in_channel), to=to)

    assert ("could_go" in outcome.data) == (in_channel and to == "email")


@pytest.mark.parametrize("wrong", [{"kind": "fortnightly"}, {"days": ["MONTAG"]}, {"cron": "0 9 * * 1"}])
def test_a_model_writes_no_schedule_of_its_own(v2: NationBuilder, wrong: dict[str, Any]) -> None:
    desk = Desk()

    with pytest.raises(ArgumentsRejected):
        schedule(v2, desk, **wrong)
    assert desk.taken == []


def test_where_nothing_can_be_drafted_the_model_hears_so(v2: NationBuilder) -> None:
    with pytest.raises(BadRequest, match="web app"):
        schedule(v2, None)


def test_it_changes_nothing_in_nationbuilder_and_is_none_of_its_tools() -> None:
    tool = load()["schedule_question"]

    assert (tool.group, tool.effect, tool.endpoints) == (OWN_GROUP, Effect.READ, ())
