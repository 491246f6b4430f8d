"""The store: what a write says is what DynamoDB does, and a lost answer changes nothing of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from nat.aws import clients
from nat.aws.items import Row
from nat.aws.store import TRANSACTION, Cancelled, LeftOver, Store
from nat.aws.writes import Check, Delete, Put, Update, unchanged
from nat.names import INVITATIONS_BY_NATION, Table
from nat.settings import TableNames
from tests.unit.nat.faults import Answer, Forward, between, conflicting, losing_answers
from tests.unit.nat.world import START

KEY = {"key": "a"}
FREE = Attr("key").not_exists()


@pytest.fixture
def store(tables: TableNames) -> Store:
    return Store(clients.dynamodb(), tables)


@contextmanager
def forgetful(tables: TableNames, *operations: str) -> Iterator[Store]:
    """A store whose first answer to one of these operations is lost."""
    with losing_answers(*operations) as url:
        yield Store(boto3.client("dynamodb", endpoint_url=url), tables)


def row(store: Store, key: str = "a") -> Row | None:
    return store.get(Table.ONCE, {"key": key})


def test_a_row_is_read_as_it_was_written(store: Store) -> None:
    store.write(Put(Table.ONCE, {**KEY, "at": START, "number": 3, "names": {"x"}, "gone": None}))

    assert row(store) == {"key": "a", "at": "2026-11-22T09:30:00.000Z", "number": 3, "names": {"x"}}
    assert store.get(Table.ONCE, KEY, attributes=("number", "key")) == {"key": "a", "number": 3}


def test_an_update_changes_what_it_says_and_nothing_else(store: Store) -> None:
    store.write(
        Put(
            Table.ONCE,
            {**KEY, "kept": 1, "gone": 2, "first": "old", "n": 5, "s": {"x", "y"}, "waiting": ["1", "2"]},
        )
    )

    new = store.updated(
        Update(
            Table.ONCE,
            KEY,
            set={"state": "done", "gone": None},
            default={"first": "new", "second": "new"},
            add={"n": 2, "people": {"ann"}},
            discard={"s": {"y"}},
            append={"log": ["entry"]},
            remove=("waiting[0]",),
        )
    )

    assert new == row(store)
    assert new == {
        "key": "a",
        "kept": 1,
        "state": "done",
        "first": "old",
        "second": "new",
        "n": 7,
        "people": {"ann"},
        "s": {"x"},
        "log": ["entry"],
        "waiting": ["2"],
    }


def test_a_write_whose_condition_does_not_hold_changes_nothing(store: Store) -> None:
    store.write(Put(Table.ONCE, {**KEY, "n": 1, "most": 1}))

    assert not store.write(Put(Table.ONCE, {**KEY, "n": 2}, when=FREE))
    assert store.updated(Update(Table.ONCE, KEY, add={"n": 1}, when=Attr("n").lt(Attr("most")))) is None
    assert not store.write(Delete(Table.ONCE, KEY, when=unchanged("n", None)))
    assert row(store) == {"key": "a", "n": 1, "most": 1}


def test_conditions_know_sets_of_values_and_paths_into_lists(store: Store) -> None:
    store.write(Put(Table.ONCE, {**KEY, "state": "open", "log": [{"id": "7"}]}))

    assert store.write(
        Update(
            Table.ONCE,
            KEY,
            remove=("log[0]",),
            when=Attr("state").is_in(["open", "new"]) & Attr("log[0].id").eq("7"),
        )
    )
    assert row(store) == {"key": "a", "state": "open", "log": []}


def test_a_query_walks_all_pages_and_stops_with_who_has_enough(store: Store) -> None:
    rows = [
        {"key": f"k{number}", "invites_to": "demo", "created_at": f"{number}", "odd": number % 2}
        for number in range(7)
    ]
    store.put_many(Table.ONCE, rows)
    where = Key("invites_to").eq("demo") & Key("created_at").gte("1")

    walked = list(store.query(Table.ONCE, where, index=INVITATIONS_BY_NATION, page=2))
    newest = store.find(Table.ONCE, where, index=INVITATIONS_BY_NATION, newest_first=True, limit=1)
    odd = store.query(
        Table.ONCE,
        where,
        index=INVITATIONS_BY_NATION,
        only=Attr("odd").eq(1),
        attributes=("key",),
        after=newest.last and {"key": "k1", "invites_to": "demo", "created_at": "1"},
    )

    assert walked == rows[1:]
    assert newest.rows == [rows[6]]
    assert list(odd) == [{"key": "k3"}, {"key": "k5"}]


def test_many_rows_are_read_and_deleted_by_key(store: Store) -> None:
    store.put_many(Table.ONCE, [{"key": f"k{number}"} for number in range(130)])
    keys = [{"key": f"k{number}"} for number in range(131)]

    assert len(store.get_many(Table.ONCE, keys)) == 130
    store.delete_many(Table.ONCE, keys)
    assert list(store.scan(Table.ONCE)) == []


def test_what_a_batch_left_over_is_asked_for_again_after_a_pause(tables: TableNames) -> None:
    pauses: list[float] = []

    def behave(operation: str, body: bytes, forward: Forward) -> Answer:
        if operation != "BatchGetItem" or len(pauses) == 2:
            return forward()
        asked = json.loads(body)["RequestItems"]
        return 200, json.dumps({"Responses": {}, "UnprocessedKeys": asked}).encode()

    Store(clients.dynamodb(), tables).write(Put(Table.ONCE, KEY))
    with between(behave) as url:
        store = Store(boto3.client("dynamodb", endpoint_url=url), tables, sleep=pauses.append)

        assert store.get_many(Table.ONCE, [KEY], attributes=("key",)) == [KEY]
    assert len(pauses) == 2


def test_a_batch_that_is_never_done_is_told(tables: TableNames) -> None:
    def behave(operation: str, body: bytes, forward: Forward) -> Answer:
        return 200, json.dumps({"UnprocessedItems": json.loads(body)["RequestItems"]}).encode()

    with between(behave) as url:
        store = Store(boto3.client("dynamodb", endpoint_url=url), tables, sleep=lambda _: None)

        with pytest.raises(LeftOver):
            store.delete_many(Table.ONCE, [KEY])


def test_failed_conditions_of_a_transaction_are_told_by_their_place(store: Store) -> None:
    store.put_many(Table.ONCE, [{"key": "b"}, {"key": "d"}])

    with pytest.raises(Cancelled) as cancelled:
        store.transact(
            [
                Put(Table.ONCE, {"key": "a"}),
                Put(Table.ONCE, {"key": "b"}, when=FREE),
                Update(Table.ONCE, {"key": "c"}, {"n": 1}),
                Check(Table.ONCE, {"key": "d"}, when=FREE),
            ]
        )

    assert cancelled.value.failed == {1, 3}
    assert row(store) is None


def test_a_conflict_is_tried_again(tables: TableNames) -> None:
    with conflicting(3) as url:
        store = Store(boto3.client("dynamodb", endpoint_url=url), tables, sleep=lambda _: None)
        store.transact([Put(Table.ONCE, KEY)])

    assert row(store=Store(clients.dynamodb(), tables)) == KEY


def test_a_conflict_that_lasts_is_told_after_growing_pauses(tables: TableNames) -> None:
    pauses: list[float] = []

    with conflicting(100) as url, pytest.raises(ClientError):
        Store(boto3.client("dynamodb", endpoint_url=url), tables, sleep=pauses.append).transact(
            [Put(Table.ONCE, KEY)]
        )

    assert len(pauses) == TRANSACTION.tries - 1
    assert all(pause <= TRANSACTION.first * 2**number for number, pause in enumerate(pauses))


def test_a_put_whose_answer_was_lost_is_known_as_ours(tables: TableNames) -> None:
    with forgetful(tables, "PutItem") as store:
        assert store.write(Put(Table.ONCE, {**KEY, "at": START, "people": {"b", "a"}}, when=FREE))


def test_somebody_elses_row_is_not_ours_after_a_repetition(tables: TableNames) -> None:
    """The first try came too late already; that its answer was lost makes the row no more ours."""
    Store(clients.dynamodb(), tables).write(Put(Table.ONCE, {**KEY, "by": "bob"}))
    failed: list[str] = []

    def behave(operation: str, body: bytes, forward: Forward) -> Answer:
        if operation == "PutItem" and not failed:
            failed.append(operation)
            return 500, b"{}"
        return forward()

    with between(behave) as url:
        store = Store(boto3.client("dynamodb", endpoint_url=url), tables)

        assert not store.write(Put(Table.ONCE, {**KEY, "by": "ann"}, when=FREE))
    assert failed


def test_an_update_whose_answer_was_lost_is_known_as_ours(tables: TableNames) -> None:
    Store(clients.dynamodb(), tables).write(Put(Table.ONCE, {**KEY, "state": "new", "old": 1}))

    with forgetful(tables, "UpdateItem") as store:
        new = store.updated(
            Update(Table.ONCE, KEY, {"state": "taken", "old": None}, when=Attr("state").eq("new"))
        )

    assert new == {"key": "a", "state": "taken"}


def test_an_equal_row_counts_as_ours_only_after_a_repetition(store: Store) -> None:
    first = store.write(Put(Table.ONCE, KEY, when=FREE))

    assert (first, store.write(Put(Table.ONCE, KEY, when=FREE))) == (True, False)


def test_a_transaction_whose_answer_was_lost_is_not_cancelled(tables: TableNames) -> None:
    with forgetful(tables, "TransactWriteItems") as store:
        store.transact([Put(Table.ONCE, KEY, when=FREE), Update(Table.ONCE, {"key": "b"}, add={"n": 1})])

    assert row(Store(clients.dynamodb(), tables), "b") == {"key": "b", "n": 1}


def test_a_row_is_taken_once_whatever_answer_is_lost(tables: TableNames) -> None:
    Store(clients.dynamodb(), tables).write(Put(Table.ONCE, {**KEY, "for": "ann"}))

    with forgetful(tables, "TransactWriteItems") as store:
        taken = [store.take(Table.ONCE, KEY) for _ in range(2)]

    assert taken == [{"key": "a", "for": "ann"}, None]


def test_a_row_is_taken_only_under_its_condition(store: Store) -> None:
    store.write(Put(Table.ONCE, {**KEY, "until": 5}))

    assert store.take(Table.ONCE, KEY, when=Attr("until").gt(5)) is None
    assert store.take(Table.ONCE, KEY, when=Attr("until").gt(4)) == {"key": "a", "until": 5}
