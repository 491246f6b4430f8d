"""What operators hear and see."""

import json
from typing import Any

import pytest

from nat.names import METRICS_NAMESPACE, Metric
from tests.infrastructure.synthesis import PLATFORMS, synthesise


def alarms(environment: str, customer: str = "nat") -> dict[str, dict[str, Any]]:
    """Alarms of the observability stack by name."""
    resources = synthesise(environment, customer).part("Observability")["Resources"].values()
    return {
        each["Properties"]["AlarmName"]: each["Properties"]
        for each in resources
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_alarm_tells_somebody(environment: str, customer: str) -> None:
    silent = [name for name, alarm in alarms(environment, customer).items() if not alarm.get("AlarmActions")]

    assert silent == []


def test_one_lost_turn_is_an_alarm() -> None:
    (alarm,) = [each for name, each in alarms("prod").items() if "Turns-DLQ" in name]

    assert alarm["Threshold"] == 0
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


@pytest.mark.parametrize("queue", ["Notices", "BillingEvents", "PrivacyJobs"])
def test_one_message_that_nobody_could_act_on_is_an_alarm(queue: str) -> None:
    (alarm,) = [each for name, each in alarms("prod").items() if f"-{queue}-" in name]

    assert alarm["Threshold"] == 0
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


def test_a_missing_worker_is_an_alarm_even_when_nothing_is_measured() -> None:
    alarm = alarms("prod")["Nat-prod-WorkersMissing"]

    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 2)


def test_every_function_has_an_alarm() -> None:
    named = " ".join(alarms("prod"))

    assert not [
        each for each in ("Requests", "Socket", "Stream", "Sweep", "DeadLetters") if f"-{each}-" not in named
    ]


def test_one_dashboard_shows_machines_and_another_the_business() -> None:
    boards = synthesise("prod").resources("AWS::CloudWatch::Dashboard").values()

    assert {each["Properties"]["DashboardName"] for each in boards} == {
        "Nat-prod-Machines",
        "Nat-prod-Business",
    }


@pytest.mark.parametrize("metric", Metric)
def test_the_business_dashboard_shows_every_figure_of_the_runtime(metric: Metric) -> None:
    boards = synthesise("prod").resources("AWS::CloudWatch::Dashboard").values()

    (board,) = [
        json.dumps(each["Properties"]["DashboardBody"])
        for each in boards
        if each["Properties"]["DashboardName"] == "Nat-prod-Business"
    ]

    assert f'\\"{METRICS_NAMESPACE}\\",\\"{metric}\\"'.replace("\\", "") in board.replace("\\", "")


def test_no_nation_is_a_dimension_of_a_metric() -> None:
    text = json.dumps(synthesise("prod").part("Observability")).lower()

    assert "nation_slug" not in text


def test_the_budget_warns_before_it_is_spent() -> None:
    (budget,) = synthesise("prod").resources("AWS::Budgets::Budget").values()

    warned = [
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"])
        for each in budget["Properties"]["NotificationsWithSubscribers"]
    ]

    assert budget["Properties"]["Budget"]["BudgetLimit"] == {"Amount": 55, "Unit": "USD"}
    assert warned == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]


def test_alarms_reach_the_operators_address() -> None:
    (subscription,) = synthesise("prod").resources("AWS::SNS::Subscription").values()

    assert subscription["Properties"]["Protocol"] == "email"
    assert subscription["Properties"]["Endpoint"] == "ops@nationbuilder.tools"
