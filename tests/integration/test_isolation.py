"""A nation's secrets and rows are closed to every other nation by IAM, whatever the code asks for."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from local.aws.clients import Clients
from local.machine import Machine
from nat.aws.isolation import nation, session_policy
from nat.aws.store import Store
from nat.connections.seal import Seal
from nat.connections.tokens import NbTokens
from nat.connections.vault import DynamoVault, SecretsManagerVault
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


def test_a_turn_seals_and_opens_for_its_nation_only(machine: Machine, narrowed: Clients) -> None:
    """Where pairs are kept in rows, the key's condition on what a text is sealed for keeps nations apart."""
    key = machine.deployment["DataKeyArn"]
    own, foreign = Seal(narrowed.kms, key), Seal(machine.deployment.root.kms, key)
    theirs = foreign.close(NationSlug(OTHER_NATION), "their tokens")

    assert own.open(NationSlug(NATION), own.close(NationSlug(NATION), "our tokens")) == "our tokens"
    assert is_denied(lambda: own.close(NationSlug(OTHER_NATION), "ours, for them"))
    assert is_denied(lambda: own.open(NationSlug(OTHER_NATION), theirs))
    assert is_denied(lambda: narrowed.kms.decrypt(CiphertextBlob=theirs[0], KeyId=key))


@pytest.mark.parametrize("role", ["WorkerRoleArn", "SocketRoleArn", "RequestsRoleArn", "StreamRoleArn"])
def test_no_process_opens_what_is_sealed_for_a_nation_with_its_own_role(machine: Machine, role: str) -> None:
    key = machine.deployment["DataKeyArn"]
    sealed = Seal(machine.deployment.root.kms, key).close(NationSlug(NATION), "tokens")
    process = machine.deployment.root.acting_as(machine.deployment[role], name="process")

    assert is_denied(lambda: Seal(process.kms, key).open(NationSlug(NATION), sealed))


def test_pairs_in_rows_are_kept_and_found_within_their_nation(machine: Machine) -> None:
    """All of `token_store = "dynamodb"` under a turn's rights: the row and the key."""
    slug = NationSlug("rows")
    acting = narrowed_to(slug, machine)
    store = Store(acting.dynamodb, machine.deployment.tables, lambda: datetime.now(UTC))
    vault = DynamoVault(store, Seal(acting.kms, machine.deployment["DataKeyArn"]))
    now = datetime.now(UTC)

    with nation(slug):
        vault.store_nb_tokens(NbTokens("access", "refresh", now + timedelta(hours=1), slug, now))
        vault.forget(slug)
        assert vault.get_nb_tokens_by_nation(slug).access_token == "access"
        vault.remove(slug)
        with pytest.raises(Reconnect):
            vault.get_nb_tokens_by_nation(slug)


def test_a_nation_whose_tokens_were_never_stored_has_to_reconnect(machine: Machine) -> None:
    vault = SecretsManagerVault(narrowed_to("ghost", machine).secrets, lambda: datetime.now(UTC))

    with nation("ghost"), pytest.raises(Reconnect):
        vault.get_nb_tokens_by_nation(NationSlug("ghost"))
