"""The card of an approval: what a person reads before they say yes, from the frozen change and nothing else.

The model has no word in it. Everything is plain JSON, bounded in size (a WebSocket frame holds 32 KB), and
texts of records stand in it as data: whoever shows a card shows them as text.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from nat.changes.editing import editable
from nat.changes.effect import Effect
from nat.changes.plan import SAMPLE, Change, Operation, Skipped, Subject
from nat.changes.policy import Gated, least_role
from nat.contract.events import Wording, wording_of
from nat.contract.fields import Count, ResponseBody
from nat.roles import Role
from nat.wording import field_name

LARGEST: Final = 14_000
"""Bytes of JSON."""
_SIZES: Final = ((SAMPLE, 300), (SAMPLE, 100), (5, 60), (2, 40))
"""Records and characters of each text, from generous to tight."""
_REASONS: Final = 10
_WARNINGS: Final = 10
_EDITABLE: Final = 6
"""How much longer than other texts an editable one may be: it stands there whole, or not at all."""


class SubjectBody(ResponseBody, frozen=True, kw_only=True):
    """A record. `name` is text of the nation's data: show it as text."""

    type: str
    id: str | None
    name: str
    url: str | None


class SampleRecord(SubjectBody, frozen=True, kw_only=True):
    """A record before and after."""

    key: str
    method: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class SkippedRecord(SubjectBody, frozen=True, kw_only=True):
    """A record that is left out."""

    why: str


class Reason(ResponseBody, frozen=True, kw_only=True):
    """Why records are left out, and how many."""

    why: str
    count: Count


class SkippedBody(ResponseBody, frozen=True, kw_only=True):
    """What is left out."""

    count: Count
    reasons: list[Reason]
    sample: list[SkippedRecord]


class Editable(ResponseBody, frozen=True, kw_only=True):
    """A value that a person may change; `label` says what it is."""

    name: str
    label: str
    wording: Wording | UnsetType = UNSET
    """Key and parameters of the label."""
    type: Literal["string", "integer", "number", "boolean"]
    value: str | float | bool
    choices: list[Any] | UnsetType = UNSET


class Card(ResponseBody, frozen=True, kw_only=True):
    """What a person reads before they say yes: rendered from the frozen change and nothing else."""

    tool: str
    effect: Effect
    sends: bool
    """Somebody will receive something."""
    role: Role
    """The least role that may approve."""
    summary: str
    filter: str
    """What was looked for, in words."""
    count: Count
    """Single requests."""
    people: Count
    sample: list[SampleRecord]
    more: Count
    """Records that the sample leaves out."""
    touched: list[SubjectBody]
    skipped: SkippedBody
    warnings: list[str]
    words: dict[str, Wording] = msgspec.field(default_factory=dict)
    """Key and parameters of texts of the platform's, by the text."""
    editable: list[Editable]
    undo: Literal["all", "some", "none"]
    fingerprint: str
    """What a decision has to quote."""


class Proposing(Gated, Protocol):
    """A tool that proposes a change, with the JSON schema of its arguments."""

    @property
    def schema(self) -> dict[str, Any]:
        """The arguments."""


def card(change: Change, tool: Proposing) -> dict[str, Any]:
    """The card of a change by this tool.

    `count` are single requests, `people` the people they touch; `sample` shows records before → after and
    `more` says how many it leaves out; `touched` are some of the people where one request touches many;
    `skipped` counts by reason; `undo` is all, some or none; `role` is the least role that may approve;
    `words` are key and parameters of those texts that are ours, by the text (`nat.wording`);
    `editable` are the values that a person may change (`nat.changes.editing`);
    `fingerprint` is what an approval has to quote.
    """
    for records, characters in _SIZES:
        made: dict[str, Any] = msgspec.to_builtins(_card(change, tool, records, characters))
        if len(json.dumps(made, ensure_ascii=False).encode()) <= LARGEST:
            break
    return made


def _card(change: Change, tool: Proposing, records: int, characters: int) -> Card:
    undoable = sum(bool(each.undo) for each in change.operations)
    sample = change.operations[:records]
    return Card(
        tool=change.tool,
        effect=tool.effect,
        sends=tool.sends,
        role=least_role(tool),
        summary=_short(change.summary, characters * 2),
        filter=_short(change.filter, characters * 2),
        count=len(change.operations),
        people=change.people,
        sample=[_operation(each, characters) for each in sample],
        more=len(change.operations) - len(sample),
        touched=[SubjectBody(**_subject(each, characters)) for each in change.sample[:records]],
        skipped=_skipped(change.skipped, records, characters),
        warnings=[_short(each, characters * 2) for each in change.warnings[:_WARNINGS]],
        words=_words(change, characters),
        editable=[
            _editable(each) for each in editable(tool.schema, change.arguments, characters * _EDITABLE)
        ],
        undo="all" if change.reversible else "some" if undoable else "none",
        fingerprint=change.fingerprint,
    )


def _editable(field: Mapping[str, Any]) -> Editable:
    label = field_name(field["name"])
    return Editable(**field, label=str(label), wording=wording_of(label))


def _words(change: Change, characters: int) -> dict[str, Wording]:
    """Key and parameters of texts of ours, by the text as the card has it."""
    shown = dict.fromkeys((change.summary, change.filter, *change.warnings[:_WARNINGS]), characters * 2)
    shown |= {each.why: characters for each in change.skipped}
    return {
        _short(text, most): msgspec.convert(change.words[text], Wording)
        for text, most in shown.items()
        if text in change.words
    }


def _operation(operation: Operation, characters: int) -> SampleRecord:
    return SampleRecord(
        key=operation.key,
        **_subject(operation.subject, characters),
        method=operation.request.method,
        before=_state(operation.before, characters),
        after=_state(operation.after, characters),
    )


def _skipped(skipped: tuple[Skipped, ...], records: int, characters: int) -> SkippedBody:
    reasons = Counter(each.why for each in skipped).most_common(_REASONS)
    return SkippedBody(
        count=len(skipped),
        reasons=[Reason(why=_short(why, characters), count=count) for why, count in reasons],
        sample=[
            SkippedRecord(**_subject(each.subject, characters), why=_short(each.why, characters))
            for each in skipped[:records]
        ],
    )


class _Shown(TypedDict):
    type: str
    id: str | None
    name: str
    url: str | None


def _subject(subject: Subject, characters: int) -> _Shown:
    return {
        "type": subject.type,
        "id": subject.id,
        "name": _short(subject.name, characters),
        "url": subject.url,
    }


def _state(state: Mapping[str, object] | None, characters: int) -> dict[str, object] | None:
    if state is None:
        return None
    return {name: _value(value, characters) for name, value in state.items()}


def _value(value: object, characters: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _short(value, characters)
    return _short(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str), characters)


def _short(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"
