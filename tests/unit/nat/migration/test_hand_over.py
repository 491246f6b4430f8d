"""One path owns a pair: nobody ever sends a refresh token that the other path has sent, or will."""

import json
import uuid
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.items import encode, timestamp
from nat.aws.store import Store
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.migration.deprecated import get_nb_tokens
from nat.migration.hand_over import HandOverOutcome
from nat.migration.report import MigrationReport
from nat.migration.tenants import Note
from nat.names import Secret, Table, Variable
from nat.nations.record import Nations
from nat.settings import TableNames
from tests.unit.nat.migration.former import Former, row
from tests.unit.nat.migration.moving import Office, set_up

REAL = "harbor"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nationbuilder") / "requests.log"


@pytest.fixture(scope="module")
def nationbuilder(log: Path) -> Iterator[RunningNationBuilder]:
    with running_nationbuilder(log=log) as server:
        yield server


class Platforms:
    """A tenant of the former platform, which still refreshes, and the operator who migrates it."""

    def __init__(self, tables: TableNames, nationbuilder: RunningNationBuilder) -> None:
        self.tables = tables
        self.slug = f"n-{uuid.uuid4().hex[:10]}"
        self.tenant_id = f"t-{self.slug}"
        self._nationbuilder = nationbuilder
        nationbuilder.standin.nations[self.slug] = nationbuilder.nation(REAL)
        given = nationbuilder.issue(REAL, seconds=3600)
        self.first = given.refresh_token or ""
        self.secret = Secret.tenant_tokens(self.tenant_id)
        value = {"access_token": given.access_token, "refresh_token": self.first}
        ends = timestamp(datetime.now(UTC) + timedelta(hours=1))
        made = row(self.tenant_id, self.slug, nb_token_expires_at=ends)
        Former({self.tenant_id: made}, {self.tenant_id: json.dumps({**value, "expires_at": ends})}).store(
            tables
        )
        self.office = Office(tables, now=lambda: datetime.now(UTC))

    def old_pair(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(
            clients.secrets().get_secret_value(SecretId=self.secret)["SecretString"]
        )
        return found

    def refresh_the_old_way(self) -> None:
        """What the former platform's job does: spend the token, store the pair, tell the row."""
        answer = self.ask_for_tokens(self.old_pair()["refresh_token"]).json()
        self.store_the_old_way(answer)

    def ask_for_tokens(self, refresh_token: str) -> requests.Response:
        return requests.post(
            f"{self._nationbuilder.url(self.slug)}/oauth/token",
            json={
                "grant_type": "refresh_token",
                "refresh_token": refresh_token,
                "client_id": "nat-local",
                "client_secret": "nat-local-secret",
            },
            timeout=10,
        )

    def store_the_old_way(self, answer: dict[str, str]) -> None:
        ends = timestamp(datetime.now(UTC) + timedelta(hours=24))
        pair = {"access_token": answer["access_token"], "refresh_token": answer["refresh_token"]}
        clients.secrets().put_secret_value(
            SecretId=self.secret, SecretString=json.dumps({**pair, "expires_at": ends})
        )
        clients.dynamodb().update_item(
            TableName=self.tables[Table.TENANTS],
            Key=encode({"tenant_id": self.tenant_id}),
            UpdateExpression="SET nb_token_expires_at = :ends",
            ExpressionAttributeValues=encode({":ends": ends}),
        )

    def migrate(self) -> MigrationReport:
        return self.office.migration.apply(self.office.migration.decided())

    def refresh_the_new_way(self) -> str:
        """What our job does; gives the refresh token that the nation has then."""
        with nation(self.slug):
            return self.office.wiring.refresher.tokens(
                NationSlug(self.slug), margin=timedelta(hours=30)
            ).refresh_token

    def kept(self) -> str:
        with nation(self.slug):
            self.office.wiring.vault.forget(NationSlug(self.slug))
            return self.office.wiring.vault.get_nb_tokens_by_nation(NationSlug(self.slug)).refresh_token

    def old_way(self, tenant_id: str | None = None) -> str:
        office = self.office
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            given = get_nb_tokens(
                tenant_id or self.tenant_id, office.tenants, office.old, office.wiring.vault
            )
        assert given.refresh_token == ""
        return given.access_token


@pytest.fixture(params=["secretsmanager", "dynamodb"])
def platforms(
    request: pytest.FixtureRequest,
    tables: TableNames,
    nationbuilder: RunningNationBuilder,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Platforms]:
    monkeypatch.setenv(Variable.NATIONBUILDER_URL, nationbuilder.base_url)
    set_up(monkeypatch, request.param)
    nationbuilder.standin.reset()
    log.write_text("")
    made = Platforms(tables, nationbuilder)
    yield made
    clients.secrets().delete_secret(SecretId=made.secret, ForceDeleteWithoutRecovery=True)
    nationbuilder.standin.nations.pop(made.slug, None)


def refreshes(log: Path) -> list[int]:
    """With which status NationBuilder answered each request for tokens. One that was made with a token that
    had been sent before is answered with 400."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [each["status"] for each in lines if each["path"] == "/oauth/token"]


def test_a_pair_that_was_handed_over_is_refreshed_by_the_nations_path(
    platforms: Platforms, log: Path
) -> None:
    report = platforms.migrate()

    fresh = platforms.refresh_the_new_way()

    assert report.tokens == {HandOverOutcome.HANDED_OVER: 1}
    assert fresh == platforms.kept() != platforms.first
    # The former secret is as it was, and nobody asks with it.
    assert platforms.old_pair()["refresh_token"] == platforms.first
    assert refreshes(log) == [200]


def test_each_refresh_token_is_sent_once_when_both_paths_have_worked(platforms: Platforms, log: Path) -> None:
    platforms.refresh_the_old_way()
    platforms.migrate()
    platforms.refresh_the_new_way()

    platforms.migrate()
    platforms.refresh_the_new_way()

    assert refreshes(log) == [200, 200, 200]


def test_a_pair_that_was_refreshed_while_it_was_looked_at_is_read_again(platforms: Platforms) -> None:
    decided = platforms.office.migration.decided()
    platforms.refresh_the_old_way()

    report = platforms.office.migration.apply(decided)

    assert report.tokens == {HandOverOutcome.HANDED_OVER: 1}
    assert platforms.kept() == platforms.old_pair()["refresh_token"] != platforms.first


def test_an_answer_that_came_after_the_hand_over_is_taken_up_and_reported(
    platforms: Platforms, log: Path
) -> None:
    answer = platforms.ask_for_tokens(platforms.first).json()
    platforms.migrate()
    platforms.store_the_old_way(answer)

    report = platforms.migrate()

    assert report.notes[Note.OLD_PATH_REFRESHED] == 1
    assert platforms.kept() == answer["refresh_token"]
    platforms.refresh_the_new_way()
    assert refreshes(log) == [200, 200]


def test_a_pair_that_was_refreshed_since_is_not_put_back_by_another_run(platforms: Platforms) -> None:
    platforms.migrate()
    fresh = platforms.refresh_the_new_way()

    platforms.migrate()

    assert platforms.kept() == fresh


def test_a_run_that_died_before_its_last_note_does_not_put_a_spent_pair_back(platforms: Platforms) -> None:
    platforms.migrate()
    fresh = platforms.refresh_the_new_way()
    clients.dynamodb().update_item(
        TableName=platforms.tables[Table.TENANTS],
        Key=encode({"tenant_id": platforms.tenant_id}),
        UpdateExpression="SET migration_state = :opened REMOVE tokens_outcome, migrated_at",
        ExpressionAttributeValues=encode({":opened": "opened"}),
    )

    report = platforms.migrate()

    assert report.tokens == {HandOverOutcome.HANDED_OVER: 1}
    assert platforms.kept() == fresh


def test_the_nation_enters_the_refresh_job_with_the_pair(platforms: Platforms) -> None:
    platforms.migrate()

    record = Nations(Store(clients.dynamodb(), platforms.tables)).require(NationSlug(platforms.slug))
    assert record.refresh_bucket is not None
    assert (record.nb_connected, record.nb_needs_reauth, record.nb_app) == (True, False, "platform")


def test_the_old_function_gives_the_tenants_access_token_before_and_the_nations_after(
    platforms: Platforms,
) -> None:
    before = platforms.old_way()
    platforms.migrate()
    platforms.refresh_the_new_way()

    after = platforms.old_way()

    with nation(platforms.slug):
        current = platforms.office.wiring.vault.get_nb_tokens_by_nation(
            NationSlug(platforms.slug)
        ).access_token
    assert before == platforms.old_pair()["access_token"]
    assert after == current != before


def test_the_old_function_says_that_it_is_deprecated(platforms: Platforms) -> None:
    office = platforms.office

    with pytest.warns(DeprecationWarning, match="get_nb_tokens_by_nation"):
        get_nb_tokens(platforms.tenant_id, office.tenants, office.old, office.wiring.vault)


def test_the_old_function_has_nothing_for_a_nation_that_was_disconnected(platforms: Platforms) -> None:
    platforms.migrate()
    with nation(platforms.slug):
        platforms.office.wiring.refresher.disconnect(NationSlug(platforms.slug))

    with pytest.raises(Reconnect):
        platforms.old_way()
