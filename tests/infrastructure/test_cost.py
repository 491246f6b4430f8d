"""The month's bill follows the templates, and nothing gets past it unpriced."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest

from benchmarks import infrastructure_cost
from benchmarks.cost import synthesis
from benchmarks.cost.bill import REGIONS, Bill, Use, bill, load_prices, on_demand
from benchmarks.cost.resources import PRICED, PriceUnknown, load_free, uses
from benchmarks.cost.usage import load_usage, profile_names
from benchmarks.infrastructure_cost import as_json, cost_of
from config import ConfigurationError, environment_names, load_environment
from tests.infrastructure.synthesis import synthesise

Templates = dict[str, Any]

PRICED_ENVIRONMENTS = [
    name
    for name in environment_names()
    if load_environment(name, environ={}).region in REGIONS and name != "local"
]


@pytest.fixture
def templates() -> Templates:
    """Production's, to change at will."""
    return copy.deepcopy(synthesise("prod").templates)


def only(templates: Templates, kind: str) -> dict[str, Any]:
    """The first resource of a type."""
    return next(
        resource
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == kind
    )


def used(templates: Templates, price: str, profile: str = "budget") -> Decimal:
    """How much of one priced thing is used."""
    return sum((use.amount for use in uses(templates, load_usage(profile)) if use.price == price), Decimal(0))


@pytest.mark.parametrize("environment", PRICED_ENVIRONMENTS)
@pytest.mark.parametrize("profile", profile_names())
def test_every_resource_type_is_priced_or_free_with_a_reason(environment: str, profile: str) -> None:
    result = cost_of(environment, synthesise(environment).templates, profile)

    assert result.bill.dollars > 0


def test_no_type_is_both_priced_and_free() -> None:
    assert not set(PRICED) & set(load_free())


def test_an_unknown_resource_type_fails(templates: Templates) -> None:
    templates["Nat-prod-Api"]["Resources"]["Balancer"] = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"}

    with pytest.raises(PriceUnknown, match="AWS::ElasticLoadBalancingV2::LoadBalancer"):
        uses(templates, load_usage("budget"))


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("AWS::DynamoDB::Table", ("BillingMode",), "PROVISIONED"),
        ("AWS::ECS::Cluster", ("ClusterSettings",), [{"Name": "containerInsights", "Value": "enabled"}]),
        ("AWS::Cognito::UserPool", ("UserPoolTier",), "PLUS"),
        ("AWS::Logs::LogGroup", ("RetentionInDays",), None),
        ("AWS::CloudWatch::Alarm", ("Period",), 10),
        (
            "AWS::WAFv2::WebACL",
            ("Rules", 0, "Statement", "ManagedRuleGroupStatement", "Name"),
            "AWSManagedRulesBotControlRuleSet",
        ),
    ],
)
def test_a_setting_with_a_price_of_its_own_fails(
    templates: Templates, kind: str, path: tuple[Any, ...], value: object
) -> None:
    *way, last = path
    place: Any = only(templates, kind).setdefault("Properties", {})
    for step in way:
        place = place[step]
    place[last] = value

    with pytest.raises(PriceUnknown):
        uses(templates, load_usage("budget"))


def test_tasks_cost_their_size(templates: Templates) -> None:
    task = only(templates, "AWS::ECS::TaskDefinition")["Properties"]
    task["Cpu"], task["Memory"] = "1024", "2048"
    service = only(templates, "AWS::ECS::Service")["Properties"]
    service["DesiredCount"] = 3
    service.pop("CapacityProviderStrategy")

    assert used(templates, "fargate_arm_vcpu") == 3 * 730
    assert used(templates, "fargate_arm_memory") == 3 * 730 * 2
    assert used(templates, "public_ipv4") == 3 * 730


def test_the_base_runs_on_demand_and_the_rest_by_weight(templates: Templates) -> None:
    service = only(templates, "AWS::ECS::Service")["Properties"]
    service["DesiredCount"] = 5
    service["CapacityProviderStrategy"] = [
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 25},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 75},
    ]
    cpus = Decimal(only(templates, "AWS::ECS::TaskDefinition")["Properties"]["Cpu"]) / 1024

    assert used(templates, "fargate_arm_vcpu") == 2 * 730 * cpus
    assert used(templates, "fargate_spot_arm_vcpu") == 3 * 730 * cpus


def test_each_nation_has_a_secret_where_tokens_are_kept_in_secrets(templates: Templates) -> None:
    platform = sum(
        resource["Type"] == "AWS::SecretsManager::Secret"
        for template in templates.values()
        for resource in template["Resources"].values()
    )

    assert used(templates, "secrets", "budget") == platform + 20
    assert used(templates, "secrets", "full") == platform + 250


def test_an_alarm_on_an_expression_counts_each_metric(templates: Templates) -> None:
    before = used(templates, "alarms")
    metric = {"MetricStat": {"Period": 60}}
    templates["Nat-prod-Api"]["Resources"]["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {"Metrics": [{"Expression": "a / b"}, metric, metric]},
    }

    assert used(templates, "alarms") == before + 2


@pytest.mark.parametrize(("schedule", "copies"), [("cron(0 4 * * ? *)", 35), ("cron(0 4 ? * SUN *)", 5)])
def test_each_kept_copy_of_the_tables_is_stored_whole(
    templates: Templates, schedule: str, copies: int
) -> None:
    for template in templates.values():
        resources = template["Resources"]
        template["Resources"] = {
            name: each for name, each in resources.items() if each["Type"] != "AWS::Backup::BackupPlan"
        }
    rule = {"ScheduleExpression": schedule, "Lifecycle": {"DeleteAfterDays": 35}}
    templates["Nat-prod-Data"]["Resources"]["Copies"] = {
        "Type": "AWS::Backup::BackupPlan",
        "Properties": {"BackupPlan": {"BackupPlanRule": [rule]}},
    }

    assert used(templates, "backup_storage") == load_usage("budget").stored_gb * copies


def test_a_free_allowance_is_shared_by_all_that_use_it() -> None:
    prices = load_prices()
    allowance = prices["alarms"].free

    total = bill([Use("alarms", Decimal(allowance), "one"), Use("alarms", Decimal(5), "two")], prices)

    assert total.dollars == Decimal("0.50")


def test_less_than_the_allowance_costs_nothing() -> None:
    assert bill([Use("alarms", Decimal(3), "few")], load_prices()).dollars == 0


def test_spot_is_also_counted_at_the_price_on_demand() -> None:
    spot = [Use("fargate_spot_arm_vcpu", Decimal(1000), "tasks")]
    prices = load_prices()

    assert bill(on_demand(spot), prices).dollars == Decimal("32.38")
    assert bill(spot, prices).dollars == Decimal("9.71")


def test_every_price_names_its_source() -> None:
    assert all(price.source for price in load_prices().values())


def test_the_budget_is_kept_up_to_the_cent(templates: Templates) -> None:
    total = cost_of("prod", templates, "budget").bill.dollars

    assert cost_of("prod", templates, "budget", total).within_budget
    assert not cost_of("prod", templates, "budget", total - Decimal("0.01")).within_budget


def test_the_json_adds_up(templates: Templates) -> None:
    told = json.loads(as_json(cost_of("prod", templates, "full")))

    added = sum(Decimal(line["usd"]) for line in told["lines"])
    assert abs(added - Decimal(told["total_usd"])) < Decimal("0.20")
    assert told["budget_usd"] is None


def test_a_setting_can_be_tried_without_changing_its_file() -> None:
    prod = load_environment("prod")

    tried = synthesis.changed(prod, ["worker.cpu=256", "agent.token_store=dynamodb"])

    assert (tried.worker.cpu, tried.agent.token_store) == (256, "dynamodb")
    assert tried.worker.memory_mib == prod.worker.memory_mib


@pytest.mark.parametrize("setting", ["worker.colour=red", "worker", "cpu.worker=1", "worker.cpu=300"])
def test_a_setting_that_cannot_be_is_refused(setting: str) -> None:
    with pytest.raises(ConfigurationError):
        synthesis.changed(load_environment("prod"), [setting])


def test_an_environment_elsewhere_has_other_prices(templates: Templates) -> None:
    here = cost_of("prod", templates, "budget")
    there = cost_of("prod", templates, "budget", region="eu-central-1")

    assert here.elsewhere == there.bill
    assert there.elsewhere == here.bill
    assert there.bill.dollars > here.bill.dollars


def test_a_region_without_prices_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not of ap-south-1"):
        load_prices("ap-south-1")


def test_every_queue_that_feeds_a_function_is_polled_all_day(templates: Templates) -> None:
    mappings = sum(
        each["Type"] == "AWS::Lambda::EventSourceMapping"
        for template in templates.values()
        for each in template["Resources"].values()
    )
    before = used(templates, "queue_requests")
    extra = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {"EventSourceArn": "a queue"}}
    templates["Nat-prod-Api"]["Resources"]["Mapping"] = extra

    assert mappings >= 4
    assert used(templates, "queue_requests") - before == load_usage("budget").platform.polls_per_mapping


def test_a_key_that_is_rotated_costs_more_each_time_twice(templates: Templates) -> None:
    assert used(templates, "kms_rotations") == 2

    only(templates, "AWS::KMS::Key")["Properties"]["EnableKeyRotation"] = False

    assert used(templates, "kms_rotations") == 0


def test_an_empty_bill_is_nothing() -> None:
    assert Bill(()).dollars == 0


def test_the_command_fails_above_the_budget(capsys: pytest.CaptureFixture[str]) -> None:
    assert infrastructure_cost.main(["--env", "staging", "--budget", "1"]) == 1

    printed = capsys.readouterr().out
    assert "ABOVE the budget of $1" in printed
    assert "Total a month" in printed


@pytest.mark.parametrize("environment", PRICED_ENVIRONMENTS)
def test_the_first_warning_of_the_budget_is_above_what_a_month_costs(environment: str) -> None:
    place = load_environment(environment, environ={})
    month = cost_of(environment, synthesise(environment).templates, "budget", region=place.region)

    assert month.on_demand.dollars < Decimal(place.budget_usd) * Decimal("0.8")
