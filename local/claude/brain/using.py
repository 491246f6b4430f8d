"""A tool and the words that lead to it; the rest comes from the tool's schema.

A group of a pattern that is named after a kind of record (`finding.KINDS`) is looked up and becomes its id.
Any other group is an argument in the person's own words. All else that it takes is read off the question.
"""

import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.claude.brain.arguments import spoken
from local.claude.brain.finding import KINDS, Found, find
from local.claude.brain.plan import Ask, NotOffered
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, call


@dataclass(frozen=True)
class Used:
    """A call that was made, its result, and the records that were looked up for it."""

    arguments: Mapping[str, Any]
    result: Result = field(default_factory=lambda: Result(""))
    found: Mapping[str, Found] = field(default_factory=dict)


Using = Generator[tuple[Call, ...], tuple[Result, ...], Used]


def own_words(ask: Ask, match: re.Match[str]) -> dict[str, str]:
    """The groups of a pattern as the person wrote them; a number at the end tells twins apart: `list2`."""
    return {
        name.rstrip("0123456789"): ask.words.group(match, name)
        for name in match.re.groupindex
        if match.group(name) is not None
    }


def use(ask: Ask, name: str, words: Mapping[str, str], given: Mapping[str, Any]) -> Using:
    """Look up what the words name, and call the tool; `given` are arguments that go before what is said.

    Raises `NotOffered` before anything is looked up.
    """
    if name not in ask.tools:
        raise NotOffered(name)
    arguments: dict[str, Any] = {**spoken(ask, name)}
    found: dict[str, Found] = {}
    for group, text in words.items():
        if group in KINDS:
            kind = KINDS[group]
            named = re.split("[:,;]", text)[0] if group == "person" else ask.first_quoted or text
            found[group] = one = yield from find(ask, kind, named)
            arguments |= {kind.parameter: one.id, f"{kind.parameter}s": [one.id]}
        else:
            arguments |= {group: ask.first_quoted or text}
    arguments |= given
    if ask.tools.has(name, "confirm_name"):
        ((group, one),) = found.items()
        arguments["confirm_name"] = one.name or (yield from _name(group, one))
    (result,) = yield (Call(name, arguments),)
    return Used(arguments, result, found)


def _name(group: str, one: Found) -> Generator[tuple[Call, ...], tuple[Result, ...], str]:
    """The name of a record that is known by its id."""
    (found,) = yield (call(f"get_{group}", **{KINDS[group].parameter: one.id}),)
    return str(found.record.get("name") or "")
