"""Documents of any size under one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nat.aws import clients
from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.conversations.documents import LARGEST_BODY, Documents, pieces
from nat.names import Table
from nat.settings import TableNames
from tests.unit.nat.turns.test_publish import TURN


@pytest.fixture
def store(tables: TableNames) -> Store:
    return Store(clients.dynamodb(), tables)


def stored_and_read(store: Store, value: object) -> object:
    documents = Documents(store, Table.CONVERSATIONS)
    item = documents.prepare(TURN, "turn#t1#step#000", value, 2_000_000_000)
    store.write(Put(Table.CONVERSATIONS, item))
    return documents.read(item)


@given(st.text(), st.integers(4, 40))
def test_pieces_are_small_and_together_the_text(text: str, limit: int) -> None:
    cut = pieces(text, limit)

    assert "".join(cut) == text
    assert all(len(piece.encode()) <= limit for piece in cut)


@pytest.mark.parametrize("value", [{}, [], {"text": "ä\n\"'"}, {"n": 1, "deep": [{"a": None}]}])
def test_a_small_document_comes_back_as_it_was(store: Store, value: object) -> None:
    assert stored_and_read(store, value) == value


@pytest.mark.parametrize("size", [LARGEST_BODY - 20, LARGEST_BODY + 1, 3 * LARGEST_BODY])
def test_a_document_beyond_one_item_comes_back_as_it_was(store: Store, size: int) -> None:
    value = {"text": "ü" * (size // 2)}

    assert stored_and_read(store, value) == value


def test_a_document_whose_pieces_are_missing_is_not_taken_for_whole(store: Store) -> None:
    documents = Documents(store, Table.CONVERSATIONS)
    item = documents.prepare(TURN, "x", {"text": "a" * 2 * LARGEST_BODY}, 2_000_000_000)
    part = {"conversation": item["conversation"], "item": "part#x#001#001"}
    store.write(Delete(Table.CONVERSATIONS, part))

    with pytest.raises(ValueError, match="incomplete"):
        documents.read(item)
