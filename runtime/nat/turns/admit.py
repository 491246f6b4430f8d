"""Admission: the one way in for every question, whatever the surface.

The turn id is a ULID that the client made; it is the idempotency key from end to end. A known id is sent to
the queue again if it never got there, and is never counted again. A new one is admitted by one transaction:

    identity   the turn id is not another person's, nation's or conversation's
    turn       the row of the turn, new
    event      `turn.accepted`, event 1 of attempt 0
    meta       the conversation, new or this person's
    lock       no other turn of the conversation runs
    count      the nation's query pool: subscription usable, within the limit unless the cap is soft
    budget     the person's share of the pool, for whom the nation's admins have set one
    person     the cooldown since the person's last question
    rate       turns that the nation starts in this minute

So whatever is refused was neither counted nor stored. After the transaction the turn goes to the queue; if
that fails it stays `admitted`, and the sweeper sends it again.
"""

import logging
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import BotoCoreError, ClientError
from msgspec.structs import replace

from nat.agent.values import OpenPage
from nat.aws.items import timestamp
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Put, Update
from nat.contract.events import Envelope, TurnAccepted
from nat.conversations.events import put_event
from nat.conversations.turns import (
    Turn,
    Turns,
    TurnState,
    acquire_lock,
    put_new_turn,
    upsert_meta,
)
from nat.errors import (
    BadRequest,
    BudgetReached,
    ConversationBusy,
    Cooldown,
    Forbidden,
    Internal,
    MessageEmpty,
    MessageTooLong,
    NationBusy,
    NotFound,
)
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import MAX_MESSAGE_BYTES, RETENTION_DAYS, TTL_ATTRIBUTE, ULID_PATTERN, Table
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations, nation_key
from nat.nations.record import required as required_nation
from nat.nations.subscription import SubscriptionCheck
from nat.nations.usage import QueryPool
from nat.people.memberships import Membership, Memberships, membership_key
from nat.people.users import Users
from nat.roles import Role
from nat.turns.queue import TurnQueue

_log = logging.getLogger(__name__)
_ULID: Final = re.compile(ULID_PATTERN)

IDENTITY_KEPT: Final = timedelta(days=7)
"""How long a turn id is known to belong to its conversation; beyond what a client may still retry."""
PERIOD_TRIES: Final = 3
"""A billing period that ends between read and write makes admission start over, at most this often."""


class Surface(StrEnum):
    """Where a question comes from."""

    WEBSOCKET = "websocket"
    HTTP = "http"
    """Decisions only; a question over HTTP streams."""
    SSE = "sse"
    SLACK = "slack"
    AUTOMATION = "automation"
    """Nobody waits in front of it: no cooldown, and nothing is changed without a yes."""


class Limits(msgspec.Struct, frozen=True):
    """How fast people and nations may ask."""

    cooldown: timedelta = timedelta(seconds=5)
    turns_a_minute: int = 30


class AdmitRequest(msgspec.Struct, frozen=True):
    """A question of a person whose session was verified. Membership and subscription are checked here."""

    user_id: UserId
    nation_slug: NationSlug
    conversation_id: ConversationId
    turn_id: TurnId
    question: str
    surface: Surface
    page: OpenPage | None = None


class Admitted(msgspec.Struct, frozen=True):
    """The turn, and the event that says so. `repeated`: the id was known, nothing was counted.

    `accepted` is `None` for a repeated turn: its events are stored and can be replayed.
    """

    turn: Turn
    repeated: bool = False
    accepted: Envelope | None = None


class Admission:
    """What admission works with: storage, queue, plans and limits. `app_url` is the web app in which
    a nation that has none of its own changes its plan."""

    def __init__(
        self,
        store: Store,
        queue: TurnQueue,
        plans: Plans,
        *,
        limits: Limits = Limits(),
        app_url: str = "",
    ) -> None:
        self.store = store
        self.queue = queue
        self.limits = limits
        self.pool = QueryPool(store, plans)
        nations = Nations(store)
        self.check = SubscriptionCheck(nations, plans, clock=store.clock, app_url=app_url)
        self.memberships = Memberships(store)
        self.users = Users(store)
        self.turns = Turns(store)

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the present moment."""
        return self.store.clock


Observer = Callable[[Turn], None]
"""Told of the turn when it is known to be the person's, before a worker can see it."""
Following = Callable[[Turn], Sequence[Entry]]
"""Entries by which a door's connection follows the turn's conversation, in the transaction that admits it."""
Afterwards = Callable[[Callable[[], object]], object]
"""Takes what is to be done when nobody waits for it any more."""


def _at_once(work: Callable[[], object]) -> None:
    work()


def admit(
    request: AdmitRequest,
    admission: Admission,
    *,
    before_queueing: Observer | None = None,
    following: Following | None = None,
    afterwards: Afterwards = _at_once,
) -> Admitted:
    """Let a question in and queue it: one read, one transaction, one message.

    `before_queueing` is where a door subscribes its connection: the conversation is proven to be the
    person's by then, and nothing has been pushed yet. With `following` that is part of the transaction, and
    `before_queueing` is for a turn that was known; a connection that is gone by then follows nothing, and the
    question is let in all the same. `afterwards` takes the note that the queue has the turn.

    Raises `BadRequest` (ids, text), `MessageEmpty`, `MessageTooLong`, `NotAMember`, `NationUnknown`,
    `SubscriptionInactive`, `LimitReached`, `CostCeilingReached`, `BudgetReached`, `ConversationBusy`,
    `Cooldown`, `NationBusy`, and `Forbidden` when the turn id or the conversation is not this person's in
    this nation.
    """
    check_ids(request.turn_id, request.conversation_id)
    _check_question(request.question)
    person, record = admission.store.get_together(
        (Table.MEMBERSHIPS, membership_key(request.user_id, request.nation_slug)),
        (Table.NATIONS, nation_key(request.nation_slug)),
    )
    membership = admission.memberships.required(person)
    nation = required_nation(record)
    admission.check.verify_record(nation)
    nation = admission.pool.reset_if_due(nation)

    budget = _budget(request.user_id, membership.role, nation) if nation.budgets else None
    exhausted, costly = admission.check.exhausted(nation), admission.check.over_ceiling(nation)
    if exhausted or costly or budget == 0:
        known = _known(request, admission)
        if known is None:
            if costly:
                raise admission.check.ceiling_reached(nation)
            raise admission.check.limit_reached(nation) if exhausted else BudgetReached
        return again(known, admission, before_queueing)

    for _ in range(PERIOD_TRIES):
        turn, accepted = _new(request, nation, membership, admission.clock(), budgeted=budget is not None)
        entries = _entries(turn, accepted, admission)
        if budget is not None:
            entries[_Part.BUDGET] = _count_budget(turn, budget)
        follows = () if following is None else tuple(following(turn))
        try:
            admission.store.transact([*entries.values(), *follows])
        except Cancelled as cancelled:
            if min(cancelled.failed) >= len(entries):  # the connection is gone
                following, before_queueing = None, None
                continue
            known = _known(request, admission)
            if known is not None:
                return again(known, admission, before_queueing)
            nation = _refuse(
                {part for at, part in enumerate(entries) if at in cancelled.failed}, turn, admission
            )
        else:
            observer = None if follows else before_queueing
            return Admitted(send_on(turn, admission, observer, afterwards), accepted=accepted)
    raise Internal("Your nation's billing period is changing right now. Please try again.")


class _Part(StrEnum):
    """The entries of the transaction."""

    IDENTITY = "identity"
    TURN = "turn"
    EVENT = "event"
    META = "meta"
    LOCK = "lock"
    COUNT = "count"
    PERSON = "person"
    RATE = "rate"
    BUDGET = "budget"


def check_ids(turn_id: TurnId, conversation_id: ConversationId) -> None:
    """Whether clients may have made these ids. Raises `BadRequest`."""
    if not _ULID.fullmatch(turn_id):
        raise BadRequest("`turn` is a ULID of 26 upper-case characters.")
    if not _ULID.fullmatch(conversation_id):
        raise BadRequest("`conversation` is a ULID of 26 upper-case characters.")


def _check_question(question: str) -> None:
    try:
        size = len(question.encode())
    except UnicodeEncodeError:
        raise BadRequest("The message is not valid Unicode text.") from None
    if size > MAX_MESSAGE_BYTES:
        raise MessageTooLong
    if not question.strip():
        raise MessageEmpty


def _new(
    request: AdmitRequest, nation: Nation, membership: Membership, now: datetime, *, budgeted: bool
) -> tuple[Turn, Envelope]:
    turn = Turn(
        nation_slug=request.nation_slug,
        conversation_id=request.conversation_id,
        turn_id=request.turn_id,
        user_id=request.user_id,
        question=request.question,
        role=membership.role,
        surface=request.surface.value,
        time_zone=nation.time_zone,
        admitted_at=now,
        period_start=timestamp(nation.billing_period_start),
        page=request.page,
        retention_days=min(nation.retention_days or RETENTION_DAYS, RETENTION_DAYS),
        budgeted=budgeted,
        withheld=membership.withheld,
    )
    accepted = TurnAccepted(
        conversation=request.conversation_id,
        queries_used=nation.queries_used_this_period + 1,
        queries_limit=nation.queries_limit,
    )
    return turn, Envelope(request.turn_id, 0, 1, accepted)


def _entries(turn: Turn, accepted: Envelope, admission: Admission) -> dict[_Part, Entry]:
    now = turn.admitted_at
    assert turn.period_start is not None
    entries: dict[_Part, Entry] = {
        _Part.IDENTITY: claim_identity(turn),
        _Part.TURN: put_new_turn(turn),
        _Part.EVENT: put_event(turn, accepted, now),
        _Part.META: upsert_meta(turn, now),
        _Part.LOCK: acquire_lock(turn, now),
        _Part.COUNT: admission.pool.count(turn.nation_slug, turn.period_start),
        _Part.PERSON: admission.users.begin_query(turn.user_id, now, admission.limits.cooldown),
        _Part.RATE: _count_rate(turn, admission.limits.turns_a_minute),
    }
    if turn.surface == Surface.AUTOMATION:  # several of a person may be due in the same minute
        del entries[_Part.PERSON]
    return entries


def _budget(user_id: UserId, role: Role, nation: Nation) -> int | None:
    from nat.nations.budgets import Budgets  # few nations have any; a socket's function starts without it

    return Budgets.of(nation).limit_of(user_id, role)


def _count_budget(turn: Turn, budget: int) -> Entry:
    from nat.nations.budgets import count_budget

    assert turn.period_start is not None
    return count_budget(turn.nation_slug, turn.period_start, turn.user_id, budget)


def claim_identity(turn: Turn) -> Put:
    """Make the turn id this conversation's. The condition fails when it was used before."""
    row = {
        "key": f"turn#{turn.turn_id}",
        "conversation": turn.conversation,
        TTL_ATTRIBUTE: int((turn.admitted_at + IDENTITY_KEPT).timestamp()),
    }
    return Put(Table.ONCE, row, when=Attr("key").not_exists())


def _count_rate(turn: Turn, most: int) -> Update:
    minute = turn.admitted_at.astimezone(UTC)
    return Update(
        Table.ONCE,
        {"key": f"rate#{turn.nation_slug}#{minute:%Y-%m-%dT%H:%M}"},
        set={TTL_ATTRIBUTE: int(minute.timestamp()) + 120},
        add={"turns": 1},
        when=Attr("turns").not_exists() | Attr("turns").lt(most),
    )


def known_turn(
    admission: Admission,
    nation_slug: NationSlug,
    conversation_id: ConversationId,
    turn_id: TurnId,
    user_id: UserId,
) -> Turn | None:
    """The turn of this id in this conversation. Raises `Forbidden` if it is another person's."""
    try:
        turn = admission.turns.get(nation_slug, conversation_id, turn_id)
    except NotFound:
        return None
    if turn.user_id != user_id:
        raise Forbidden("This question belongs to another person.")
    return turn


def _known(request: AdmitRequest, admission: Admission) -> Turn | None:
    return known_turn(
        admission, request.nation_slug, request.conversation_id, request.turn_id, request.user_id
    )


def again(turn: Turn, admission: Admission, before_queueing: Observer | None) -> Admitted:
    """What a repeated id gets: the turn, sent to the queue if it is not known to have got there."""
    if turn.state is TurnState.ADMITTED:
        return Admitted(send_on(turn, admission, before_queueing), repeated=True)
    if before_queueing is not None:
        before_queueing(turn)
    return Admitted(turn, repeated=True)


def send_on(
    turn: Turn,
    admission: Admission,
    before_queueing: Observer | None,
    afterwards: Afterwards = _at_once,
) -> Turn:
    """Send an admitted turn on its way. If the queue does not take it now, the sweeper sends it, as it does
    again when `afterwards` does not come to note that the queue has it: the message is known to the queue."""
    if before_queueing is not None:
        before_queueing(turn)
    if not _done(turn, partial(admission.queue.send, turn)):
        return turn
    afterwards(partial(_done, turn, partial(admission.turns.mark_queued, turn)))
    return replace(turn, state=TurnState.QUEUED)


def _done(turn: Turn, call: Callable[[], None]) -> bool:
    """Whether a step on the way to the queue was done."""
    try:
        call()
    except (BotoCoreError, ClientError) as error:
        _log.warning(
            "turn not queued, the sweeper will",
            extra={"turn": turn.turn_id, "nation": turn.nation_slug, "reason": type(error).__name__},
        )
        return False
    return True


def _refuse(failed: set[_Part], turn: Turn, admission: Admission) -> Nation:
    """Say why the transaction was cancelled; gives the nation as it is now if only its period changed."""
    if failed & {_Part.IDENTITY, _Part.TURN, _Part.EVENT}:
        raise Forbidden("This question belongs to another conversation.")
    if _Part.META in failed:
        raise Forbidden("This conversation belongs to another person.")
    nation = admission.pool.reset_if_due(admission.pool.nation(turn.nation_slug))
    admission.check.verify_record(nation, query=_Part.COUNT in failed)
    if _Part.BUDGET in failed:
        raise BudgetReached
    if _Part.LOCK in failed:
        raise ConversationBusy
    if _Part.PERSON in failed:
        raise Cooldown(retry_after=admission.limits.cooldown.total_seconds())
    if _Part.RATE in failed:
        raise NationBusy(retry_after=60 - turn.admitted_at.second)
    return nation
