"""What the clock promises: schedules reach one function, nothing else acts as they do, no occurrence is lost
in silence."""

import json

import pytest

from tests.infrastructure.policies import actions, listed, statements, tables
from tests.infrastructure.synthesis import synthesise


def test_only_schedules_of_the_group_act_as_the_schedule_role() -> None:
    resources = synthesise("prod").part("Api")["Resources"]
    role = next(value for name, value in resources.items() if name.startswith("SchedulesRole"))

    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "333333333333"}
    assert "SchedulesGroup" in json.dumps(trust["Condition"]["ArnLike"])


def test_undelivered_occurrences_are_kept_for_two_weeks() -> None:
    resources = synthesise("prod").part("Api")["Resources"]
    (queue,) = [
        each["Properties"]
        for name, each in resources.items()
        if each["Type"] == "AWS::SQS::Queue" and name.startswith("SchedulesDeadLetters")
    ]

    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_schedules_reach_the_function_of_occurrences_and_the_dead_letters() -> None:
    found = statements(synthesise("prod").part("Api"), "SchedulesRole")

    assert actions(found, "lambda") == {"InvokeFunction"}
    assert "OccurrencesFire" in json.dumps([each["Resource"] for each in found])
    assert "SendMessage" in actions(found, "sqs")


def test_an_occurrence_that_its_function_could_not_take_is_kept_too() -> None:
    resources = synthesise("prod").part("Api")["Resources"]
    (config,) = [
        each["Properties"] for each in resources.values() if each["Type"] == "AWS::Lambda::EventInvokeConfig"
    ]

    assert config["MaximumEventAgeInSeconds"] == 3600
    assert "SchedulesDeadLetters" in json.dumps(config["DestinationConfig"])


@pytest.mark.parametrize("role", ["RequestsFunctionRole", "OccurrencesCompareRole"])
def test_who_makes_schedules_passes_no_role_but_theirs(role: str) -> None:
    found = statements(synthesise("prod").part("Api"), role)

    (passing,) = [each for each in found if "iam:PassRole" in listed(each["Action"])]

    assert "SchedulesRole" in json.dumps(passing["Resource"])
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    assert {"CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule"} <= actions(
        found, "scheduler"
    )


def test_the_sweep_asks_and_ends_runs_and_decides_nothing() -> None:
    found = statements(synthesise("prod").part("Api"), "OccurrencesSweepRole")

    assert tables(found, "GetItem") >= {"Actions", "Memberships", "Automations"}
    assert not tables(found, "UpdateItem") & {"Actions", "Memberships", "Audit"}
    assert actions(found, "scheduler") == set()
