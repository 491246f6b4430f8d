"""Everything that happened with one person, merged by date."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import Limit, Moment, RecordId, since_until
from nat.agent.tools.results import (
    PERSON_FIELDS,
    Item,
    in_words,
    item,
    listed,
    local,
    long_text,
    money,
    panel_link,
    person,
    person_name,
    span_words,
)
from nat.nationbuilder import Collection, Filter, Included, NationBuilder, Record, between
from nat.parallel import both, together

READ_AT_MOST: Final = 500
"""Entries of one kind: nobody reads further back, and it bounds the requests."""

Kind = Literal["contacts", "donations", "tags", "memberships", "paths", "petitions", "surveys"]
Describe = Callable[[Record, Included], str]


@dataclass(frozen=True)
class _Source:
    """Where one kind of entry comes from. The first of `dates` that is set is an entry's date."""

    name: str
    resource: str
    describe: Describe
    include: Sequence[str] = ()
    dates: Sequence[str] = ("created_at",)


def _author(record: Record, included: Included) -> str:
    author = included.one(record, "author")
    return f" by {person_name(author)}" if author else ""


def _contact(record: Record, included: Included) -> str:
    outcome = record.text("contact_status").replace("_", " ")
    head = record.text("contact_method").replace("_", " ") or "contact"
    text = long_text(record.text("content"), 300)
    return (
        f"{head}{_author(record, included)}{f', {outcome}' if outcome else ''}{f': {text}' if text else ''}"
    )


def _donation(record: Record, _included: Included) -> str:
    return f"{money(record.integer('amount_in_cents'))}, {record.text('status') or 'status unknown'}"


def _tagging(record: Record, included: Included) -> str:
    tag = included.one(record, "tag")
    return f"tagged {tag.text('name')}" if tag else "tagged"


def _membership(record: Record, included: Included) -> str:
    kind = included.one(record, "membership_type")
    expires = f", expires {record['expires_on']}" if record["expires_on"] else ""
    return f"{kind.text('name') if kind else 'membership'}, {record.text('status')}{expires}"


def _journey(record: Record, included: Included) -> str:
    path, step = included.one(record, "path"), included.one(record, "current_step")
    at = f", at {step.text('name')}" if step else ""
    return (
        f"path {path.text('name') if path else record.text('path_id')}, {record.text('journey_status')}{at}"
    )


def _signature(record: Record, included: Included) -> str:
    page, comment = included.one(record, "page"), long_text(record.text("comment"), 300)
    name = page.text("name") if page else f"petition {record.text('petition_id')}"
    return f"signed {name}{f': {comment}' if comment else ''}"


def _answer(record: Record, included: Included) -> str:
    question = included.one(record, "survey_question")
    choice = included.one(record, "survey_question_possible_response")
    answer = choice.text("name") if choice else record.text("content")
    return f"{question.text('content') if question else 'survey'}: {long_text(answer, 300) or 'skipped'}"


SOURCES: Final[Mapping[Kind, _Source]] = {
    "contacts": _Source("contact", "contacts", _contact, ("author",)),
    "donations": _Source("donation", "donations", _donation, (), ("succeeded_at", "created_at")),
    "tags": _Source("tag", "signup_taggings", _tagging, ("tag",)),
    "memberships": _Source(
        "membership", "memberships", _membership, ("membership_type",), ("started_at", "created_at")
    ),
    "paths": _Source("path", "path_journeys", _journey, ("path", "current_step")),
    "petitions": _Source("petition", "petition_signatures", _signature, ("page",)),
    "surveys": _Source(
        "survey",
        "survey_question_responses",
        _answer,
        ("survey_question", "survey_question_possible_response"),
    ),
}


@tool(
    group="people",
    effect=Effect.READ,
    label="Reading a person's history",
    endpoints=(
        "GET /contacts",
        "GET /donations",
        "GET /signup_taggings",
        "GET /memberships",
        "GET /path_journeys",
        "GET /petition_signatures",
        "GET /survey_question_responses",
        "GET /signups/{id}",
    ),
)
def get_person_timeline(
    v2: NationBuilder,
    *,
    person_id: RecordId,
    since: Moment | None = None,
    kinds: Annotated[list[Kind] | None, Field(description="All if left out")] = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """One dated history of a person, newest first: contacts, donations, tags, memberships, paths, petitions,
    survey answers."""
    span = since_until(v2, since)
    chosen = list(dict.fromkeys(kinds or SOURCES))
    whose, readings = both(
        partial(v2.show, "signups", person_id, fields=PERSON_FIELDS),
        partial(
            together,
            [partial(_read, v2, SOURCES[kind], person_id, span.start) for kind in chosen],
            at_once=len(SOURCES),
        ),
    )
    dated: list[tuple[datetime, Item]] = []
    counts: dict[str, int] = {}
    complete = True
    for kind, reading in zip(chosen, readings, strict=True):
        source = SOURCES[kind]
        complete = complete and reading.complete
        entries = [(_date(record, source.dates), record) for record in reading.records]
        kept = [(at, record) for at, record in entries if at is not None and span.contains(at)]
        counts[kind] = len(kept)
        dated.extend((at, _entry(v2, source, record, reading.included, at)) for at, record in kept)
    dated.sort(key=lambda pair: pair[0], reverse=True)
    found = whose.record
    return listed(
        v2,
        [entry for _, entry in dated[:limit]],
        query=in_words(f"history of {person_name(found)}", ", ".join(chosen), span_words(v2, span)),
        total=len(dated) if complete else None,
        complete=complete and len(dated) <= limit,
        links=panel_link(v2, "person", person_name(found), found.id),
        person=person(v2, found),
        counts=counts,
    )


def _read(v2: NationBuilder, source: _Source, person_id: str, since: datetime | None) -> Collection:
    """All entries of one kind. Kinds dated by when they were entered are cut off by V2, the others by us."""
    filters: dict[str, Filter] = {"signup_id": person_id}
    if since is not None and source.dates == ("created_at",):
        filters["created_at"] = between(since)
    return v2.read_all(
        source.resource,
        max_records=READ_AT_MOST,
        filters=filters,
        include=source.include,
        sort=("-created_at",),
    )


def _date(record: Record, dates: Sequence[str]) -> datetime | None:
    return next((moment for name in dates if (moment := record.moment(name)) is not None), None)


def _entry(v2: NationBuilder, source: _Source, record: Record, included: Included, at: datetime) -> Item:
    return item(
        id=record.id,
        at=local(v2, at),
        kind=source.name,
        summary=source.describe(record, included),
        amount_cents=record["amount_in_cents"] if source.name == "donation" else None,
    )
