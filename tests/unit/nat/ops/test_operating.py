"""`nat ops move-tokens` and `nat ops verify-audit` as an operator calls them."""

import uuid
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.cli.app import app
from nat.connections.services import ConnectionServices, now
from nat.connections.tokens import NbTokens
from nat.ids import NationSlug
from nat.names import Table, Variable
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.migration.moving import set_up


@pytest.fixture
def slug(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> str:
    """A connected nation whose pair lies in Secrets Manager."""
    set_up(monkeypatch, "secretsmanager")
    slug = f"n-{uuid.uuid4().hex[:10]}"
    world.store_nation(tables, world.nation(slug, nb_connected=True))
    with nation(slug):
        ConnectionServices.of_process(tables).vault.store_nb_tokens(
            NbTokens("access-1", "refresh-1", now() + timedelta(hours=20), NationSlug(slug), now())
        )
    return slug


def access_token(tables: TableNames, slug: str) -> str:
    """The token in the store that the environment names."""
    with nation(slug):
        return (
            ConnectionServices.of_process(tables).vault.get_nb_tokens_by_nation(NationSlug(slug)).access_token
        )


def test_tokens_are_copied_into_the_other_store(
    tables: TableNames, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = CliRunner().invoke(app, ["ops", "move-tokens", "--to", "dynamodb", "--apply", "--yes"])

    assert result.exit_code == 0, result.output
    assert "1 pairs copied, 0 nations" in result.stdout
    monkeypatch.setenv(Variable.TOKEN_STORE, "dynamodb")
    assert access_token(tables, slug) == "access-1"


def test_moving_is_a_dry_run_unless_it_is_told_otherwise(tables: TableNames, slug: str) -> None:
    result = CliRunner().invoke(app, ["ops", "move-tokens", "--to", "dynamodb"])

    assert "1 pairs would be copied; nothing was changed" in result.stdout
    assert world.rows(tables, Table.CONNECTIONS) == []


def test_a_nation_without_a_pair_is_named(tables: TableNames, slug: str) -> None:
    bare = f"n-{uuid.uuid4().hex[:10]}"
    world.store_nation(tables, world.nation(bare, nb_connected=True))

    result = CliRunner().invoke(app, ["ops", "move-tokens", "--to", "dynamodb"])

    assert f"no pair: {bare}" in result.stdout


def test_a_store_that_is_none_is_refused() -> None:
    result = CliRunner().invoke(app, ["ops", "move-tokens", "--to", "redis"])

    assert (result.exit_code, "secretsmanager or dynamodb" in result.stderr) == (2, True)


def test_a_whole_audit_log_is_told_with_its_head(tables: TableNames) -> None:
    audit = Audit(Store(clients.dynamodb(), tables))
    for about in ("a", "b"):
        audit.append(NationSlug("demo"), AuditKind.SETTINGS_CHANGED, by="ann", about=about)

    result = CliRunner().invoke(app, ["ops", "verify-audit", "demo"])

    assert result.exit_code == 0
    assert (
        result.stdout
        == f"demo: 2 entries hold, the last with hash {audit.verify(NationSlug('demo')).head}.\n"
    )


def test_a_changed_audit_log_fails(tables: TableNames) -> None:
    audit = Audit(Store(clients.dynamodb(), tables))
    for about in ("a", "b", "c"):
        audit.append(NationSlug("demo"), AuditKind.SETTINGS_CHANGED, by="ann", about=about)
    second = world.rows(tables, Table.AUDIT)[1]
    clients.dynamodb().put_item(TableName=tables[Table.AUDIT], Item={**second, "about": {"S": "forged"}})

    result = CliRunner().invoke(app, ["ops", "verify-audit", "demo"])

    assert (result.exit_code, "broken at entry" in result.stdout) == (1, True)
