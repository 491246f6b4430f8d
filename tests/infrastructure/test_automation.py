"""What the automation stack promises: no turn is forgotten, no occurrence is lost in silence."""

import json
from typing import Any

import pytest

from nat.names import NOTICES, Secret
from nat.notices.receipts import CLAIM
from tests.infrastructure.policies import actions, listed, queues, statements, tables
from tests.infrastructure.synthesis import synthesise, with_examples


def only(kind: str, name: str) -> dict[str, Any]:
    """Properties of the one resource of a type in production whose logical id begins with `name`."""
    resources = synthesise("prod").part("Automation")["Resources"]
    (found,) = [
        each["Properties"]
        for logical, each in resources.items()
        if each["Type"] == kind and logical.startswith(name)
    ]
    properties: dict[str, Any] = found
    return properties


def rule(name: str) -> dict[str, Any]:
    """Properties of the rule whose logical id begins with `name`."""
    return only("AWS::Events::Rule", name)


def test_turns_are_swept_every_minute() -> None:
    found = rule("TurnsEveryMinute")

    assert (found["ScheduleExpression"], found["State"]) == ("rate(1 minute)", "ENABLED")
    assert "Sweep" in json.dumps(found["Targets"])


def test_tokens_are_refreshed_every_12_hours_and_looked_after_every_minute() -> None:
    due, sweep = rule("RefreshTwiceADay"), rule("RefreshEveryMinute")

    assert (due["ScheduleExpression"], due["State"]) == ("rate(12 hours)", "ENABLED")
    assert "RefreshDue" in json.dumps(due["Targets"])
    assert (sweep["ScheduleExpression"], sweep["State"]) == ("rate(1 minute)", "ENABLED")
    assert "RefreshSweep" in json.dumps(sweep["Targets"])


def test_a_refresh_that_ran_out_of_time_is_gone_on_with() -> None:
    found = rule("RefreshUnfinished")

    assert found["EventPattern"] == {"source": ["nat"], "detail-type": ["refresh.unfinished"]}
    assert "RefreshDue" in json.dumps(found["Targets"])


@pytest.mark.parametrize("role", ["RefreshDueRole", "RefreshSweepRole"])
def test_who_refreshes_reaches_tokens_their_rows_and_apps_and_nothing_else(role: str) -> None:
    found = statements(synthesise("prod").part("Automation"), role)
    stores = [each for each in found if "secretsmanager:PutSecretValue" in listed(each["Action"])]
    reads = {
        str(resource).rpartition(":secret:")[2]
        for each in found
        if "secretsmanager:GetSecretValue" in listed(each["Action"])
        for resource in listed(each["Resource"])
    }

    assert tables(found, "UpdateItem") == {"Nations", "Connections"}
    assert tables(found, "Query") == {"Nations", "Connections"}
    assert [str(each["Resource"]).rpartition(":secret:")[2] for each in stores] == [Secret.NATION_PATTERN]
    assert reads == {
        Secret.NATION_PATTERN,
        Secret.NATION_APP_PATTERN,
        Secret.CUSTOMER_APP_PATTERN,
        f"{Secret.NATIONBUILDER_APP}-??????",
    }
    assert actions(found, "events") == {"PutEvents"}
    assert actions(found, "sqs") == set()


def test_dead_letters_fail_one_by_one() -> None:
    mapping = only("AWS::Lambda::EventSourceMapping", "TurnsDeadLetters")

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "StoreTurnsDeadLetters" in json.dumps(mapping["EventSourceArn"])


def test_a_dead_letter_stays_hidden_longer_than_its_consumer_may_take() -> None:
    function = next(
        each["Properties"]
        for name, each in synthesise("prod").part("Automation")["Resources"].items()
        if name.startswith("TurnsDeadLetters") and each["Type"] == "AWS::Lambda::Function"
    )
    queue = next(
        each["Properties"]
        for name, each in synthesise("prod").part("Data")["Resources"].items()
        if name.startswith("StoreTurnsDeadLetters") and each["Type"] == "AWS::SQS::Queue"
    )

    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_the_sweep_reaches_what_the_end_of_a_turn_changes() -> None:
    template = synthesise("prod").part("Automation")
    reached = {"Conversations", "Nations", "Users", "Usage", "Sockets", "Actions"}

    assert tables(statements(template, "TurnsSweepRole"), "UpdateItem") == {*reached, "Once"}
    assert tables(statements(template, "TurnsDeadLettersRole"), "UpdateItem") == reached


def test_the_sweep_queues_turns_and_the_consumer_of_dead_letters_does_not() -> None:
    template = synthesise("prod").part("Automation")

    assert "SendMessage" in actions(statements(template, "TurnsSweepRole"), "sqs")
    assert queues(statements(template, "TurnsDeadLettersRole"), "SendMessage") == {
        "SlackQueue"
    }  # the news of it


def test_what_people_are_told_of_goes_to_the_queue_of_notices() -> None:
    found = rule("NoticesWhatPeopleAreToldOf")

    assert found["EventPattern"] == {"source": ["nat"], "detail-type": [each.value for each in NOTICES]}
    (target,) = found["Targets"]
    assert "NoticesEventsQueue" in json.dumps(target["Arn"])
    assert "NoticesEventsDeadLetters" in json.dumps(target["DeadLetterConfig"])


def test_notices_fail_one_by_one_and_are_tried_again_before_they_are_dead() -> None:
    mapping = only("AWS::Lambda::EventSourceMapping", "Notices")
    queue = only("AWS::SQS::Queue", "NoticesEventsQueue")
    function = only("AWS::Lambda::Function", "Notices")

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] > 1
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]


def test_a_claim_on_a_notice_outlives_its_function_and_ends_before_the_next_delivery() -> None:
    queue = only("AWS::SQS::Queue", "NoticesEventsQueue")
    function = only("AWS::Lambda::Function", "Notices")

    assert function["Timeout"] < CLAIM.total_seconds() < queue["VisibilityTimeout"]


def test_who_tells_people_reads_who_they_are_and_writes_only_who_was_told() -> None:
    found = statements(synthesise("prod").part("Automation"), "NoticesFunctionRole")

    assert tables(found, "GetItem") == {
        "Nations",
        "Memberships",
        "Users",
        "Once",
        "Sockets",
        "Installations",
    }
    # The record keeps since when an owner knows of a claim, the workspace which channel took no notice.
    assert tables(found, "PutItem") == {"Once", "Sockets", "Nations", "Installations"}
    # A bot's token that ends is renewed with the app's own secret.
    assert actions(found, "secretsmanager") == {"GetSecretValue"}
    assert actions(found, "ses") == {"SendEmail", "GetSuppressedDestination"}


def test_notices_are_sent_from_the_senders_of_the_brands_only() -> None:
    found = statements(with_examples("prod").part("Automation"), "NoticesFunctionRole")

    (mail,) = [each for each in found if "ses:SendEmail" in listed(each["Action"])]

    named = {json.dumps(each).rpartition(":")[2].strip('"]}') for each in listed(mail["Resource"])}
    assert named == {
        "identity/nat.nationbuilder.tools",
        "configuration-set/nat-nationbuilder-tools",
        "identity/civicdesk.example",
        "configuration-set/civicdesk-example",
    }


def test_the_operator_is_who_gets_the_alarms_unless_the_environment_says_otherwise() -> None:
    function = only("AWS::Lambda::Function", "Notices")

    assert function["Environment"]["Variables"]["NAT_OPERATOR_EMAIL"] == "ops@nationbuilder.tools"
