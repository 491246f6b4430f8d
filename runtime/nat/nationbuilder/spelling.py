"""Texts as people spell them against texts as V2 can look for them.

V2 compares letter by letter, in any case, and its query grammar has no way to write square brackets or double
braces (API facts, §4). Apostrophes are typed straight or curved, and letters with marks are one character or
two (Unicode NFC and NFD). So where a text is not plain, V2 is asked for a part of it that is spelt in one way
only, and what comes back is compared here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from nat.nationbuilder.documents import Record
from nat.nationbuilder.query import Filter, speakable, where

if TYPE_CHECKING:
    from nat.nationbuilder.client import NationBuilder

COMPARED_AT_MOST: Final = 2_000
"""Records that are read to find the one of a name that V2 cannot be asked for: 20 requests."""
_ONE_SPELLING: Final = re.compile(r"[0-9A-Za-z]+")
_APOSTROPHES: Final = dict.fromkeys(map(ord, "'’‘`´ʼʹ′＇"), None)
_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """A text without case, the kind of its apostrophes, repeated space, or how its letters are composed."""
    composed = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return " ".join(unicodedata.normalize("NFKC", composed.casefold()).split())


def skeleton(text: str) -> str:
    """What is left of a name without case, marks on letters, punctuation, spaces and the plural."""
    letters = unicodedata.normalize("NFKD", folded(text))
    return re.sub(r"[\W_]+", "", "".join(c for c in letters if not unicodedata.combining(c))).removesuffix(
        "s"
    )


def words(text: str) -> tuple[str, ...]:
    """The folded words of a name, in any order that they were given: a comma turns surname and name round."""
    return tuple(_WORD.findall(folded(text)))


def is_plain(text: str) -> bool:
    """Whether a text is spelt in one way only, so that V2's own comparison is enough."""
    return text.isascii() and speakable(text) and not set(text) & set("'`,")


def needle(text: str) -> str | None:
    """The longest part of a text that V2 can be asked for and that is spelt in one way only, if any."""
    parts: list[str] = _ONE_SPELLING.findall(text)
    longest = max(parts, key=len, default=None)
    return longest if longest is None or speakable(longest) else longest[:-1]


def named(
    v2: "NationBuilder",
    resource: str,
    name: str,
    *,
    attribute: str = "name",
    fields: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Record, ...]:
    """Records whose `attribute` is this text, in any case and spelling. Raises what `index` raises."""
    exact: tuple[Record, ...] = ()
    if speakable(name):
        exact = v2.index(resource, filters={attribute: where("eq", name)}, fields=fields).records
        if exact or is_plain(name):
            return exact
    part = needle(name)
    if part is None:
        return exact
    near: Filter = where("match", part)
    found = v2.read_all(resource, max_records=COMPARED_AT_MOST, filters={attribute: near}, fields=fields)
    wanted = folded(name)
    return tuple(each for each in found.records if folded(each.text(attribute)) == wanted)
