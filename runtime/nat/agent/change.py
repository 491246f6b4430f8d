"""What a writing tool returns: a change, frozen, not yet made.

A tool that writes, deletes or works in bulk only *plans*: it reads what it needs and returns a `Change`, a
list of single V2 requests with what each record is before and will be after. The same change is shown on the
card, hashed, stored, committed operation by operation through the journal, and taken back from it. Nothing is
ever committed but the frozen requests: the model has no say between the plan and the commit.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

CREATED_ID: Final = "{created_id}"
"""In the path or body of an undo request: the id of the record that the operation created."""

SAMPLE: Final = 10
"""How many operations a card shows."""

Method = Literal["POST", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Request:
    """One writing request to V2, relative to `/api/v2`."""

    method: Method
    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Probe:
    """How to see a record's present state: one GET.

    On a record's path the state is the named `attributes`, or `None` when there is no such record. On an
    index (`index` true) it is `{}` when something matches the parameters, and `None` when nothing does.
    """

    path: str
    params: Mapping[str, str] | None = None
    attributes: tuple[str, ...] = ()
    index: bool = False


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
    request: Request
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    probe: Probe | None = None
    undo: tuple[Request, ...] = ()
    awaits: bool = False
    """The answer is 202 with a token: done when the asynchronous process has completed."""


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
    everyone).
    """

    tool: str
    arguments: Mapping[str, Any]
    summary: str
    operations: tuple[Operation, ...]
    people: int
    filter: str = ""
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the canonical JSON: what an approval is bound to."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()

    def as_json(self) -> str:
        """The change as canonical JSON: what is stored. Values that JSON does not have become text."""
        return json.dumps(
            asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
        )

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Change":
        """The change behind the value of `as_json`; it has the same fingerprint. Raises `KeyError`,
        `TypeError`."""
        return cls(
            **{
                **plain,
                "operations": tuple(map(_operation, plain["operations"])),
                "skipped": tuple(
                    Skipped(Subject(**each["subject"]), each["why"]) for each in plain["skipped"]
                ),
                "warnings": tuple(plain["warnings"]),
            }
        )

    def frozen(self) -> "Change":
        """The change as it comes back from storage: only what JSON knows, and none of the tool's objects."""
        return Change.from_plain(json.loads(self.as_json()))

    @property
    def reversible(self) -> bool:
        """Every operation can be taken back."""
        return all(operation.undo for operation in self.operations)


def _operation(plain: Mapping[str, Any]) -> Operation:
    probe = plain["probe"]
    return Operation(
        **{
            **plain,
            "subject": Subject(**plain["subject"]),
            "request": Request(**plain["request"]),
            "probe": probe and Probe(**{**probe, "attributes": tuple(probe["attributes"])}),
            "undo": tuple(Request(**each) for each in plain["undo"]),
        }
    )
