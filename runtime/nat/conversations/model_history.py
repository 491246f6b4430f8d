"""What the model of a conversation's next turn sees: the record of older turns, and the newest word for word.

    memory#<ended at>#<turn>    the messages of one turn (`history` stores them when the turn ends)
    record                      the older turns, compact (`nat.agent.compaction`)

A record ends with the retention of its oldest turn. The memories of its turns are still there until theirs is
over, so the next question makes a new record of what may be remembered then.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import Any, Final

from boto3.dynamodb.conditions import Key

from nat.agent.compaction import (
    Budget,
    CompactRecord,
    Past,
    PastTurn,
    compacted,
    oldest,
    retained_since,
)
from nat.aws.items import Row, moment
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put
from nat.conversations.documents import Documents
from nat.conversations.history import MEMORY
from nat.conversations.turns import Turn, check_attempt, conversation_key
from nat.errors import TurnLost
from nat.ids import ConversationId, NationSlug
from nat.names import Table
from nat.parallel import beside

TURNS_READ: Final = 200
"""Turns after the record that are read at most; a budget of turns keeps them far below that."""
PAGE: Final = 24
"""Turns of one read: more than most conversations carry after their record."""
CHARACTERS_READ: Final = 2_000_000
"""JSON characters of turns after the record that are read at most, for a conversation without one."""
_RECORD: Final = "record"


class ModelHistories:
    """The past of conversations. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store, budget: Budget | None = None) -> None:
        self._store = store
        self._budget = budget or Budget()
        self._documents = Documents(store, Table.CONVERSATIONS)

    def of(self, nation_slug: NationSlug, conversation_id: ConversationId) -> Past:
        """The past as it is stored, strongly consistent. The newest turns are kept, and whole turns only."""
        conversation = conversation_key(nation_slug, conversation_id)
        # Nearly always the record ends before the newest turns begin, so both are read at once.
        reading = beside(partial(self._record, conversation))
        newest = self._newest(conversation)
        first = next(newest, None)
        record = reading()
        turns: list[PastTurn] = []
        size = 0
        for row in newest if first is None else chain([first], newest):
            if record is not None and row["item"] <= record.through:
                break
            messages = self._documents.read(row)
            size += len(json.dumps(messages, ensure_ascii=False))
            if turns and size > CHARACTERS_READ:
                break
            key = row["item"]
            turns.append(PastTurn(key, moment(key.split("#")[1]), tuple(messages)))
        return Past(tuple(reversed(turns)), record)

    def before(self, turn: Turn, now: datetime) -> Past:
        """The past that a turn begins with: compacted, and stored so, if it is over its budget.

        Only before the turn's model was first asked: what it has thought since is bound to these messages.
        Raises `TurnLost`.
        """
        return self.fitted(turn, self.of(turn.nation_slug, turn.conversation_id), now)

    def fitted(self, turn: Turn, past: Past, now: datetime) -> Past:
        """The same of a past that was just read."""
        fitting = compacted(past, self._budget, kept_since=retained_since(now, turn.retention_days))
        if fitting is not past and fitting.record is not None:
            self._keep(turn, fitting.record, now)
        return fitting

    def _keep(self, turn: Turn, record: CompactRecord, now: datetime) -> None:
        prepared = self._documents.prepare(turn, _RECORD, asdict(record), turn.expires(oldest(record) or now))
        try:
            self._store.transact([check_attempt(turn), Put(Table.CONVERSATIONS, prepared)])
        except Cancelled:
            raise TurnLost from None

    def _record(self, conversation: str) -> CompactRecord | None:
        row = self._store.get(Table.CONVERSATIONS, {"conversation": conversation, "item": _RECORD})
        if row is None:
            return None
        value: dict[str, Any] = self._documents.read(row)
        return CompactRecord(**{**value, "entries": tuple(value["entries"])})

    def _newest(self, conversation: str) -> Iterator[Row]:
        """Memories from the newest on, page by page: who has enough stops asking."""
        # `~` sorts behind every time.
        newest = self._store.query(
            Table.CONVERSATIONS,
            Key("conversation").eq(conversation) & Key("item").between(MEMORY, f"{MEMORY}~"),
            newest_first=True,
            consistent=True,
            page=PAGE,
        )
        return islice(newest, TURNS_READ)
