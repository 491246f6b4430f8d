"""What changes are made of: operations with before and after, probes, undo requests, skipped records.

Attributes are named as probes name them: `support_level`, or `custom_values.shirt_size` and
`home_address.city` for one value of an object. In bodies these are nested, and an address goes to
`home_address_attributes` (API facts, §8: flat address keys are lost or refused).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from nat.agent.tools.results import PERSON_NAME, person_name
from nat.changes.plan import (
    CREATED_ID,
    SAMPLE,
    Change,
    Operation,
    PlannedRequest,
    Probe,
    Skipped,
    Subject,
    created_by,
    value_at,
)
from nat.changes.record_state import same
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import Document, Filters, NationBuilder, Record, spelling, where
from nat.nationbuilder.bodies import Related, write_body
from nat.nationbuilder.query import index_parameters
from nat.wording import Worded, wordings

ALREADY_SO: Final = Worded("skipped.already_so")
NOT_FOUND: Final = Worded("skipped.not_found")
_CREATED_BY: Final = created_by("").rstrip("}")


def change(
    summary: str,
    parts: Iterable[Operation | Skipped],
    *,
    people: int,
    query: str = "",
    skipped: Iterable[Skipped] = (),
    warnings: Iterable[str | None] = (),
    sample: Sequence[Subject] = (),
) -> Change:
    """A change of these operations, in this order; what is `Skipped` among `parts` is left alone. Tool and
    arguments are set by `Tool.plan`. `warnings` may hold `None`."""
    found = list(parts)
    left = (*skipped, *(each for each in found if isinstance(each, Skipped)))
    warned = tuple(each for each in warnings if each)
    return Change(
        tool="",
        arguments={},
        summary=summary,
        operations=tuple(each for each in found if isinstance(each, Operation)),
        people=people,
        filter=query,
        skipped=left,
        warnings=warned,
        sample=tuple(sample[:SAMPLE]),
        words=wordings((summary, query, *warned, *(each.why for each in left))),
    )


def existing(
    v2: NationBuilder,
    resource: str,
    record_id: str,
    what: str,
    *,
    attributes: Iterable[str] = (),
    include: Iterable[str] = (),
    fields: Mapping[str, Iterable[str]] | None = None,
) -> Document:
    """A record as it is now; with `attributes`, these of it only. Raises `RecordNotFound`, naming it."""
    probe = Probe.of_record(f"{resource}/{record_id}", attributes)
    wanted = dict(fields or {})
    extra: dict[str, Iterable[str]] = {}
    for name, value in (probe.params or {}).items():
        target = extra if name.startswith("extra_fields") else wanted
        target[resource] = value.split(",")
    try:
        return v2.show(
            resource, record_id, include=include, fields=wanted or None, extra_fields=extra or None
        )
    except RecordNotFound:
        raise RecordNotFound(f"NationBuilder has no {what} with id {record_id}.") from None


def existing_person(v2: NationBuilder, person_id: str, attributes: Iterable[str] = ()) -> Record:
    """A person with what their name needs, and these attributes. Raises `RecordNotFound`."""
    wanted = dict.fromkeys((*PERSON_NAME, *attributes))
    return existing(v2, "signups", person_id, "person", attributes=wanted).record


def current_user(v2: NationBuilder) -> Record:
    """The person whose token this is: the author of what is written."""
    return v2.show("signups", "me", fields={"signups": PERSON_NAME}).record


def person_subject(v2: NationBuilder, person: Record) -> Subject:
    """A person as people know them."""
    return Subject("person", person.id, person_name(person), v2.panel_url("person", person.id))


def patch(
    subject: Subject,
    record: Record,
    changes: Mapping[str, object],
    *,
    switches: Mapping[str, object] | None = None,
    undo_switches: Mapping[str, object] | None = None,
) -> Operation | Skipped:
    """Change attributes of a record that was just read with them; `Skipped` when it is so already.

    `switches` are write-only values to send along (`trigger_autoresponses`), `undo_switches` those of the
    undo.
    """
    before = {name: value_at(record.attributes, name) for name in changes}
    after = {name: value for name, value in changes.items() if not same(name, before[name], value)}
    if not after:
        return Skipped(subject, ALREADY_SO)
    before = {name: before[name] for name in after}
    kind = record.type
    path = f"{kind}/{record.id}"
    return Operation(
        key=f"{kind}-{record.id}",
        subject=subject,
        request=PlannedRequest(
            "PATCH", path, write_body(kind, {**nested(after), **(switches or {})}, record_id=record.id)
        ),
        before=before,
        after=after,
        probe=Probe.of_record(path, after),
        undo=(restore(record, before, switches=undo_switches),),
    )


def restore(
    record: Record, before: Mapping[str, object], *, switches: Mapping[str, object] | None = None
) -> PlannedRequest:
    """The request that gives a record its old values back; an address that it did not have is deleted."""
    attributes = nested(before)
    for name in {name.partition(".")[0] for name in before if is_address(name)}:
        if not record[name]:
            attributes[f"{name}_attributes"] = {"delete": True}
    return PlannedRequest(
        "PATCH",
        f"{record.type}/{record.id}",
        write_body(record.type, {**attributes, **(switches or {})}, record_id=record.id),
    )


def create(
    key: str,
    subject: Subject,
    resource: str,
    attributes: Mapping[str, object],
    *,
    switches: Mapping[str, object] | None = None,
    related: Related | None = None,
    natural_key: Filters | None = None,
    needs: Sequence[str] = (),
    undo: Sequence[PlannedRequest] | None = None,
    shown: Mapping[str, object] | None = None,
    by_id: bool = False,
    undone: Mapping[str, object] | None = None,
) -> Operation:
    """Make a record. `attributes` are readable ones; write-only values go into `switches`.

    `natural_key` are filters that find this record and no other: with them a crash can be cleared up.
    `undo` deletes it unless given. `shown` goes into `after` in place of the attributes, for records that a
    `natural_key` finds. `by_id` and `undone` are those of `Operation`.
    """
    if shown is not None and natural_key is None and not by_id:
        raise ValueError("What is shown instead of attributes can only be compared by a natural key.")
    if undone is not None and not by_id:
        raise ValueError("Only by its id can a record be seen to be as it is once taken back.")
    body = write_body(resource, {**nested(attributes), **(switches or {})}, related=related)
    return Operation(
        key=key,
        subject=subject,
        request=PlannedRequest("POST", resource, body),
        before=None,
        after=dict(attributes if shown is None else shown),
        probe=None if natural_key is None else index_probe(resource, natural_key),
        undo=(PlannedRequest("DELETE", f"{resource}/{CREATED_ID}"),) if undo is None else tuple(undo),
        needs=tuple(needs),
        by_id=by_id,
        undone=undone,
    )


def delete(
    subject: Subject,
    record: Record,
    attributes: Iterable[str],
    *,
    undo: Sequence[PlannedRequest] = (),
) -> Operation:
    """Delete a record that was just read, for good. `attributes` are shown as what is lost, and compared
    right before."""
    kind = record.type
    names = tuple(attributes)
    return Operation(
        key=f"{kind}-{record.id}",
        subject=subject,
        request=PlannedRequest("DELETE", f"{kind}/{record.id}"),
        before={name: value_at(record.attributes, name) for name in names},
        after=None,
        probe=Probe.of_record(f"{kind}/{record.id}", names),
        undo=tuple(undo),
    )


def index_probe(resource: str, filters: Filters) -> Probe:
    """Whether a record with these values exists. A value may be one of `created_by`: it stands as it is until
    the id is known."""
    awaited = {
        f"filter[{name}]": value
        for name, value in filters.items()
        if isinstance(value, str) and value.startswith(_CREATED_BY)
    }
    known = {name: value for name, value in filters.items() if f"filter[{name}]" not in awaited}
    return Probe(resource, {**dict(index_parameters(filters=known, page_size=1)), **awaited}, index=True)


def nested(values: Mapping[str, object]) -> dict[str, object]:
    """Values as a body has them: `name.key` inside of its object, addresses as `…_address_attributes`."""
    attributes: dict[str, object] = {}
    objects: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        column, _, key = name.partition(".")
        if not key:
            attributes[name] = value
            continue
        place = f"{column}_attributes" if is_address(name) else column
        objects.setdefault(place, {})[key] = value
    return attributes | objects


def is_address(name: str) -> bool:
    """Whether an attribute is one value of an address, such as `home_address.city`."""
    column, _, key = name.partition(".")
    return bool(key) and column.endswith("_address")


def free_slug(v2: NationBuilder, resource: str, name: str) -> str:
    """A slug from a name that no record of this kind has: it is how one that Nat made is known again."""
    words = "".join(each if each.isascii() and each.isalnum() else " " for each in name.lower()).split()
    slug = "_".join(words)[:50].strip("_") or resource.removesuffix("s")
    taken = {
        each.text("slug") for each in v2.read_all(resource, filters={"slug": where("prefix", slug)}).records
    }
    candidates = (slug if number == 1 else f"{slug}_{number}" for number in range(1, len(taken) + 2))
    return next(each for each in candidates if each not in taken)


def require_name(given: str, actual: str) -> None:
    """The name that was confirmed must be the record's, in any case. Raises `BadRequest`."""
    if spelling.folded(given) != spelling.folded(actual):
        raise BadRequest(Worded("refused.other_name", actual=actual, given=given))


def require_number(given: int, actual: int, what: str) -> None:
    """A number that was confirmed (people, cents) must be what it is now. Raises `BadRequest`."""
    if given != actual:
        raise BadRequest(Worded("refused.other_number", what=what, actual=actual, given=given))


def number_of(count: int, one: str, many: str | None = None) -> str:
    """`1 person`, `23 people`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def number_of_people(count: int) -> str:
    """`1 person`, `23 people`."""
    return number_of(count, "person", "people")
