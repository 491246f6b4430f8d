"""Models that are no models: a script for each task, spoken through the agent's real loop, tools and
gates."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.evaluation.task import Call, Task
from benchmarks.evaluation.wording import WAITS
from nat.agent.ports import Block, ModelReply, ModelRequest
from nat.agent.results import json_of
from nat.agent.values import Usage

NAME: Final = "script"

Result = Mapping[str, Any]
"""The payload of a tool's result; `{"error": …}` for one that failed."""

Play = Generator[Sequence[Call], list[Result], str]
"""Rounds of calls, their results, and in the end the answer."""


class Puppet:
    """Plays one task. `play` yields rounds of calls for a turn, is given their results, and returns the
    answer."""

    def __init__(self, turns: "Callable[[int], Play]") -> None:
        self._turns = turns
        self._turn = -1
        self._play: Play | None = None
        self._calls = 0
        self._said = ""

    def stream(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None],
        stopped: Callable[[], bool],  # noqa: ARG002 (a script answers at once)
    ) -> ModelReply:
        """The next message of the script."""
        last = request.messages[-1]["content"]
        if not isinstance(last, str) and last[-1]["type"] == "text":  # asked once more, by `asked_again`
            return self._end()
        try:
            if self._play is None or isinstance(last, str):
                self._turn += 1
                self._play = self._turns(self._turn)
                wanted = next(self._play)
            else:
                wanted = self._play.send([read(block) for block in last])
        except StopIteration as ended:
            self._said = ended.value
            on_text(self._said)
            return self._end()
        return ModelReply(tuple(self._block(each) for each in wanted), "tool_use", Usage(), NAME)

    def _end(self) -> ModelReply:
        return ModelReply(({"type": "text", "text": self._said},), "end_turn", Usage(), NAME)

    def _block(self, wanted: Call) -> Block:
        self._calls += 1
        return {
            "type": "tool_use",
            "id": f"toolu_{self._calls}",
            "name": wanted.tool,
            "input": dict(wanted.arguments),
        }


def read(block: Block) -> Result:
    """A tool's result as data."""
    content = str(block.get("content"))
    if block.get("is_error"):
        return {"error": content}
    found = json_of(content)
    assert found is not None  # the agent's own results
    return found


def right(task: Task) -> Puppet:
    """Does the task as its own script says."""

    def play(number: int) -> Play:
        turn, results = task.turns[number], list[Result]()
        for calls in turn.calls:
            results += yield calls
        return WAITS if turn.write == "either" and any(map(_waits, results)) else turn.answer

    return Puppet(play)


def _waits(result: Result) -> bool:
    """Whether a tool made a proposal."""
    data = result.get("data")
    return isinstance(data, dict) and "proposal" in data


def items(results: Sequence[Result]) -> Iterator[Mapping[str, Any]]:
    """The records in results."""
    for result in results:
        data = result.get("data")
        if isinstance(data, dict):
            yield from (each for each in data.get("items", ()) if isinstance(each, dict))
