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
from typing import TYPE_CHECKING, Final

from nat.aws.items import decode, encode
from nat.contract.events import Envelope, TurnStopped
from nat.conversations.turns import Turn, Turns, TurnState
from nat.errors import NotFound, TurnLost
from nat.names import TTL_ATTRIBUTE, TURN_QUEUE, Table
from nat.settings import TableNames
from nat.turns.settle import Ending, settle

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT: Final = timedelta(days=TURN_QUEUE.retention_days + 1)
"""As long as a message can be in the queue."""
BATCH: Final = 100
"""Keys that one BatchGetItem may name."""


def request_stop(
    client: "DynamoDBClient",
    tables: TableNames,
    *,
    nation_slug: str,
    conversation_id: str,
    turn_id: str,
    user_id: str,
    now: datetime,
) -> Envelope | None:
    """Stop a turn of this person.

    Gives the final event when the turn had not begun and is ended now: stored, still to be pushed. Gives
    `None` when a worker will end it within about a second, or when it has ended already. Raises `NotFound`
    for a turn that does not exist or is another person's.
    """
    turns = Turns(client, tables[Table.CONVERSATIONS])
    turn = turns.get(nation_slug, conversation_id, turn_id)
    if turn.user_id != user_id:
        raise NotFound("There is no such question in this conversation.")
    if turn.state.final:
        return None
    client.put_item(
        TableName=tables[Table.ONCE],
        Item=encode({"key": _flag(turn), TTL_ATTRIBUTE: int((now + KEPT).timestamp())}),
    )
    if turn.state is TurnState.RUNNING or turn.attempt > 0:
        return None
    try:
        return settle(client, tables, turns.begin(turn), 1, Ending(TurnStopped()), now)
    except TurnLost:
        return None


def stopped_turns(client: "DynamoDBClient", table: str, turns: Iterable[Turn]) -> set[Turn]:
    """Which of these turns were asked to stop. `table` is Once; reads 100 flags in one request."""
    by_flag = {_flag(turn): turn for turn in turns}
    flags = list(by_flag)
    found: set[Turn] = set()
    for start in range(0, len(flags), BATCH):
        answer = client.batch_get_item(
            RequestItems={
                table: {
                    "Keys": [encode({"key": flag}) for flag in flags[start : start + BATCH]],
                    "ProjectionExpression": "#key",
                    "ExpressionAttributeNames": {"#key": "key"},
                }
            }
        )
        found |= {by_flag[decode(item)["key"]] for item in answer["Responses"].get(table, [])}
    return found


def _flag(turn: Turn) -> str:
    return f"stop#{turn.conversation}#{turn.turn_id}"
