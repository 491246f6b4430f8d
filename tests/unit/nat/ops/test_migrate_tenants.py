"""`nat ops migrate-tenants` as an operator calls it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nat.cli.app import app
from nat.names import Table, Variable
from nat.settings import TableNames
from tests.unit.nat import world
from tests.unit.nat.migration.former import Former, pair, row
from tests.unit.nat.migration.moving import set_up

COMMAND = ("ops", "migrate-tenants", "--no-stripe")


@pytest.fixture
def former(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> Iterator[Former]:
    """Two tenants, one of which has no slug."""
    set_up(monkeypatch, "secretsmanager")
    plans = [{"name": "team", "price_cents": 14900, "queries_limit": 2000, "cap": "soft", "seats": 5}]
    monkeypatch.setenv(Variable.PLANS, json.dumps(plans))
    slug = f"n-{tables[Table.TENANTS][:10]}"
    broken = {name: value for name, value in row("t2", None).items() if value is not None}
    made = Former({"t1": row("t1", slug), "t2": broken}, {"t1": pair("t1")})
    made.store(tables)
    yield made
    made.forget()


@pytest.mark.usefixtures("former")
def test_it_is_a_dry_run_unless_it_is_told_otherwise(tables: TableNames, tmp_path: Path) -> None:
    report = tmp_path / "report.json"

    result = CliRunner().invoke(app, [*COMMAND, "--report", str(report)])

    assert result.exit_code == 0, result.output
    assert "Nothing was changed" in result.stderr
    assert world.rows(tables, Table.NATIONS) == []
    assert json.loads(report.read_text())["fates"] == {"moved": 1, "stopped": 1}


@pytest.mark.usefixtures("former")
def test_applied_it_moves_and_says_why_what_was_not(tables: TableNames) -> None:
    result = CliRunner().invoke(app, [*COMMAND, "--apply", "--yes"])

    assert result.exit_code == 0, result.output
    assert len(world.rows(tables, Table.NATIONS)) == 1
    assert "slug_missing" in result.stderr


@pytest.mark.usefixtures("former")
def test_nothing_is_done_while_the_former_refresh_may_run(tables: TableNames) -> None:
    result = CliRunner().invoke(app, [*COMMAND, "--apply"], input="n\n")

    assert result.exit_code == 1
    assert world.rows(tables, Table.NATIONS) == []


@pytest.mark.usefixtures("former")
def test_without_a_token_store_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(Variable.TOKEN_STORE)

    result = CliRunner().invoke(app, [*COMMAND])

    assert result.exit_code == 2
    assert Variable.TOKEN_STORE in result.stderr
