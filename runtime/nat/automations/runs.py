"""The ledger of due runs: one row for each occurrence, made before anything is checked, so that none is lost
without a trace and none takes place twice.

    due        it is time; nobody has asked yet
    running    the question was admitted, its turn is on its way
    waiting    it ended, and proposes a change that a person has to decide
    done       it ended, and its answer was handed to delivery; `why` says what became of what it proposed
    failed     the turn failed
    skipped    it was not asked, and `why` says why
    missed     its time came and went without Nat; it can be caught up with

The key is the scheduled time, so that Scheduler's at-least-once delivery, its retries and two processes make
one row. The turn's id follows from it, so that whoever asks again asks the same turn.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from boto3.dynamodb.conditions import Attr, Key
from ulid import ULID

from nat.automations.automation import Automation, Delivery
from nat.aws.items import Row, moment, timestamp
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Put, Update
from nat.conversations.history import History
from nat.errors import NotFound
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId
from nat.names import AUTOMATIONS_DUE, TTL_ATTRIBUTE, Table

KEPT: Final = timedelta(days=365)
"""How long a run's row is kept: as long as its conversation at most."""
LATE: Final = timedelta(minutes=10)
"""An automation whose run has no row this long after its time was missed."""
FAILURES_ALLOWED: Final = 3
"""Runs that fail one after another until the automation is paused."""
_PREFIX: Final = "run#"
_TURN: Final = "turn#"


class RunState(StrEnum):
    """How a run stands; the module's docstring explains each."""

    DUE = "due"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    MISSED = "missed"

    @property
    def open(self) -> bool:
        """Whether something is still to happen of itself."""
        return self in (RunState.DUE, RunState.RUNNING, RunState.WAITING)


class Why(StrEnum):
    """Why a run was skipped or ended as it did, or an automation paused."""

    OWNER_LEFT = "owner_left"
    """Who made it is no member any more, or may not ask."""
    SUBSCRIPTION = "subscription"
    """The nation's subscription is not active."""
    CONNECTION = "connection"
    """NationBuilder is not connected, or has to be connected anew."""
    LIMIT = "limit"
    """The nation's queries, or the owner's share of them, are used up."""
    FAILURES = "failures"
    """It failed three times in a row."""
    PAUSED = "paused"
    """A person had paused it."""
    MIXED = "mixed"
    """Of several changes that it proposed not all came to the same end."""
    CONVERSATION_DELETED = "conversation_deleted"
    """Its person deleted the conversation before it had ended."""


@dataclass(frozen=True)
class Delivered:
    """What became of one delivery: `problem` says in words why it did not arrive."""

    delivery: Delivery
    problem: str | None = None

    def as_text(self) -> str:
        """As it stands in the run's row, in a set."""
        return json.dumps({**self.delivery.as_body(), "problem": self.problem}, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Self:
        """What `as_text` gave."""
        body = json.loads(text)
        return cls(Delivery.of(body), body["problem"])


@dataclass(frozen=True)
class Run:
    """One occurrence. `scheduled_for` is when it was due, for a run by hand the moment of the click (`by`
    names who clicked). `as_of` is the moment that it is answered for, where that is not the moment of asking:
    of a `tryout`, which is delivered nowhere, and of a run that somebody caught up with. `cost_micros` are
    micro-dollars; `delivered` says what became of each delivery."""

    nation_slug: NationSlug
    task_id: str
    scheduled_for: datetime
    state: RunState
    by: str | None = None
    why: str | None = None
    conversation_id: ConversationId | None = None
    turn_id: TurnId | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cost_micros: int | None = None
    approval_ids: tuple[ApprovalId, ...] = ()
    delivered: tuple[Delivered, ...] = ()
    as_of: datetime | None = None
    tryout: bool = False

    @property
    def item(self) -> str:
        """Sort key of its row."""
        return f"{_PREFIX}{self.task_id}#{timestamp(self.scheduled_for)}"

    @property
    def ids(self) -> tuple[str, str]:
        """Conversation and turn of this run: the same whoever asks, and however often."""
        return tuple(_ulid(self, part) for part in ("conversation", "turn"))  # type: ignore[return-value]  # two


class RunLedger:
    """The ledger. The client's credentials decide which nations it reaches; `due` needs the index and so no
    nation's role."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self,
        automation: Automation,
        scheduled_for: datetime,
        *,
        by: str | None = None,
        tryout_of: datetime | None = None,
    ) -> Run | None:
        """The row of a run that is due, and the automation's next run, in one transaction. `None` when there
        is a row already, or nothing is due then: somebody else was quicker, or it was paused or edited. With
        `tryout_of` it is a tryout, answered as of then."""
        run = Run(
            automation.nation_slug,
            automation.task_id,
            scheduled_for,
            RunState.DUE,
            by,
            as_of=tryout_of,
            tryout=tryout_of is not None,
        )
        entries: list[Put | Update] = [
            Put(Table.AUTOMATIONS, self._item(run), when=Attr("nation_slug").not_exists()),
            Put(Table.AUTOMATIONS, self._pointer(run)),
        ]
        if by is None:
            following = timestamp(automation.schedule.next_run(max(scheduled_for, self._store.clock())))
            entries.append(
                Update(
                    Table.AUTOMATIONS,
                    {"nation_slug": automation.nation_slug, "item": f"task#{automation.task_id}"},
                    {"last_run": timestamp(scheduled_for), "next_run": following, "due_at": following},
                    when=Attr("enabled").eq(True) & Attr("version").eq(automation.version),
                )
            )
        try:
            self._store.transact(entries)
        except Cancelled:
            return None
        return run

    def get(self, nation_slug: NationSlug, task_id: str, scheduled_for: datetime) -> Run:
        """Strongly consistent. Raises `NotFound`."""
        item = Run(nation_slug, task_id, scheduled_for, RunState.DUE).item
        return self.of_item(nation_slug, item)

    def of_item(self, nation_slug: NationSlug, item: str) -> Run:
        """The run with this sort key, strongly consistent. Raises `NotFound`."""
        row = self._store.get(Table.AUTOMATIONS, {"nation_slug": nation_slug, "item": item})
        if row is None or not item.startswith(_PREFIX):
            raise NotFound("There is no such run.")
        return from_item(row)

    def of_turn(self, nation_slug: NationSlug, turn_id: TurnId) -> Run:
        """The run that a turn belongs to, strongly consistent. Raises `NotFound`."""
        key = {"nation_slug": nation_slug, "item": f"{_TURN}{turn_id}"}
        pointer = self._store.get(Table.AUTOMATIONS, key)
        if pointer is None:
            raise NotFound("There is no such run.")
        return self.get(nation_slug, pointer["task_id"], moment(pointer["scheduled_for"]))

    def of(self, nation_slug: NationSlug, task_id: str, *, before: datetime | None = None) -> Iterator[Run]:
        """The runs of one automation, the newest first."""
        prefix = f"{_PREFIX}{task_id}#"
        where = Key("nation_slug").eq(nation_slug) & Key("item").between(
            prefix, f"{prefix}{timestamp(before)}" if before else f"{prefix}~"
        )
        for row in self._store.query(Table.AUTOMATIONS, where, newest_first=True, consistent=True):
            run = from_item(row)
            if run.scheduled_for != before:
                yield run

    def move(
        self, run: Run, state: RunState, *, beside: Sequence[Entry] = (), **changes: object
    ) -> Run | None:
        """The run in another state, with what is written `beside` it in one transaction; `None` when it is
        not as it was seen, so that of two movers one acts. Raises `Cancelled` where it is, and something
        beside it fails."""
        target = {"state": state.value, "waits": state.value if state.open else None, **_plain(changes)}
        if not state.open:
            target["due_at"] = None
        step = Update(
            Table.AUTOMATIONS,
            {"nation_slug": run.nation_slug, "item": run.item},
            target,
            when=Attr("state").eq(run.state.value),
        )
        if not beside:
            row = self._store.updated(step)
            return None if row is None else from_item(row)
        try:
            self._store.transact([step, *beside])
        except Cancelled as cancelled:
            if 0 not in cancelled.failed:
                raise
            return None
        return self.of_item(run.nation_slug, run.item)

    def reopen(self, run: Run, *, by: str) -> Run | None:
        """A run that did not take place, due once more as of its own time; `None` when it is not as it was
        seen."""
        row = self._store.updated(
            Update(
                Table.AUTOMATIONS,
                {"nation_slug": run.nation_slug, "item": run.item},
                {
                    "state": RunState.DUE.value,
                    "waits": RunState.DUE.value,
                    "due_at": timestamp(self._store.clock()),
                    "by": by,
                    "why": None,
                    "ended_at": None,
                    "as_of": timestamp(run.scheduled_for),
                },
                when=Attr("state").eq(run.state.value),
            )
        )
        return None if row is None else from_item(row)

    def note(self, run: Run, delivered: Delivered) -> None:
        """Keep what became of a delivery; the same again changes nothing."""
        self._store.write(
            Update(
                Table.AUTOMATIONS,
                {"nation_slug": run.nation_slug, "item": run.item},
                add={"delivered": {delivered.as_text()}},
                when=Attr("nation_slug").exists(),
            )
        )

    def waiting(self, state: RunState, until: datetime) -> Iterator[Run]:
        """Runs of all nations in an open state whose time is before `until`, the oldest first."""
        where = Key("waits").eq(state.value) & Key("due_at").lte(timestamp(until))
        for row in self._store.query(Table.AUTOMATIONS, where, index=AUTOMATIONS_DUE):
            yield from_item(row)

    def _pointer(self, run: Run) -> dict[str, object]:
        """From the turn, which knows of no run, to the run."""
        return {
            "nation_slug": run.nation_slug,
            "item": f"{_TURN}{run.ids[1]}",
            "task_id": run.task_id,
            "scheduled_for": timestamp(run.scheduled_for),
            TTL_ATTRIBUTE: int((self._store.clock() + KEPT).timestamp()),
        }

    def _item(self, run: Run) -> dict[str, object]:
        now = self._store.clock()
        return {
            "nation_slug": run.nation_slug,
            "item": run.item,
            "task_id": run.task_id,
            "scheduled_for": timestamp(run.scheduled_for),
            "state": run.state.value,
            "by": run.by,
            "as_of": run.as_of and timestamp(run.as_of),
            "tryout": run.tryout or None,
            "waits": run.state.value,
            "due_at": timestamp(now),
            TTL_ATTRIBUTE: int((now + KEPT).timestamp()),
        }


def answer_of(history: History, run: Run) -> str | None:
    """What a run answered, Markdown; `None` while there is nothing, or where its conversation is deleted."""
    if run.conversation_id is None:
        return None
    found = history.answers(run.nation_slug, run.conversation_id)
    return next((each.text for each in found if each.turn_id == run.turn_id), None)


def from_item(row: Row) -> Run:
    """From a row of Automations."""
    return Run(
        nation_slug=row["nation_slug"],
        task_id=row["task_id"],
        scheduled_for=moment(row["scheduled_for"]),
        state=RunState(row["state"]),
        by=row.get("by"),
        why=row.get("why"),
        conversation_id=row.get("conversation_id"),
        turn_id=row.get("turn_id"),
        started_at=moment(row["started_at"]) if row.get("started_at") else None,
        ended_at=moment(row["ended_at"]) if row.get("ended_at") else None,
        cost_micros=row.get("cost_micros"),
        approval_ids=tuple(row.get("approval_ids", ())),
        delivered=tuple(Delivered.read(each) for each in sorted(row.get("delivered", ()))),
        as_of=moment(row["as_of"]) if row.get("as_of") else None,
        tryout=bool(row.get("tryout")),
    )


def _plain(changes: Mapping[str, object]) -> dict[str, object]:
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in changes.items()}
    return {name: timestamp(each) if isinstance(each, datetime) else each for name, each in plain.items()}


def _ulid(run: Run, part: str) -> str:
    """A ULID of the scheduled moment whose random part follows from the run."""
    seed = f"{run.nation_slug}#{run.task_id}#{timestamp(run.scheduled_for)}#{part}".encode()
    milliseconds = int(run.scheduled_for.timestamp() * 1000)
    return str(ULID(milliseconds.to_bytes(6) + hashlib.sha256(seed).digest()[:10]))
