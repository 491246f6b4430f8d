"""A nation's secrets and rows are closed to every other nation by IAM, whatever the code asks for."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from local.aws.clients import Clients
from local.machine import Machine
from nat.aws.isolation import nation, session_policy
from nat.connections.vault import SecretsManagerVault
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.names import SCHEMAS, Secret, Table
from tests.integration.conftest import NATION, OTHER_NATION

NATION_TABLES = [table for table in Table if SCHEMAS[table].nation_scoped]


@pytest.fixture(scope="module")
def narrowed(machine: Machine) -> Clients:
    """What a worker may do during a turn of the nation `demo`."""
    return narrowed_to(NATION, machine)


def narrowed_to(slug: str, machine: Machine) -> Clients:
    worker = machine.deployment.root.acting_as(machine.deployment["WorkerRoleArn"], name="worker")
    return worker.acting_as(
        machine.deployment["NationRoleArn"], name=f"nat-{slug}", policy=session_policy(slug)
    )


def is_denied(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"] in {"AccessDeniedException", "AccessDenied"}
    return False


def key_of(table: Table, nation: str) -> dict[str, dict[str, str]]:
    schema = SCHEMAS[table]
    partition = nation if schema.partition == "nation_slug" else f"{nation}#1"
    return {schema.partition: {"S": partition}, **({schema.sort: {"S": "x"}} if schema.sort else {})}


def test_a_turn_reads_the_tokens_of_its_nation(narrowed: Clients) -> None:
    found = narrowed.secrets.get_secret_value(SecretId=Secret.nation_tokens(NationSlug(NATION)))

    assert "access_token" in found["SecretString"]


def test_a_turn_cannot_read_the_tokens_of_another_nation(narrowed: Clients) -> None:
    name = Secret.nation_tokens(NationSlug(OTHER_NATION))

    assert is_denied(lambda: narrowed.secrets.get_secret_value(SecretId=name))


def test_a_turn_cannot_read_the_secrets_of_the_platform(narrowed: Clients) -> None:
    assert is_denied(lambda: narrowed.secrets.get_secret_value(SecretId=Secret.ANTHROPIC))


@pytest.mark.parametrize("table", NATION_TABLES)
def test_a_turn_reaches_rows_of_its_nation_only(machine: Machine, narrowed: Clients, table: Table) -> None:
    name = machine.deployment.tables[table]

    assert not is_denied(lambda: narrowed.dynamodb.get_item(TableName=name, Key=key_of(table, NATION)))
    assert is_denied(lambda: narrowed.dynamodb.get_item(TableName=name, Key=key_of(table, OTHER_NATION)))
    assert is_denied(lambda: narrowed.dynamodb.get_item(TableName=name, Key=key_of(table, f"{NATION}ish")))


@pytest.mark.parametrize("table", NATION_TABLES)
def test_a_turn_cannot_scan(machine: Machine, narrowed: Clients, table: Table) -> None:
    assert is_denied(lambda: narrowed.dynamodb.scan(TableName=machine.deployment.tables[table]))


def test_a_transaction_with_one_foreign_row_is_refused_whole(machine: Machine, narrowed: Clients) -> None:
    name = machine.deployment.tables[Table.CONVERSATIONS]
    rows = [key_of(Table.CONVERSATIONS, nation) for nation in (NATION, OTHER_NATION)]

    assert is_denied(
        lambda: narrowed.dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": name, "Item": row}} for row in rows]
        )
    )


@pytest.mark.parametrize("role", ["WorkerRoleArn", "SocketRoleArn", "RequestsRoleArn", "StreamRoleArn"])
def test_no_process_reads_a_nations_tokens_with_its_own_role(machine: Machine, role: str) -> None:
    process = machine.deployment.root.acting_as(machine.deployment[role], name="process")
    name = Secret.nation_tokens(NationSlug(NATION))

    assert is_denied(lambda: process.secrets.get_secret_value(SecretId=name))


@pytest.mark.parametrize("table", NATION_TABLES)
def test_the_worker_reaches_no_nations_rows_with_its_own_role(machine: Machine, table: Table) -> None:
    worker = machine.deployment.root.acting_as(machine.deployment["WorkerRoleArn"], name="worker")
    name = machine.deployment.tables[table]

    assert is_denied(lambda: worker.dynamodb.get_item(TableName=name, Key=key_of(table, NATION)))


@pytest.mark.parametrize("role", ["SocketRoleArn", "RequestsRoleArn", "StreamRoleArn"])
def test_no_handler_may_become_a_nation(machine: Machine, role: str) -> None:
    process = machine.deployment.root.acting_as(machine.deployment[role], name="process")
    nation_role = machine.deployment["NationRoleArn"]

    assert is_denied(lambda: process.sts.assume_role(RoleArn=nation_role, RoleSessionName="process"))


def test_a_nation_whose_tokens_were_never_stored_has_to_reconnect(machine: Machine) -> None:
    vault = SecretsManagerVault(narrowed_to("ghost", machine).secrets, lambda: datetime.now(UTC))

    with nation("ghost"), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(NationSlug("ghost"))
