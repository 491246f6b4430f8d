"""What Slack's functions may touch: the door as little as there is, and no secret of a nation anywhere."""

import json
from typing import Any

import pytest

from nat.names import SLACK_QUEUE, Secret, Variable
from tests.infrastructure.policies import Statement, actions, listed, statements, tables
from tests.infrastructure.synthesis import synthesise

ARN = "arn:aws:secretsmanager:us-east-1:333333333333:secret:"
APPS, STATE_KEY = f"{ARN}{Secret.SLACK}-??????", f"{ARN}{Secret.OAUTH_STATE}-??????"
ORIGIN_KEY = f"{ARN}{Secret.origin_key('us-east-1')}-??????"


def own(role: str, part: str = "Api") -> list[Statement]:
    """Statements of a function's role."""
    return statements(synthesise("prod").part(part), role)


def secrets(role: str) -> set[str]:
    """Secrets that a role may do something with."""
    return {
        resource
        for statement in own(role)
        if actions([statement], "secretsmanager")
        for resource in listed(statement["Resource"])
    }


def sealed_for(role: str, part: str = "Api") -> list[Any]:
    """For what a role may seal and unseal."""
    conditions = [each.get("Condition", {}).get("StringLike", {}) for each in own(role, part)]
    return [found for each in conditions if (found := each.get("kms:EncryptionContext:path"))]


def test_the_door_claims_and_queues_and_nothing_else() -> None:
    role = "SlackDoorRole"

    assert tables(own(role), "PutItem") == tables(own(role), "GetItem") == {"Once"}
    assert secrets(role) == {APPS, ORIGIN_KEY}
    assert actions(own(role), "sqs") == {"SendMessage", "GetQueueAttributes", "GetQueueUrl"}
    assert sealed_for(role) == []


@pytest.mark.parametrize(
    ("role", "known"),
    [
        ("SlackWorkerRole", {APPS}),
        ("SlackRoutesRole", {APPS, STATE_KEY, ORIGIN_KEY}),
        ("SlackCallbackRole", {APPS, STATE_KEY, ORIGIN_KEY}),
    ],
)
def test_they_read_the_apps_and_no_nations_secret(role: str, known: set[str]) -> None:
    assert secrets(role) == known
    assert actions(own(role), "secretsmanager") == {"GetSecretValue"}


def test_bots_tokens_are_unsealed_by_who_talks_to_slack_alone() -> None:
    pattern = Secret.SLACK_CONTEXT_PATTERN

    for role in ("SlackWorkerRole", "SlackCallbackRole", "SlackRoutesRole"):
        assert sealed_for(role) == [pattern]
    for role in ("ResultsFunctionRole", "NoticesFunctionRole"):
        assert sealed_for(role, "Automation") == [pattern]
    assert sealed_for("RequestsFunctionRole") == []


@pytest.mark.parametrize("role", ["SlackWorkerRole", "SlackRoutesRole", "SlackCallbackRole"])
def test_they_add_to_the_audit_log_and_never_scan(role: str) -> None:
    assert "Audit" in tables(own(role), "PutItem")
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem"):
        assert "Audit" not in tables(own(role), action)
    assert "Scan" not in actions(own(role), "dynamodb")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("RequestsFunction", "Api"),
        ("SocketFunction", "Api"),
        ("SlackDoor", "Api"),
        ("SlackWorker", "Api"),
        ("TurnsSweep", "Automation"),
        ("TurnsDeadLetters", "Automation"),
    ],
)
def test_whoever_has_news_of_a_turn_tells_threads_too(name: str, part: str) -> None:
    resources = synthesise("prod").part(part)["Resources"]
    (function,) = [
        value["Properties"]
        for key, value in resources.items()
        if key.startswith(name) and value["Type"] == "AWS::Lambda::Function"
    ]

    assert Variable.SLACK_QUEUE_URL in function["Environment"]["Variables"]
    assert "StoreSlackQueue" in json.dumps(
        [each for each in own(f"{name}Role", part) if "SendMessage" in actions([each], "sqs")]
    )


def test_the_worker_of_turns_tells_threads_too() -> None:
    assert "StoreSlackQueue" in json.dumps(synthesise("prod").part("Agent")["Resources"])


def test_a_message_is_hidden_for_longer_than_the_function_works_on_it() -> None:
    assert SLACK_QUEUE.visibility_seconds > SLACK_QUEUE.function_seconds
