"""JSON:API documents of the V2 API as frozen values: records, included records, pages.

Shapes from the vendor's V2 core concepts: relationships carry `links.related` and, when sideloaded, `data`;
sideloaded records lie in the top-level `included`. The OpenAPI document does not describe relationships in
answers, so nothing here requires them. Links may be absolute or root-relative.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

TARGETS: Final[Mapping[str, str]] = {
    "signup": "signups",
    "author": "signups",
    "recruiter": "signups",
    "point_person": "signups",
    "first_signup": "signups",
    "second_signup": "signups",
    "tag": "signup_tags",
    "page": "pages",
    "site": "sites",
    "path": "paths",
    "current_step": "path_steps",
    "membership_type": "membership_types",
    "donation_tracking_code": "donation_tracking_codes",
    "automation": "automations",
    "survey_question": "survey_questions",
    "survey_question_possible_response": "survey_question_possible_responses",
}
"""Types behind foreign keys: a sideloaded record is found by `<name>_id` where V2 leaves out the relation's
`data`."""

_SHOW_PATH: Final = re.compile(r"/api/v2/([a-z_]+)/(\d+)$")


@dataclass(frozen=True)
class Reference:
    """Type and id of a related record."""

    type: str
    id: str


@dataclass(frozen=True)
class Record:
    """One resource object. Attributes that were not asked for are absent."""

    type: str
    id: str
    attributes: Mapping[str, object] = field(default_factory=dict, repr=False)
    relationships: Mapping[str, object] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Any:
        """An attribute, or None: every attribute may be null or left out."""
        return self.attributes.get(name)

    def text(self, name: str) -> str:
        """An attribute as stripped text; empty when null."""
        value = self.attributes.get(name)
        return "" if value is None else str(value).strip()

    def integer(self, name: str) -> int:
        """A whole number such as cents; 0 when null."""
        value = self.attributes.get(name)
        return int(value) if isinstance(value, int | float | str) and value != "" else 0

    def moment(self, name: str) -> datetime | None:
        """A date-time in UTC; None when null."""
        return read_moment(self.attributes.get(name))

    def day(self, name: str) -> date | None:
        """A date; None when null."""
        value = self.attributes.get(name)
        return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None

    def references(self, name: str) -> tuple[Reference, ...]:
        """What a relationship points to: from its `data`, or from a to-one `links.related`."""
        relation = self.relationships.get(name)
        if not isinstance(relation, Mapping):
            return ()
        data = relation.get("data")
        if isinstance(data, Mapping):
            data = [data]
        if isinstance(data, list):
            return tuple(Reference(str(each["type"]), str(each["id"])) for each in data)
        related = (relation.get("links") or {}).get("related")
        href = related.get("href") if isinstance(related, Mapping) else related
        found = _SHOW_PATH.search(urlsplit(href).path) if isinstance(href, str) else None
        return (Reference(found[1], found[2]),) if found else ()

    def related_id(self, name: str) -> str | None:
        """Id behind a to-one relationship, else the foreign key `<name>_id`."""
        references = self.references(name)
        if references:
            return references[0].id
        key = self.attributes.get(f"{name}_id")
        return None if key is None else str(key)


class Included:
    """Sideloaded records, found by type and id."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._records = {(record.type, record.id): record for record in records}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def one(self, record: Record, name: str) -> Record | None:
        """The sideloaded record behind a to-one relationship."""
        return next(iter(self.many(record, name)), None)

    def many(self, record: Record, name: str) -> tuple[Record, ...]:
        """The sideloaded records behind a relationship, in its order."""
        references = record.references(name)
        if not references and name in TARGETS and record[f"{name}_id"] is not None:
            references = (Reference(TARGETS[name], str(record[f"{name}_id"])),)
        found = (self._records.get((each.type, each.id)) for each in references)
        return tuple(each for each in found if each is not None)

    def joined(self, other: "Included") -> "Included":
        """Both together."""
        return Included([*self, *other])


@dataclass(frozen=True)
class Document:
    """One record with what was sideloaded."""

    record: Record
    included: Included = field(default_factory=Included)

    def one(self, name: str) -> Record | None:
        """The sideloaded record behind a to-one relationship of the record."""
        return self.included.one(self.record, name)

    def many(self, name: str) -> tuple[Record, ...]:
        """The sideloaded records behind a to-many relationship of the record."""
        return self.included.many(self.record, name)


@dataclass(frozen=True)
class Page:
    """One page of an index. `total` only if it was asked for: a page says nothing about the whole."""

    records: tuple[Record, ...]
    included: Included = field(default_factory=Included)
    total: int | None = None
    has_next: bool = False

    @property
    def complete(self) -> bool:
        """Whether this page is all there is.

        V2 may give a next link on the last page too, so the total decides when it is known.
        """
        return len(self.records) >= self.total if self.total is not None else not self.has_next


@dataclass(frozen=True)
class Collection:
    """What a bounded reading of all pages found. `complete` False: the bound cut it off."""

    records: tuple[Record, ...]
    included: Included
    total: int | None
    complete: bool


def read_moment(value: object) -> datetime | None:
    """An ISO 8601 date-time as UTC. None for null and for what is no date-time."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def read_record(data: Mapping[str, Any]) -> Record:
    """A resource object. Raises `KeyError` or `TypeError` for anything else."""
    return Record(
        str(data["type"]),
        str(data["id"]),
        data.get("attributes") or {},
        data.get("relationships") or {},
    )


def read_included(body: Mapping[str, Any]) -> Included:
    """The `included` part of a document."""
    return Included(read_record(each) for each in body.get("included") or ())


def read_document(body: Mapping[str, Any]) -> Document:
    """A show, create or update answer. Raises `KeyError` or `TypeError` for anything else."""
    return Document(read_record(body["data"]), read_included(body))


def read_page(body: Mapping[str, Any], number: int) -> Page:
    """An index answer to page `number`. Raises `KeyError` or `TypeError` for anything else."""
    data: Sequence[Mapping[str, Any]] = body["data"]
    if not isinstance(data, list):
        raise TypeError("An index answer holds a list.")
    count = ((body.get("meta") or {}).get("stats") or {}).get("total") or {}
    return Page(
        tuple(read_record(each) for each in data),
        read_included(body),
        int(count["count"]) if count.get("count") is not None else None,
        bool(data) and _leads_on((body.get("links") or {}).get("next"), number),
    )


def _leads_on(link: object, number: int) -> bool:
    """Whether a `next` link, absolute or root-relative, leads to a later page than `number`."""
    href = link.get("href") if isinstance(link, Mapping) else link
    if not isinstance(href, str) or not href:
        return False
    pages = parse_qs(urlsplit(href).query).get("page[number]")
    return not pages or not pages[-1].isdecimal() or int(pages[-1]) > number
