"""The journal on DynamoDB, and what a running turn's writing calls need: the agent's ports.

Every write is one transaction with the turn's fence: a worker that lost the turn stores nothing, so it also
begins nothing, and learns it by `TurnLost`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Literal

from boto3.dynamodb.conditions import Attr, Key

from nat.agent.ports import Planned
from nat.approvals.approval import Approval
from nat.approvals.approvals import TO_DECIDE, Approvals
from nat.approvals.stored_changes import ChangeRef, ChangeRows, StoredChange, ToolClass, expires
from nat.aws.items import Row, moment
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put
from nat.changes.card import Proposing, card
from nat.changes.journal import EntryState, JournalEntry, Proposal
from nat.changes.plan import Change
from nat.changes.policy import Gated
from nat.conversations.turns import Turn, check_attempt
from nat.errors import TurnLost
from nat.ids import ApprovalId
from nat.names import TTL_ATTRIBUTE, Table

IN_ONE_GO: Final = 50
"""Entries of one transaction; DynamoDB takes 100, and 4 MB."""

Kind = Literal["journal", "undo"]


def read_journal(
    store: Store, conversation: str, ref: ChangeRef, kind: Kind = "journal"
) -> dict[str, JournalEntry]:
    """All entries of an action by operation, strongly consistent."""
    prefix = f"{kind}#{ref}#"
    where = Key("conversation").eq(conversation) & Key("item").begins_with(prefix)
    rows = store.query(Table.ACTIONS, where, consistent=True)
    return {(key := row["item"].removeprefix(prefix)): _entry(key, row) for row in rows}


class StoredJournal:
    """The agent's port `Journal`: entries of one action, written by one attempt of one turn."""

    def __init__(self, store: Store, turn: Turn, ref: ChangeRef, kind: Kind = "journal") -> None:
        self._store = store
        self._turn = turn
        self._ref = ref
        self._kind: Kind = kind

    @property
    def run(self) -> str:
        """The turn that writes."""
        return self._turn.turn_id

    def load(self) -> Mapping[str, JournalEntry]:
        """All entries by operation key."""
        return read_journal(self._store, self._turn.conversation, self._ref, self._kind)

    def intend(self, keys: Sequence[str]) -> None:
        """Store intents. Raises `TurnLost`, also for what is done: then somebody else was here."""
        self._write([self._put(JournalEntry(key, EntryState.INTENT, self.run), once=True) for key in keys])

    def settle(self, entries: Sequence[JournalEntry]) -> None:
        """Store what became of operations. Raises `TurnLost`."""
        self._write([self._put(entry) for entry in entries])

    def _write(self, puts: Sequence[Put]) -> None:
        for start in range(0, len(puts), IN_ONE_GO):
            try:
                self._store.transact([check_attempt(self._turn), *puts[start : start + IN_ONE_GO]])
            except Cancelled:
                raise TurnLost from None

    def _put(self, entry: JournalEntry, *, once: bool = False) -> Put:
        now = self._store.clock()
        found = None if entry.found is None else json.dumps(entry.found, ensure_ascii=False, default=str)
        row = {
            "conversation": self._turn.conversation,
            "item": f"{self._kind}#{self._ref}#{entry.key}",
            "state": entry.state.value,
            "run": entry.run,
            "created_id": entry.created_id,
            "already": entry.already or None,
            "token": entry.token,
            "found": found,
            "code": entry.code,
            "why": entry.why or None,
            "at": now,
            TTL_ATTRIBUTE: expires(now),
        }
        not_done = Attr("state").not_exists() | Attr("state").ne(EntryState.DONE.value)
        return Put(Table.ACTIONS, row, when=not_done if once else None)


class TurnChanges:
    """The agent's port `Actions` for one attempt of one turn."""

    def __init__(
        self, store: Store, turn: Turn, approvals: Approvals, *, to_decide: timedelta = TO_DECIDE
    ) -> None:
        self._store = store
        self._turn = turn
        self._to_decide = to_decide
        self._approvals = approvals
        self._rows = ChangeRows(store)

    def planned(self, step: int, call: str) -> Planned | None:
        """What an earlier attempt of this turn made of the call; a first attempt has nothing to read."""
        if self._turn.attempt <= 1:
            return None
        action = self._rows.find(self._turn.conversation, self._ref(step, call))
        if action is None:
            return None
        if action.approval is None:
            return Planned(action.change)
        approval = self._approvals.get(
            action.nation_slug, action.conversation_id, ApprovalId(action.approval)
        )
        return Planned(action.change, approval.proposal)

    def freeze(self, step: int, call: str, change: Change, tool: Gated) -> Change:
        """Store a change that is committed at once. Raises `TurnLost`."""
        action = StoredChange(
            self._turn.nation_slug,
            self._turn.conversation_id,
            self._ref(step, call),
            self._turn.user_id,
            _class(tool),
            change,
            self._store.clock(),
        )
        try:
            self._store.transact([check_attempt(self._turn), self._rows.put(action, self._turn.attempt)])
        except Cancelled:
            raise TurnLost from None
        return change

    def journal(self, step: int, call: str) -> StoredJournal:
        """The journal of a frozen change."""
        return StoredJournal(self._store, self._turn, self._ref(step, call))

    def propose(
        self, step: int, call: str, change: Change, tool: Proposing, *, replacing: Approval | None = None
    ) -> Proposal:
        """Store a change that waits for a person's yes, in place of the one it is `replacing`. Raises
        `TurnLost`, and an error of the `ApprovalClosed` family when that one waits no more."""
        return self._approvals.propose(
            self._turn,
            self._ref(step, call),
            change,
            _class(tool),
            card(change, tool),
            to_decide=self._to_decide,
            replacing=replacing,
        )

    def reference(self, step: int, call: str) -> str:
        """How clients name the change when they want it undone."""
        return str(self._ref(step, call))

    def _ref(self, step: int, call: str) -> ChangeRef:
        return ChangeRef(self._turn.turn_id, step, call)


def _class(tool: Gated) -> ToolClass:
    return ToolClass(tool.name, tool.effect, tool.sends)


def _entry(key: str, row: Row) -> JournalEntry:
    found = row.get("found")
    return replace(
        JournalEntry(key, EntryState(row["state"]), row["run"]),
        created_id=row.get("created_id"),
        already=row.get("already", False),
        token=row.get("token"),
        found=None if found is None else json.loads(found),
        code=row.get("code"),
        why=row.get("why", ""),
        at=moment(row["at"]),
    )
