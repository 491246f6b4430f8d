"""Whether a person has said a change themselves: the one ground on which a write waits for nobody.

Whatever was read, and whatever a model makes of it, a write runs unasked only if all of this holds:

    person     somebody said it just now: what an automation asks was written long before
    class      it is of class write, and its tool cannot send anything
    record     it changes one record, and that is the open page's, or the only result of a look-up of this
               turn whose search words all stand in this turn's message
    reversible every request of it can be taken back
    values     every value that it writes stands in the message: the same text after NFC, case and white
               space; numbers, amounts and dates as resolved from its words; a fixed choice by its word
    nothing    that a person should read first (a warning) is on its card

A message over 600 characters is taken for pasted and says nothing. Everything else waits, as a proposal. The
rule can only be tightened: a nation's policy may make the class ask (`nat.changes.policy`).

Stricter than it must be: words that were needed to find the record are no values for it, `null` (clearing a
field) has no word, and a new record is nobody's. What is left to somebody who writes into records: words of
the person's own message, in the person's own record, with an undo beside it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nat.changes.effect import Effect
from nat.changes.plan import Change
from nat.changes.policy import Gated
from nat.changes.words import Place, Words, plain

Schema = Mapping[str, object]
"""A JSON schema of arguments."""

RESOURCES: Final[Mapping[str, str]] = {
    "person": "signups",
    "list": "lists",
    "tag": "signup_tags",
    "event": "events",
    "rsvp": "event_rsvps",
    "contact": "contacts",
    "donation": "donations",
    "membership": "memberships",
    "journey": "path_journeys",
}
"""V2's resource by what subjects of a change, open pages and parameters (`…_id`) call a record."""

_SHOWING: Final = frozenset(("limit", "sort", "sections", "kinds", "include_contact_details", "count_only"))
"""Parameters of a look-up that choose what is shown of the records, and not which."""


@dataclass(frozen=True)
class RecordRef:
    """A record by V2's resource and id."""

    resource: str
    id: str


@dataclass(frozen=True)
class LookUp:
    """A look-up of this turn that found exactly one record: what it was asked, and what it found."""

    arguments: Mapping[str, object]
    schema: Schema
    found: RecordRef


@dataclass(frozen=True)
class _Leaf:
    """One value of a call. `fixed`: one of a few that the tool allows."""

    name: str
    value: object
    fixed: bool


class Said:
    """What one person has said in one turn, and which records that names. Grows with each look-up.

    `attended`: the person is there. Of a turn that nobody attends nothing was said.
    """

    def __init__(
        self, message: str, now: datetime, page: RecordRef | None = None, *, attended: bool = True
    ) -> None:
        self._attended = attended
        self._words = Words(message, now)
        self._naming: dict[RecordRef, frozenset[Place]] = {} if page is None else {page: frozenset()}

    def learn(self, look_up: LookUp) -> None:
        """Take note of a look-up, if its search words were all said."""
        leaves = [each for each in _leaves(look_up.arguments, look_up.schema) if each.name not in _SHOWING]
        if leaves and all(map(self._names, leaves)):
            known = self._naming.get(look_up.found)
            if known is None:
                self._naming[look_up.found] = frozenset(self._places(leaves))

    def covers(self, change: Change, tool: Gated, schema: Schema) -> bool:
        """Whether this change, planned by this tool with arguments of this schema, was wholly said."""
        if not self._attended:
            return False
        if tool.effect is not Effect.WRITE or tool.sends or change.warnings:
            return False
        if not change.operations or not change.reversible:
            return False
        record = _one_record(change)
        if record is None or record not in self._naming:
            return False
        words = self._words.using(self._naming[record])
        written = {name: each for name, each in change.arguments.items() if _ref(name, each) != record}
        values = list(_leaves(written, schema))
        led_to = list(_written_otherwise(change, values))
        return (
            bool(values or led_to)
            and all(self._says(words, each) for each in values)
            and all(map(words.say_text, led_to))
        )

    def _says(self, words: Words, leaf: _Leaf) -> bool:
        """Whether a value that is written was said."""
        value = leaf.value
        if isinstance(value, bool):
            return words.say_flag(leaf.name, value)
        if isinstance(value, int) and leaf.name.endswith("cents"):
            return words.say_cents(value)
        if isinstance(value, int | float):
            return words.say_number(leaf.name, value)
        if not isinstance(value, str):
            return False
        if leaf.fixed:
            return words.say_choice(value)
        return words.say_text(value) or words.say_moment(value)

    def _names(self, leaf: _Leaf) -> bool:
        """Whether what is looked for was said; a text word by word, in any order."""
        if isinstance(leaf.value, str) and not leaf.fixed:
            words = leaf.value.split()
            if words and all(map(self._words.say_text, words)):
                return True
        return _ref(leaf.name, leaf.value) in self._naming or self._says(self._words, leaf)

    def _places(self, leaves: list[_Leaf]) -> Iterator[Place]:
        for leaf in leaves:
            if isinstance(leaf.value, str) and not leaf.fixed:
                found = (self._words.place_of(word) for word in leaf.value.split())
                yield from (place for place in found if place is not None)


def page_record(kind: str, record_id: str | None) -> RecordRef | None:
    """The record of an open page; `None` for a page without one."""
    resource = RESOURCES.get(kind)
    return None if resource is None or record_id is None else RecordRef(resource, record_id)


def _one_record(change: Change) -> RecordRef | None:
    """The one record that a change is about. What is made for it on the way (a tag that it gets) belongs to
    it."""
    needed = {key for each in change.operations for key in each.needs}
    subjects = {
        (each.subject.type, each.subject.id)
        for each in change.operations
        if each.subject.id is not None or each.key not in needed
    }
    if len(subjects) != 1:
        return None
    ((kind, record_id),) = subjects
    return page_record(kind.casefold(), record_id)


def _written_otherwise(change: Change, leaves: list[_Leaf]) -> Iterator[str]:
    """Texts that the change writes and that are not among the arguments: names that an argument led to."""
    given = {plain(each.value) for each in leaves if isinstance(each.value, str)}
    for operation in change.operations:
        state = operation.before if operation.after is None else operation.after
        for text in _texts(state or {}):
            if plain(text) not in given and not _is_moment(text):
                yield text


def _texts(state: Mapping[str, object]) -> Iterator[str]:
    """The texts in a state, without ids."""
    for name, value in state.items():
        if isinstance(value, Mapping):
            yield from _texts(value)
        elif isinstance(value, str) and value and not name.endswith("_id"):
            yield value


def _is_moment(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _ref(name: str, value: object) -> RecordRef | None:
    """The record that a parameter such as `person_id` names."""
    kind, _, is_id = name.rpartition("_")
    return page_record(kind, str(value)) if is_id == "id" and isinstance(value, str | int) else None


def _leaves(arguments: Mapping[str, object], schema: Schema) -> Iterator[_Leaf]:
    """The single values of a call; what is so by default was not chosen by anybody."""
    for name, value in arguments.items():
        described = _property([schema], name)
        if "default" not in described or described["default"] != value:
            yield from _leaves_of(name, value, described, schema)


def _leaves_of(name: str, value: object, described: Schema, root: Schema) -> Iterator[_Leaf]:
    forms = list(_forms(described, root))
    if value and isinstance(value, Mapping):
        for key, each in value.items():
            yield from _leaves_of(str(key), each, _property(forms, str(key)), root)
    elif value and isinstance(value, list | tuple):
        items = next((found for one in forms if isinstance(found := one.get("items"), Mapping)), {})
        for each in value:
            yield from _leaves_of(name, each, items, root)
    else:
        yield _Leaf(name, value, fixed=any("enum" in one or "const" in one for one in forms))


def _property(forms: Iterable[Schema], name: str) -> Schema:
    for each in forms:
        properties = each.get("properties")
        found = properties.get(name) if isinstance(properties, Mapping) else None
        if isinstance(found, Mapping):
            return found
    return {}


def _forms(described: Schema, root: Schema) -> Iterator[Schema]:
    """A schema, or the alternatives that it allows, with references followed."""
    reference = described.get("$ref")
    if isinstance(reference, str):
        definitions = root.get("$defs")
        found = definitions.get(reference.rpartition("/")[2]) if isinstance(definitions, Mapping) else None
        if isinstance(found, Mapping):
            yield from _forms(found, root)
        return
    yield described
    branches = described.get("anyOf")
    for each in branches if isinstance(branches, list) else ():
        if isinstance(each, Mapping):
            yield from _forms(each, root)
