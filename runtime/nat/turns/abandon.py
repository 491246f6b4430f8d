"""Failing a turn that no worker will end: the sweeper's and the dead-letter consumer's way out."""

from datetime import datetime

from nat.aws.store import Store
from nat.contract.events import Envelope
from nat.conversations.steps import read_steps
from nat.conversations.turns import Turn, Turns
from nat.errors import Internal, TurnLost
from nat.turns.settle import failure, settle


def abandon(store: Store, turn: Turn, now: datetime) -> Envelope | None:
    """Fail a turn, refund it, unlock its conversation: once. Gives the event to push.

    Takes the turn from whoever holds it, so a worker that still runs it learns that it is lost. `None` when
    the turn had ended or somebody else took it first.
    """
    if turn.state.final:
        return None
    try:
        held = Turns(store).begin(turn)
        paid = read_steps(store, held)
        return settle(store, held, 1, failure(Internal(), paid, refund=True), now)
    except TurnLost:
        return None
