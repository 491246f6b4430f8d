"""What a writing tool returns: a change, frozen, not yet made.

A tool that writes, deletes or works in bulk only *plans*: it reads what it needs and returns a `Change`, a
list of single V2 requests with what each record is before and will be after. The same change is shown on the
card, hashed, stored, committed operation by operation through the journal, and taken back from it. Nothing is
ever committed but the frozen requests: the model has no say between the plan and the commit.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

import msgspec

from nat.wording import Worded, WordingParts

CREATED_ID: Final = "{created_id}"
"""In the path or body of an undo request: the id of the record that the operation created."""

RECREATED_ID: Final = "{recreated_id}"
"""In the path or body of a later undo request of the same operation: the id of the record that an earlier
POST of this undo made (a deleted list is made anew, then filled)."""


def created_by(key: str) -> str:
    """In the request, the probe's parameters or the undo of an operation: the id of the record that the
    operation `key` of the same change created, or found there already. `Operation.needs` names that key."""
    return f"{{created_id:{key}}}"


def answered(attribute: str) -> str:
    """In the undo of an operation that creates a record: what NationBuilder answered for this attribute of it
    (the page that an event was made with)."""
    return f"{{answered:{attribute}}}"


SAMPLE: Final = 10
"""How many operations a card shows."""

Method = Literal["POST", "PATCH", "DELETE"]


@dataclass(frozen=True)
class PlannedRequest:
    """One writing request to V2, relative to `/api/v2`. `params` is its query: the actions on a journey take
    their reason there."""

    method: Method
    path: str
    body: Mapping[str, Any] | None = None
    params: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Probe:
    """How to see a record's present state: one GET.

    On a record's path the state is the named `attributes`, or `None` when there is no such record. On an
    index (`index` true) it is `{}` when something matches the parameters, and `None` when nothing does; the
    first match is the record, and its id what `CREATED_ID` and `created_by` stand for.

    An attribute `name.key` is one value of an object attribute: `custom_values.shirt_size`,
    `home_address.city`; `None` where the object or the key is missing.
    """

    path: str
    params: Mapping[str, str] | None = None
    attributes: tuple[str, ...] = ()
    index: bool = False

    @classmethod
    def of_record(cls, path: str, attributes: Iterable[str]) -> "Probe":
        """A look at some attributes of one record, such as `signups/18`; addresses are extra fields of V2."""
        names = tuple(attributes)
        columns = dict.fromkeys(name.partition(".")[0] for name in names)
        extra = [name for name in columns if name.endswith("_address") and name != "submitted_address"]
        plain = [name for name in columns if name not in extra]
        kind = path.strip("/").partition("/")[0]
        params = {f"fields[{kind}]": ",".join(plain)} if plain else {}
        if extra:
            params[f"extra_fields[{kind}]"] = ",".join(extra)
        return cls(path, params or None, names)


def value_at(attributes: Mapping[str, object], name: str) -> object:
    """An attribute as probes name it, `name` or `name.key`; `None` where it is missing."""
    column, _, key = name.partition(".")
    value = attributes.get(column)
    if not key:
        return value
    return value.get(key) if isinstance(value, Mapping) else None


@dataclass(frozen=True)
class Subject:
    """The record that an operation is about, as people know it."""

    type: str
    id: str | None
    name: str
    url: str | None = None


@dataclass(frozen=True)
class Operation:
    """One request that changes one record.

    `key` names it within the change, for subsets, journal and results. `before` and `after` hold the changed
    attributes; `None` as a whole means the record is not there. `probe` says how to look again: before the
    commit (somebody else may have changed it) and after a crash (was it done?). Without a probe a crash in
    flight ends as `unknown`. `undo` takes it back; empty where V2 cannot.
    """

    key: str
    subject: Subject
    request: PlannedRequest
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    probe: Probe | None = None
    undo: tuple[PlannedRequest, ...] = ()
    awaits: bool = False
    """The request, or its undo, may be answered by 202 with a token: done when that process has completed."""
    needs: tuple[str, ...] = ()
    """Keys of earlier operations that must be done first, because their ids stand in this one. A subset that
    holds this operation holds those too."""
    by_id: bool = False
    """For a create that an index proves: once its id is known, the record itself is looked at. The index only
    tells that it is there, not whether somebody has changed it since."""
    expects: int | None = None
    """The status that `undo` is for, where V2 itself decides between changing (200) and creating (201). After
    the other one the operation is done, but cannot be taken back: what was there before is not known."""
    undone: Mapping[str, object] | None = None
    """What the record is once taken back, where that is not `before`: a journey cannot be deleted, so a new
    one is voided. Needs `by_id`."""


@dataclass(frozen=True)
class Skipped:
    """A record that the change leaves alone, and why: "already tagged", "do not contact"."""

    subject: Subject
    why: str


@dataclass(frozen=True)
class Change:
    """A whole change as frozen.

    `summary` is one sentence for people ("Tag 23 people as major donor"), `filter` says in words whom it
    takes. `people` counts the people it touches, which may be more than the operations (a tag renamed for
    everyone). `sample` are some of them, where an operation touches many.
    """

    tool: str
    arguments: Mapping[str, object]
    summary: str
    operations: tuple[Operation, ...]
    people: int
    filter: str = ""
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()
    sample: tuple[Subject, ...] = ()
    words: Mapping[str, WordingParts] = field(default_factory=dict)
    """Key and parameters of those of its texts that are ours, by the text (`nat.wording`)."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical JSON: what an approval is bound to."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    def as_json(self) -> str:
        """The change as canonical JSON: what is stored. Values that JSON does not have become text."""
        plain = asdict(self)
        if not self.words:
            del plain["words"]  # as changes were frozen that had none
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> "Change":
        """The change behind the value of `as_json`; it has the same fingerprint. Raises
        `msgspec.ValidationError`."""
        return msgspec.convert(plain, cls)

    def frozen(self) -> "Change":
        """The change as it comes back from storage: only what JSON knows, and none of the tool's objects."""
        return Change.from_plain(json.loads(self.as_json()))

    def worded(self, text: str) -> str:
        """One of its texts, with its key if it is ours."""
        known = self.words.get(text)
        return text if known is None else Worded.of(text, known["key"], known["parameters"])

    @property
    def reversible(self) -> bool:
        """Every operation can be taken back."""
        return all(operation.undo for operation in self.operations)
