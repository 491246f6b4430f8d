"""Changes to try: tagging, editing, contacting and deleting people of the stand-in's second nation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.store import Nation
from nat.changes.executor import ProgressPace, commit
from nat.changes.journal import JournalEntry
from nat.changes.plan import (
    CREATED_ID,
    Change,
    Operation,
    PlannedRequest,
    Probe,
    Subject,
    created_by,
)
from nat.changes.report import ChangeReport
from nat.changes.undo import undo
from nat.contract.events import Event
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.bodies import write_body
from tests.unit.nat.changes.kept import NOW, KeptJournal

SLUG = "harbor"
QUICK = ProgressPace(batch=7, settle=0.0, poll=0.01, process=5.0, sleep=lambda _: None)


@dataclass
class Bench:
    """One nation of the stand-in, with everything a commit needs."""

    server: RunningNationBuilder
    nation: NationBuilder
    slug: str
    events: list[Event] = field(default_factory=list)

    @property
    def stored(self) -> Nation:
        """The nation as the stand-in keeps it."""
        return self.server.nation(self.slug)

    @contextmanager
    def in_los_angeles(self, now: datetime) -> Iterator[NationBuilder]:
        """The nation as one with a time zone of its own, at a moment."""
        token = self.server.access_token(self.slug)
        with NationBuilder(
            self.slug,
            token=lambda: token,
            base_url=self.server.base_url,
            time_zone="America/Los_Angeles",
            now=lambda: now,
        ) as nation:
            yield nation

    def people(self, count: int, start: int = 0) -> list[str]:
        """Ids of some people."""
        return list(self.stored["signups"].rows)[start + 1 : start + 1 + count]

    def person(self, signup_id: str) -> dict[str, Any]:
        """A person's row as it is now."""
        return dict(self.stored["signups"].rows[signup_id])

    def new_tag(self, name: str) -> str:
        """A tag that nobody carries."""
        return self.nation.create("signup_tags", {"name": name}).record.id

    def carriers(self, tag: str) -> list[str]:
        """Who carries a tag, as often as they do."""
        rows = self.stored["signup_taggings"].where("tag_id", tag)
        return sorted((str(row["signup_id"]) for row in rows), key=int)

    def contacts(self, signup_id: str, text: str) -> int:
        """How many contacts with this note a person has."""
        rows = self.stored["contacts"].where("signup_id", signup_id)
        return sum(row["content"] == text for row in rows)

    def commit(self, change: Change, journal: KeptJournal, **changes: Any) -> ChangeReport:
        """Commit, with patience for nothing."""
        settings: dict[str, Any] = {"stopped": lambda: False, "pace": QUICK, "v2": self.nation}
        return commit(change, journal=journal, emit=self.events.append, **{**settings, **changes})

    def undo(
        self, change: Change, committed: KeptJournal, journal: KeptJournal, **changes: Any
    ) -> ChangeReport:
        """Take back what a journal says was done."""
        entries: dict[str, JournalEntry] = committed.entries
        settings: dict[str, Any] = {
            "stopped": lambda: False,
            "pace": QUICK,
            "v2": self.nation,
            "now": NOW,
        }
        return undo(change, entries, journal=journal, emit=self.events.append, **{**settings, **changes})


@contextmanager
def bench(server: RunningNationBuilder, slug: str) -> Iterator[Bench]:
    """A bench on a running stand-in."""
    token = server.access_token(slug)
    with NationBuilder(slug, token=lambda: token, base_url=server.base_url, timeout=(2.0, 5.0)) as nation:
        yield Bench(server, nation, slug)


def tagging(people: Sequence[str], tag: str, *, probed: bool = True) -> Change:
    """Tag some people, one request each."""
    return Change(
        "bulk_tag_people",
        {"tag": tag},
        f"Tag {len(people)} people",
        tuple(
            Operation(
                key=each,
                subject=Subject("person", each, f"Person {each}"),
                request=PlannedRequest(
                    "POST",
                    "signup_taggings",
                    write_body("signup_taggings", {"signup_id": each, "tag_id": tag}),
                ),
                before=None,
                after={"tag_id": tag},
                probe=Probe("signup_taggings", {"filter[signup_id]": each, "filter[tag_id]": tag}, index=True)
                if probed
                else None,
                undo=(PlannedRequest("DELETE", f"signup_taggings/{CREATED_ID}"),),
            )
            for each in people
        ),
        people=len(people),
    ).frozen()


def renaming(people: Sequence[dict[str, Any]], employer: str, *, attribute: str = "employer") -> Change:
    """Set one attribute of some people, given as rows."""
    return Change(
        "bulk_update_people",
        {attribute: employer},
        f"Set the {attribute} of {len(people)} people",
        tuple(
            Operation(
                key=str(row["id"]),
                subject=Subject("person", str(row["id"]), "A person"),
                request=_patch(row["id"], {attribute: employer}),
                before={attribute: row[attribute]},
                after={attribute: employer},
                probe=Probe(f"signups/{row['id']}", attributes=(attribute,)),
                undo=(_patch(row["id"], {attribute: row[attribute]}),),
            )
            for row in people
        ),
        people=len(people),
    ).frozen()


def contacting(signup_id: str, text: str) -> Change:
    """Log a contact: a create that nothing can prove."""
    attributes = {"signup_id": signup_id, "content": text, "contact_method": "phone_call"}
    return Change(
        "log_contact",
        {},
        "Log a contact",
        (
            Operation(
                key="contact",
                subject=Subject("person", signup_id, "A person"),
                request=PlannedRequest("POST", "contacts", write_body("contacts", attributes)),
                before=None,
                after={"content": text},
                undo=(PlannedRequest("DELETE", f"contacts/{CREATED_ID}"),),
            ),
        ),
        people=1,
    ).frozen()


def _patch(signup_id: Any, attributes: dict[str, Any]) -> PlannedRequest:
    return PlannedRequest(
        "PATCH", f"signups/{signup_id}", write_body("signups", attributes, record_id=str(signup_id))
    )


def tagging_anew(people: Sequence[str], name: str) -> Change:
    """Make a tag and tag some people with it: the taggings name a tag that has no id yet."""
    made = Operation(
        key="tag",
        subject=Subject("tag", None, name),
        request=PlannedRequest("POST", "signup_tags", write_body("signup_tags", {"name": name})),
        before=None,
        after={"name": name},
        probe=Probe("signup_tags", {"filter[name]": name}, index=True),
        undo=(PlannedRequest("DELETE", f"signup_tags/{CREATED_ID}"),),
    )
    taggings = tagging(people, created_by("tag"))
    operations = (made, *(replace(each, needs=("tag",)) for each in taggings.operations))
    return replace(taggings, operations=operations).frozen()
