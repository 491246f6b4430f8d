"""A question as words: lower case, without punctuation, misspellings of known words put right.

Patterns match the normalised text; names, tags and notes are taken from the words as the person wrote them.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Final

TOKEN: Final = re.compile(r"\$?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[^\s,;:!?()\[\]{}\"“”<>]+")
QUOTED: Final = re.compile(r"[\"“”]([^\"“”]+)[\"“”]|(?<!\w)['‘]([^'’]+)['’](?!\w)")


_DATA: Final = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
KNOWN: Final = frozenset(_DATA["known"].split())
"""Words that patterns look for, and so the targets of correction."""
ORDINARY: Final = frozenset(_DATA["ordinary"].split())
"""Ordinary words that are never "corrected" into a known one."""
SHORTHAND: Final[dict[str, str]] = _DATA["shorthand"]
SYNONYMS: Final[dict[str, str]] = _DATA["synonyms"]
"""Patterns of other words for a value or a switch of a tool."""
STATES: Final[dict[str, str]] = _DATA["states"]


class Words:
    """One text. `text` is normalised; `original` gives what the person wrote for a part of it."""

    def __init__(self, source: str) -> None:
        self.source = source.replace("’", "'").replace("‘", "'")
        starts: list[tuple[int, int, int, int]] = []
        parts: list[str] = []
        length = 0
        for token in TOKEN.finditer(self.source):
            raw = token.group().strip("'").rstrip(".")
            if not raw:
                continue
            # A capital inside a sentence is a name, and a name is not a misspelling: "find Lisa Park".
            name = bool(parts) and raw[0].isupper() and not raw.isupper()
            normal = SHORTHAND.get(raw.lower(), raw.lower()) if name else normalise(raw)
            begin = self.source.index(raw, token.start())
            parts.append(normal)
            starts.append((length, length + len(normal), begin, begin + len(raw)))
            length += len(normal) + 1
        self.text = " ".join(parts)
        self._spans = starts

    def original(self, begin: int, end: int) -> str:
        """The person's own words for `text[begin:end]`."""
        touched = [span for span in self._spans if span[1] > begin and span[0] < end]
        if not touched:
            return ""
        return self.source[touched[0][2] : touched[-1][3]].strip(" \"'“”.")

    def group(self, match: re.Match[str], name: str) -> str:
        """The person's own words for a group of a match on `text`; empty if it took no part."""
        if name not in match.re.groupindex or match.group(name) is None:
            return ""
        return self.original(*match.span(name))

    @property
    def quoted(self) -> list[str]:
        """What stands between quotation marks."""
        return [first or second for first, second in QUOTED.findall(self.source)]


@lru_cache(maxsize=20_000)
def normalise(word: str) -> str:
    """One word in lower case, spelt as a known word if it is nearly one."""
    lower = word.lower().replace(",", "")
    if lower in SHORTHAND:
        return SHORTHAND[lower]
    if lower.endswith("'s"):
        return normalise(lower[:-2]) + "'s"
    if (
        re.sub(r"(?:ed|ing|es|s|d)$", "", lower) in KNOWN
        or lower in KNOWN
        or lower in ORDINARY
        or len(lower) < 4
        or not lower.isalpha()
    ):
        return lower
    allowed = 1 if len(lower) < 7 else 2
    near = [
        (distance, known)
        for known in KNOWN
        if known[0] == lower[0] and abs(len(known) - len(lower)) <= allowed and len(known) >= 4
        # Of four letters, one changed one makes another word: "lisa" is no "list", but "lsit" is.
        if not (len(lower) == len(known) == 4 and sorted(lower) != sorted(known))
        if (distance := edits(lower, known)) <= allowed
    ]
    return min(near)[1] if near else lower


def edits(left: str, right: str) -> int:
    """Letters to change, add, drop, or swap with their neighbour (Damerau's distance, adjacent swaps)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
