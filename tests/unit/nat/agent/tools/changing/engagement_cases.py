"""Calls of the tools on paths, memberships, automations, surveys and relationships."""

from local.nationbuilder.store import Nation
from tests.unit.nat.agent.tools.changing.case import Case, people, rows


def journey(nation: Nation, status: str = "active") -> str:
    """A journey in a state."""
    return next(
        each for each, row in rows(nation, "path_journeys").items() if row["journey_status"] == status
    )


def step_beside(nation: Nation, journey_id: str) -> str:
    """A step of the journey's path at which it is not."""
    row = rows(nation, "path_journeys")[journey_id]
    return next(
        each
        for each, step in rows(nation, "path_steps").items()
        if step["path_id"] == row["path_id"] and each != row["current_step_id"]
    )


def off_path(nation: Nation, count: int = 1) -> list[str]:
    """People who are on no path."""
    return _without(nation, "path_journeys", count)


def membership(nation: Nation, status: str = "active") -> str:
    """A membership in a state."""
    return next(each for each, row in rows(nation, "memberships").items() if row["status"] == status)


def no_members(nation: Nation, count: int = 1) -> list[str]:
    """People without any membership."""
    return _without(nation, "memberships", count)


def not_enrolled(nation: Nation, count: int = 1) -> list[str]:
    """People in no automation."""
    return _without(nation, "automation_enrollments", count)


def silent(nation: Nation, count: int = 1) -> list[str]:
    """People who answered no question."""
    return _without(nation, "survey_question_responses", count)


def answered(nation: Nation) -> tuple[str, str]:
    """Somebody who has answered the first question, and what they did not choose."""
    row = next(iter(rows(nation, "survey_question_responses").values()))
    chosen = row["survey_question_possible_response_id"]
    other = next(each for each in rows(nation, "survey_question_possible_responses") if each != chosen)
    return row["signup_id"], other


def _without(nation: Nation, kind: str, count: int) -> list[str]:
    having = {row["signup_id"] for row in rows(nation, kind).values()}
    return [each for each in people(nation, 250) if each not in having][:count]


ENGAGEMENT_CASES = (
    Case(
        "start_path_journey",
        lambda nation: {
            "person_id": off_path(nation)[0],
            "path_id": "become crew",
            "step_id": "2",
            "point_person_id": people(nation, 1)[0],
            "due_date": "2027-01-15",
            "value": "250",
            "note": "Met at the dock",
        },
        operations=1,
        people=1,
        changes={"path_journeys"},
        leaves={"path_journeys"},
        name="with everything",
    ),
    Case(
        "start_path_journey",
        lambda nation: {"person_id": off_path(nation)[0], "path_id": "1"},
        operations=1,
        people=1,
        changes={"path_journeys"},
        leaves={"path_journeys"},
        name="at the first step",
    ),
    Case(
        "update_path_journey",
        lambda nation: {
            "journey_id": journey(nation),
            "step_id": step_beside(nation, journey(nation)),
            "point_person_id": people(nation, 1)[0],
            "due_date": "none",
            "step_due_date": "2027-02-01T18:00",
            "value": "12.5",
        },
        operations=1,
        people=1,
        changes={"path_journeys"},
    ),
    Case(
        "set_path_journey_status",
        lambda nation: {"journey_id": journey(nation), "status": "completed", "reason_id": "done"},
        operations=1,
        people=1,
        changes={"path_journeys"},
        name="complete for a reason",
    ),
    Case(
        "set_path_journey_status",
        lambda nation: {"journey_id": journey(nation), "status": "abandoned"},
        operations=1,
        people=1,
        changes={"path_journeys"},
        name="abandon",
    ),
    Case(
        "set_path_journey_status",
        lambda nation: {"journey_id": journey(nation, "abandoned"), "status": "active"},
        operations=1,
        people=1,
        changes={"path_journeys"},
        name="reactivate",
    ),
    Case(
        "set_path_journey_status",
        lambda nation: {"journey_id": journey(nation), "status": "voided"},
        operations=1,
        people=1,
        changes={"path_journeys"},
        restores=False,
        name="void",
    ),
    Case(
        "create_membership",
        lambda nation: {
            "person_id": no_members(nation)[0],
            "type_id": "crew",
            "started_at": "2026-10-01",
            "expires_on": "2027-09-30",
        },
        operations=1,
        people=1,
        changes={"memberships"},
        leaves={"memberships"},
    ),
    Case(
        "update_membership",
        lambda nation: {
            "membership_id": membership(nation),
            "expires_on": "2030-12-31",
            "status": "grace period",
            "status_reason": "Moved away",
        },
        operations=1,
        people=1,
        changes={"memberships"},
    ),
    Case(
        "update_membership",
        lambda nation: {
            "membership_id": membership(nation),
            "status": "expired",
            "notify_member": True,
        },
        operations=1,
        people=1,
        changes={"memberships"},
        sends=("membership_autoresponse",),
        name="and tell the member",
    ),
    Case(
        "enroll_in_automation",
        lambda nation: {"person_id": not_enrolled(nation)[0], "automation_id": "Welcome aboard"},
        operations=1,
        people=1,
        changes={"automation_enrollments"},
        sends=("automation_enrollment",),
    ),
    Case(
        "record_survey_response",
        lambda nation: {
            "person_id": silent(nation)[0],
            "question_id": "how often do you sail",
            "choice_id": "weekly",
        },
        operations=1,
        people=1,
        changes={"survey_question_responses"},
    ),
    Case(
        "record_survey_response",
        lambda nation: {
            "person_id": answered(nation)[0],
            "question_id": "1",
            "choice_id": answered(nation)[1],
        },
        operations=1,
        people=1,
        changes={"survey_question_responses"},
        name="again, and otherwise",
    ),
    Case(
        "create_relationship",
        lambda nation: {
            "first_person_id": people(nation, 1)[0],
            "second_person_id": people(nation, 2)[1],
            "type": "mentee-mentor",
            "title": "First mate",
        },
        operations=1,
        people=2,
        changes={"relationships"},
    ),
)
