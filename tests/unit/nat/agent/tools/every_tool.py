"""What every tool on NationBuilder is called with on the stand-in's nation `harbor`: arguments that work, and
arguments that name something that is not there."""

from collections.abc import Mapping
from typing import Any, Final

from local.nationbuilder.store import Nation
from nat.agent.tool import Effect
from nat.agent.tools import load
from tests.unit.nat.agent.tools.changing.cases import CASES, Case
from tests.unit.nat.agent.tools.reading.calls import NOBODY, usual

Arguments = Mapping[str, Any]

TOOLS: Final = {name: each for name, each in load().items() if each.group != "nat"}
EVERY: Final = tuple(TOOLS)
CHANGING: Final = tuple(name for name, each in TOOLS.items() if each.effect is not Effect.READ)

SMALLEST: Final[Mapping[str, Case]] = {
    name: min((each for each in CASES if each.tool == name), key=lambda each: each.operations)
    for name in CHANGING
}
"""Of each changing tool the call with the fewest operations; the first of several."""


def arguments(nation: Nation, tool: str) -> Arguments:
    """A call of a tool that works and has something to find, or to do."""
    return SMALLEST[tool].arguments(nation) if tool in SMALLEST else usual(nation)[tool]


ONLY_NARROWS: Final[Mapping[str, Arguments]] = {
    "list_lists": {"author_id": NOBODY},
    "list_mailings": {"broadcaster_id": NOBODY},
    "list_pages": {"site_id": NOBODY},
    "search_people": {"recruiter_id": NOBODY},
}
"""Tools whose ids only narrow a search: that nothing fits is the answer, not an error."""


def _named(tool: str) -> list[str]:
    """The arguments of a tool that name a record: ids, tags, tokens."""
    properties = TOOLS[tool].schema.get("properties", {})
    return [name for name in properties if name in ("tag", "token") or name.endswith(("_id", "_ids"))]


NAMES_NO_RECORD: Final = frozenset(tool for tool in EVERY if not _named(tool))
"""Tools that take no id and no name of a record: there is nothing that could not be found."""
NAMES_A_RECORD: Final = tuple(tool for tool in EVERY if tool not in {*NAMES_NO_RECORD, *ONLY_NARROWS})


def of_nobody(nation: Nation, tool: str) -> Arguments:
    """A call that works, but for one record that it names and that does not exist."""
    given, named = arguments(nation, tool), _named(tool)
    if tool not in CHANGING:  # where a search finds nothing, it is the person whom it looks up
        named.sort(key=lambda each: each != "person_id")
    name = named[0] if named[0] == "person_id" else next((each for each in named if each in given), named[0])
    nobody = {"tag": "nobody has this", "token": "nosuchtoken"}.get(name, NOBODY)
    return {**given, name: [nobody] if name.endswith("_ids") else nobody}
