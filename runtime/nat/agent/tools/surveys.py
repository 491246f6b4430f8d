"""Surveys: questions, choices, and how people answered."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import Moment, RecordId, since_until
from nat.agent.tools.results import (
    Item,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    panel_link,
    single,
    span_words,
)
from nat.agent.tools.tallies import tally
from nat.nationbuilder import Filters, NationBuilder, Record
from nat.nationbuilder.periods import Span

SURVEYS_AT_MOST: Final = 300
CHOICES_AT_MOST: Final = 1_000
TEXTS_SHOWN: Final = 10


@tool(
    group="surveys",
    effect=Effect.READ,
    label="Looking at surveys",
    endpoints=(
        "GET /surveys",
        "GET /surveys/{id}",
        "GET /survey_questions/{id}",
        "GET /survey_question_possible_responses",
        "GET /survey_question_responses",
    ),
)
def list_surveys(
    v2: NationBuilder,
    *,
    survey_id: Annotated[RecordId | None, Field(description="Its questions and choices")] = None,
    question_id: RecordId | None = None,
    with_tallies: Annotated[bool, Field(description="Count the answers")] = False,
    since: Annotated[Moment | None, Field(description="Only answers since")] = None,
) -> ToolOutcome:
    """Surveys; or the questions and choices of one survey, or one question; on request with how many chose
    each answer."""
    span = since_until(v2, since)
    links = panel_link(v2, "dashboard", "Control panel")
    if question_id is not None:
        found = v2.show("survey_questions", question_id, include=("survey_question_possible_responses",))
        choices = found.many("survey_question_possible_responses")
        data = _questions(v2, [found.record], {question_id: list(choices)}, with_tallies, span)[0]
        query = in_words(f"survey question {question_id}", span_words(v2, span, "answered"))
        return single(v2, data, query=query, links=links)
    if survey_id is not None:
        survey = v2.show("surveys", survey_id, include=("survey_questions",))
        questions = sorted(survey.many("survey_questions"), key=lambda each: each.integer("position"))
        complete, by_question = _choices(v2, [each.id for each in questions])
        data = _survey(v2, survey.record)
        data["questions"] = _questions(v2, questions, by_question, with_tallies, span)
        query = in_words(f"survey {survey_id}", span_words(v2, span, "answered"))
        return listed(v2, [data], query=query, total=1, complete=complete, links=links)
    reading = v2.read_all("surveys", max_records=SURVEYS_AT_MOST, sort=("-created_at",))
    items = [_survey(v2, each) for each in reading.records]
    return listed(v2, items, query="surveys", total=reading.total, complete=reading.complete, links=links)


def _survey(v2: NationBuilder, survey: Record) -> Item:
    return item(
        id=survey.id,
        name=survey.text("name") or f"Survey {survey.id}",
        created_at=local(v2, survey.moment("created_at")),
    )


def _choices(v2: NationBuilder, question_ids: list[str]) -> tuple[bool, dict[str, list[Record]]]:
    """The possible answers of several questions, in one reading."""
    by_question: dict[str, list[Record]] = {each: [] for each in question_ids}
    if not question_ids:
        return True, by_question
    reading = v2.read_all(
        "survey_question_possible_responses",
        max_records=CHOICES_AT_MOST,
        filters={"survey_question_id": question_ids},
    )
    for choice in reading.records:
        by_question.setdefault(choice.text("survey_question_id"), []).append(choice)
    return reading.complete, by_question


def _questions(
    v2: NationBuilder,
    questions: list[Record],
    choices: dict[str, list[Record]],
    with_tallies: bool,
    span: Span,
) -> list[Item]:
    filters: Filters = given(created_at=span.condition())
    answers: Mapping[str, int] = {}
    chosen: Mapping[str, int] = {}
    if with_tallies:
        resource = "survey_question_responses"
        answers = tally(v2, resource, "survey_question_id", [each.id for each in questions], filters)
        chosen = tally(
            v2,
            resource,
            "survey_question_possible_response_id",
            [choice.id for each in questions for choice in choices.get(each.id, [])],
            filters,
        )
    shown = []
    for question in questions:
        possible = sorted(choices.get(question.id, []), key=lambda each: each.integer("position"))
        data = item(
            id=question.id,
            name=long_text(question.text("content")) or question.text("slug"),
            slug=question["slug"],
            format=question["question_format"],
            status=question["status"],
            choices=[
                item(
                    id=each.id,
                    name=each.text("name"),
                    tags=each["tag_list"],
                    count=chosen.get(each.id, 0) if with_tallies else None,
                )
                for each in possible
            ],
            responses=answers.get(question.id, 0) if with_tallies else None,
        )
        if with_tallies and question["question_format"] == "text":
            data["latest_texts"] = _texts(v2, question.id, filters)
        shown.append(data)
    return shown


def _texts(v2: NationBuilder, question_id: str, filters: Filters) -> list[str]:
    """The latest answers in people's own words: there is nothing to tally."""
    page = v2.index(
        "survey_question_responses",
        filters={**filters, "survey_question_id": question_id},
        fields={"survey_question_responses": ("content", "created_at")},
        sort=("-created_at",),
        page_size=TEXTS_SHOWN,
    )
    return [long_text(each.text("content"), 300) for each in page.records if each.text("content")]
