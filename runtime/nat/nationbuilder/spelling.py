"""Texts as people spell them against texts as V2 can look for them.

V2 compares letter by letter, in any case, and its query grammar has no way to write square brackets or double
braces (API facts, §4). Apostrophes, quotation marks and hyphens are typed straight or as a printer sets them,
and letters with marks are one character or two (Unicode NFC and NFD). So where a text is not plain, V2 is
asked for a part of it that is spelt in one way only, and what comes back is compared here.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, Unpack

from nat.nationbuilder.documents import Page, Record
from nat.nationbuilder.query import Filters, IndexQuery, speakable, where

if TYPE_CHECKING:
    from nat.nationbuilder.client import NationBuilder

COMPARED_AT_MOST: Final = 2_000
"""Records that are read to find the one of a name that V2 cannot be asked for: 20 requests."""
_PRINTED: Final = (
    dict.fromkeys(map(ord, "'’‘`´ʼʹ′＇"), None)
    | dict.fromkeys(map(ord, "“”„«»″"), '"')
    | dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
)
"""Marks that are typed in one way and printed in others; an apostrophe is left out as often as not."""
_IN_SEVERAL_SPELLINGS: Final = frozenset("'`,\"-")
_WORD: Final = re.compile(r"[^\W_]+")
_MAILTO: Final = re.compile(r"mailto:", re.IGNORECASE)


def folded(text: str) -> str:
    """A text without case, the kind of its apostrophes, quotation marks and hyphens, repeated space, or how
    its letters are composed."""
    composed = unicodedata.normalize("NFKC", text.translate(_PRINTED)).translate(_PRINTED)
    return " ".join(unicodedata.normalize("NFKC", composed.casefold()).split())


def holds(text: str, part: str) -> bool:
    """Whether a text contains another, in any case and spelling."""
    return folded(part) in folded(text)


def skeleton(text: str) -> str:
    """What is left of a name without case, marks on letters, punctuation, spaces and the plural."""
    letters = unicodedata.normalize("NFKD", folded(text))
    return re.sub(r"[\W_]+", "", "".join(c for c in letters if not unicodedata.combining(c))).removesuffix(
        "s"
    )


def words(text: str) -> tuple[str, ...]:
    """The folded words of a name, in any order that they were given: a comma turns surname and name round."""
    return tuple(_WORD.findall(folded(text)))


def address(text: str) -> str:
    """An email address, or a part of one, without what stands around it where it was copied: `mailto:`, a
    name and angle brackets, the comma or full stop of a sentence."""
    inner = text[text.rindex("<") + 1 :] if "<" in text else text
    bare = _MAILTO.sub("", inner).strip("<> ,;")
    return bare.rstrip(".") if "@" in bare else bare


def is_plain(text: str) -> bool:
    """Whether a text is spelt in one way only, so that V2's own comparison is enough."""
    return text.isascii() and speakable(text) and not _IN_SEVERAL_SPELLINGS & set(text)


def needle(text: str) -> str | None:
    """The longest part of a text that V2 can be asked for and that is spelt in one way only, if any; of Latin
    letters where there are some, whose case surely does not count."""
    parts = "".join(each if _has_one_spelling(each) else " " for each in text).split()
    longest = max(parts, key=lambda each: (each.isascii() and len(each) > 1, len(each)), default=None)
    return longest if longest is None or speakable(longest) else longest[:-1]


def containing(text: str, attribute: str) -> Filters:
    """Filters that let through every record whose `attribute` holds a text in any spelling, and as few others
    as can be: they are to be compared with `holds`, unless the text is plain."""
    part = text if is_plain(text) else needle(text)
    if part is None:
        return {attribute: where("match", text)} if speakable(text) else {}
    return {attribute: where("match", part)}


def matching(
    v2: "NationBuilder",
    resource: str,
    text: str | None,
    *,
    attribute: str = "name",
    page_size: int,
    **query: Unpack[IndexQuery],
) -> Page:
    """The first records of a resource, up to `page_size`, whose `attribute` contains a text in any case and
    spelling, with how many there are; all of the resource for None. Raises what `index` raises."""
    if text is None:
        return v2.index(resource, page_size=page_size, count=True, **query)
    narrowed: IndexQuery = {
        **query,
        "filters": {**(query.get("filters") or {}), **containing(text, attribute)},
    }
    if is_plain(text):
        return v2.index(resource, page_size=page_size, count=True, **narrowed)
    reading = v2.read_all(resource, max_records=COMPARED_AT_MOST, **narrowed)
    found = tuple(each for each in reading.records if holds(each.text(attribute), text))
    return Page(
        found[:page_size],
        reading.included,
        len(found) if reading.complete else None,
        has_next=not reading.complete or len(found) > page_size,
    )


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
    near = containing(name, attribute)
    found = v2.read_all(resource, max_records=COMPARED_AT_MOST, filters=near, fields=fields)
    wanted = folded(name)
    return tuple(each for each in found.records if folded(each.text(attribute)) == wanted)


def _has_one_spelling(letter: str) -> bool:
    return (
        letter.isalnum()
        and unicodedata.normalize("NFKD", letter) == letter
        and letter.casefold() == letter.lower()
    )
