"""What a migration did, skipped and why: for people as a table, for programs as JSON.

People are named by their ids; tokens and addresses never stand in a report.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from nat.ids import NationSlug
from nat.migration.hand_over import HandOverOutcome
from nat.migration.tenants import Note, Tenant


class Fate(StrEnum):
    """What became of a tenant."""

    MOVED = "moved"
    """It is a nation since this run, or would be."""
    ALREADY = "already"
    """It was moved by an earlier run."""
    SUPERSEDED = "superseded"
    """Another tenant of the same slug is the nation."""
    STOPPED = "stopped"
    """Somebody has to put something right first; the notes say what."""
    FAILED = "failed"
    """Something did not answer. The next run goes on."""


@dataclass(frozen=True)
class Line:
    """One tenant. `people` counts who belongs to the nation by it; `own_tokens` are users with tokens of
    their own, which are not used."""

    tenant_id: str
    fate: Fate
    nation_slug: NationSlug | None = None
    tokens: HandOverOutcome | None = None
    people: int = 0
    notes: tuple[Note, ...] = ()
    own_tokens: tuple[str, ...] = ()
    by: str | None = None
    """The tenant that became the nation instead."""
    error: str | None = None

    def as_body(self) -> dict[str, object]:
        """The line in plain JSON values."""
        return {
            "tenant_id": self.tenant_id,
            "fate": self.fate.value,
            "nation_slug": self.nation_slug,
            "tokens": None if self.tokens is None else self.tokens.value,
            "people": self.people,
            "notes": [each.value for each in self.notes],
            "own_tokens": list(self.own_tokens),
            "superseded_by": self.by,
            "error": self.error,
        }


@dataclass(frozen=True)
class MigrationReport:
    """All lines by tenant. `applied` is false for a dry run."""

    applied: bool
    lines: tuple[Line, ...] = field(default=())

    @classmethod
    def of(cls, lines: Iterable[Line], *, applied: bool) -> "MigrationReport":
        """A report with its lines in order."""
        return cls(applied, tuple(sorted(lines, key=lambda each: each.tenant_id)))

    @property
    def fates(self) -> dict[Fate, int]:
        """How many tenants had which fate."""
        return dict(Counter(each.fate for each in self.lines))

    @property
    def tokens(self) -> dict[HandOverOutcome, int]:
        """What became of how many pairs."""
        return dict(Counter(each.tokens for each in self.lines if each.tokens is not None))

    @property
    def notes(self) -> dict[Note, int]:
        """How many tenants have which oddity."""
        return dict(Counter(note for each in self.lines for note in each.notes))

    @property
    def finished(self) -> bool:
        """Whether another run would change nothing by itself."""
        return not any(each.fate is Fate.FAILED or each.tokens is HandOverOutcome.BUSY for each in self.lines)

    def as_json(self) -> str:
        """The report as one JSON object."""
        return json.dumps(
            {
                "applied": self.applied,
                "finished": self.finished,
                "tenants": len(self.lines),
                "fates": {each.value: count for each, count in sorted(self.fates.items())},
                "tokens": {each.value: count for each, count in sorted(self.tokens.items())},
                "notes": {each.value: count for each, count in sorted(self.notes.items())},
                "lines": [each.as_body() for each in self.lines],
            },
            indent=1,
        )


def own_tokens(tenant: Tenant) -> tuple[str, ...]:
    """Users of a tenant who hold tokens of their own."""
    return tuple(sorted(each.user_id for each in tenant.users if each.own_tokens))
