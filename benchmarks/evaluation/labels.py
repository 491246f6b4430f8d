"""Which of the names or periods of a text each of its figures belongs to.

A line that begins with a name puts figures after names (`River walk: 12, Night market: 9`); one that begins
with a figure puts them before (`12 at the river walk, 9 at the night market`). A line without any belongs to
what was named last, as rows below a heading do, or else to what is named first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

_SENTENCE: Final = re.compile(r"\n+|(?<=[.!?;])\s+")


@dataclass(frozen=True)
class Label:
    """A name or a period, and where it stands."""

    at: int
    end: int
    key: str


def labels_in(text: str, ways: Iterable[str]) -> list[Label]:
    """Where one of these names stands, the longest that fits. Letter case does not matter."""
    longest_first = sorted({each.casefold() for each in ways if each.strip()}, key=len, reverse=True)
    if not longest_first:
        return []
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)"
    return found_by(re.compile(pattern, re.IGNORECASE), text)


def found_by(pattern: re.Pattern[str], text: str) -> list[Label]:
    """What a pattern finds, as labels."""
    return [Label(each.start(), each.end(), each[0].casefold()) for each in pattern.finditer(text)]


def belonging(text: str, figures: Iterable[int], labels: Iterable[Label]) -> Mapping[int, frozenset[str]]:
    """To which labels the figures at these places belong; to several where an `or` stands between them."""
    labels_left = sorted(labels, key=lambda each: each.at)
    figures_left = [at for at in sorted(figures) if not any(each.at <= at < each.end for each in labels_left)]
    found: dict[int, frozenset[str]] = {}
    named: list[Label] = []
    early: list[int] = []
    for start, end in sentences(text):
        here = [each for each in figures_left if start <= each < end]
        spoken = [each for each in labels_left if start <= each.at < end]
        if not spoken:
            found |= _paired(text, here, named, -1)
            early += here if not named else []
            continue
        found |= _within(text, here, spoken)
        found |= _paired(text, early, spoken[:1], 0)
        early, named = [], spoken
    return found


def sentences(text: str) -> list[tuple[int, int]]:
    """Where each line or sentence begins and ends."""
    starts = [0, *(each.end() for each in _SENTENCE.finditer(text))]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _within(text: str, figures: Sequence[int], labels: Sequence[Label]) -> dict[int, frozenset[str]]:
    """Of one sentence that has labels."""
    places: list[tuple[int, Label | None]] = [(each, None) for each in figures]
    places += [(each.at, each) for each in labels]
    runs = [
        list(run)
        for _, run in groupby(sorted(places, key=lambda each: each[0]), lambda each: each[1] is None)
    ]
    found: dict[int, frozenset[str]] = {}
    figures_first = runs[0][0][1] is None
    for number, run in enumerate(runs):
        if run[0][1] is not None:
            continue
        beside = number + 1 if figures_first and number + 1 < len(runs) else number - 1
        near = [label for _, label in runs[beside] if label is not None]
        found |= _paired(text, [at for at, _ in run], near, 0 if beside > number else -1)
    return found


def _paired(
    text: str, figures: Sequence[int], labels: Sequence[Label], nearest: int
) -> dict[int, frozenset[str]]:
    if not labels:
        return {}
    if len(figures) == len(labels):
        return {at: frozenset([label.key]) for at, label in zip(figures, labels, strict=True)}
    between = [text[one.end : other.at] for one, other in pairwise(labels)]
    several = any(re.search(r"\bor\b", each) for each in between)
    keys = frozenset(each.key for each in (labels if several else [labels[nearest]]))
    return dict.fromkeys(figures, keys)
