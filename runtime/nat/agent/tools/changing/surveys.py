"""Recording what people answered to survey questions."""

from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.naming import Named, called, one_of
from nat.agent.tools.changing.planning import (
    change,
    create,
    current_user,
    existing_person,
    person_subject,
)
from nat.agent.tools.parameters import RecordId, Text
from nat.agent.tools.results import long_text
from nat.changes.plan import Change, Skipped
from nat.errors import BadRequest
from nat.nationbuilder import Filters, NationBuilder, Record
from nat.wording import Worded

_ASKED: Final = 120
"""Characters of a question in a summary."""


@tool(
    group="surveys",
    effect=Effect.WRITE,
    label="Recording an answer",
    endpoints=(
        "POST /survey_question_responses",
        "GET /survey_question_responses",
        "GET /survey_questions",
        "GET /survey_questions/{id}",
        "GET /signups/{id}",
        "GET /signups/me",
    ),
    undo="deletes the answer; tags that it set stay",
)
def record_survey_response(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    question_id: Annotated[Named, Field(description="Id or text")],
    choice_id: Named | None = None,
    text: Annotated[Text | None, Field(max_length=10_000, description="For open questions")] = None,
) -> Change:
    """Record a person's answer to a survey question: one of its choices, or text for an open question."""
    if (choice_id is None) == (text is None):
        raise BadRequest("Give either choice_id or text.")
    found = called(
        v2,
        "survey_questions",
        question_id,
        "survey question",
        name="content",
        include=("survey_question_possible_responses",),
    )
    question, choices = found.record, found.many("survey_question_possible_responses")
    choice = _choice(question, choices, choice_id)
    person = existing_person(v2, person_id)
    subject = person_subject(v2, person)
    answer: dict[str, str | None] = (
        {"content": text} if choice is None else {"survey_question_possible_response_id": choice.id}
    )
    said = long_text(text or "", _ASKED) if choice is None else choice.text("name")
    asked = long_text(question.text("content") or question.text("slug"), _ASKED)
    summary = Worded("change.record_answer", answer=said, name=subject.name, question=asked)
    key: dict[str, str] = {"signup_id": person_id, "survey_question_id": question.id}
    earlier = v2.index("survey_question_responses", filters=key).records
    if any(each[name] == value for each in earlier for name, value in answer.items()):
        return change(summary, [Skipped(subject, Worded("skipped.answered"))], people=1)
    operation = create(
        "answer",
        subject,
        "survey_question_responses",
        {
            **key,
            **answer,
            "question_format": question["question_format"],
            "author_id": current_user(v2).id,
        },
        natural_key=_only(key, answer, earlier=bool(earlier)),
        by_id=True,
    )
    return change(summary, [operation], people=1, warnings=_warnings(question, choice, bool(earlier)))


def _choice(question: Record, choices: tuple[Record, ...], given: str | None) -> Record | None:
    """The choice that was named. Raises `BadRequest` for an answer of the other kind."""
    is_open = question["question_format"] == "text"
    if given is None:
        if is_open:
            return None
        names = ", ".join(f"“{each.text('name')}” (id {each.id})" for each in choices)
        raise BadRequest(Worded("refused.choice", choices=names))
    if is_open:
        raise BadRequest(Worded("refused.free_answer"))
    return one_of(choices, given, "choice of this question")


def _only(key: Filters, answer: Filters, *, earlier: bool) -> Filters | None:
    """Filters that find the new answer and no other. Who has answered before keeps that answer, so the pair
    is not enough then; and words of any length cannot be looked for."""
    if "content" not in answer:
        return {**key, **answer}
    return None if earlier else key


def _warnings(question: Record, choice: Record | None, answered: bool) -> list[str]:
    tags = [each for each in (question.text("tag_list"), choice.text("tag_list") if choice else "") if each]
    warnings: list[str] = []
    if tags:
        warnings.append(Worded("warning.answer_tags", tags=", ".join(tags)))
    if answered:
        warnings.append(Worded("warning.answered_before"))
    return warnings
