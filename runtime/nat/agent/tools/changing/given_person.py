"""Somebody whom a change is for: known by id or email address, or named and not known yet.

Who is new is made by an operation of their own, and named by reference in what follows. V2 would also take
names within a donation or an RSVP, but then nothing tells whom it found or made: so nothing could be shown
before, or taken back after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from nat.agent.tools.changing.person_fields import read_changes
from nat.agent.tools.changing.planning import create, existing_person, index_probe, person_subject
from nat.agent.tools.results import PERSON_NAME, person_name
from nat.changes.plan import Operation, PlannedRequest, Subject, created_by
from nat.errors import BadRequest
from nat.nationbuilder import Filters, NationBuilder, Record, spelling, where
from nat.wording import Worded, enumerated, field_name

_KEY: Final = "person"
NAMES: Final = ("first_name", "last_name")


@dataclass(frozen=True)
class GivenPerson:
    """A person. `reference` is their id, or what stands for it until `operation` has made them; `email` is
    empty where they have none."""

    subject: Subject
    reference: str
    email: str
    operation: Operation | None = None
    warning: str | None = None

    @property
    def id(self) -> str | None:
        """Their id, if they are known."""
        return self.reference if self.operation is None else None

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the operations that must be done before they can be named."""
        return () if self.operation is None else (self.operation.key,)

    def made(self) -> tuple[Operation, ...]:
        """The operations that make them."""
        return () if self.operation is None else (self.operation,)


def given_person(
    v2: NationBuilder,
    *,
    person_id: str | None,
    first_name: str | None,
    last_name: str | None,
    email: str | None,
    phone_number: str | None = None,
    needed: Sequence[str] = (),
) -> GivenPerson:
    """The person with this id or email address, else a new one. `needed` are what a new person must have
    besides.

    Raises `RecordNotFound`, and `BadRequest` when it is not clear who is meant.
    """
    described = {
        "first_name": first_name,
        "last_name": last_name,
        "email": email,
        "phone_number": phone_number,
    }
    given = {name: value for name, value in described.items() if value is not None}
    if person_id is not None:
        if given:
            raise BadRequest("Give either person_id, or the names of somebody new, not both.")
        person = existing_person(v2, person_id, ("email",))
        return GivenPerson(person_subject(v2, person), person.id, person.text("email"))
    if not given:
        raise BadRequest("Who is it? Find the person first and give person_id, or give names and an email.")
    values = read_changes(given)
    address = str(values.get("email") or "")
    known = person_with_email(v2, address) if address else None
    if known is not None:
        warning = _other_name(known, values, address)
        return GivenPerson(person_subject(v2, known), known.id, address, warning=warning)
    missing = [name for name in needed if not values.get(name)]
    if missing or not any(values.get(name) for name in NAMES):
        lacking = enumerated([field_name(name) for name in missing or ("name",)])
        raise BadRequest(
            Worded(
                "refused.new_person_needs",
                fields=lacking,
            )
        )
    return _new(v2, values)


def person_with_email(v2: NationBuilder, email: str) -> Record | None:
    """Who has an address, in any of its places. Raises `BadRequest` when several do."""
    found = v2.index("signups", filters=_has_email(email), fields={"signups": PERSON_NAME}).records
    if len(found) > 1:
        names = ", ".join(f"{person_name(each)} (id {each.id})" for each in found)
        raise BadRequest(Worded("refused.email_of_several", people=names))
    return found[0] if found else None


def namesakes(v2: NationBuilder, values: Mapping[str, object]) -> tuple[Record, ...]:
    """A few people who have these names, in any case and spelling; nobody for somebody without a name."""
    wanted = {each: str(values[each]) for each in NAMES if values.get(each)}
    if not wanted:
        return ()
    rarest = max(wanted, key=lambda each: len(wanted[each]))
    found = spelling.named(
        v2, "signups", wanted[rarest], attribute=rarest, fields={"signups": (*PERSON_NAME, *NAMES)}
    )
    return tuple(
        each
        for each in found
        if all(spelling.folded(each.text(name)) == spelling.folded(text) for name, text in wanted.items())
    )[:3]


def _has_email(email: str) -> Filters:
    return {"with_email_address": where("eq", email)}


def _other_name(known: Record, values: dict[str, object], email: str) -> str | None:
    """A warning when the address belongs to somebody of another name."""
    actual = set(spelling.words(person_name(known)))
    said = {each for name in NAMES for each in spelling.words(str(values.get(name) or ""))}
    if said <= actual:
        return None
    return Worded("warning.other_name", email=email, name=person_name(known))


def _new(v2: NationBuilder, values: dict[str, object]) -> GivenPerson:
    name = " ".join(str(values[each]) for each in NAMES if values.get(each))
    email = str(values.get("email") or "")
    twins = namesakes(v2, values)
    others = ", ".join(f"{person_name(each)} (id {each.id})" for each in twins)
    if twins and not email:
        raise BadRequest(
            f"There is a person of this name already: {others}. Ask whether that is who is meant, and give "
            "person_id; for somebody else give an email address, or use create_person."
        )
    subject = Subject("person", None, name)
    operation = create(_KEY, subject, "signups", values)
    if email:
        request = PlannedRequest("PATCH", "signups/push", operation.request.body)
        probe = index_probe("signups", _has_email(email))
        operation = replace(operation, request=request, probe=probe, expects=201)
    return GivenPerson(
        subject,
        created_by(_KEY),
        email,
        operation,
        Worded("warning.new_namesake", name=name, people=others)
        if twins
        else f"{name} is added as a new person.",
    )
