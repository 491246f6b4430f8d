"""How tools shape what they found: items with id, name and URL, the filter in words, honest counts, links."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from nat.agent.tool import ToolOutcome
from nat.contract.events import Link
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import Condition, Filter, Filters, Included, NationBuilder, Page, Record, between
from nat.nationbuilder.periods import Span, begins_day
from nat.parallel import together

Item = dict[str, Any]

PERSON_NAME: Final = ("full_name", "first_name", "last_name", "signup_type")
"""Attributes that `person_name` needs."""
PERSON_FIELDS: Final[Mapping[str, Sequence[str]]] = {"signups": PERSON_NAME}
_LINKED_RECORDS: Final = 5
_LONG_TEXT: Final = 600


def item(**values: object) -> Item:
    """The values that are there: null, empty texts and empty lists are left out."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {})}


def person_name(person: Record) -> str:
    """A display name. Names are nullable everywhere, organisations use them in the same way."""
    full = person.text("full_name") or f"{person.text('first_name')} {person.text('last_name')}".strip()
    return full or f"{'Organisation' if person['signup_type'] == 1 else 'Person'} {person.id}"


def person(v2: NationBuilder, found: Record | None, person_id: str | None = None) -> Item | None:
    """A person in another record: id, name, URL. Only id and URL if the person was not sideloaded."""
    if found is not None:
        return item(id=found.id, name=person_name(found), panel_url=v2.panel_url("person", found.id))
    if person_id is None:
        return None
    return item(id=person_id, name=f"Person {person_id}", panel_url=v2.panel_url("person", person_id))


def related_person(v2: NationBuilder, record: Record, included: Included, name: str) -> Item | None:
    """The person behind a relationship such as `signup` or `author`."""
    return person(v2, included.one(record, name), record.related_id(name))


def page_url(v2: NationBuilder, page: Record | None) -> str | None:
    """URL of a web page, and so of an event or a petition, in the control panel."""
    if page is None or page["site_id"] is None:
        return None
    return v2.panel_url("page", page.id, site_id=str(page["site_id"]))


def local(v2: NationBuilder, moment: datetime | None) -> str | None:
    """A moment on the nation's clock, to the minute, with its offset."""
    return moment.astimezone(v2.zone).isoformat(timespec="minutes") if moment else None


def long_text(value: str, longest: int = _LONG_TEXT) -> str:
    """A text from a record, cut with a mark."""
    return value if len(value) <= longest else f"{value[:longest]}… [cut]"


def money(cents: int) -> str:
    """Cents as an amount: V2 does not say in which currency."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"


def given(**filters: Filter) -> Filters:
    """The filters that were given: None means that one was not asked for."""
    return {name: value for name, value in filters.items() if value is not None}


def whole_between(low: int | None, high: int | None) -> Condition | None:
    """A range of cents or numbers of people, both ends included; None if it has no end. Raises `BadRequest`
    for one in which nothing can lie."""
    if low is not None and high is not None and high < low:
        raise BadRequest(f"Nothing is at least {low} and at most {high}: the range ends before it begins.")
    return between(low, high, includes_end=True)


def noted(*notes: str | None) -> str | None:
    """The notes that there are, as one."""
    return " ".join(each for each in notes if each) or None


AS_SPELT: Final = "Compared as spelt: accents count. Another spelling, or a part of it, may find something."


def as_spelt(text: str | None, found: Sequence[object]) -> str | None:
    """Where nothing was found of a text, how it was compared: nothing is to be concluded from a spelling."""
    return AS_SPELT if text and not found else None


def amount_words(low: int | None, high: int | None, what: str = "") -> str | None:
    """A range of cents in words, `more than 100.00`; None if it has no end. Both ends are included, so one
    cent beyond a whole amount is how "more than" and "less than" are asked for."""
    parts = []
    if low is not None:
        parts.append(f"more than {money(low - 1)}" if low % 100 == 1 else f"at least {money(low)}")
    if high is not None:
        parts.append(f"less than {money(high + 1)}" if high % 100 == 99 else f"at most {money(high)}")
    return f"{what} {' and '.join(parts)}".strip() if parts else None


def in_words(subject: str, *parts: str | None) -> str:
    """A filter in words: `donations; status succeeded; this_week (2026-11-16 to 2026-11-22)`."""
    return "; ".join([subject, *(part for part in parts if part)])


def span_words(v2: NationBuilder, span: Span, what: str = "") -> str | None:
    """A span in words, with its dates on the nation's clock; None for all time."""
    if span.start is None and span.end is None:
        return None
    start = _edge(v2, span.start, last=False)
    end = _edge(v2, span.end, last=True)
    if start and end:
        dates = start if start == end else f"{start} to {end}"
    else:
        dates = f"from {start}" if start else f"until {end}"
    text = f"{span.name} ({dates})" if span.name else dates
    return f"{what} {text}".strip()


def span_data(v2: NationBuilder, span: Span) -> Item:
    """A span as data: from (inclusive), before (exclusive)."""
    return item(name=span.name, **{"from": local(v2, span.start)}, before=local(v2, span.end))


def _edge(v2: NationBuilder, moment: datetime | None, *, last: bool) -> str:
    if moment is None:
        return ""
    clock = moment.astimezone(v2.zone)
    if not begins_day(clock):
        return clock.isoformat(timespec="minutes")
    return (clock.date() - timedelta(days=1) if last else clock.date()).isoformat()


def listed(
    v2: NationBuilder,
    items: Sequence[Item],
    *,
    query: str,
    total: int | None,
    complete: bool,
    links: Iterable[Link] = (),
    **more: object,
) -> ToolOutcome:
    """A list of records. `query` says in words what was looked for; `more` are further figures."""
    records = [_link(each) for each in items]
    shown = [link for link in records if link is not None] if len(records) <= _LINKED_RECORDS else []
    return ToolOutcome(
        data={**_head(v2, query), **item(**more), "items": list(items)},
        returned=len(items),
        total=total,
        complete=complete,
        links=tuple({link.url: link for link in (*links, *shown)}.values()),
    )


def counted(
    v2: NationBuilder,
    total: int,
    *,
    query: str,
    links: Iterable[Link] = (),
    complete: bool = True,
    **more: object,
) -> ToolOutcome:
    """Only a number, and what it counts."""
    return ToolOutcome(
        data={**_head(v2, query), **item(**more), "count": total, "items": []},
        returned=0,
        total=total,
        complete=complete,
        links=tuple(links),
    )


def single(
    v2: NationBuilder, found: Item, *, query: str, links: Iterable[Link] = (), **more: object
) -> ToolOutcome:
    """One record in full."""
    return listed(v2, [found], query=query, total=1, complete=True, links=links, **more)


def panel_link(v2: NationBuilder, kind: str, label: str, record_id: str | None = None) -> tuple[Link, ...]:
    """A link into the control panel, if the URL is known."""
    url = v2.panel_url(kind, record_id)
    return (Link(label, url),) if url else ()


def _link(found: Item) -> Link | None:
    """A link to a record in the control panel, else to the person it is about."""
    target = found if "panel_url" in found else found.get("person") or {}
    return (
        Link(str(target["name"]), target["panel_url"]) if "panel_url" in target and "name" in target else None
    )


def _head(v2: NationBuilder, query: str) -> Item:
    return {"query": query, "read_at": local(v2, v2.now())}


def either(reads: Sequence[Callable[[], Page]]) -> Page:
    """One page of records that fit any of several searches, each record once: V2 cannot ask for that at once.
    The total is known only if every search came back whole."""
    if len(reads) == 1:
        return reads[0]()
    pages = together(reads)
    records: dict[str, Record] = {}
    included: list[Record] = []
    for page in pages:
        records.update((record.id, record) for record in page.records)
        included.extend(page.included)
    whole = all(page.complete for page in pages)
    return Page(tuple(records.values()), Included(included), len(records) if whole else None, not whole)


_CALLED: Final[Mapping[str, str]] = {
    "signups": "person",
    "paths": "path",
    "path_steps": "step",
    "membership_types": "membership type",
    "petitions": "petition",
    "pages": "page",
}
Asked = Mapping[str, Sequence[str | None]]
"""By resource the ids that a listing was asked about; None for what was left out."""


def count_of(v2: NationBuilder, resource: str, filters: Filters, asked: Asked) -> int:
    """How many records there are. Raises `RecordNotFound` where there are none, and one of the records that
    were asked about does not exist."""
    total = v2.count(resource, filters)
    if not total:
        all_must_exist(v2, asked)
    return total


def all_must_exist(v2: NationBuilder, asked: Asked) -> None:
    """When nothing was found: are there the records that were asked about? Raises `RecordNotFound`."""
    for resource, ids in asked.items():
        for record_id in dict.fromkeys(ids):
            must_exist(v2, record_id, resource)


def must_exist(v2: NationBuilder, record_id: str | None, resource: str = "signups") -> None:
    """When nothing was found of a record: is there one? Raises `RecordNotFound`."""
    if record_id is None:
        return
    try:
        v2.show(resource, record_id, fields=PERSON_FIELDS if resource == "signups" else None)
    except RecordNotFound:
        raise RecordNotFound(f"NationBuilder has no {_CALLED[resource]} with id {record_id}.") from None
