"""Failing a turn that no worker will end: the sweeper's and the dead-letter consumer's way out."""

from datetime import datetime
from typing import TYPE_CHECKING

from nat.agent.money import Prices, total_micros
from nat.agent.ports import Usage
from nat.agent.transcript import settled_text
from nat.conversations.steps import StoredSteps
from nat.conversations.turns import Turn, Turns
from nat.errors import Internal, TurnLost
from nat.events import Envelope, TurnFailed
from nat.names import Table
from nat.settings import TableNames
from nat.turns.settle import Ending, settle

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def abandon(
    client: "DynamoDBClient", tables: TableNames, turn: Turn, prices: Prices, now: datetime
) -> Envelope | None:
    """Fail a turn, refund it, unlock its conversation: once. Gives the event to push.

    Takes the turn from whoever holds it, so a worker that still runs it learns that it is lost. `None` when
    the turn had ended or somebody else took it first.
    """
    if turn.state.final:
        return None
    conversations = tables[Table.CONVERSATIONS]
    try:
        held = Turns(client, conversations).begin(turn)
        steps = StoredSteps(client, conversations, held, lambda: now).load()
        return settle(
            client,
            tables,
            held,
            1,
            Ending(
                TurnFailed(Internal.code, Internal.default, Internal.retryable),
                text=settled_text(steps),
                usage=sum((step.usage for step in steps), Usage()),
                cost_micros=total_micros(prices.cost_micros(step.usage, step.model) for step in steps),
                model=steps[-1].model if steps else None,
                refund=True,
            ),
            now,
        )
    except TurnLost:
        return None
