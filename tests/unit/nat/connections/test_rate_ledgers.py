"""One token, several workers: each a limiter of its own, one ledger in the embedded AWS between them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from local.nationbuilder.server import running_nationbuilder
from local.nationbuilder.settings import Settings
from nat.aws import clients
from nat.aws.items import decode
from nat.aws.store import Store
from nat.connections.rate_ledgers import StoredRateLedgers
from nat.names import TTL_ATTRIBUTE, Table
from nat.nationbuilder.rate_ledger import RULES, LedgerUnavailable, Rules
from nat.settings import TableNames
from tests.embedded import free_port
from tests.unit.nat.connections.crowd import SLUG, Place, statuses, work

NOW = 1_800_000_000_000


def ledgers(tables: TableNames, worker: str) -> StoredRateLedgers:
    return StoredRateLedgers(Store(clients.dynamodb(), tables), worker=worker)


def test_four_workers_on_one_token_are_never_refused(tables: TableNames, tmp_path: Path) -> None:
    rules, log = Rules(window=2.0), tmp_path / "requests.jsonl"
    settings = Settings(rate_limit=250, rate_window_seconds=rules.window)
    with running_nationbuilder(settings=settings, log=log) as server, ThreadPoolExecutor(4) as pool:
        place = Place(server.base_url, server.access_token(SLUG), tables, rules)

        worked = list(pool.map(lambda _: work(place, 5.0), range(4)))

    sent = sum(each.sent for each in worked)
    assert set(statuses(log)) == {200}
    assert sent >= 0.3 * rules.limit * 5.0 / rules.window
    assert sum(each.writes for each in worked) <= 0.4 * sent


def test_what_one_worker_has_leased_another_cannot(tables: TableNames) -> None:
    one, other = ledgers(tables, "one"), ledgers(tables, "other")
    first = one.lease("demo", {}, RULES.limit - 10, NOW)

    second = other.lease("demo", {}, 50, NOW)

    assert (first.granted, second.granted) == (RULES.limit - 10, 10)


def test_of_many_workers_at_once_all_together_get_the_limit_at_most(tables: TableNames) -> None:
    def lease(number: int) -> int:
        found = StoredRateLedgers(Store(clients.dynamodb(), tables), worker=f"w{number}")
        return found.lease("demo", {}, 30, NOW).granted

    with ThreadPoolExecutor(12) as pool:
        granted = sum(pool.map(lease, range(12)))

    assert 30 <= granted <= RULES.limit


def test_what_was_used_is_told_with_the_next_lease(tables: TableNames) -> None:
    one, other = ledgers(tables, "one"), ledgers(tables, "other")
    one.lease("demo", {}, 150, NOW)
    one.lease("demo", {RULES.grain_end(NOW): 20}, 30, NOW + 500)

    lease = other.lease("demo", {}, RULES.limit, NOW + 500)

    assert lease.granted == RULES.limit - 50


def test_the_row_holds_figures_and_ends_by_itself(tables: TableNames) -> None:
    ledgers(tables, "one").lease("demo", {}, 20, NOW)

    found = clients.dynamodb().get_item(TableName=tables[Table.ONCE], Key={"key": {"S": "limit#demo"}})
    row = decode(found["Item"])

    assert row["workers"]["one"]["left"] == 20
    assert NOW // 1000 < row[TTL_ATTRIBUTE] < NOW // 1000 + 600


def test_a_table_that_cannot_be_reached_is_told(embedded_aws: object) -> None:
    nobody = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{free_port()}",
        config=Config(connect_timeout=0.2, retries={"total_max_attempts": 1}),
    )

    with pytest.raises(LedgerUnavailable):
        StoredRateLedgers(Store(nobody, TableNames({Table.ONCE: "once"}))).lease("demo", {}, 20, NOW)
