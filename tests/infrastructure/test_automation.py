"""What the automation stack promises: no turn is forgotten, no occurrence is lost in silence."""

import json
from typing import Any

from tests.infrastructure.policies import actions, statements, tables
from tests.infrastructure.synthesis import synthesise


def only(kind: str) -> dict[str, Any]:
    """Properties of the one resource of a type in production."""
    resources = synthesise("prod").part("Automation")["Resources"].values()
    (found,) = [each["Properties"] for each in resources if each["Type"] == kind]
    properties: dict[str, Any] = found
    return properties


def test_turns_are_swept_every_minute() -> None:
    rule = only("AWS::Events::Rule")

    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    assert "Sweep" in json.dumps(rule["Targets"])


def test_dead_letters_fail_one_by_one() -> None:
    mapping = only("AWS::Lambda::EventSourceMapping")

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "TurnsDeadLetters" in json.dumps(mapping["EventSourceArn"])


def test_a_dead_letter_stays_hidden_longer_than_its_consumer_may_take() -> None:
    function = next(
        each["Properties"]
        for name, each in synthesise("prod").part("Automation")["Resources"].items()
        if name.startswith("DeadLetters") and each["Type"] == "AWS::Lambda::Function"
    )
    queue = next(
        each["Properties"]
        for name, each in synthesise("prod").part("Data")["Resources"].items()
        if name.startswith("TurnsDeadLetters") and each["Type"] == "AWS::SQS::Queue"
    )

    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_the_sweep_reaches_what_the_end_of_a_turn_changes() -> None:
    template = synthesise("prod").part("Automation")
    reached = {"Conversations", "Nations", "Users", "Usage", "Sockets", "Actions"}

    assert tables(statements(template, "SweepRole"), "UpdateItem") == reached
    assert tables(statements(template, "DeadLettersRole"), "UpdateItem") == reached


def test_the_sweep_queues_and_the_consumer_only_takes() -> None:
    template = synthesise("prod").part("Automation")

    assert "SendMessage" in actions(statements(template, "SweepRole"), "sqs")
    assert "SendMessage" not in actions(statements(template, "DeadLettersRole"), "sqs")


def test_only_schedules_of_the_group_act_as_the_schedule_role() -> None:
    resources = synthesise("prod").part("Automation")["Resources"]
    role = next(value for name, value in resources.items() if name.startswith("SchedulesRole"))

    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    assert "SchedulesGroup" in json.dumps(trust["Condition"]["ArnLike"])


def test_undelivered_occurrences_are_kept_for_two_weeks() -> None:
    queue = only("AWS::SQS::Queue")

    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
