"""Many people of one nation who ask at the same moment, and workers that look at the pool after each."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import boto3
from botocore.config import Config

from nat.aws import clients
from nat.aws.store import Store
from nat.errors import LimitReached
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import Table
from nat.nations.record import Nations
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission, Limits, Surface
from nat.turns.admit import AdmitRequest, admit
from nat.turns.pool_notices import PoolNotices
from nat.turns.queue import TurnQueue
from tests.unit.nat.world import (
    PLANS,
    Clock,
    create_turn_queue,
    nation,
    rows,
    store_members,
    store_nation,
    used,
)

LIMIT = 500


@dataclass(frozen=True)
class Outcome:
    """What became of everybody's question."""

    admitted: int
    refused: int
    counted: int
    turns: int
    notices: dict[str, int]
    announcements: int


def numbered(user: str, number: int) -> AdmitRequest:
    """A person's question in a conversation of its own."""
    talk, turn = (f"01J000000000000000000{mark}{number:04d}" for mark in "CT")
    return AdmitRequest(
        NationSlug("demo"), UserId(user), ConversationId(talk), TurnId(turn), "Who?", Surface.WEBSOCKET
    )


def ask_at_once(tables: TableNames, people: int, left: int, *, threads: int) -> Outcome:
    """Let so many people ask, each once and all at once, with so many queries left of 500."""
    store_nation(tables, nation(queries_used_this_period=LIMIT - left, queries_limit=LIMIT))
    names = [f"p{number}" for number in range(people)]
    store_members(tables, "demo", names, Role.MEMBER)
    clock = Clock()
    config = Config(max_pool_connections=threads).merge(clients.CONFIG)
    client = boto3.client("dynamodb", config=config)
    queue = TurnQueue(boto3.client("sqs", config=config), create_turn_queue())
    limits = Limits(cooldown=timedelta(seconds=5), turns_a_minute=people)
    admission = Admission(Store(client, tables, clock), queue, PLANS, limits=limits)
    notices = PoolNotices(Store(client, tables, clock), PLANS, app_url="https://app.nat.test")

    def ask(number: int) -> list[str] | None:
        try:
            turn = admit(numbered(names[number], number), admission).turn
        except LimitReached:
            return None
        return [
            each.kind
            for each in notices.due(turn, Nations(Store(client, tables)).require(NationSlug("demo")))
        ]

    with ThreadPoolExecutor(threads) as pool:
        answers = list(pool.map(ask, range(people)))
    admitted = [each for each in answers if each is not None]
    return Outcome(
        admitted=len(admitted),
        refused=answers.count(None),
        counted=used(tables),
        turns=_turns(tables),
        notices=dict(Counter(kind for kinds in admitted for kind in kinds)),
        announcements=len(rows(tables, Table.CONNECTIONS)),
    )


def _turns(tables: TableNames) -> int:
    pages = (
        clients.dynamodb()
        .get_paginator("scan")
        .paginate(TableName=tables[Table.CONVERSATIONS], ProjectionExpression="question")
    )
    return sum("question" in item for page in pages for item in page["Items"])
