"""The turn row and its neighbours in the Conversations table: keys, encoding, and the conditional writes.

Everything of one conversation lies under `<slug>#<conversation id>`; the sort key `item` says what it is:

    meta                                  the conversation as listed
    lock                                  which turn runs
    turn#<turn>                           the turn row
    turn#<turn>#step#<nnn>                a model message and its results (`nat.conversations.steps`)
    turn#<turn>#event#<aaa>#<ssssss>      one event as on the wire (`nat.conversations.events`)
    answer#<ended at>#<turn>              what a turn left behind (`nat.conversations.history`)

`attempt` is the fence: each worker that takes the turn raises it, and every later write of that worker is
conditional on it, so a worker that lost the turn cannot change what its successor did.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from msgspec.structs import replace

from nat.agent.values import OpenPage, Usage
from nat.aws.items import Row, epoch_ms, moment, timestamp
from nat.aws.store import Store
from nat.aws.writes import Check, Delete, Put, Update
from nat.errors import NotFound, TurnLost
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import RETENTION_DAYS, TTL_ATTRIBUTE, TURNS_PENDING, Table
from nat.roles import Role

REPLAY_DAYS: Final = 30
"""How long steps and events are kept: after a turn has ended they only serve replay."""
LOCK_SECONDS: Final = 900
"""A lock that nobody released ends by itself; the queue keeps turns of a conversation in order anyway."""
TITLE_CHARACTERS: Final = 80
META_ITEM: Final = "meta"
LOCK_ITEM: Final = "lock"
PENDING: Final = "admitted"
"""Value of `pending` while a turn has been admitted but not proven to be in the queue."""

_ENDING: Final = ("state", "refunded", "ended_at", "error", "model", "usage", "cost_micros")
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


class TurnState(StrEnum):
    """Where a turn is. Three states are final."""

    ADMITTED = "admitted"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def final(self) -> bool:
        """Nothing happens to the turn any more."""
        return self in (TurnState.FINISHED, TurnState.STOPPED, TurnState.FAILED)


class TurnKind(StrEnum):
    """What a turn does. Only a question counts; the others carry out what a person decided, and are free."""

    ASK = "ask"
    COMMIT = "commit"
    """Carries out an approval, or again what of it was not done."""
    UNDO = "undo"
    EDIT = "edit"
    """Plans a proposal anew with values that a person changed; the new one waits in its place."""


class Turn(msgspec.Struct, frozen=True):
    """One question and how far its answer is. `period_start` names the billing period it was counted in,
    as the nation record stores it; `None` when it is free. `budgeted`: counted in the person's budget, too.

    `target` is what a turn that is no question is about: the id of an approval, or the reference of a change.
    `withheld` are areas of the nation that are closed to the person (`nat.nationbuilder.areas`).
    `cost_micros` is micro-dollars, `None` until the turn has ended or when the model has no price.
    `as_of` is the moment that the question is answered for, where that is not the present one. `calls` is
    JSON of the tool calls that answer it without a model (`nat.agent.direct`). `channel` is the one of Slack
    that it was asked in, `<workspace>/<channel>`, if it was in one.
    """

    nation_slug: NationSlug
    conversation_id: ConversationId
    turn_id: TurnId
    user_id: UserId
    question: str
    role: Role
    surface: str
    time_zone: str
    admitted_at: datetime
    period_start: str | None = None
    page: OpenPage | None = None
    retention_days: int = RETENTION_DAYS
    state: TurnState = TurnState.ADMITTED
    attempt: int = 0
    crashes: int = 0
    refunded: bool = False
    ended_at: datetime | None = None
    error: str | None = None
    model: str | None = None
    usage: Usage = msgspec.field(default_factory=Usage)
    cost_micros: int | None = None
    kind: TurnKind = TurnKind.ASK
    target: str | None = None
    budgeted: bool = False
    withheld: frozenset[str] = frozenset()
    as_of: datetime | None = None
    calls: str | None = None
    channel: str | None = None

    @property
    def conversation(self) -> str:
        """Partition key of the conversation."""
        return conversation_key(self.nation_slug, self.conversation_id)

    @property
    def key(self) -> dict[str, str]:
        """Primary key of the turn row, in plain values."""
        return turn_key(self.nation_slug, self.conversation_id, self.turn_id)

    def expires(self, now: datetime) -> int:
        """Epoch seconds when DynamoDB may delete what is kept for the nation's retention."""
        return int((now + timedelta(days=self.retention_days)).timestamp())

    def replay_expires(self, now: datetime) -> int:
        """Epoch seconds when DynamoDB may delete steps and events."""
        return int((now + timedelta(days=min(REPLAY_DAYS, self.retention_days))).timestamp())


def conversation_key(nation_slug: NationSlug, conversation_id: ConversationId) -> str:
    """Partition key. Raises `ValueError` for an id that could reach into another key."""
    return f"{nation_slug}#{_checked(conversation_id)}"


def turn_key(nation_slug: NationSlug, conversation_id: ConversationId, turn_id: TurnId) -> dict[str, str]:
    """Primary key of a turn row. Raises `ValueError` for an id that could reach into another key."""
    return {"conversation": conversation_key(nation_slug, conversation_id), "item": turn_item(turn_id)}


def turn_item(turn_id: TurnId) -> str:
    """Sort key of the turn row."""
    return f"turn#{_checked(turn_id)}"


def step_item(turn_id: TurnId, index: int) -> str:
    """Sort key of a step; steps sort by index up to 999."""
    return f"{step_prefix(turn_id)}{index:03d}"


def step_prefix(turn_id: TurnId) -> str:
    """What the sort keys of all steps of a turn begin with."""
    return f"{turn_item(turn_id)}#step#"


def event_item(turn_id: TurnId, attempt: int, seq: int) -> str:
    """Sort key of an event; events sort by attempt, then seq."""
    return f"{event_prefix(turn_id)}{attempt:03d}#{seq:06d}"


def event_prefix(turn_id: TurnId) -> str:
    """What the sort keys of all events of a turn begin with."""
    return f"{turn_item(turn_id)}#event#"


def person_key(nation_slug: NationSlug, user_id: UserId) -> str:
    """Partition of index `by_person`: one person's conversations within one nation."""
    return f"{nation_slug}#{user_id}"


_TO_TAKE: Final = tuple(each.value for each in (TurnState.ADMITTED, TurnState.QUEUED, TurnState.RUNNING))


def title_of(question: str) -> str:
    """A conversation's first title: the beginning of its first question, on one line."""
    line = " ".join(question.split())
    return line if len(line) <= TITLE_CHARACTERS else f"{line[: TITLE_CHARACTERS - 1].rstrip()}…"


def to_item(turn: Turn) -> dict[str, object]:
    """The turn row in plain values."""
    return {
        **turn.key,
        "nation_slug": turn.nation_slug,
        "conversation_id": turn.conversation_id,
        "turn_id": turn.turn_id,
        "user_id": turn.user_id,
        "question": turn.question,
        "role": turn.role.value,
        "surface": turn.surface,
        "time_zone": turn.time_zone,
        "admitted_at": timestamp(turn.admitted_at),
        "period_start": turn.period_start,
        "page": None if turn.page is None else _page_item(turn.page),
        "retention_days": turn.retention_days,
        "state": turn.state.value,
        "attempt": turn.attempt,
        "crashes": turn.crashes,
        "refunded": turn.refunded,
        "ended_at": None if turn.ended_at is None else timestamp(turn.ended_at),
        "error": turn.error,
        "model": turn.model,
        "usage": usage_item(turn.usage),
        "cost_micros": turn.cost_micros,
        "kind": turn.kind.value,
        "target": turn.target,
        "budgeted": turn.budgeted or None,
        "withheld": sorted(turn.withheld) or None,
        "as_of": None if turn.as_of is None else timestamp(turn.as_of),
        "calls": turn.calls,
        "channel": turn.channel,
        "pending": PENDING if turn.state is TurnState.ADMITTED else None,
        TTL_ATTRIBUTE: turn.expires(turn.admitted_at),
    }


def from_item(item: Row) -> Turn:
    """A turn from its row in plain values. Raises `KeyError` for a row that is not a turn."""
    page = item.get("page")
    ended_at = item.get("ended_at")
    return Turn(
        nation_slug=item["nation_slug"],
        conversation_id=item["conversation_id"],
        turn_id=item["turn_id"],
        user_id=item["user_id"],
        question=item["question"],
        role=Role(item["role"]),
        surface=item["surface"],
        time_zone=item["time_zone"],
        admitted_at=moment(item["admitted_at"]),
        period_start=item.get("period_start"),
        page=None if page is None else OpenPage(page["kind"], page.get("record_id")),
        retention_days=item["retention_days"],
        state=TurnState(item["state"]),
        attempt=item["attempt"],
        crashes=item["crashes"],
        refunded=item["refunded"],
        ended_at=None if ended_at is None else moment(ended_at),
        error=item.get("error"),
        model=item.get("model"),
        usage=Usage(**item["usage"]),
        cost_micros=item.get("cost_micros"),
        kind=TurnKind(item.get("kind", TurnKind.ASK)),
        target=item.get("target"),
        budgeted=item.get("budgeted", False),
        withheld=frozenset(item.get("withheld", ())),
        as_of=moment(item["as_of"]) if item.get("as_of") else None,
        calls=item.get("calls"),
        channel=item.get("channel"),
    )


def usage_item(usage: Usage) -> dict[str, int]:
    """Tokens by kind, under the names that every table uses."""
    return {
        "input_tokens": usage.input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
    }


# Entries of a transaction. `reasons` of a cancelled transaction come in the order of its entries.


def put_new_turn(turn: Turn) -> Put:
    """Store a turn that must not exist yet."""
    return Put(Table.CONVERSATIONS, to_item(turn), when=Attr("item").not_exists())


def acquire_lock(turn: Turn, now: datetime) -> Put:
    """Make this the conversation's running turn, if no other is or its lock has expired."""
    return lock(turn.conversation, turn.turn_id, now)


def lock(conversation: str, holder: str, now: datetime) -> Put:
    """Let a conversation be held, if nobody else does or their time is over."""
    row = {
        "conversation": conversation,
        "item": LOCK_ITEM,
        "turn": holder,
        "until": epoch_ms(now) + LOCK_SECONDS * 1000,
        TTL_ATTRIBUTE: int(now.timestamp()) + LOCK_SECONDS,
    }
    free = Attr("item").not_exists() | Attr("until").lt(epoch_ms(now)) | Attr("turn").eq(holder)
    return Put(Table.CONVERSATIONS, row, when=free)


def release_lock(turn: Turn) -> Delete:
    """Let the conversation go on. The condition fails when another turn holds the lock or none does."""
    key = {"conversation": turn.conversation, "item": LOCK_ITEM}
    return Delete(Table.CONVERSATIONS, key, when=Attr("turn").eq(turn.turn_id))


def upsert_meta(turn: Turn, now: datetime) -> Update:
    """Create or touch the conversation. The condition fails when it is another person's."""
    person = person_key(turn.nation_slug, turn.user_id)
    return Update(
        Table.CONVERSATIONS,
        {"conversation": turn.conversation, "item": META_ITEM},
        set={"person": person, "updated_at": now, TTL_ATTRIBUTE: turn.expires(now)},
        default={"title": title_of(turn.question), "created_at": now},
        add={"turns": 1},
        when=Attr("person").not_exists() | Attr("person").eq(person),
    )


def touch_meta(turn: Turn, now: datetime) -> Update:
    """List the conversation by this time and keep it from then on. The condition fails if it was deleted."""
    return Update(
        Table.CONVERSATIONS,
        {"conversation": turn.conversation, "item": META_ITEM},
        set={"updated_at": now, TTL_ATTRIBUTE: turn.expires(now)},
        when=Attr("person").exists(),
    )


def held(turn: Turn) -> ConditionBase:
    """The fence: the turn is running and still in this attempt."""
    return Attr("attempt").eq(turn.attempt) & Attr("state").eq(TurnState.RUNNING.value)


def check_attempt(turn: Turn) -> Check:
    """Nothing but the fence."""
    return Check(Table.CONVERSATIONS, turn.key, when=held(turn))


def end_turn(turn: Turn, ended: Turn) -> Update:
    """Replace a running turn by its final form, if this attempt still holds it."""
    item = to_item(ended)
    final = {name: item[name] for name in _ENDING if item[name] is not None}
    return Update(Table.CONVERSATIONS, turn.key, set=final, remove=("pending",), when=held(turn))


class Turns:
    """Turn rows. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, nation_slug: NationSlug, conversation_id: ConversationId, turn_id: TurnId) -> Turn:
        """One turn, strongly consistent. Raises `NotFound`."""
        row = self._store.get(Table.CONVERSATIONS, turn_key(nation_slug, conversation_id, turn_id))
        if row is None:
            raise NotFound("There is no such question in this conversation.")
        return from_item(row)

    def still_open(self, keys: Iterable[Mapping[str, str]]) -> frozenset[str]:
        """Of turns by their `turn_key` the ids of those that are there and have not ended, strongly
        consistent."""
        rows = self._store.get_many(
            Table.CONVERSATIONS, keys, attributes=("turn_id", "state"), consistent=True
        )
        return frozenset(row["turn_id"] for row in rows if not TurnState(row["state"]).final)

    def theirs(
        self, nation_slug: NationSlug, user_id: UserId, conversation_id: ConversationId, turn_id: TurnId
    ) -> Turn:
        """The one rule on whose turn it is: this person's, or one in this person's conversation. Raises
        `NotFound` for any other."""
        try:
            turn = self.get(nation_slug, conversation_id, turn_id)
        except ValueError:  # what cannot be an id
            raise NotFound from None
        if user_id not in (turn.user_id, self.owner(turn)):
            raise NotFound
        return turn

    def owner(self, turn: Turn) -> str | None:
        """Whose conversation the turn is in: an admin may decide in another person's. `None` if it was
        deleted."""
        if turn.kind is TurnKind.ASK:  # admission lets nobody ask in a conversation that is not theirs
            return turn.user_id
        meta = {"conversation": turn.conversation, "item": META_ITEM}
        row = self._store.get(Table.CONVERSATIONS, meta, attributes=("person",)) or {}
        person: str | None = row.get("person")
        return None if person is None else person.removeprefix(person_key(turn.nation_slug, UserId("")))

    def mark_queued(self, turn: Turn) -> None:
        """The queue has it. A worker may have been faster: then there is nothing to say."""
        self._store.write(
            Update(
                Table.CONVERSATIONS,
                turn.key,
                set={"state": TurnState.QUEUED.value, "pending": None},
                when=Attr("state").eq(TurnState.ADMITTED.value),
            )
        )

    def begin(self, turn: Turn) -> Turn:
        """Take the turn: raise `attempt`. One that was left running counts as a crash of its last worker.

        Raises `TurnLost` if the row changed since it was read: ended, or taken by another worker.
        """
        taken = replace(
            turn,
            state=TurnState.RUNNING,
            attempt=turn.attempt + 1,
            crashes=turn.crashes + (turn.state is TurnState.RUNNING),
        )
        # Two workers at once would write the same row, so only a transaction tells whose the attempt is.
        done = self._store.claim(
            Update(
                Table.CONVERSATIONS,
                turn.key,
                set={
                    "state": taken.state.value,
                    "attempt": taken.attempt,
                    "crashes": taken.crashes,
                    "pending": None,
                },
                when=Attr("attempt").eq(turn.attempt) & Attr("state").is_in(_TO_TAKE),
            )
        )
        if not done:
            raise TurnLost
        return taken

    def release(self, turn: Turn) -> None:
        """Give a running turn back to the queue, so that the next worker does not count a crash."""
        self._store.write(
            Update(Table.CONVERSATIONS, turn.key, set={"state": TurnState.QUEUED.value}, when=held(turn))
        )

    def admitted_before(self, limit_at: datetime, *, limit: int = 100) -> list[Turn]:
        """Turns that were admitted before `limit_at` and are not known to be queued, oldest first.

        Reads its index over all nations: the sweeper's, not reachable with nation credentials.
        """
        where = Key("pending").eq(PENDING) & Key("admitted_at").lt(limit_at)
        found = self._store.find(Table.CONVERSATIONS, where, index=TURNS_PENDING, limit=limit)
        return [from_item(row) for row in found.rows]


def _checked(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise ValueError("An id is 1 to 64 letters, digits, hyphens or underscores.")
    return identifier


def _page_item(page: OpenPage) -> dict[str, object]:
    return {"kind": page.kind, "record_id": page.record_id}
