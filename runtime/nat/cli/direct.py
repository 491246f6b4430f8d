"""`nat chat --direct`: the agent in this process, with a V2 token and an Anthropic key, and without the
platform."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nat.agent.loop import Agent
from nat.agent.models.claude import API_URL, DEFAULT_MODEL, AnthropicModel, Clients
from nat.agent.ports import Answer, Asked, Block, Emit, Message, Step
from nat.agent.tools import reading
from nat.cli.failure import CommandFailed
from nat.events import TurnFinished, TurnStopped
from nat.names import Variable
from nat.roles import Role
from nat.settings import read_optional

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

STAND_IN_KEY: Final = "local"
"""Sent where NAT_ANTHROPIC_URL names a server of one's own and no key is set."""


class MemorySteps:
    """Steps of a turn that nobody will go on with: they last as long as this process."""

    def __init__(self) -> None:
        self._steps: dict[int, Step] = {}

    def load(self) -> Sequence[Step]:
        """None: each turn begins here."""
        return [self._steps[index] for index in sorted(self._steps)]

    def save_message(self, step: Step) -> None:
        """Keep a message."""
        self._steps[step.index] = step

    def save_results(self, index: int, results: Sequence[Block]) -> None:
        """Keep results."""
        self._steps[index] = replace(self._steps[index], results=tuple(results))


class DirectChat:
    """A conversation with one nation in this process. Calls act with the rights of the V2 token."""

    def __init__(self, nation: "NationBuilder", nation_slug: str, time_zone: str) -> None:
        url = read_optional(Variable.ANTHROPIC_URL)
        key = read_optional(Variable.ANTHROPIC_API_KEY) or (STAND_IN_KEY if url else "")
        if not key:
            raise CommandFailed("Set ANTHROPIC_API_KEY, or NAT_ANTHROPIC_URL for a server of your own.")
        self._clients = Clients(url or API_URL)
        model = AnthropicModel(self._clients, key, read_optional(Variable.MODEL_ID, DEFAULT_MODEL))
        self._agent = Agent(model, reading())
        self._nation = nation
        self._nation_slug = nation_slug
        self._time_zone = time_zone
        self._history: list[Message] = []

    def ask(self, question: str, emit: Emit, stopped: Callable[[], bool]) -> Answer:
        """Answer one question. Raises what `Agent.answer` raises."""
        answer = self._agent.answer(
            Asked(question, self._nation_slug, Role.OWNER, self._time_zone, datetime.now(UTC)),
            history=self._history,
            steps=MemorySteps(),
            nation=self._nation,
            emit=emit,
            stopped=stopped,
        )
        self._history.extend(answer.messages)
        finished = answer.outcome == "finished"
        emit(TurnFinished(answer.text, answer.links) if finished else TurnStopped(answer.text))
        return answer

    def close(self) -> None:
        """Close the connections to the model."""
        self._clients.close()
