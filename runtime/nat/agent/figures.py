"""Which figures of an answer stand in what the model was given: in a tool's result, or in the question.

A model that adds up, estimates or remembers wrongly says numbers that stand nowhere. Their share is measured
for every turn and every model that is tried: a sum of a complete result counts as unsupported too, so it is
never quite zero, and what tells something is how it changes. Nothing of an answer is stored for it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # the values of ports hold a `Traced`
    from nat.agent.ports import Message

_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_IN_ANSWER: Final = re.compile(
    rf"(?<![\w.,/#&=-])(?P<number>{_NUMBER.pattern})(?![\d/])(?:(?::\d\d)?\s?(?P<half>[ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"\]\([^)\s]*\)|https?://\S+|^\s*\d+[.)]\s", re.MULTILINE)
"""Addresses of links, and the numbers of a list's entries."""


@dataclass(frozen=True)
class Traced:
    """How many different figures a text has, and those among them that stand in no source, as written."""

    figures: int = 0
    unsupported: tuple[str, ...] = ()


def trace(text: str, *sources: "Sequence[Message]") -> Traced:
    """Look the figures of an answer up in messages, the likeliest first: a later source is read only while
    something is still to be found. What the model itself said is no source.

    Cents stand for their amount, and hours of an afternoon for those of the day.
    """
    open_figures = dict.fromkeys(_said(text))
    known = len(open_figures)
    for messages in sources:
        if not open_figures:
            break
        given = {
            Decimal(each.replace(",", "")) for part in _given(messages) for each in _NUMBER.findall(part)
        }
        open_figures = {
            figure: None for figure in open_figures if not any(value in given for value in _readings(figure))
        }
    return Traced(known, tuple(number for number, _ in open_figures))


def _said(text: str) -> Iterable[tuple[str, bool]]:
    """The figures of a text as written, and whether each is an hour after noon."""
    for found in _IN_ANSWER.finditer(_ASIDE.sub(" ", text.replace("*", ""))):
        yield found["number"], (found["half"] or "").lower() == "p"


def _readings(figure: tuple[str, bool]) -> Iterable[Decimal]:
    number, after_noon = figure
    value = Decimal(number.replace(",", ""))
    yield value
    yield value * 100
    if after_noon:
        yield value + 12


def _given(messages: "Sequence[Message]") -> Iterable[str]:
    """The texts of what the model was given: questions, and results of tools."""
    for message in messages:
        if message["role"] != "user":
            continue
        content = message["content"]
        if isinstance(content, str):
            yield content
            continue
        for block in content:
            text = block.get("content", block.get("text"))
            if isinstance(text, str):
                yield text
