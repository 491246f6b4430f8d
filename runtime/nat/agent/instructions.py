"""Records whose text reads like an instruction to the assistant: flagged for people, so that they look.

A hint and no gate: what a text can bring about is decided by `nat.changes`, whatever it says. The signs are
those of known attempts; others pass unseen.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from nat.contract.events import FlaggedRecord

MOST: Final = 5
"""Records that are flagged in one result."""

_SIGNS: Final = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|rules?|prompts?)\b"
    r"|(?:^|\n|[.!?>]\s*)\s*(?:system|assistant|human|user)\s*:"
    r"|<\s*/?\s*(?:system|assistant|tool_\w+|untrusted\w*|context|question|instructions?)\b"
    r"|\btool[ _](?:use|result|call)s?\b|\bmaintenance mode\b|\bnew (?:task|policy|instructions?)\s*:"
    r"|\b(?:without|need(?:s)? no) (?:asking|approval|confirmation)\b|\bapproved (?:everything|in advance)\b"
    r"|\bbefore you (?:answer|reply)\b|\bfrom now on\b|\bdecode and\b|\b(?:access|refresh) token\b"
    r"|(?:^|[.:!?\n]\s*)(?:please |now )?(?:delete|remove|rename|unsubscribe|cancel|void|untag|tag|mark|"
    r"change|switch|export|reveal|send|email|log|create|add)\b[^.\n]{0,60}"
    r"\b(?:persons?|people|everyone|everybody|lists?|tags?|events?|donations?|journeys?|nations?|receipts?)\b"
    r"|\"(?:tool|function|name|input|arguments)\"\s*:|!\[[^\]]*\]\(",
    re.IGNORECASE,
)
_HIDDEN: Final = re.compile("[\U000e0020-\U000e007e]|\\w[\u200b\u2060\ufeff]\\w")
"""Text in signs that nobody sees."""


def flagged(data: Mapping[str, object], tools: Collection[str]) -> tuple[FlaggedRecord, ...]:
    """The records in a tool's data that hold such text, each once. `tools` are the names of all tools."""
    found: dict[FlaggedRecord, None] = {}
    for text, record in _texts(data, None):
        if record is not None and reads_like_an_instruction(text, tools):
            found[record] = None
    return tuple(found)[:MOST]


def reads_like_an_instruction(text: str, tools: Collection[str]) -> bool:
    """Whether a text has a sign of an attempt to instruct the assistant."""
    if _SIGNS.search(text) or _HIDDEN.search(text):
        return True
    return any(word in tools for word in re.findall(r"[a-z]+(?:_[a-z]+)+", text))


def _texts(value: object, record: FlaggedRecord | None) -> Iterator[tuple[str, FlaggedRecord | None]]:
    """Every text of a value, with the record that it stands in."""
    if isinstance(value, str):
        yield value, record
    elif isinstance(value, Mapping):
        if isinstance(found := value.get("id"), str):
            url = value.get("panel_url")
            record = FlaggedRecord(f"record {found}", url if isinstance(url, str) else None)
        for name, each in value.items():
            if name != "panel_url":
                yield from _texts(each, record)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, record)
