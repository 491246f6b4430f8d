"""What the agent stack promises: nothing listens, nothing is lost at a deployment, one nation at a time."""

from typing import Any

import pytest

from nat.names import SCHEMAS, Secret, Table, Variable
from tests.infrastructure.policies import actions, listed, queues, statements, tables
from tests.infrastructure.synthesis import PLATFORMS, ROOT, synthesise


def only(environment: str, kind: str, customer: str = "nat") -> dict[str, Any]:
    """Properties of the one resource of a type."""
    (found,) = synthesise(environment, customer).resources(kind).values()
    properties: dict[str, Any] = found["Properties"]
    return properties


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_nothing_can_connect_to_a_worker(environment: str, customer: str) -> None:
    assembly = synthesise(environment, customer)
    service = only(environment, "AWS::ECS::Service", customer)
    groups = assembly.resources("AWS::EC2::SecurityGroup")

    assert assembly.resources("AWS::EC2::SecurityGroupIngress") == {}
    assert [each["Properties"].get("SecurityGroupIngress") for each in groups.values()] == [None]
    assert service["NetworkConfiguration"]["AwsvpcConfiguration"]["SecurityGroups"] == [
        {"Fn::GetAtt": [next(iter(groups)).split("/")[1], "GroupId"]}
    ]


def test_workers_speak_https_only() -> None:
    group = only("prod", "AWS::EC2::SecurityGroup")

    assert [
        (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]
    ] == [("tcp", 443, 443)]


def test_no_load_balancer_and_no_nat_gateway_is_paid_for() -> None:
    kinds = {
        resource["Type"]
        for template in synthesise("prod").templates.values()
        for resource in template["Resources"].values()
    }

    assert not kinds & {"AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::EC2::NatGateway", "AWS::EC2::EIP"}


def test_a_failed_deployment_rolls_back() -> None:
    deployment = only("prod", "AWS::ECS::Service")["DeploymentConfiguration"]

    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (100, 200)


def test_a_stopping_worker_has_two_minutes() -> None:
    (container,) = only("prod", "AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert container["StopTimeout"] == 120


def test_the_container_cannot_change_itself() -> None:
    (container,) = only("prod", "AWS::ECS::TaskDefinition")["ContainerDefinitions"]

    assert container["ReadonlyRootFilesystem"] is True
    assert not container.get("Privileged")
    assert not container.get("PortMappings")


def test_production_runs_two_tasks_on_arm_and_the_others_on_spot() -> None:
    service = only("prod", "AWS::ECS::Service")
    task = only("prod", "AWS::ECS::TaskDefinition")

    assert service["DesiredCount"] == 2
    assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    assert service["CapacityProviderStrategy"] == [
        {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 0},
        {"CapacityProvider": "FARGATE_SPOT", "Weight": 100},
    ]


def test_tasks_follow_the_backlog() -> None:
    target = only("prod", "AWS::ApplicationAutoScaling::ScalableTarget")
    alarms = synthesise("prod").part("Agent")["Resources"].values()
    expressions = {
        metric["Expression"]
        for alarm in alarms
        if alarm["Type"] == "AWS::CloudWatch::Alarm"
        for metric in alarm["Properties"]["Metrics"]
        if "Expression" in metric
    }

    assert (target["MinCapacity"], target["MaxCapacity"]) == (2, 20)
    assert expressions == {"(waiting + running) / FILL(tasks, 1)"}


def test_the_worker_reaches_no_table_of_a_nation_by_itself() -> None:
    own = statements(synthesise("prod").part("Agent"), "AgentTaskTaskRole")

    reached = tables(own, "GetItem") | tables(own, "PutItem") | tables(own, "Query")

    assert reached == {"Sockets", "Users", "Once", "Memberships"}
    assert "Memberships" not in tables(own, "PutItem")


def test_the_worker_reads_no_nations_secret_by_itself() -> None:
    own = statements(synthesise("prod").part("Agent"), "AgentTaskTaskRole")

    secrets = {
        each
        for statement in own
        if "secretsmanager:GetSecretValue" in listed(statement["Action"])
        for each in listed(statement["Resource"])
    }

    prefix = "arn:aws:secretsmanager:us-east-1:333333333333:secret:"
    assert secrets == {
        f"{prefix}{Secret.ANTHROPIC}-??????",
        f"{prefix}{Secret.NATIONBUILDER_APP}-??????",
        f"{prefix}{Secret.CUSTOMER_APP_PATTERN}",
    }


def test_the_worker_takes_turns_and_cannot_make_any() -> None:
    own = statements(synthesise("prod").part("Agent"), "AgentTaskTaskRole")

    assert actions(own, "sqs") == {
        "ChangeMessageVisibility",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ReceiveMessage",
        "SendMessage",
    }
    assert queues(own, "SendMessage") == {"SlackQueue"}


def test_the_worker_may_push_to_sockets_and_nothing_else_of_api_gateway() -> None:
    own = statements(synthesise("prod").part("Agent"), "AgentTaskTaskRole")

    (push,) = [each for each in own if "execute-api:ManageConnections" in listed(each["Action"])]

    assert str(push["Resource"]).endswith("'/socket/POST/@connections/*']]}")


def test_only_the_worker_may_assume_the_nation_role() -> None:
    resources = synthesise("prod").part("Agent")["Resources"]
    role = next(value for name, value in resources.items() if name.startswith("NationRole"))

    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"]["AWS"]["Fn::GetAtt"][0].startswith("AgentTaskTaskRole")
    assert role["Properties"]["MaxSessionDuration"] == 3600


def test_the_nation_role_is_bounded_to_the_nations_tables() -> None:
    found = statements(synthesise("prod").part("Agent"), "NationRole")

    assert tables(found, "PutItem") == {table.value for table in Table if SCHEMAS[table].nation_scoped}


def test_the_nation_role_adds_to_the_audit_log_and_changes_nothing_of_it() -> None:
    found = statements(synthesise("prod").part("Agent"), "NationRole")

    assert "Audit" in tables(found, "PutItem")
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem"):
        assert "Audit" not in tables(found, action)


def test_the_nation_role_scans_nothing_and_deletes_no_table() -> None:
    found = statements(synthesise("prod").part("Agent"), "NationRole")

    assert actions(found, "dynamodb") == {
        "BatchGetItem",
        "BatchWriteItem",
        "ConditionCheckItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "UpdateItem",
    }


def test_nations_secrets_are_addressed_by_name_and_never_by_a_partial_arn() -> None:
    """`nb-tokens` ends in a hyphen and six characters, like the suffix that Secrets Manager adds."""
    found = statements(synthesise("prod").part("Agent"), "NationRole")

    (secrets,) = [each["Resource"] for each in found if each["Sid"] == "Secrets"]

    assert secrets == [
        "arn:aws:secretsmanager:us-east-1:333333333333:secret:nat/nation/${aws:PrincipalTag/nation}/anthropic-key-??????",
        "arn:aws:secretsmanager:us-east-1:333333333333:secret:nat/nation/${aws:PrincipalTag/nation}/nb-tokens-??????",
    ]


def test_a_european_platform_asks_claude_on_bedrock() -> None:
    template = synthesise("prod-eu").part("Agent")
    own = statements(template, "AgentTaskTaskRole")
    (container,) = only("prod-eu", "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    told = {each["Name"]: each["Value"] for each in container["Environment"]}

    assert actions(own, "bedrock") == {"InvokeModelWithResponseStream"}
    assert (told["NAT_MODEL_PROVIDER"], told["NAT_MODEL_ID"]) == ("bedrock", "anthropic.claude-haiku-5-5")


def test_tasks_do_not_run_where_a_process_takes_their_place() -> None:
    service = only("local", "AWS::ECS::Service")

    assert service["DesiredCount"] == 0


def test_a_worker_that_crashes_or_hangs_is_seen() -> None:
    """Without a health check the circuit breaker counts a task as well once it has started
    (docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html)."""
    (container,) = only("prod", "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    told = {each["Name"]: each["Value"] for each in container["Environment"]}
    check = container["HealthCheck"]

    assert check["Command"][0] == "CMD-SHELL"
    assert f"find {told[Variable.HEARTBEAT_FILE]} -mmin" in check["Command"][1]
    assert (check["Interval"], check["Retries"]) == (30, 3)


def test_the_heartbeat_is_written_where_the_container_may_write() -> None:
    task = only("prod", "AWS::ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    told = {each["Name"]: each["Value"] for each in container["Environment"]}
    (mount,) = container["MountPoints"]

    assert container["ReadonlyRootFilesystem"] is True
    assert (mount["ReadOnly"], mount["SourceVolume"]) == (False, task["Volumes"][0]["Name"])
    assert told[Variable.HEARTBEAT_FILE].startswith(f"{mount['ContainerPath']}/")
    assert "VOLUME /tmp" in (ROOT / "runtime" / "Dockerfile").read_text()


def test_the_service_waits_for_the_providers_that_it_names() -> None:
    resources = synthesise("prod").part("Agent")["Resources"]
    (service,) = [each for each in resources.values() if each["Type"] == "AWS::ECS::Service"]
    (attached,) = [
        name
        for name, each in resources.items()
        if each["Type"] == "AWS::ECS::ClusterCapacityProviderAssociations"
    ]

    assert attached in service["DependsOn"]
