"""Four worker processes on one token, at full speed for a minute: never refused, and most of the limit used.

Short forms in `make test`: tests/unit/nat/connections/test_ledgers.py with real servers and a shorter window,
tests/unit/nat/nationbuilder/test_ledger.py by simulation.
"""

import multiprocessing
from functools import partial
from pathlib import Path

import pytest

from local.nationbuilder.server import running_nationbuilder
from local.nationbuilder.settings import Settings
from nat.nationbuilder.rate_ledger import RULES
from nat.settings import TableNames
from tests.soak.conftest import Tell
from tests.unit.nat.connections.crowd import SLUG, Place, statuses, work

WORKERS = 4
SECONDS = 60.0
SHARE = 0.8
"""Of 200 requests in ten seconds, this much at least must be reached."""


@pytest.mark.timeout(600)
def test_four_worker_processes_on_one_token_share_its_limit(
    tables: TableNames, tmp_path: Path, tell: Tell
) -> None:
    log = tmp_path / "requests.jsonl"
    with (
        running_nationbuilder(settings=Settings(rate_limit=250), log=log) as server,
        multiprocessing.get_context("spawn").Pool(WORKERS) as pool,
    ):
        place = Place(server.base_url, server.access_token(SLUG), tables, RULES)

        worked = pool.map(partial(work, seconds=SECONDS), [place] * WORKERS)

    sent = sum(each.sent for each in worked)
    share = sent / (RULES.limit * SECONDS / RULES.window)
    writes = sum(each.writes for each in worked) / sent
    assert set(statuses(log)) == {200}
    assert share >= SHARE
    tell(
        f"rate limit: {WORKERS} workers, {sent} requests in {SECONDS:.0f} s, none refused; {share:.0%} of "
        f"what we allow ourselves; {writes:.2f} DynamoDB writes a request; by worker "
        f"{sorted(each.sent for each in worked)}"
    )
