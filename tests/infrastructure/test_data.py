"""What the data stack promises: keys as the runtime knows them, encryption, copies, protection."""

from typing import Any

import pytest

from config import load_environment
from nat.names import SCHEMAS, TTL_ATTRIBUTE, TURN_QUEUE, Secret, Table
from tests.infrastructure.synthesis import PLATFORMS, synthesise

KEEPING = [each for each in PLATFORMS if load_environment(each[0], environ={}).keeps_data]
FORGETTING = [each for each in PLATFORMS if each not in KEEPING]


def table(environment: str, name: Table) -> dict[str, Any]:
    """One table's resource."""
    resources = synthesise(environment).part("Data")["Resources"]
    return next(
        value
        for logical, value in resources.items()
        if value["Type"] == "AWS::DynamoDB::Table" and logical[:-8] == f"Store{name.value}"
    )


def key_schema(partition: str, sort: str | None) -> list[dict[str, str]]:
    """A key as CloudFormation writes it."""
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": sort, "KeyType": "RANGE"}] if sort else [])


@pytest.mark.parametrize("name", Table)
def test_a_table_has_the_keys_that_the_runtime_knows(name: Table) -> None:
    schema = SCHEMAS[name]

    properties = table("prod", name)["Properties"]

    assert properties["KeySchema"] == key_schema(schema.partition, schema.sort)
    assert {
        index["IndexName"]: index["KeySchema"] for index in properties.get("GlobalSecondaryIndexes", [])
    } == {index.name: key_schema(index.partition, index.sort) for index in schema.indexes}


@pytest.mark.parametrize("name", Table)
def test_items_expire_where_the_schema_says_so(name: Table) -> None:
    properties = table("prod", name)["Properties"]

    expiry = properties.get("TimeToLiveSpecification", {}).get("AttributeName")

    assert expiry == (TTL_ATTRIBUTE if SCHEMAS[name].ttl else None)


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_table_is_encrypted_with_the_data_key(environment: str, customer: str) -> None:
    tables = synthesise(environment, customer).resources("AWS::DynamoDB::Table")

    keys = {
        str(each["Properties"]["SSESpecification"].get("KMSMasterKeyId", "AWS owned"))
        for each in tables.values()
    }

    assert len(tables) == len(Table)
    assert len(keys) == 1
    assert "StoreKey" in keys.pop()


@pytest.mark.parametrize(("environment", "customer"), KEEPING)
def test_kept_tables_can_be_restored_and_cannot_be_deleted(environment: str, customer: str) -> None:
    tables = synthesise(environment, customer).resources("AWS::DynamoDB::Table")

    loose = [
        name
        for name, each in tables.items()
        if not (
            each["Properties"]["DeletionProtectionEnabled"]
            and each["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
            and each["DeletionPolicy"] == each["UpdateReplacePolicy"] == "Retain"
        )
    ]

    assert loose == []


@pytest.mark.parametrize(("environment", "customer"), KEEPING)
def test_a_copy_of_every_kept_table_is_made_each_week(environment: str, customer: str) -> None:
    (selection,) = synthesise(environment, customer).resources("AWS::Backup::BackupSelection").values()
    (plan,) = synthesise(environment, customer).resources("AWS::Backup::BackupPlan").values()
    (rule,) = plan["Properties"]["BackupPlan"]["BackupPlanRule"]

    assert len(selection["Properties"]["BackupSelection"]["Resources"]) == len(Table)
    assert (rule["ScheduleExpression"], rule["Lifecycle"]) == ("cron(0 4 ? * SUN *)", {"DeleteAfterDays": 35})


@pytest.mark.parametrize(("environment", "customer"), FORGETTING)
def test_a_sandbox_leaves_nothing_behind(environment: str, customer: str) -> None:
    tables = synthesise(environment, customer).resources("AWS::DynamoDB::Table")

    assert {each["DeletionPolicy"] for each in tables.values()} == {"Delete"}


def test_the_data_key_is_rotated_and_kept() -> None:
    (key,) = synthesise("prod").resources("AWS::KMS::Key").values()

    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["DeletionPolicy"] == "Retain"


def test_the_turn_queue_orders_by_conversation_and_gives_up_into_dead_letters() -> None:
    queues = synthesise("prod").part("Data")["Resources"]
    found = {
        name: value["Properties"] for name, value in queues.items() if value["Type"] == "AWS::SQS::Queue"
    }
    queue = next(value for name, value in found.items() if name.startswith("StoreTurnsQueue"))

    assert queue["FifoQueue"] is True
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"
    assert queue["VisibilityTimeout"] == TURN_QUEUE.visibility_seconds
    assert queue["RedrivePolicy"]["maxReceiveCount"] == TURN_QUEUE.max_receive_count
    assert all(each["SqsManagedSseEnabled"] for each in found.values())


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_queues_refuse_requests_without_tls(environment: str, customer: str) -> None:
    assembly = synthesise(environment, customer)

    guarded = str(assembly.resources("AWS::SQS::QueuePolicy").values())

    assert guarded.count("'aws:SecureTransport': 'false'") == len(assembly.resources("AWS::SQS::Queue"))


def test_platform_secrets_have_their_contract_names_and_no_value() -> None:
    secrets = synthesise("prod").resources("AWS::SecretsManager::Secret").values()

    assert {each["Properties"]["Name"]: each["Properties"].get("SecretString") for each in secrets} == {
        Secret.ANTHROPIC: "unset",
        Secret.STRIPE: "unset",
        Secret.SLACK: "unset",
        Secret.NATIONBUILDER_APP: "unset",
        Secret.OAUTH_STATE: None,
        Secret.origin_key("us-east-1"): None,
    }


def test_the_key_that_signs_states_is_made_in_secrets_manager() -> None:
    secrets = [
        each["Properties"]
        for each in synthesise("prod").resources("AWS::SecretsManager::Secret").values()
        if each["Properties"]["Name"] == Secret.OAUTH_STATE
    ]

    assert [each["GenerateSecretString"]["PasswordLength"] for each in secrets] == [64]


@pytest.mark.parametrize("name", Table)
def test_the_name_of_every_table_is_published(name: Table) -> None:
    outputs = synthesise("prod").part("Data")["Outputs"]

    assert f"{name.value}TableName" in outputs


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_files_of_people_are_private_encrypted_and_gone_after_a_day(environment: str, customer: str) -> None:
    template = synthesise(environment, customer).part("Data")
    buckets = {
        name: each["Properties"]
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::S3::Bucket"
    }
    [bucket] = [each for each in buckets.values() if "LoggingConfiguration" in each]

    # Who fetched what is noted, in a bucket of its own that nobody writes to but S3.
    assert {bucket["LoggingConfiguration"]["DestinationBucketName"]["Ref"]} == {
        name for name, each in buckets.items() if each is not bucket
    }
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    [lifecycle] = bucket["LifecycleConfiguration"]["Rules"]
    assert (lifecycle["ExpirationInDays"], lifecycle["Status"]) == (1, "Enabled")


@pytest.mark.parametrize(("environment", "customer"), KEEPING)
def test_a_first_attempt_that_failed_can_be_repeated(environment: str, customer: str) -> None:
    """What has a fixed name and is kept would be in the way of the next attempt
    (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html)."""
    assembly = synthesise(environment, customer)
    named = {
        name: each
        for kind in ("SecretsManager::Secret", "Backup::BackupVault", "Scheduler::ScheduleGroup")
        for name, each in assembly.resources(f"AWS::{kind}").items()
    }

    assert len(named) >= 7
    assert {each["DeletionPolicy"] for each in named.values()} == {"RetainExceptOnCreate"}
    assert {each["UpdateReplacePolicy"] for each in named.values()} == {"Retain"}


def test_a_sandbox_can_go_and_come_again() -> None:
    """A bucket with a file in it is not deleted, and a retained one leaves its contents behind."""
    resources = [
        each for template in synthesise("dev").templates.values() for each in template["Resources"].values()
    ]
    buckets = [each for each in resources if each["Type"] == "AWS::S3::Bucket"]
    emptied = [each for each in resources if each["Type"] == "Custom::S3AutoDeleteObjects"]
    kept = {
        each["Type"]
        for each in resources
        if each.get("DeletionPolicy", "Delete") not in {"Delete", "Snapshot"}
    }

    assert len(emptied) == len(buckets) == 3
    # The account's role for API Gateway's logs, on which other APIs may rely.
    assert kept == {"AWS::ApiGateway::Account", "AWS::IAM::Role"}
