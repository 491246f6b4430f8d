"""The durable steps of a running turn: the agent's port `Steps` on DynamoDB.

A step is two documents, `turn#<turn>#step#<nnn>` for the model's message and `…#results` for what its tools
returned. Each is stored in a transaction that checks the turn's attempt: a worker that lost the turn stores
nothing, and learns it by `TurnLost`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from nat.agent.ports import Block, Step, Usage
from nat.conversations.documents import Documents
from nat.conversations.transactions import Cancelled, write
from nat.conversations.turns import Turn, check_attempt, step_item, step_prefix, usage_item
from nat.errors import TurnLost

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

_RESULTS: Final = "#results"


class StoredSteps:
    """Steps of one attempt of one turn."""

    def __init__(self, client: "DynamoDBClient", table: str, turn: Turn, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = table
        self._turn = turn
        self._now = now
        self._documents = Documents(client, table)
        self._loaded: Sequence[Step] | None = None
        self._saved: list[Step] = []

    def load(self) -> Sequence[Step]:
        """All steps that are stored, in order, strongly consistent. A first attempt has none to read."""
        if self._loaded is None:
            self._loaded = self._read() if self._turn.attempt > 1 else ()
        return self._loaded

    @property
    def billed(self) -> Sequence[Step]:
        """Steps of earlier attempts and of this one: what the model has been paid for."""
        return (*self.load(), *self._saved)

    def _read(self) -> tuple[Step, ...]:
        items = self._items()
        steps = []
        for key, item in items.items():
            if key.endswith(_RESULTS):
                continue
            results = items.get(key + _RESULTS)
            message = self._documents.read(item)
            steps.append(
                Step(
                    index=message["index"],
                    content=tuple(message["content"]),
                    stop_reason=message["stop_reason"],
                    usage=Usage(**message["usage"]),
                    results=None if results is None else tuple(self._documents.read(results)),
                    model=message["model"],
                )
            )
        return tuple(steps)

    def save_message(self, step: Step) -> None:
        """Store a complete model message before its tools run. Raises `TurnLost`."""
        self._saved.append(step)
        self._put(
            step_item(self._turn.turn_id, step.index),
            {
                "index": step.index,
                "content": list(step.content),
                "stop_reason": step.stop_reason,
                "usage": usage_item(step.usage),
                "model": step.model,
            },
        )
        if step.results is not None:
            self.save_results(step.index, step.results)

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        """Store the results of a step's tools. Raises `TurnLost`."""
        self._put(step_item(self._turn.turn_id, index) + _RESULTS, list(results))

    def _put(self, item: str, value: Any) -> None:
        prepared = self._documents.prepare(self._turn, item, value, self._turn.replay_expires(self._now()))
        try:
            write(
                self._client,
                [
                    check_attempt(self._table, self._turn),
                    {"Put": {"TableName": self._table, "Item": prepared}},
                ],
            )
        except Cancelled:
            raise TurnLost from None

    def _items(self) -> dict[str, dict[str, "AttributeValueTypeDef"]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#conversation = :conversation AND begins_with(#item, :prefix)",
            ExpressionAttributeNames={"#conversation": "conversation", "#item": "item"},
            ExpressionAttributeValues={
                ":conversation": {"S": self._turn.conversation},
                ":prefix": {"S": step_prefix(self._turn.turn_id)},
            },
            ConsistentRead=True,
        )
        return {item["item"]["S"]: item for page in pages for item in page["Items"]}
