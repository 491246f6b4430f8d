"""One entry of the audit log: what it says, how it is hashed, how it is stored."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from nat.aws.items import Row, moment, timestamp
from nat.ids import NationSlug

FIRST_HASH: Final = "0" * 64
"""What the first entry of a nation names as the hash before it."""
NUMBER_DIGITS: Final = 12
LARGEST_DETAILS: Final = 8_000
"""Characters of an entry's details as JSON; what is longer is replaced by its hash and length."""


class AuditKind(StrEnum):
    """What an entry is about. People filter by it."""

    CONNECTED = "connection.connected"
    """NationBuilder or Slack was connected."""
    REFRESHED = "connection.refreshed"
    REVOKED = "connection.revoked"
    """Disconnected by a person, or found to be no longer accepted."""
    TOOL_WRITE = "tool.write"
    """A change is about to be carried out: written before the first request."""
    TOOL_UNDO = "tool.undo"
    """A change is about to be taken back."""
    TOOL_OUTCOME = "tool.outcome"
    """What became of a change, or of taking it back."""
    APPROVAL = "approval.decided"
    ROLE_CHANGED = "role.changed"
    """Somebody was invited, joined, got another role, left or was removed."""
    BILLING_CHANGED = "billing.changed"
    SETTINGS_CHANGED = "settings.changed"
    CONVERSATION_DELETED = "conversation.deleted"
    DATA_EXPORTED = "data.exported"
    DATA_DELETED = "data.deleted"
    AUTOMATION_CHANGED = "automation.changed"
    MIGRATED = "nation.migrated"
    """The nation was made from a tenant of the former platform."""


@dataclass(frozen=True)
class AuditEntry:
    """One entry. `by` is a user id, or who else acted: `system`, `stripe`, `nationbuilder`.

    `number` counts a nation's entries from 1 without gaps; `previous` is the hash of the entry before.
    `about` names what it happened to (a user id, an action, a tool), `details` are plain JSON values.
    """

    nation_slug: NationSlug
    number: int
    at: datetime
    kind: AuditKind
    by: str
    about: str
    summary: str
    details: Mapping[str, Any] = field(default_factory=dict)
    surface: str = ""
    previous: str = FIRST_HASH
    hash: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 in hex over the canonical JSON of everything but the hash itself."""
        return hashlib.sha256(
            canonical({**_said(self), "nation_slug": self.nation_slug}).encode()
        ).hexdigest()

    def sealed(self) -> "AuditEntry":
        """The entry with its hash."""
        return replace(self, hash=self.digest)

    def as_body(self) -> dict[str, object]:
        """The entry as clients and exports have it."""
        return {**_said(self), "hash": self.hash}


def canonical(value: object) -> str:
    """The one JSON text of a value: sorted keys, no spaces, characters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def bounded(details: Mapping[str, Any]) -> dict[str, object]:
    """Details as the plain values that will be read back; those that are too large are named by their hash.

    Raises `TypeError` for what JSON does not know.
    """
    text = canonical(details)
    if len(text) > LARGEST_DETAILS:
        digest = hashlib.sha256(text.encode()).hexdigest()
        kept = {
            name: each for name, each in details.items() if each is None or isinstance(each, bool | int | str)
        }
        text = canonical({**kept, "too_large": {"sha256": digest, "characters": len(text)}})
        if len(text) > LARGEST_DETAILS:
            text = canonical({"too_large": {"sha256": digest, "characters": len(text)}})
    plain: dict[str, object] = json.loads(text)
    return plain


def sort_key(number: int) -> str:
    """Sort key of an entry: text order is the order of numbers."""
    return f"{number:0{NUMBER_DIGITS}d}"


def to_item(entry: AuditEntry) -> dict[str, object]:
    """The row in plain values. Details are kept as canonical text, so that they hash alike for ever."""
    said = _said(entry)
    return {
        **said,
        "nation_slug": entry.nation_slug,
        "entry": sort_key(entry.number),
        "details": canonical(said["details"]),
        "hash": entry.hash,
    }


def from_item(item: Row) -> AuditEntry:
    """An entry from its row in plain values. Raises `KeyError` or `ValueError` for a row that is none."""
    return AuditEntry(
        nation_slug=item["nation_slug"],
        number=item["number"],
        at=moment(item["at"]),
        kind=AuditKind(item["kind"]),
        by=item["by"],
        about=item["about"],
        summary=item["summary"],
        details=json.loads(item["details"]),
        surface=item["surface"],
        previous=item["previous"],
        hash=item["hash"],
    )


def _said(entry: AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": timestamp(entry.at),
        "kind": entry.kind.value,
        "by": entry.by,
        "about": entry.about,
        "summary": entry.summary,
        "details": dict(entry.details),
        "surface": entry.surface,
        "previous": entry.previous,
    }
