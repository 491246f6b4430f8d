"""The audit log: one chain of entries, found by time, person and kind, that shows what was tampered with."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest

from nat.audit.entry import FIRST_HASH, AuditKind, sort_key
from nat.audit.log import SYSTEM, Audit, Filter
from nat.aws import clients
from nat.aws.items import encode
from nat.aws.store import Store
from nat.errors import BadRequest
from nat.ids import NationSlug
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.faults import conflicting, losing_answers
from tests.unit.nat.world import START, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def audit(tables: TableNames, clock: Clock) -> Audit:
    return Audit(Store(clients.dynamodb(), tables, clock))


def fill(audit: Audit, clock: Clock, count: int) -> None:
    """Entries a minute apart, in turn by ann and bob, in turn of two kinds."""
    for number in range(count):
        audit.append(
            NationSlug("acme"),
            AuditKind.TOOL_WRITE if number % 3 == 0 else AuditKind.ROLE_CHANGED,
            by="ann" if number % 2 == 0 else "bob",
            summary=f"deed {number + 1}",
        )
        clock.advance(minutes=1)


def numbers(audit: Audit, wanted: Filter, **page: Any) -> list[int]:
    return [each.number for each in audit.page(NationSlug("acme"), wanted, **page).entries]


def tamper(tables: TableNames, number: int, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a stored row as somebody with every right could."""
    key = encode({"nation_slug": "acme", "entry": sort_key(number)})
    item: dict[str, Any] = dict(clients.dynamodb().get_item(TableName=tables[Table.AUDIT], Key=key)["Item"])
    change(item)
    clients.dynamodb().put_item(TableName=tables[Table.AUDIT], Item=item)


def test_an_entry_is_read_back_as_it_was_added(audit: Audit) -> None:
    added = audit.append(
        NationSlug("acme"),
        AuditKind.TOOL_WRITE,
        by="ann",
        about="add_tags_to_person",
        summary="Tag Zoë “Z” Łuk",
        details={"counts": {"done": 3}, "ids": ["1", "2"], "none": None, "whole": True},
        surface="web",
    )

    assert audit.last(NationSlug("acme")) == added


def test_the_first_entry_begins_the_chain_and_each_other_names_the_one_before(
    audit: Audit, clock: Clock
) -> None:
    fill(audit, clock, 3)

    third, second, first = audit.page(NationSlug("acme")).entries
    assert first.previous == FIRST_HASH
    assert (second.previous, third.previous) == (first.hash, second.hash)


def test_writers_at_the_same_moment_make_one_chain_without_gaps(audit: Audit) -> None:
    with ThreadPoolExecutor(12) as pool:
        list(
            pool.map(
                lambda n: audit.append(NationSlug("acme"), AuditKind.REFRESHED, by=SYSTEM, about=str(n)),
                range(60),
            )
        )

    verified = audit.verify(NationSlug("acme"))
    assert (verified.whole, verified.entries) == (True, 60)


def test_nations_have_chains_of_their_own(audit: Audit) -> None:
    audit.append(NationSlug("acme"), AuditKind.CONNECTED, by="ann")

    other = audit.append(NationSlug("other"), AuditKind.CONNECTED, by="bob")

    assert other is not None
    assert (other.number, other.previous) == (1, FIRST_HASH)


def test_time_does_not_run_backwards_when_a_writers_clock_does(audit: Audit, clock: Clock) -> None:
    audit.append(NationSlug("acme"), AuditKind.CONNECTED, by="ann")
    clock.advance(hours=-1)

    later = audit.append(NationSlug("acme"), AuditKind.REVOKED, by="ann")

    assert later is not None
    assert later.at == START


def test_a_deed_that_is_named_has_one_entry_however_often_it_is_carried_out(audit: Audit) -> None:
    first = audit.append(NationSlug("acme"), AuditKind.TOOL_WRITE, by="ann", once="turn-1#begun")

    again = audit.append(NationSlug("acme"), AuditKind.TOOL_WRITE, by="ann", once="turn-1#begun")

    assert first is not None
    assert again is None
    assert audit.verify(NationSlug("acme")).entries == 1


def test_a_named_deed_by_many_writers_at_once_has_one_entry(audit: Audit) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(
            pool.map(
                lambda _: audit.append(NationSlug("acme"), AuditKind.TOOL_WRITE, by="ann", once="x"),
                range(16),
            )
        )

    assert len([each for each in added if each]) == 1


def test_a_conflict_of_transactions_is_tried_again(audit: Audit, tables: TableNames) -> None:
    with conflicting(2) as url:
        client = boto3.client("dynamodb", endpoint_url=url, config=clients.CONFIG)
        added = Audit(Store(client, tables, sleep=lambda _: None)).append(
            NationSlug("acme"), AuditKind.REVOKED, by="ann", once="x"
        )

    assert added is not None


@pytest.mark.parametrize("once", [None, "deed"])
def test_an_entry_whose_answer_was_lost_is_there_once(
    audit: Audit, tables: TableNames, once: str | None
) -> None:
    with losing_answers("PutItem", "TransactWriteItems") as url:
        client = boto3.client("dynamodb", endpoint_url=url, config=clients.CONFIG)
        added = Audit(Store(client, tables)).append(
            NationSlug("acme"), AuditKind.REVOKED, by="ann", once=once
        )

    assert audit.page(NationSlug("acme")).entries == (added,)
    assert audit.verify(NationSlug("acme")).entries == 1


def test_details_that_are_too_large_are_replaced_by_their_hash(audit: Audit) -> None:
    entry = audit.append(
        NationSlug("acme"),
        AuditKind.TOOL_WRITE,
        by="ann",
        details={"tool": "tag_people", "ids": ["1"] * 9_000},
    )

    assert entry is not None
    assert entry.details["tool"] == "tag_people"
    assert entry.details["too_large"]["characters"] > 9_000
    assert audit.verify(NationSlug("acme")).whole


def test_pages_go_on_where_the_one_before_ended(audit: Audit, clock: Clock) -> None:
    fill(audit, clock, 7)

    first = audit.page(NationSlug("acme"), limit=3)
    second = audit.page(NationSlug("acme"), limit=3, after=first.next)
    third = audit.page(NationSlug("acme"), limit=3, after=second.next)

    assert [each.number for page in (first, second, third) for each in page.entries] == [7, 6, 5, 4, 3, 2, 1]
    assert third.next is None


def test_entries_of_a_time_are_found(audit: Audit, clock: Clock) -> None:
    fill(audit, clock, 10)
    at = [each.at for each in reversed(audit.page(NationSlug("acme")).entries)]

    assert numbers(audit, Filter(since=at[3], until=at[6])) == [6, 5, 4]


def test_a_time_before_everything_or_after_it_has_no_entries(audit: Audit, clock: Clock) -> None:
    fill(audit, clock, 4)

    assert numbers(audit, Filter(until=START)) == []
    assert numbers(audit, Filter(since=clock.now)) == []


def test_a_nation_without_entries_has_an_empty_page(audit: Audit) -> None:
    assert audit.page(NationSlug("acme"), Filter(since=START)).entries == ()


def test_entries_of_a_person_and_of_a_kind_are_found(audit: Audit, clock: Clock) -> None:
    fill(audit, clock, 10)

    assert numbers(audit, Filter(by="bob")) == [10, 8, 6, 4, 2]
    assert numbers(audit, Filter(kind=AuditKind.TOOL_WRITE)) == [10, 7, 4, 1]
    assert numbers(audit, Filter(by="ann", kind=AuditKind.TOOL_WRITE)) == [7, 1]


def test_a_page_that_has_looked_far_enough_says_where_to_go_on(audit: Audit, clock: Clock) -> None:
    fill(audit, clock, 10)

    page = audit.page(NationSlug("acme"), Filter(kind=AuditKind.TOOL_WRITE), read_at_most=2)

    assert [each.number for each in page.entries] == [10]
    assert page.next == "9"


def test_a_place_that_no_page_gave_is_refused(audit: Audit) -> None:
    with pytest.raises(BadRequest):
        audit.page(NationSlug("acme"), after="once#x")


def test_a_chain_that_nobody_touched_holds(audit: Audit, clock: Clock) -> None:
    fill(audit, clock, 5)
    last = audit.last(NationSlug("acme"))

    verified = audit.verify(NationSlug("acme"))

    assert last is not None
    assert (verified.whole, verified.entries, verified.head) == (True, 5, last.hash)


@pytest.mark.parametrize("name", ["summary", "by", "at", "kind", "details", "number", "previous", "hash"])
def test_a_changed_entry_shows(audit: Audit, clock: Clock, tables: TableNames, name: str) -> None:
    fill(audit, clock, 5)
    other = {"at": "2026-01-01T00:00:00.000Z", "kind": "role.changed", "details": json.dumps({"a": 1})}

    tamper(
        tables,
        4,
        lambda item: item.update(
            {name: {"N": "9"} if name == "number" else {"S": other.get(name, "mallory")}}
        ),
    )

    assert audit.verify(NationSlug("acme")).broken_at == 4


def test_an_entry_that_was_taken_out_shows(audit: Audit, clock: Clock, tables: TableNames) -> None:
    fill(audit, clock, 5)

    clients.dynamodb().delete_item(
        TableName=tables[Table.AUDIT], Key=encode({"nation_slug": "acme", "entry": sort_key(3)})
    )

    assert audit.verify(NationSlug("acme")).broken_at == 3


def test_an_entry_of_another_nation_that_was_put_in_shows(audit: Audit, tables: TableNames) -> None:
    audit.append(NationSlug("acme"), AuditKind.CONNECTED, by="ann", summary="x")
    foreign = audit.append(NationSlug("other"), AuditKind.CONNECTED, by="ann", summary="y")
    assert foreign is not None

    tamper(tables, 1, lambda item: item.update(hash={"S": foreign.hash}, summary={"S": "y"}))

    assert audit.verify(NationSlug("acme")).broken_at == 1
