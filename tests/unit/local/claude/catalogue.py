"""The tools as a model sees them, for the brain to fill: those of the agent, so a new one is here, too."""

from collections.abc import Iterable
from typing import Any, Final

from nat.agent.tool import Effect, Tool
from nat.agent.tools import load


def _definitions(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    return [each.as_definition() for each in tools]


_TOOLS: Final = tuple(each for each in load().values() if each.group != "nat")
READS: Final = tuple(each.name for each in _TOOLS if each.effect is Effect.READ)
WRITES: Final = tuple(each.name for each in _TOOLS if each.effect is not Effect.READ)
READ_TOOLS: Final = _definitions(each for each in _TOOLS if each.effect is Effect.READ)
ALL_TOOLS: Final = _definitions(_TOOLS)
