"""The durable steps of a running turn: the agent's port `Steps` on DynamoDB.

A step is two documents, `turn#<turn>#step#<nnn>` for the model's message and `…#results` for what its tools
returned. Each is stored in a transaction that checks the turn's attempt: a worker that lost the turn stores
nothing, and learns it by `TurnLost`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from boto3.dynamodb.conditions import Key

from nat.agent.ports import Block, Step
from nat.agent.pricing import ModelPrices
from nat.agent.values import Usage
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Put
from nat.conversations.documents import Documents
from nat.conversations.turns import Turn, check_attempt, step_item, step_prefix, usage_item
from nat.errors import TurnLost
from nat.names import Table

_RESULTS: Final = "#results"


@dataclass(frozen=True)
class PaidStep:
    """A step and what its message cost in micro-dollars, by the prices when it was written; `None` is
    unpriced."""

    step: Step
    cost_micros: int | None


def read_steps(store: Store, turn: Turn) -> tuple[PaidStep, ...]:
    """All steps of a turn that are stored, in order, strongly consistent."""
    documents = Documents(store, Table.CONVERSATIONS)
    where = Key("conversation").eq(turn.conversation) & Key("item").begins_with(step_prefix(turn.turn_id))
    rows = {row["item"]: row for row in store.query(Table.CONVERSATIONS, where, consistent=True)}
    return tuple(
        _paid(
            documents.read(row),
            None if (found := rows.get(key + _RESULTS)) is None else documents.read(found),
        )
        for key, row in rows.items()
        if not key.endswith(_RESULTS)
    )


class StoredSteps:
    """Steps of one attempt of one turn."""

    def __init__(self, store: Store, turn: Turn, prices: ModelPrices) -> None:
        self._store = store
        self._turn = turn
        self._prices = prices
        self._documents = Documents(store, Table.CONVERSATIONS)
        self._paid: list[PaidStep] | None = None

    def load(self) -> Sequence[Step]:
        """All steps that are stored, in order. A first attempt has none to read."""
        return tuple(each.step for each in self.paid)

    @property
    def paid(self) -> list[PaidStep]:
        """Steps of earlier attempts and of this one: what the model has been paid for."""
        if self._paid is None:
            self._paid = list(read_steps(self._store, self._turn)) if self._turn.attempt > 1 else []
        return self._paid

    def save_message(self, step: Step) -> None:
        """Store a complete model message before its tools run. Raises `TurnLost`."""
        cost = self._prices.cost_micros(step.usage, step.model)
        self.paid.append(PaidStep(step, cost))
        self._put(
            step_item(self._turn.turn_id, step.index),
            {
                "index": step.index,
                "content": list(step.content),
                "stop_reason": step.stop_reason,
                "usage": usage_item(step.usage),
                "model": step.model,
                "cost_micros": cost,
            },
        )
        if step.results is not None:
            self.save_results(step.index, step.results)

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        """Store the results of the last step's tools. Raises `TurnLost`."""
        self._put(step_item(self._turn.turn_id, index) + _RESULTS, list(results))
        for place, paid in enumerate(self.paid):
            if paid.step.index == index:
                self.paid[place] = replace(paid, step=replace(paid.step, results=tuple(results)))

    def _put(self, item: str, value: object) -> None:
        expires = self._turn.replay_expires(self._store.clock())
        prepared = self._documents.prepare(self._turn, item, value, expires)
        try:
            self._store.transact([check_attempt(self._turn), Put(Table.CONVERSATIONS, prepared)])
        except Cancelled:
            raise TurnLost from None


def _paid(message: dict[str, Any], results: Any) -> PaidStep:
    step = Step(
        index=message["index"],
        content=tuple(message["content"]),
        stop_reason=message["stop_reason"],
        usage=Usage(**message["usage"]),
        results=None if results is None else tuple(results),
        model=message["model"],
    )
    return PaidStep(step, message["cost_micros"])
