"""What lets a turn in, a question (`nat.turns.admit`) or a decision (`nat.turns.decide`): one transaction,
of which both share the first entries, then one message to the queue.

    identity   the id is not another turn's
    turn       the row
    event      `turn.accepted`, event 1 of attempt 0
    meta       the conversation is the person's, or still exists
    lock       no other turn of the conversation runs
"""

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import BotoCoreError, ClientError
from msgspec.structs import replace

from nat import settings
from nat.aws import clients
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Put
from nat.contract.events import Envelope
from nat.conversations.events import put_event
from nat.conversations.turns import Turn, Turns, TurnState, acquire_lock, put_new_turn
from nat.errors import BadRequest, Forbidden, NatError, NotFound
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import TTL_ATTRIBUTE, ULID_PATTERN, Table, Variable
from nat.nations.plans import Plans
from nat.nations.plans import read as read_plans
from nat.nations.record import Nations
from nat.nations.subscription import SubscriptionCheck
from nat.nations.usage import QueryPool
from nat.people.memberships import Memberships
from nat.people.users import Users
from nat.turns.queue import TurnQueue
from nat.wording import Worded

_log = logging.getLogger(__name__)
_ULID: Final = re.compile(ULID_PATTERN)

IDENTITY_KEPT: Final = timedelta(days=7)
"""How long a turn id is known to belong to its conversation; beyond what a client may still retry."""


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

    @classmethod
    def of_process(cls, store: Store, plans: Plans | None = None) -> "Admission":
        """Admission to the turn queue that this process's environment names, by its plans unless others are
        given. Raises `SettingMissing`."""
        queue = TurnQueue(clients.sqs(), settings.read(Variable.TURN_QUEUE_URL))
        app_url = settings.read_optional(Variable.APP_URL)
        return cls(store, queue, plans or read_plans(), app_url=app_url)

    @property
    def clock(self) -> Callable[[], datetime]:
        """Gives the present moment."""
        return self.store.clock


Observer = Callable[[Turn], None]
"""Told of the turn when it is known to be the person's, before a worker can see it."""
Afterwards = Callable[[Callable[[], object]], object]
"""Takes what is to be done when nobody waits for it any more."""


def at_once(work: Callable[[], object]) -> None:
    """Do it now."""
    work()


def check_ids(turn_id: TurnId, conversation_id: ConversationId) -> None:
    """Whether clients may have made these ids. Raises `BadRequest`."""
    if not _ULID.fullmatch(turn_id):
        raise BadRequest("`turn` is a ULID of 26 upper-case characters.")
    if not _ULID.fullmatch(conversation_id):
        raise BadRequest("`conversation` is a ULID of 26 upper-case characters.")


class Part(StrEnum):
    """The entries of the transaction: those of every turn, those of a question, those of a decision."""

    IDENTITY = "identity"
    TURN = "turn"
    EVENT = "event"
    META = "meta"
    LOCK = "lock"

    COUNT = "count"
    PERSON = "person"
    RATE = "rate"
    BUDGET = "budget"

    CHOICE = "choice"
    APPROVAL = "approval"


Entries = dict[Part, Entry]


def entries_of(turn: Turn, accepted: Envelope, *, meta: Entry) -> Entries:
    """What is written for every turn that is let in. `meta` makes or touches its conversation's row."""
    now = turn.admitted_at
    return {
        Part.IDENTITY: _claim_identity(turn),
        Part.TURN: put_new_turn(turn),
        Part.EVENT: put_event(turn, accepted, now),
        Part.META: meta,
        Part.LOCK: acquire_lock(turn, now),
    }


def failed_of(entries: Entries, cancelled: Cancelled, no_conversation: NatError) -> set[Part]:
    """Which entries a transaction failed by. Raises `Forbidden` for an id that is another conversation's, and
    `no_conversation` where the conversation is not there for the person."""
    failed = {part for at, part in enumerate(entries) if at in cancelled.failed}
    if failed & {Part.IDENTITY, Part.TURN, Part.EVENT}:
        raise Forbidden(Worded("refused.other_conversation"))
    if Part.META in failed:
        raise no_conversation
    return failed


def _claim_identity(turn: Turn) -> Put:
    """Make the turn id this conversation's. The condition fails when it was used before."""
    row = {
        "key": f"turn#{turn.turn_id}",
        "conversation": turn.conversation,
        TTL_ATTRIBUTE: int((turn.admitted_at + IDENTITY_KEPT).timestamp()),
    }
    return Put(Table.ONCE, row, when=Attr("key").not_exists())


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
        raise Forbidden(Worded("refused.others_question"))
    return turn


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
    afterwards: Afterwards = at_once,
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
