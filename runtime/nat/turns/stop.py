"""Stopping a turn: a flag beside the queue, for on the FIFO it would wait behind the turn it should stop.

The flag is a row of Once, not an attribute of the turn: a worker reads the flags of all its turns, of many
nations, in one batch read a second with its own role, where rows of Conversations are reached with one
nation's credentials at a time. The key names nation, conversation and turn, so a flag can only be set through
`request_stop`, which has read the turn with the caller's rights.

A turn that no worker has taken yet is ended right here; its message is acknowledged later without effect.
A stopped query stays counted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from nat.aws.store import Store
from nat.aws.writes import Put
from nat.contract.events import Envelope, TurnStopped
from nat.conversations.turns import Turn, Turns, TurnState
from nat.errors import NotFound, TurnLost
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import TTL_ATTRIBUTE, TURN_QUEUE, Table
from nat.turns.settle import Ending, settle

KEPT: Final = timedelta(days=TURN_QUEUE.retention_days + 1)
"""As long as a message can be in the queue."""


def request_stop(
    store: Store,
    *,
    nation_slug: NationSlug,
    conversation_id: ConversationId,
    turn_id: TurnId,
    user_id: UserId,
    now: datetime,
) -> Envelope | None:
    """Stop a turn of this person.

    Gives the final event when the turn had not begun and is ended now: stored, still to be pushed. Gives
    `None` when a worker will end it within about a second, or when it has ended already. Raises `NotFound`
    for a turn that does not exist or is another person's.
    """
    turns = Turns(store)
    turn = turns.get(nation_slug, conversation_id, turn_id)
    if turn.user_id != user_id:
        raise NotFound("There is no such question in this conversation.")
    if turn.state.final:
        return None
    store.write(Put(Table.ONCE, {"key": _flag(turn), TTL_ATTRIBUTE: int((now + KEPT).timestamp())}))
    if turn.state is TurnState.RUNNING or turn.attempt > 0:
        return None
    try:
        return settle(store, turns.begin(turn), 1, Ending(TurnStopped()), now)
    except TurnLost:
        return None


def stopped_turns(store: Store, turns: Iterable[Turn]) -> set[Turn]:
    """Which of these turns were asked to stop; reads 100 flags in one request."""
    by_flag = {_flag(turn): turn for turn in turns}
    found = store.get_many(Table.ONCE, [{"key": flag} for flag in by_flag], attributes=("key",))
    return {by_flag[row["key"]] for row in found}


def _flag(turn: Turn) -> str:
    return f"stop#{turn.conversation}#{turn.turn_id}"
