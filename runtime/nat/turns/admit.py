"""The one way in for every question, whatever the surface.

The turn id is a ULID that the client made; it is the idempotency key from end to end. A known id is sent to
the queue again if it never got there, and is never counted again. A new one is admitted by one transaction,
that of every turn (`nat.turns.admission`) and

    count      the nation's query pool: subscription usable, within the limit unless the cap is soft
    budget     the person's share of the pool, for whom the nation's admins have set one
    person     the cooldown since the person's last question
    rate       turns that the nation starts in this minute

So whatever is refused was neither counted nor stored. After the transaction the turn goes to the queue; if
that fails it stays `admitted`, and the sweeper sends it again.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from boto3.dynamodb.conditions import Attr

from nat.agent.values import OpenPage
from nat.aws.items import timestamp
from nat.aws.store import Cancelled
from nat.aws.writes import Entry, Update
from nat.contract.events import Envelope, TurnAccepted
from nat.contract.messages import Question
from nat.contract.parsing import is_blank
from nat.conversations.turns import (
    Turn,
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
)
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import MAX_MESSAGE_BYTES, RETENTION_DAYS, TTL_ATTRIBUTE, Table
from nat.nations.record import Nation, nation_key
from nat.nations.record import required as required_nation
from nat.people.memberships import Membership, membership_key
from nat.roles import Role
from nat.turns.admission import (
    Admission,
    Admitted,
    Afterwards,
    Entries,
    Observer,
    Part,
    Surface,
    again,
    at_once,
    check_ids,
    entries_of,
    failed_of,
    known_turn,
    send_on,
)
from nat.wording import Worded

PERIOD_TRIES: Final = 3
"""A billing period that ends between read and write makes admission start over, at most this often."""


class AdmitRequest(msgspec.Struct, frozen=True):
    """A question of a person whose session was verified. Membership and subscription are checked here.
    `as_of`: the moment that it is answered for, where that is not the present one. `calls`: JSON of the tool
    calls that answer it without a model. `channel`: that of Slack in which it was asked."""

    nation_slug: NationSlug
    user_id: UserId
    conversation_id: ConversationId
    turn_id: TurnId
    question: str
    surface: Surface
    page: OpenPage | None = None
    as_of: datetime | None = None
    calls: str | None = None
    channel: str | None = None


def asked(question: Question, *, nation_slug: NationSlug, user_id: UserId, surface: Surface) -> AdmitRequest:
    """The request for a question as clients send it, by socket or HTTP."""
    page = question.page
    return AdmitRequest(
        nation_slug=nation_slug,
        user_id=user_id,
        conversation_id=ConversationId(question.conversation),
        turn_id=TurnId(question.turn),
        question=question.message,
        surface=surface,
        page=None if page is None else OpenPage(page.kind, page.record_id),
    )


Following = Callable[[Turn], Sequence[Entry]]
"""Entries by which a door's connection follows the turn's conversation, in the transaction that admits it."""


def admit(
    request: AdmitRequest,
    admission: Admission,
    *,
    before_queueing: Observer | None = None,
    following: Following | None = None,
    afterwards: Afterwards = at_once,
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
        (Table.MEMBERSHIPS, membership_key(request.nation_slug, request.user_id)),
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
            entries[Part.BUDGET] = _count_budget(turn, budget)
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
            failed = failed_of(entries, cancelled, Forbidden(Worded("refused.others_conversation")))
            nation = _refuse(failed, turn, admission)
        else:
            observer = None if follows else before_queueing
            return Admitted(send_on(turn, admission, observer, afterwards), accepted=accepted)
    raise Internal("Your nation's billing period is changing right now. Please try again.")


def _check_question(question: str) -> None:
    try:
        size = len(question.encode())
    except UnicodeEncodeError:
        raise BadRequest(Worded("refused.unicode")) from None
    if size > MAX_MESSAGE_BYTES:
        raise MessageTooLong
    if is_blank(question):
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
        as_of=request.as_of,
        calls=request.calls,
        channel=request.channel,
    )
    accepted = TurnAccepted(
        conversation=request.conversation_id,
        queries_used=nation.queries_used_this_period + 1,
        queries_limit=nation.queries_limit,
    )
    return turn, Envelope(request.turn_id, 0, 1, accepted)


def _entries(turn: Turn, accepted: Envelope, admission: Admission) -> Entries:
    now = turn.admitted_at
    assert turn.period_start is not None
    entries = entries_of(turn, accepted, meta=upsert_meta(turn, now)) | {
        Part.COUNT: admission.pool.count(turn.nation_slug, turn.period_start),
        Part.PERSON: admission.users.begin_query(turn.user_id, now, admission.limits.cooldown),
        Part.RATE: _count_rate(turn, admission.limits.turns_a_minute),
    }
    if turn.surface == Surface.AUTOMATION:  # several of a person may be due in the same minute
        del entries[Part.PERSON]
    return entries


def _budget(user_id: UserId, role: Role, nation: Nation) -> int | None:
    from nat.nations.budgets import Budgets  # few nations have any; a socket's function starts without it

    return Budgets.of(nation).limit_of(user_id, role)


def _count_budget(turn: Turn, budget: int) -> Entry:
    from nat.nations.budgets import count_budget

    assert turn.period_start is not None
    return count_budget(turn.nation_slug, turn.period_start, turn.user_id, budget)


def _count_rate(turn: Turn, most: int) -> Update:
    minute = turn.admitted_at.astimezone(UTC)
    return Update(
        Table.ONCE,
        {"key": f"rate#{turn.nation_slug}#{minute:%Y-%m-%dT%H:%M}"},
        set={TTL_ATTRIBUTE: int(minute.timestamp()) + 120},
        add={"turns": 1},
        when=Attr("turns").not_exists() | Attr("turns").lt(most),
    )


def _known(request: AdmitRequest, admission: Admission) -> Turn | None:
    return known_turn(
        admission, request.nation_slug, request.conversation_id, request.turn_id, request.user_id
    )


def _refuse(failed: set[Part], turn: Turn, admission: Admission) -> Nation:
    """Say why the transaction was cancelled; gives the nation as it is now if only its period changed."""
    nation = admission.pool.reset_if_due(admission.pool.nation(turn.nation_slug))
    admission.check.verify_record(nation, query=Part.COUNT in failed)
    if Part.BUDGET in failed:
        raise BudgetReached
    if Part.LOCK in failed:
        raise ConversationBusy
    if Part.PERSON in failed:
        raise Cooldown(retry_after=admission.limits.cooldown.total_seconds())
    if Part.RATE in failed:
        raise NationBusy(retry_after=60 - turn.admitted_at.second)
    return nation
