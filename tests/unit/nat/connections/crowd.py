"""Workers that ask one nation as fast as they may: a limiter for each, one ledger between them."""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from nat.aws import clients
from nat.aws.store import Store
from nat.connections.rate_ledgers import StoredRateLedgers
from nat.nationbuilder import Limiter, NationBuilder
from nat.nationbuilder.rate_ledger import Rules
from nat.settings import TableNames

SLUG = "harbor"
AT_ONCE = 4
"""Requests that each worker has under way, as bulk work does."""


@dataclass(frozen=True)
class Place:
    """Where workers of a crowd go; plain values, for other processes."""

    base_url: str
    token: str
    tables: TableNames
    rules: Rules


@dataclass(frozen=True)
class Worked:
    """What one worker did: requests sent, and what sharing cost it."""

    sent: int
    reads: int
    writes: int


def work(place: Place, seconds: float) -> Worked:
    """One worker: asks until its time is over."""
    client: Any = boto3.client("dynamodb", config=clients.CONFIG)
    counted: Counter[str] = Counter()
    client.meta.events.register("before-call.dynamodb", lambda model, **_: counted.update([model.name]))
    limiter = Limiter(
        ledgers=StoredRateLedgers(Store(client, place.tables), rules=place.rules),
        rules=place.rules,
        window=place.rules.window,
    )
    until, sent = time.monotonic() + seconds, [0] * AT_ONCE

    def ask(lane: int) -> None:
        with NationBuilder(
            SLUG, token=lambda: place.token, base_url=place.base_url, limiter=limiter
        ) as nation:
            while time.monotonic() < until:
                nation.show("signups", "me")
                sent[lane] += 1

    lanes = [threading.Thread(target=ask, args=(lane,)) for lane in range(AT_ONCE)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    return Worked(sum(sent), counted["GetItem"], counted["PutItem"])


def statuses(log: Path) -> Counter[int]:
    """Answers of the stand-in by status."""
    return Counter(json.loads(line)["status"] for line in log.read_text().splitlines())
