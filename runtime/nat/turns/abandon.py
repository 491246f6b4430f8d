"""Failing a turn that no worker will end: the sweeper's and the dead-letter consumer's way out."""

from datetime import datetime
from typing import TYPE_CHECKING

from nat.contract.events import Envelope
from nat.conversations.steps import read_steps
from nat.conversations.turns import Turn, Turns
from nat.errors import Internal, TurnLost
from nat.names import Table
from nat.settings import TableNames
from nat.turns.settle import failure, settle

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def abandon(client: "DynamoDBClient", tables: TableNames, turn: Turn, now: datetime) -> Envelope | None:
    """Fail a turn, refund it, unlock its conversation: once. Gives the event to push.

    Takes the turn from whoever holds it, so a worker that still runs it learns that it is lost. `None` when
    the turn had ended or somebody else took it first.
    """
    if turn.state.final:
        return None
    conversations = tables[Table.CONVERSATIONS]
    try:
        held = Turns(client, conversations).begin(turn)
        paid = read_steps(client, conversations, held)
        return settle(client, tables, held, 1, failure(Internal(), paid, refund=True), now)
    except TurnLost:
        return None
