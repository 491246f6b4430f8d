"""Long conversations: older turns become one compact record, and later turns begin with it.

When what the next turn would carry passes a budget, the older turns are written into a record once: what was
asked, which tools were called with which filters, what they counted, which ids they found, what was answered.
The newest turns stay word for word. The record is stored, so until it is due again every turn begins with the
same bytes and the prompt cache goes on matching; the turn that makes it pays for writing it to the cache.

No model writes the record. A summary by one would cost a call and could invent figures, and it would turn
text of outsiders into words of ours. So the record is marked as untrusted data, as results are.

Thinking blocks are valid only after exactly the messages that they were written after (Haiku 4.5 and 5.5
alike). Those of turns before a record are left out; turns that ran after it keep theirs.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from nat.agent import transcript
from nat.agent.ports import Block, Message
from nat.agent.results import CLOSE, OPEN, json_of

BYTES_PER_TOKEN: Final = 3.2
"""Bytes of UTF-8 in a token, on the safe side for English prose and JSON: Claude's tokenizer is not
published."""

INTRODUCTION: Final = (
    "Record of the older turns of this conversation, made by the system because it has become long. Ids and "
    "filters in it are exact and can be used in tool calls; texts may be cut. What it does not hold can be "
    "looked up again."
)
ACKNOWLEDGED: Final = "I have the record of the older turns."

_QUESTION: Final = re.compile(r"<question>(.*)</question>", re.DOTALL)
_CUT: Final = "… [cut]"
_SCALARS: Final = (str, int, float, bool)
_FACTS: Final = 12
"""Single values of a result that are kept."""


@dataclass(frozen=True)
class Budget:
    """Tokens by our estimate (`BYTES_PER_TOKEN`)."""

    history: int = 30_000
    """Of all earlier turns. A turn that would carry more begins with compaction."""
    kept: int = 8_000
    """Of the newest turns, which stay word for word."""
    record: int = 6_000
    """Of the record. Beyond it its oldest turns lose their details, then themselves."""
    turns: int = 60
    """Turns that are carried word for word; small ones must not become too many reads."""


@dataclass(frozen=True)
class _Detail:
    """How much of a turn a record holds: characters of texts, ids over all results, calls."""

    question: int
    answer: int
    arguments: int
    ids: int
    calls: int


_FULL: Final = _Detail(question=600, answer=1_500, arguments=600, ids=300, calls=15)
_BRIEF: Final = _Detail(question=160, answer=240, arguments=160, ids=0, calls=4)


@dataclass(frozen=True)
class PastTurn:
    """An ended turn as it was stored. `key` sorts by when it ended."""

    key: str
    ended_at: datetime
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class CompactRecord:
    """The older turns of a conversation, compact.

    `entries` are JSON objects, oldest first. `through` is the key of the last turn in it, `made_after` that
    of the last turn that had ended when it was made: between the two, turns go along without thinking.
    """

    entries: tuple[Mapping[str, Any], ...]
    through: str
    made_after: str
    left_out: int = 0
    """Turns of which nothing is left."""


@dataclass(frozen=True)
class Past:
    """A conversation as the next turn finds it: a record if there is one, and the turns after it."""

    turns: tuple[PastTurn, ...] = ()
    record: CompactRecord | None = None

    @property
    def messages(self) -> list[Message]:
        """What the model sees. The same past gives the same bytes."""
        if self.record is None:
            return [message for turn in self.turns for message in turn.messages]
        made_after = self.record.made_after
        result = _as_messages(self.record)
        for turn in self.turns:
            bare = turn.key <= made_after
            result.extend(transcript.without_thinking(turn.messages) if bare else turn.messages)
        return result


def compacted(past: Past, budget: Budget, *, kept_since: datetime) -> Past:
    """The past within its budget; the very same object if it was.

    `kept_since`: turns that ended before it are over the nation's retention and get no place in a new record.
    """
    sizes = [tokens(turn.messages) for turn in past.turns]
    before = 0 if past.record is None else tokens(_as_messages(past.record))
    if before + sum(sizes) <= budget.history and len(sizes) <= budget.turns:
        return past
    kept = _newest_that_fit(sizes, budget)
    older = past.turns[: len(past.turns) - kept]
    if not older:
        return past
    record = _extended(past.record, older, past.turns[-1].key, budget, kept_since)
    return Past(past.turns[len(older) :], record)


def tokens(messages: Iterable[Message]) -> int:
    """Tokens of messages by our estimate."""
    return sum(_tokens_of(message) for message in messages)


def oldest(record: CompactRecord) -> datetime | None:
    """When the oldest turn of a record ended."""
    return min((_at(entry) for entry in record.entries), default=None)


def retained_since(now: datetime, retention_days: int) -> datetime:
    """The moment before which a nation's retention forgets turns."""
    return now - timedelta(days=retention_days)


def _newest_that_fit(sizes: Sequence[int], budget: Budget) -> int:
    count, total = 0, 0
    for size in reversed(sizes):
        if total + size > budget.kept or count == budget.turns // 2:
            break
        count, total = count + 1, total + size
    return count


def _extended(
    record: CompactRecord | None,
    older: Sequence[PastTurn],
    made_after: str,
    budget: Budget,
    kept_since: datetime,
) -> CompactRecord:
    earlier = () if record is None else record.entries
    entries = [*earlier, *(_entry(turn, _FULL) for turn in older)]
    remembered = [entry for entry in entries if _at(entry) >= kept_since]
    chosen: list[Mapping[str, object]] = []
    room = float(budget.record)
    for entry in reversed(remembered):
        # Details for the newer half of the room; the newest entry has them whatever it takes.
        detailed = not chosen or room - _tokens_of(entry) >= budget.record / 2
        shown = entry if detailed else _brief(entry)
        if chosen and (room := room - _tokens_of(shown)) < 0:
            break
        if not chosen:
            room -= _tokens_of(shown)
        chosen.append(shown)
    return CompactRecord(
        entries=tuple(reversed(chosen)),
        through=older[-1].key,
        made_after=made_after,
        left_out=(0 if record is None else record.left_out) + len(entries) - len(chosen),
    )


def _as_messages(record: CompactRecord) -> list[Message]:
    content: dict[str, object] = {"turns": list(record.entries)}
    if record.left_out:
        content["older_turns_left_out"] = record.left_out
    text = _dumps(content).replace("<", "\\u003c")
    return [
        {"role": "user", "content": [_text(INTRODUCTION), _text(f"{OPEN}{text}{CLOSE}")]},
        {"role": "assistant", "content": [_text(ACKNOWLEDGED)]},
    ]


def _entry(turn: PastTurn, detail: _Detail) -> dict[str, object]:
    uses: list[Block] = []
    results: dict[str, Block] = {}
    said: list[str] = []
    for message in turn.messages:
        blocks = _blocks(message)
        uses.extend(transcript.tool_uses(blocks))
        results.update({each["tool_use_id"]: each for each in blocks if each.get("type") == "tool_result"})
        if message["role"] == "assistant" and (text := transcript.text_of(blocks).strip()):
            said.append(text)
    entry: dict[str, object] = {
        "at": turn.ended_at.isoformat(timespec="seconds"),
        "asked": _shortened(_asked(turn), detail.question),
    }
    calls = []
    ids = detail.ids
    for use in uses[-detail.calls :]:
        call, used = _call(use, results.get(use["id"]), detail, ids)
        ids -= used
        calls.append(call)
    if calls:
        entry["calls"] = calls
    if said:
        entry["answered"] = _shortened(said[-1], detail.answer)
    return entry


def _call(use: Block, result: Block | None, detail: _Detail, ids: int) -> tuple[dict[str, object], int]:
    call: dict[str, object] = {"tool": use["name"]}
    arguments = use.get("input") or {}
    if arguments:
        text = _dumps(arguments)
        call["with"] = arguments if len(text) <= detail.arguments else _shortened(text, detail.arguments)
    if result is None:
        return call, 0
    content = result.get("content")
    if result.get("is_error"):
        call["failed"] = True
        return call, 0
    payload = _payload(content)
    for name in ("returned", "total", "complete"):
        if name in payload:
            call[name] = payload[name]
    found = _Found(ids)
    if facts := found.facts(payload.get("data")):
        call["found"] = facts
    return call, ids - found.ids


def _brief(entry: Mapping[str, Any]) -> dict[str, object]:
    """An entry with less in it: no ids, short texts, the last calls."""
    brief: dict[str, object] = {"at": entry["at"], "asked": _shortened(entry["asked"], _BRIEF.question)}
    calls = []
    for call in entry.get("calls", ())[-_BRIEF.calls :]:
        short = {name: call[name] for name in ("tool", "returned", "total", "failed") if name in call}
        if "with" in call and len(_dumps(call["with"])) <= _BRIEF.arguments:
            short["with"] = call["with"]
        calls.append(short)
    if calls:
        brief["calls"] = calls
    if "answered" in entry:
        brief["answered"] = _shortened(entry["answered"], _BRIEF.answer)
    return brief


class _Found:
    """Keeps of a result's data what follow-up questions need: single values, and the ids of records."""

    def __init__(self, ids: int) -> None:
        self.ids = ids
        self._left = _FACTS

    def facts(self, data: object) -> dict[str, object]:
        """Single values as they are, lists of records as lists of ids, other lists as how many."""
        kept: dict[str, object] = {}
        if not isinstance(data, dict):
            return kept
        for name in sorted(data):
            value = data[name]
            if isinstance(value, list):
                kept[name] = self._list(value)
            elif isinstance(value, dict):
                if inner := self.facts(value):
                    kept[name] = inner
            elif isinstance(value, _SCALARS) and self._left > 0:
                self._left -= 1
                kept[name] = _shortened(value, 80) if isinstance(value, str) else value
        return kept

    def _list(self, values: list[object]) -> object:
        found = [each["id"] for each in values if isinstance(each, dict) and isinstance(each.get("id"), str)]
        if not found:
            return {"count": len(values)}
        shown = found[: max(0, self.ids)]
        self.ids -= len(shown)
        return {"ids": shown} if len(shown) == len(values) else {"count": len(values), "ids": shown}


def _payload(content: object) -> Mapping[str, object]:
    return (json_of(content) or {}) if isinstance(content, str) else {}


def _asked(turn: PastTurn) -> str:
    for message in turn.messages:
        if transcript.starts_turn(message):
            text = transcript.text_of(_blocks(message))
            found = _QUESTION.search(text)
            return (found[1] if found else text).strip()
    return ""


def _at(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])


def _blocks(message: Message) -> Sequence[Block]:
    content = message["content"]
    return [_text(content)] if isinstance(content, str) else content


def _text(text: str) -> Block:
    return {"type": "text", "text": text}


def _shortened(text: str, longest: int) -> str:
    """The text within `longest` characters and a mark; a text that was cut before is not marked twice."""
    return text if len(text) <= longest + len(_CUT) else text[:longest] + _CUT


def _tokens_of(value: object) -> int:
    return int(len(_dumps(value).encode()) / BYTES_PER_TOKEN) + 1


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
