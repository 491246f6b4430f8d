"""Recording, correcting and deleting donations. V2 only keeps the record: no card is charged, no money moves.

V2 needs an amount, a payment type and a donor (API facts, §8). It has no list of payment types: a name is
taken when it is one of NationBuilder's own, or when some donation of the nation has it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from nat.agent.tool import Effect, tool
from nat.agent.tools.changing.given_person import GivenPerson, given_person
from nat.agent.tools.changing.moments import PastMoment, falls_on, in_words, past_moment
from nat.agent.tools.changing.person_fields import check_custom_fields, read_custom_values
from nat.agent.tools.changing.planning import change, create, delete, existing, patch
from nat.agent.tools.money import find_code
from nat.agent.tools.parameters import Parameters, RecordId, Text
from nat.agent.tools.results import PERSON_FIELDS, money, person_name
from nat.changes.plan import Change, Subject
from nat.errors import BadRequest
from nat.nationbuilder import Document, Filters, NationBuilder, Record, between, where
from nat.nationbuilder.periods import day_start
from nat.wording import Worded, enumerated, field_name

PAYMENT_TYPES: Final = (
    "Cash", "Check", "Credit Card", "Money Order", "EFT", "In-Kind", "Wire Transfer", "Other", "Square",
    "ActBlue", "Google Pay", "Apple Pay",
)  # fmt: skip
"""NationBuilder's own names (API facts, §8)."""

_MOST_CENTS: Final = 9_999_999_999
_LONGEST_NOTE: Final = 10_000
_STAMPS: Final = ("succeeded_at", "pending_at", "failed_at", "canceled_at")
"""What V2 derives a donation's status from."""
_ATTRIBUTES: Final = {
    "amount_cents": "amount_in_cents",
    "payment_type_name": "payment_type_name",
    "received_at": "succeeded_at",
    "pending_at": "pending_at",
    "failed_at": "failed_at",
    "canceled_at": "canceled_at",
    "check_number": "check_number",
    "tracking_code": "donation_tracking_code_id",
    "note": "note",
    "is_private": "is_private",
    "employer": "employer",
    "occupation": "occupation",
}
_LOST: Final = (
    "amount_in_cents", "status", "succeeded_at", "payment_type_name", "check_number", "note", "signup_id",
    "pledge_id",
)  # fmt: skip

Amount = Annotated[int, Field(strict=True, ge=1, le=_MOST_CENTS)]
"""Whole cents, more than none."""

Note = Annotated[str, Field(max_length=_LONGEST_NOTE)]
ShortText = Annotated[str, Field(max_length=255)]
PaymentType = Annotated[Text, Field(description="Cash, Check, Credit Card, EFT, Wire Transfer, In-Kind…")]


class DonationChanges(Parameters):
    amount_cents: Amount | None = None
    payment_type_name: PaymentType | None = None
    received_at: PastMoment | None = None
    pending_at: PastMoment | None = None
    failed_at: PastMoment | None = None
    canceled_at: PastMoment | None = None
    check_number: ShortText | None = None
    tracking_code: Annotated[Text | None, Field(description="Slug, name or id")] = None
    note: Note | None = None
    is_private: bool | None = None
    employer: ShortText | None = None
    occupation: ShortText | None = None
    custom_values: Annotated[dict[str, object] | None, Field(description="By slug")] = None


@tool(
    group="money",
    effect=Effect.WRITE,
    label="Recording a donation",
    endpoints=(
        "POST /donations",
        "PATCH /signups/push",
        "POST /signups",
        "GET /donations",
        "GET /donation_tracking_codes",
        "GET /pledges/{id}",
        "GET /signups",
        "GET /signups/{id}",
    ),
    sends=True,
    undo="deletes the donation",
)
def record_donation(
    v2: NationBuilder,
    *,
    person_id: RecordId | None = None,
    first_name: Annotated[Text | None, Field(description="Donor without person_id")] = None,
    last_name: Text | None = None,
    email: Text | None = None,
    amount_cents: Amount,
    payment_type_name: PaymentType,
    received_at: Annotated[PastMoment | None, Field(description="Default: now")] = None,
    check_number: ShortText | None = None,
    tracking_code: Annotated[Text | None, Field(description="Slug, name or id")] = None,
    note: Note | None = None,
    is_private: bool | None = None,
    pledge_id: Annotated[RecordId | None, Field(description="The pledge it pays")] = None,
    send_receipt: Annotated[bool, Field(description="Only if the person asked: emails the donor")] = False,
) -> Change:
    """Record a gift that came in offline, from somebody known or new. No card is charged."""
    donor = given_person(v2, person_id=person_id, first_name=first_name, last_name=last_name, email=email)
    if send_receipt and not donor.email:
        raise BadRequest(Worded("refused.no_email", name=donor.subject.name))
    moment = past_moment(v2, received_at or v2.now().isoformat(), Worded("refused.gift_date"))
    values: dict[str, object] = {
        "amount_in_cents": amount_cents,
        "payment_type_name": _payment_type(v2, payment_type_name),
        "succeeded_at": moment,
        "check_number": check_number,
        "donation_tracking_code_id": find_code(v2, tracking_code).id if tracking_code else None,
        "note": note,
        "is_private": is_private,
        "pledge_id": pledge_id,
    }
    given = {name: value for name, value in values.items() if value not in (None, "")}
    day = datetime.fromisoformat(moment).astimezone(v2.zone).date()
    twin_key: Filters = {
        "signup_id": donor.reference,
        "amount_in_cents": amount_cents,
        "succeeded_at": between(day_start(day, v2.zone), day_start(day + timedelta(days=1), v2.zone)),
    }
    twins = v2.index("donations", filters=twin_key, page_size=3).records if donor.id else ()
    operation = create(
        "donation",
        donor.subject,
        "donations",
        {"signup_id": donor.reference, **given},
        switches={"send_donor_receipt": send_receipt},
        # With one like it already there, an index cannot tell whether a second one was made.
        natural_key=None if twins else twin_key,
        needs=donor.needs,
        shown={**({"signup_id": donor.id} if donor.id else {}), **given},
        by_id=True,
    )
    return change(
        Worded(
            "change.record_donation_and_tell" if send_receipt else "change.record_donation",
            amount=money(amount_cents),
            name=donor.subject.name,
            kind=given["payment_type_name"],
            day=in_words(datetime.fromisoformat(moment)),
        ),
        [*donor.made(), operation],
        people=1,
        warnings=[
            donor.warning,
            Worded(
                "warning.twin_donation",
                name=donor.subject.name,
                amount=money(amount_cents),
                ids=", ".join(each.id for each in twins),
            )
            if twins
            else None,
            _pledge_warning(v2, pledge_id, donor, amount_cents) if pledge_id else None,
            Worded("warning.receipt") if send_receipt else None,
        ],
    )


@tool(
    group="money",
    effect=Effect.WRITE,
    label="Correcting a donation",
    endpoints=(
        "PATCH /donations/{id}",
        "GET /donations/{id}",
        "GET /donations",
        "GET /donation_tracking_codes",
        "GET /custom_fields",
    ),
    undo="patches back the old values",
)
def update_donation(
    v2: NationBuilder,
    *,
    donation_id: RecordId,
    changes: Annotated[
        DonationChanges, Field(description="null clears; canceled_at cancels it, and refunds nothing")
    ],
) -> Change:
    """Correct the record of a donation: amount, dates, payment, code, note. For another donor, delete it and
    record it anew. Moves no money."""
    given = changes.model_dump(exclude_unset=True)
    values = _read_changes(v2, given)
    found, subject = _donation(v2, donation_id, values)
    values |= _as_recorded(v2, given, found.record)
    stamps = {name: values.get(name, found.record[name]) for name in _STAMPS}
    if not any(stamps.values()):
        raise BadRequest("A donation needs one of received_at, pending_at, failed_at and canceled_at.")
    return change(
        Worded("change.update_donation", fields=_changed_words(values), name=subject.name),
        [patch(subject, found.record, values)],
        people=1,
        warnings=[Worded("warning.no_refund") if values.get("canceled_at") else None],
    )


@tool(
    group="money",
    effect=Effect.DESTRUCTIVE,
    label="Deleting a donation",
    endpoints=("DELETE /donations/{id}", "GET /donations/{id}"),
)
def delete_donation(
    v2: NationBuilder,
    *,
    donation_id: RecordId,
    confirm_amount: Annotated[int, Field(strict=True, description="Its amount in cents, as read")],
) -> Change:
    """Permanently delete the record of a donation. This cannot be undone, and refunds nothing."""
    found, subject = _donation(v2, donation_id, _LOST)
    actual = found.record.integer("amount_in_cents")
    if confirm_amount != actual:
        raise BadRequest(
            Worded(
                "refused.donation_amount",
                donation=donation_id,
                actual=money(actual),
                given=money(confirm_amount),
            )
        )
    return change(
        Worded("change.delete_donation", name=subject.name),
        [delete(subject, found.record, _LOST)],
        people=1,
        warnings=[Worded("warning.donation_lost")],
    )


def _donation(
    v2: NationBuilder, donation_id: str, attributes: Mapping[str, object] | tuple[str, ...]
) -> tuple[Document, Subject]:
    """A donation with these attributes, and what it is called: amount and donor."""
    names = dict.fromkeys(("amount_in_cents", "signup_id", "first_name", "last_name", *_STAMPS, *attributes))
    found = existing(
        v2,
        "donations",
        donation_id,
        "donation",
        attributes=names,
        include=("signup",),
        fields=PERSON_FIELDS,
    )
    donor, donor_id = found.one("signup"), found.record.related_id("signup")
    own_name = f"{found.record.text('first_name')} {found.record.text('last_name')}".strip()
    name = person_name(donor) if donor else own_name or "an unknown donor"
    url = v2.panel_url("person", donor_id) if donor_id else None
    cents = found.record.integer("amount_in_cents")
    return found, Subject("donation", donation_id, f"{money(cents)} from {name}", url)


def _read_changes(v2: NationBuilder, given: Mapping[str, object]) -> dict[str, object]:
    """Changes as V2 names them, checked. Raises `BadRequest` and `RecordNotFound`."""
    if not given:
        raise BadRequest(Worded("refused.nothing_to_change"))
    for name in ("amount_cents", "payment_type_name", "is_private"):
        if name in given and given[name] is None:
            raise BadRequest(f"`{name}` cannot be cleared.")
    values = {_ATTRIBUTES[name]: value or None for name, value in given.items() if name in _ATTRIBUTES}
    if "is_private" in given:
        values["is_private"] = given["is_private"]
    if "payment_type_name" in values:
        values["payment_type_name"] = _payment_type(v2, str(values["payment_type_name"]))
    for name in _STAMPS:
        if values.get(name):
            words = Worded("refused.gift_date") if name == "succeeded_at" else field_name(name)
            values[name] = past_moment(v2, str(values[name]), words)
    if given.get("tracking_code"):
        values["donation_tracking_code_id"] = find_code(v2, str(given["tracking_code"])).id
    if given.get("custom_values"):
        custom = read_custom_values(given["custom_values"])
        check_custom_fields(v2, custom, "Donation")
        values |= custom
    if not values:
        raise BadRequest(Worded("refused.nothing_to_change"))
    return values


def _as_recorded(v2: NationBuilder, given: Mapping[str, object], record: Record) -> dict[str, object]:
    """Stamps as they are, of which only the day was given that they lie on."""
    return {
        stamp: record[stamp]
        for name, stamp in _ATTRIBUTES.items()
        if stamp in _STAMPS and given.get(name) and falls_on(v2, record[stamp], str(given[name]))
    }


def _payment_type(v2: NationBuilder, name: str) -> str:
    """The payment type as NationBuilder spells it. Raises `BadRequest` for one that it does not know."""
    known = {each.casefold(): each for each in PAYMENT_TYPES}
    if name.casefold() in known:
        return known[name.casefold()]
    used = v2.index(
        "donations",
        filters={"payment_type_name": where("eq", name)},
        fields={"donations": ("payment_type_name",)},
        page_size=1,
    ).records
    if used:
        return used[0].text("payment_type_name")
    raise BadRequest(Worded("refused.payment_type", name=name[:60], types=", ".join(PAYMENT_TYPES)))


def _pledge_warning(v2: NationBuilder, pledge_id: str, donor: GivenPerson, amount_cents: int) -> str | None:
    """A warning when more is paid than is owed. Raises `BadRequest` for somebody else's pledge."""
    pledge = existing(
        v2, "pledges", pledge_id, "pledge", attributes=("signup_id", "amount_left_in_cents")
    ).record
    if donor.id is None or pledge.related_id("signup") != donor.id:
        raise BadRequest(f"Pledge {pledge_id} is not one of {donor.subject.name}. See list_pledges.")
    left = pledge.integer("amount_left_in_cents")
    return Worded("warning.pledge_left", amount=money(left)) if amount_cents > left else None


def _changed_words(values: Mapping[str, object]) -> str:
    words = {name: field_name(name) for name in values}
    if "amount_in_cents" in values:
        words["amount_in_cents"] = Worded(
            "field.new_amount", amount=money(int(str(values["amount_in_cents"])))
        )
    return enumerated(list(words.values()))
