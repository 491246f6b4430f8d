"""What operators hear and see."""

import json
import re
from typing import Any

import pytest

from nat.names import METRICS_NAMESPACE, Metric
from tests.infrastructure.synthesis import PLATFORMS, ROOT, synthesise


def alarms(environment: str, customer: str = "nat") -> dict[str, dict[str, Any]]:
    """Alarms of the observability stack by name."""
    resources = synthesise(environment, customer).part("Observability")["Resources"].values()
    return {
        each["Properties"]["AlarmName"]: each["Properties"]
        for each in resources
        if each["Type"] == "AWS::CloudWatch::Alarm"
    }


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_alarm_tells_somebody_when_it_begins_and_when_it_ends(environment: str, customer: str) -> None:
    found = synthesise(environment, customer).resources("AWS::CloudWatch::Alarm")
    ours = [each["Properties"] for name, each in found.items() if "TaskCountTarget" not in name]

    assert ours
    assert [
        each["AlarmName"] for each in ours if not (each.get("AlarmActions") and each.get("OKActions"))
    ] == []


@pytest.mark.parametrize(
    "queue", ["Turns", "Notices", "BillingEvents", "PrivacyJobs", "Occurrences", "Slack"]
)
def test_one_message_that_nobody_could_act_on_is_an_alarm(queue: str) -> None:
    alarm = alarms("prod")[f"Nat-prod-{queue}Lost"]

    assert alarm["Threshold"] == 0
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"


@pytest.mark.parametrize(
    "name",
    [
        "TokenClaimsFailing",  # nobody can sign in
        "RefreshDueFailing",
        "RefreshSweepFailing",
        "StripeWebhookFailing",
        "OauthCallbackFailing",
        "SlackDoorFailing",
        "SlackCallbackFailing",
        "NoticesFailing",
        "FunctionsThrottled",
        "SocketsIntegrationError",
        "SocketsExecutionError",
        "MailBounceRate",
        "MailComplaintRate",
        "CopiesFailing",
    ],
)
def test_what_nobody_would_report_is_an_alarm(name: str) -> None:
    assert f"Nat-prod-{name}" in alarms("prod")


@pytest.mark.parametrize("customer", ["nat", "civic-desk", "volksstimme"])
def test_errors_under_a_brands_name_are_an_alarm_where_cloudfront_reports_them(customer: str) -> None:
    web = synthesise("prod", customer).part("Web")["Resources"].values()
    (alarm,) = [each["Properties"] for each in web if each["Type"] == "AWS::CloudWatch::Alarm"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/CloudFront", "5xxErrorRate")


def test_every_function_that_starts_by_itself_has_an_alarm_or_dead_letters_that_have_one() -> None:
    """People tell of what they asked for, and the API's own alarm counts it; nobody tells of the others."""
    production = synthesise("prod")
    watched = {
        json.dumps(each["Properties"]["Dimensions"][0]["Value"])
        for each in production.resources("AWS::CloudWatch::Alarm").values()
        if each["Properties"].get("Namespace") == "AWS/Lambda" and each["Properties"].get("Dimensions")
    }
    started = {
        target["Arn"]["Fn::GetAtt"][0]
        for each in production.resources("AWS::Events::Rule").values()
        for target in each["Properties"]["Targets"]
        if "Fn::GetAtt" in target["Arn"] and "Queue" not in target["Arn"]["Fn::GetAtt"][0]
    }

    assert len(started) == 7
    assert [name for name in started if not any(name in each for each in watched)] == []


def test_the_runbook_says_of_every_alarm_what_to_do_and_of_no_other() -> None:
    resources = synthesise("prod").resources("AWS::CloudWatch::Alarm").values()
    names = {each["Properties"].get("AlarmName", "").removeprefix("Nat-prod-") for each in resources} - {""}
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.partition("| Alarm | Means | Do |")[2].partition("\n\n")[0]
    told = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`(\w+)`", row.partition("|")[2].partition("|")[0])
    }

    assert told == names


def test_a_missing_worker_is_an_alarm_even_when_nothing_is_measured() -> None:
    alarm = alarms("prod")["Nat-prod-WorkersMissing"]

    assert alarm["TreatMissingData"] == "breaching"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 2)


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

    assert budget["Properties"]["Budget"]["BudgetLimit"] == {"Amount": 80, "Unit": "USD"}
    assert warned == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]


def test_alarms_reach_the_operators_address() -> None:
    found = synthesise("prod").resources("AWS::SNS::Subscription").values()

    assert {(each["Properties"]["Protocol"], each["Properties"]["Endpoint"]) for each in found} == {
        ("email", "ops@nationbuilder.tools")
    }
    assert len(found) == 2  # of the platform, and of CloudFront's region


def test_the_embedded_aws_has_the_alarms_that_it_can_have() -> None:
    """It knows no metric maths; ours have none."""
    local, production = alarms("local"), alarms("prod")

    assert len(local) > 20
    assert {name.replace("local", "prod") for name in local} <= set(production)
    assert [name for name, each in production.items() if "Metrics" in each] == []
