"""Which people a change is about: ids, everyone on a list, or whom a search (also for a tag) finds.

People are read right when the change is planned, so that it holds exactly those, with their values of now.
Names are never looked up here: more than one person may have them, so a search and a question come first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tools.changing.planning import NOT_FOUND, existing
from nat.agent.tools.parameters import CentsRange, Moment, Parameters, RecordId, Text, since_until
from nat.agent.tools.people import CustomField, Flags, how_stored
from nat.agent.tools.results import PERSON_NAME, given, money, span_words, whole_between
from nat.agent.tools.tags import find_tag
from nat.changes.plan import Skipped, Subject
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import PAGE_SIZE, FieldsQuery, HasValues, NationBuilder, Record
from nat.parallel import together
from nat.wording import Worded, field_name

PEOPLE_AT_MOST: Final = 1_000
"""People in one change that takes a request for each: about two minutes within NationBuilder's rate limit."""

MEMBERS_AT_MOST: Final = 20_000
"""People on a list that is read whole, so that the change knows whom it touches and can be undone."""

PersonIds = Annotated[list[RecordId], Field(min_length=1, max_length=PEOPLE_AT_MOST)]
"""Ids of people, found by a search first."""


class PeopleSearch(Parameters):
    tag: Annotated[Text | None, Field(description="Name or id")] = None
    donated_cents: Annotated[CentsRange | None, Field(description="All gifts together")] = None
    last_donated_since: Moment | None = None
    created_since: Moment | None = None
    support_level: list[Annotated[int, Field(ge=1, le=5)]] | None = None
    flags: Flags | None = None
    custom_field: CustomField | None = None


@dataclass(frozen=True)
class ChosenPeople:
    """People with the attributes that were asked for. `missing` are ids that nobody has; `words` say whom
    this takes."""

    records: tuple[Record, ...]
    words: str
    missing: tuple[Skipped, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in order."""
        return tuple(each.id for each in self.records)


def people_by_id(
    v2: NationBuilder, person_ids: Sequence[str], attributes: Iterable[str] = ()
) -> ChosenPeople:
    """People by id, each once, in the order given. Raises `RecordNotFound` when there is none of them."""
    ids = list(dict.fromkeys(person_ids))
    at_most(len(ids), PEOPLE_AT_MOST)
    found = _read(v2, ids, attributes)
    if not found:
        raise RecordNotFound(f"NationBuilder has no person with id {', '.join(ids[:20])}.")
    missing = [each for each in ids if each not in found]
    return ChosenPeople(
        tuple(found[each] for each in ids if each in found),
        Worded("filter.ids", people=len(ids)),
        tuple(Skipped(Subject("person", each, f"Person {each}"), NOT_FOUND) for each in missing),
    )


def people_on_list(
    v2: NationBuilder, list_id: str, attributes: Iterable[str] = (), *, limit: int = PEOPLE_AT_MOST
) -> tuple[Record, ChosenPeople]:
    """A list, and everyone on it. Raises `RecordNotFound`, and `BadRequest` for more than `limit`."""
    the_list = existing(v2, "lists", list_id, "list").record
    at_most(v2.count(f"lists/{list_id}/signups"), limit)
    reading = v2.read_all(f"lists/{list_id}/signups", max_records=limit + 1, **_wanted(attributes))
    at_most(len(reading.records), limit)
    if not reading.complete:
        raise BadRequest(Worded("refused.list_changed"))
    return the_list, ChosenPeople(reading.records, Worded("filter.list", list=the_list.text("name")))


def people_found(v2: NationBuilder, search: PeopleSearch, *, limit: int = PEOPLE_AT_MOST) -> ChosenPeople:
    """Everyone whom a search finds. Raises `BadRequest` for a search without criteria, for more people than
    `limit`, and when nobody is found."""
    tag = find_tag(v2, search.tag) if search.tag else None
    spans = {
        "last_donated_at": since_until(v2, search.last_donated_since),
        "created_at": since_until(v2, search.created_since),
    }
    donated, levels = search.donated_cents, sorted(set(search.support_level or ()))
    flags = search.flags.model_dump(exclude_none=True) if search.flags else {}
    filters = given(
        tag_id=tag.id if tag else None,
        support_level=levels or None,
        donations_amount_in_cents=whole_between(donated.gte, donated.lte) if donated else None,
        custom_values=HasValues({field.slug: field.value}) if (field := search.custom_field) else None,
        **{attribute: span.condition() for attribute, span in spans.items()},
        **flags,
    )
    if not filters:
        raise BadRequest(Worded("refused.everyone"))
    criteria = (
        Worded("filter.with_tag", tag=tag.text("name")) if tag else None,
        Worded("filter.support", levels=" or ".join(map(str, levels))) if levels else None,
        _donated(donated.gte, donated.lte) if donated else None,
        *(
            field_name(name) if value else Worded("filter.not", criterion=field_name(name))
            for name, value in flags.items()
        ),
        *(
            Worded(f"filter.{attribute.removesuffix('_at')}", days=days)
            for attribute, span in spans.items()
            if (days := span_words(v2, span))
        ),
        f"{search.custom_field.slug} = {search.custom_field.value}" if search.custom_field else None,
    )
    words = Worded("filter.people", criteria=[each for each in criteria if each])
    at_most(v2.count("signups", filters), limit)
    reading = v2.read_all("signups", max_records=limit + 1, filters=filters, **_wanted(()))
    if not reading.records:
        if search.custom_field is not None:
            how_stored(v2, search.custom_field)
        raise BadRequest(Worded("refused.nobody", criteria=words))
    if not reading.complete:
        raise BadRequest(Worded("refused.people_changed"))
    return ChosenPeople(reading.records, words)


def _donated(low: int | None, high: int | None) -> str | None:
    """What people gave in all, in words; `None` without an end."""
    edges: list[Worded] = []
    if low is not None:
        more = low % 100 == 1
        edges.append(Worded("filter.more_than" if more else "filter.at_least", amount=money(low - more)))
    if high is not None:
        less = high % 100 == 99
        edges.append(Worded("filter.less_than" if less else "filter.at_most", amount=money(high + less)))
    if not edges:
        return None
    amount = edges[0] if len(edges) == 1 else Worded("filter.between", low=edges[0], high=edges[1])
    return Worded("filter.donated", amount=amount)


def taggings_of(v2: NationBuilder, person_ids: Sequence[str], tag_id: str) -> dict[str, str]:
    """Who of these carries a tag: ids of taggings by the person's id."""
    parts = [person_ids[start : start + PAGE_SIZE] for start in range(0, len(person_ids), PAGE_SIZE)]
    pages = together(
        [
            partial(
                v2.index,
                "signup_taggings",
                filters={"signup_id": list(part), "tag_id": tag_id},
                fields={"signup_taggings": ("signup_id", "tag_id")},
            )
            for part in parts
        ]
    )
    return {
        owner: tagging.id
        for page in pages
        for tagging in page.records
        if (owner := tagging.related_id("signup")) is not None
    }


def at_most(count: int, limit: int) -> None:
    """Raises `BadRequest` for more people than one change may touch."""
    if count > limit:
        raise BadRequest(Worded("refused.too_many", people=count, most=limit))


def _read(v2: NationBuilder, ids: Sequence[str], attributes: Iterable[str]) -> dict[str, Record]:
    if not ids:
        return {}
    parts = [list(ids[start : start + PAGE_SIZE]) for start in range(0, len(ids), PAGE_SIZE)]
    wanted = _wanted(attributes)
    pages = together([partial(v2.index, "signups", filters={"id": part}, **wanted) for part in parts])
    return {each.id: each for page in pages for each in page.records}


def _wanted(attributes: Iterable[str]) -> FieldsQuery:
    columns = dict.fromkeys(name.partition(".")[0] for name in (*PERSON_NAME, *attributes))
    return {"fields": {"signups": tuple(columns)}}
