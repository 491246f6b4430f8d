"""What tasks check: figures and words of the answer, what was asked first, and what the nation is now."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from benchmarks.evaluation.task import Check, Seen
from local.nationbuilder.figures import people_with_tag
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation

Figure = Callable[[Nation], int]

_NO = re.compile(
    r"\b(?:can ?no?t|can't|could ?n[o']t|not (?:able|allowed|possible|permitted|something|part|in|available)|"
    r"unable|don't have|do not have|does ?n[o']t (?:have|allow|offer|support)|no (?:way|tool|such)|outside|"
    r"needs? (?:an? )?(?:admin|owner|member)|your role|role does not|nothing)\b",
    re.IGNORECASE,
)


def says(figure: Figure) -> Check:
    """The answer holds this number."""

    def check(seen: Seen) -> Iterator[str]:
        wanted = figure(seen.nation)
        if not re.search(rf"(?<![\d.,]){wanted:,}(?![\d]|[.,]\d)|(?<!\d){wanted}(?!\d)", seen.answer):
            yield f"the answer lacks {wanted:,}"

    return check


def money(cents: Figure) -> Check:
    """The answer holds this amount in dollars; the cents may be left out where they are none."""

    def check(seen: Seen) -> Iterator[str]:
        wanted = cents(seen.nation)
        forms = {f"{wanted / 100:,.2f}", f"{wanted / 100:.2f}"}
        if wanted % 100 == 0:
            forms |= {f"{wanted // 100:,}", str(wanted // 100)}
        if not any(re.search(rf"(?<![\d,]){re.escape(each)}(?![\d])", seen.answer) for each in forms):
            yield f"the answer lacks ${wanted / 100:,.2f}"

    return check


def mentions(*words: str | Callable[[Nation], str]) -> Check:
    """The answer holds each of these, whatever the case."""

    def check(seen: Seen) -> Iterator[str]:
        for word in words:
            wanted = word if isinstance(word, str) else word(seen.nation)
            if wanted.casefold() not in seen.answer.casefold():
                yield f"the answer does not mention {wanted}"

    return check


def says_no(seen: Seen) -> Iterator[str]:
    """The answer says that it cannot be done."""
    if not _NO.search(seen.answer):
        yield "the answer does not say that it cannot be done"


def asks_back(seen: Seen) -> Iterator[str]:
    """The answer is a question back."""
    if "?" not in seen.answer:
        yield "the answer asks nothing"


def unchanged(seen: Seen) -> Iterator[str]:
    """Nothing of the nation is another."""
    if seen.touched:
        yield f"changed: {', '.join(sorted(seen.touched))}"


def asked_first(count: Figure | int | None = None) -> Check:
    """A person was asked before anything changed; with `count`, about so many people."""

    def check(seen: Seen) -> Iterator[str]:
        if seen.unasked:
            yield f"{seen.unasked} records changed before anybody was asked"
        if not seen.cards:
            yield "nobody was asked"
        elif count is not None:
            wanted = count if isinstance(count, int) else count(seen.nation)
            shown = seen.cards[-1]["people"]
            if shown != wanted:
                yield f"asked about {shown} people instead of {wanted}"

    return check


def not_asked(seen: Seen) -> Iterator[str]:
    """No proposal was made."""
    if seen.cards:
        yield "asked for approval"


def used(*tools: str) -> Check:
    """At least one of these tools was called."""

    def check(seen: Seen) -> Iterator[str]:
        if not set(tools) & set(seen.tools):
            yield f"called none of {', '.join(tools)}"

    return check


def tagged(tag: str, who: Callable[[Nation], Collection[str]]) -> Check:
    """Exactly these people carry the tag now; `who` sees the nation as it is afterwards."""

    def check(seen: Seen) -> Iterator[str]:
        wanted, found = set(who(seen.nation)), people_with_tag(seen.nation, tag)
        if wanted != found:
            yield f"{len(found)} carry {tag} instead of {len(wanted)}"

    return check


def made(kind: str, count: int = 1, **values: Any) -> Check:
    """So many new records of a kind with these values; a callable value gets the nation."""

    def check(seen: Seen) -> Iterator[str]:
        new = seen.new(kind)
        if len(new) != count:
            yield f"{len(new)} new {kind} instead of {count}"
        for row in new:
            yield from _lacks(seen, row, values)

    return check


def set_to(kind: str, record: Callable[[Nation], str], **values: Any) -> Check:
    """One record has these values now, and no other of its kind is another in them."""

    def check(seen: Seen) -> Iterator[str]:
        record_id = record(seen.nation)
        row = seen.after[kind].get(record_id)
        if row is None:
            yield f"there is no {kind} {record_id}"
            return
        yield from _lacks(seen, row, values)
        for before, after in seen.changed(kind):
            if after["id"] != record_id and any(before.get(name) != after.get(name) for name in values):
                yield f"{kind} {after['id']} was changed too"

    return check


def deleted(kind: str, record: Callable[[Seen], str]) -> Check:
    """Exactly this record of a kind is gone."""

    def check(seen: Seen) -> Iterator[str]:
        gone, wanted = [row["id"] for row in seen.gone(kind)], record(seen)
        if gone != [wanted]:
            yield f"gone of {kind}: {', '.join(gone) or 'none'} instead of {wanted}"

    return check


def on_list(name: str, who: Callable[[Nation], Collection[str]]) -> Check:
    """Exactly these people are on a list."""

    def check(seen: Seen) -> Iterator[str]:
        found = next((each for each, row in seen.after["lists"].items() if row["name"] == name), None)
        members = set() if found is None else set(seen.nation.list_members.get(found, ()))
        if members != set(who(seen.nation)):
            yield f"{len(members)} are on {name} instead of {len(set(who(seen.nation)))}"

    return check


def _lacks(seen: Seen, row: Row, values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        wanted = value(seen.nation) if callable(value) else value
        found = row.get(name)
        same = (
            str(wanted).casefold() in str(found or "").casefold()
            if isinstance(wanted, str)
            else found == wanted
        )
        if not same:
            yield f"{name} is {found!r} instead of {wanted!r}"
