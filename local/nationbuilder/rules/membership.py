"""Memberships and their types; automations and enrolments; surveys and answers."""

from datetime import timedelta
from typing import Final

from local.nationbuilder.errors import problem
from local.nationbuilder.rules.change import Change, Rules, slug_of
from local.nationbuilder.rules.tags import put_tag
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation


def _membership(change: Change) -> None:
    change.set_default("status", "active")
    change.set_default("started_at", change.now)
    kind = change.nation["membership_types"].get(change.get("membership_type_id"))
    if kind is not None:
        change.set_default("grace_period_num_time_periods", kind["grace_period_num_time_periods"])
        change.set_default("grace_period_time_period_type", kind["grace_period_time_period_type"])
    if change.changes("status"):
        ended = change.values["status"] in ("canceled", "expired")
        change.values["suspended_at"] = change.now.date().isoformat() if ended else None


def _membership_saved(change: Change, row: Row) -> None:
    ending = row["status"] in ("expired", "grace period")
    if (
        not change.creating
        and ending
        and change.changes("status")
        and change.switches.get("trigger_autoresponses")
    ):
        change.effect("membership_autoresponse", row, row["signup_id"], row["status"])


def _automation(change: Change) -> None:
    change.set_default("status", "drafted")


def refresh_enrollments(nation: Nation, automation_id: str) -> None:
    """Set an automation's counts, which are extra fields, to what is there."""
    automation = nation["automations"].get(automation_id)
    if automation is None:
        return
    count = len(list(nation["automation_enrollments"].ids("automation_id", automation_id)))
    nation["automations"].update(
        automation_id,
        {
            "total_enrollments_count": count,
            "completed_enrollments_count": automation.get("completed_enrollments_count") or 0,
            "converted_enrollments_count": automation.get("converted_enrollments_count") or 0,
            "removed_enrollments_count": automation.get("removed_enrollments_count") or 0,
            "conversions_enabled": automation.get("conversions_enabled") or False,
        },
    )


def _automation_saved(change: Change, row: Row) -> None:
    refresh_enrollments(change.nation, row["id"])


def _enrollment(change: Change) -> None:
    change.require_unique("signup_id", "automation_id", pointer="signup_id")
    automation = change.nation["automations"].get(change.get("automation_id"))
    if automation is not None and automation["status"] == "archived":
        change.problems.append(problem("automation_id", "is archived", "invalid"))
    if change.creating:
        change.values["next_execution"] = change.now + timedelta(minutes=5)


def _enrollment_saved(change: Change, row: Row) -> None:
    refresh_enrollments(change.nation, row["automation_id"])
    change.effect("automation_enrollment", row, row["signup_id"])


def _enrollment_removed(nation: Nation, row: Row) -> None:
    automation = nation["automations"].get(row["automation_id"])
    if automation is not None:
        removed = (automation.get("removed_enrollments_count") or 0) + 1
        nation["automations"].update(automation["id"], {"removed_enrollments_count": removed})
        refresh_enrollments(nation, automation["id"])


def _question(change: Change) -> None:
    siblings = change.nation["survey_questions"].where("survey_id", change.get("survey_id") or "")
    change.set_default("position", len(siblings) + 1)
    change.set_default("author_id", change.author_id)
    change.set_default("slug", slug_of(change.get("content") or ""))
    change.set_default("status", "published")
    if change.get("status") == "published" and change.get("published_at") is None:
        change.values["published_at"] = change.now


def _choice(change: Change) -> None:
    siblings = change.nation["survey_question_possible_responses"].where(
        "survey_question_id", change.get("survey_question_id") or ""
    )
    change.set_default("position", len(siblings) + 1)


def _answer(change: Change) -> None:
    change.set_default("author_id", change.author_id)
    question = change.nation["survey_questions"].get(change.get("survey_question_id"))
    if question is not None and change.creating and "question_format" not in change.values:
        change.values["question_format"] = question["question_format"]
    choice = change.nation["survey_question_possible_responses"].get(
        change.get("survey_question_possible_response_id")
    )
    if choice is not None and choice["survey_question_id"] != change.get("survey_question_id"):
        change.problems.append(
            problem("survey_question_possible_response_id", "is not a choice of the question", "inclusion")
        )
    answered = change.get("content") or change.get("survey_question_possible_response_id")
    change.values["is_skipped"] = not answered


def _answer_saved(change: Change, row: Row) -> None:
    """The tags of a question and of the choice go onto the person."""
    if not change.creating:
        return
    nation = change.nation
    sources = (
        nation["survey_questions"].get(row["survey_question_id"]),
        nation["survey_question_possible_responses"].get(row["survey_question_possible_response_id"]),
    )
    for name in (part.strip() for each in sources if each for part in (each["tag_list"] or "").split(",")):
        if name:
            put_tag(nation, change.writes, name, [row["signup_id"]])


RULES: Final[dict[str, Rules]] = {
    "membership_types": Rules(required=("name",), deletes=(("memberships", "membership_type_id"),)),
    "memberships": Rules(
        required=("signup_id", "membership_type_id"), prepare=_membership, saved=_membership_saved
    ),
    "automations": Rules(prepare=_automation, saved=_automation_saved),
    "automation_enrollments": Rules(
        required=("automation_id", "signup_id"),
        prepare=_enrollment,
        saved=_enrollment_saved,
        removed=_enrollment_removed,
    ),
    "surveys": Rules(required=("name",), deletes=(("survey_questions", "survey_id"),)),
    "survey_questions": Rules(
        required=("content",),
        prepare=_question,
        deletes=(
            ("survey_question_responses", "survey_question_id"),
            ("survey_question_possible_responses", "survey_question_id"),
        ),
    ),
    "survey_question_possible_responses": Rules(required=("name", "survey_question_id"), prepare=_choice),
    "survey_question_responses": Rules(
        required=("signup_id", "survey_question_id"), prepare=_answer, saved=_answer_saved
    ),
}
