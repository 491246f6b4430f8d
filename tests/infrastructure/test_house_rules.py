"""Rules for every stack of every platform."""

import json

import pytest

from config import load_environment
from tests.infrastructure.policies import listed
from tests.infrastructure.synthesis import PLATFORMS, REVIEWED, synthesise


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_no_policy_allows_an_action_by_wildcard(environment: str, customer: str) -> None:
    wide = [
        (name, action)
        for kind in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
        for name, policy in synthesise(environment, customer).resources(kind).items()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        if "*" in action and statement["Effect"] == "Allow"
    ]

    assert wide == []


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_only_what_iam_cannot_narrow_is_allowed_on_every_resource(environment: str, customer: str) -> None:
    everywhere = {
        action
        for policy in synthesise(environment, customer).resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        if "*" in listed(statement["Resource"])
    }

    # None names a resource (service authorization reference): logging in, the list of schedules, and whether
    # emails to an address come back.
    assert everywhere <= {
        "ecr:GetAuthorizationToken",
        "scheduler:ListSchedules",
        "ses:DeleteSuppressedDestination",
        "ses:GetSuppressedDestination",
    }


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_managed_policies_are_only_those_that_aws_itself_demands(environment: str, customer: str) -> None:
    allowed = {
        "AmazonAPIGatewayPushToCloudWatchLogs",
        "AWSLambdaBasicExecutionRole",
        "AWSBackupServiceRolePolicyForBackup",
    }

    named = {
        json.dumps(policy).rstrip('"]}').split("/")[-1]
        for role in synthesise(environment, customer).resources("AWS::IAM::Role").values()
        for policy in role["Properties"].get("ManagedPolicyArns", [])
    }

    assert named <= allowed


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_log_line_is_forgotten_when_the_environment_says_so(environment: str, customer: str) -> None:
    days = load_environment(environment, environ={}).log_retention_days

    groups = synthesise(environment, customer).resources("AWS::Logs::LogGroup")

    assert {each["Properties"]["RetentionInDays"] for each in groups.values()} == {days}


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_function_of_ours_has_its_own_log_group_and_role(environment: str, customer: str) -> None:
    functions = [
        each["Properties"]
        for each in synthesise(environment, customer).resources("AWS::Lambda::Function").values()
        if each["Properties"]["Runtime"].startswith("python")
    ]

    groups = {json.dumps(each["LoggingConfig"]["LogGroup"]) for each in functions}
    roles = {json.dumps(each["Role"]) for each in functions}

    assert len(groups) == len(roles) == len(functions) > 0


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_no_bucket_is_public(environment: str, customer: str) -> None:
    buckets = synthesise(environment, customer).resources("AWS::S3::Bucket")

    blocked = [each["Properties"]["PublicAccessBlockConfiguration"] for each in buckets.values()]

    assert {*blocked[0].values()} == {True}
    assert all(each == blocked[0] for each in blocked)


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_nobody_uses_the_key_by_themselves_but_for_what_is_sealed_for_a_path(
    environment: str, customer: str
) -> None:
    """Whoever could decrypt without a condition could open the pairs of every nation that lie in rows."""
    statements = [
        (name, each)
        for name, policy in synthesise(environment, customer).resources("AWS::IAM::Policy").items()
        for each in policy["Properties"]["PolicyDocument"]["Statement"]
        if any(action.startswith("kms:") for action in listed(each["Action"]))
    ]

    assert len(statements) > 10
    assert [
        name
        for name, each in statements
        if not any(
            key == "kms:ViaService" or key.startswith("kms:EncryptionContext:")
            for conditions in each.get("Condition", {}).values()
            for key in conditions
        )
    ] == []


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_no_template_holds_a_key(environment: str, customer: str) -> None:
    text = json.dumps(synthesise(environment, customer).templates)

    assert not [sign for sign in ("sk-ant-", "sk_live_", "sk_test_", "xoxb-", "AKIA") if sign in text]


def test_functions_on_arm_use_the_newest_runtime() -> None:
    functions = [
        each["Properties"]
        for each in synthesise("prod").resources("AWS::Lambda::Function").values()
        if "Architectures" in each["Properties"]
    ]

    assert {(each["Runtime"], *each["Architectures"]) for each in functions} == {("python3.14", "arm64")}


def test_what_the_embedded_aws_lacks_is_switched_off_there() -> None:
    """An unknown type fails the whole deployment; the list is from its own table of resource types."""
    lacking = {
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::Backup::BackupSelection",
        "AWS::Budgets::Budget",
        "AWS::Cognito::ManagedLoginBranding",
        "AWS::EC2::FlowLog",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        "AWS::Logs::QueryDefinition",
        "AWS::WAFv2::WebACLAssociation",
    }

    used = {
        resource["Type"]
        for template in synthesise("local").templates.values()
        for resource in template["Resources"].values()
    }

    assert used & lacking == set()
