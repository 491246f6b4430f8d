"""Donations, tracking codes and pledges, as records. Totals are in `donation_summary`."""

from typing import Annotated, Final, Literal

from pydantic import Field

from nat.agent.tool import Effect, ToolOutcome, tool
from nat.agent.tools.parameters import Cents, Limit, RecordId, Text, When, span_of
from nat.agent.tools.people import ContactDetails
from nat.agent.tools.results import (
    PERSON_NAME,
    Item,
    all_must_exist,
    amount_words,
    as_spelt,
    given,
    in_words,
    item,
    listed,
    local,
    long_text,
    money,
    must_exist,
    page_url,
    panel_link,
    related_person,
    single,
    span_words,
    whole_between,
)
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import Filters, Included, NationBuilder, Record, spelling, where

Status = Literal["succeeded", "pending", "failed", "canceled"]
DonationSort = Literal["newest", "oldest", "largest", "smallest"]
PLEDGES_AT_MOST: Final = 5_000
ONE_OF_EACH: Final = ("signup", "donation_tracking_code", "page")
_SORTS: Final = {
    "newest": "-succeeded_at",
    "oldest": "succeeded_at",
    "largest": "-amount_in_cents",
    "smallest": "amount_in_cents",
}
_RELATED_FIELDS: Final = {
    "signups": PERSON_NAME,
    "pages": ("name", "slug", "site_id"),
    "donation_tracking_codes": ("name", "slug"),
}


@tool(
    group="money",
    effect=Effect.READ,
    label="Looking at donations",
    endpoints=("GET /donations", "GET /donation_tracking_codes", "GET /signups/{id}", "GET /pages/{id}"),
    finds="donations",
)
def list_donations(
    v2: NationBuilder,
    *,
    succeeded: Annotated[When | None, Field(description="When the money came in")] = None,
    person_id: RecordId | None = None,
    min_cents: Cents | None = None,
    max_cents: Cents | None = None,
    status: list[Status] | None = None,
    tracking_code: Annotated[Text | None, Field(description="Slug, name or id")] = None,
    page_id: RecordId | None = None,
    payment_type_name: Text | None = None,
    sort: DonationSort = "newest",
    limit: Limit = 20,
) -> ToolOutcome:
    """Donations one by one. Of any status, but with `succeeded` only those that succeeded, unless `status` is
    given. A row is a transaction, not a donor; for sums, donors and averages use summarize_donations."""
    span = span_of(v2, succeeded)
    if succeeded is not None:
        status = _came_in(status or ["succeeded"])
    code = find_code(v2, tracking_code) if tracking_code else None
    filters: Filters = given(
        succeeded_at=span.condition(),
        signup_id=person_id,
        amount_in_cents=whole_between(min_cents, max_cents),
        status=status or None,
        donation_tracking_code_id=code.id if code else None,
        page_id=page_id,
        payment_type_name=payment_type_name,
    )
    # Donations that never succeeded have no such date, and databases put null first in descending order.
    dated = span.start is not None or span.end is not None or status == ["succeeded"]
    order = _SORTS[sort] if dated else _SORTS[sort].replace("succeeded_at", "created_at")
    page = v2.index(
        "donations",
        filters=filters,
        include=ONE_OF_EACH,
        fields=_RELATED_FIELDS,
        sort=(order,),
        page_size=limit,
        count=True,
    )
    if not page.records:
        all_must_exist(v2, {"signups": (person_id,), "pages": (page_id,)})
    query = in_words(
        "donations",
        span_words(v2, span, "succeeded"),
        f"of person {person_id}" if person_id else None,
        amount_words(min_cents, max_cents),
        f"status {' or '.join(status)}" if status else None,
        f"tracking code {code.text('name')}" if code else None,
        f"page {page_id}" if page_id else None,
        f"paid by {payment_type_name}" if payment_type_name else None,
        f"{sort} first",
    )
    whole = page.complete
    return listed(
        v2,
        [donation(v2, each, page.included) for each in page.records],
        query=query,
        total=page.total,
        complete=whole,
        links=(
            *panel_link(v2, "finances", "Finances in the control panel"),
            *(panel_link(v2, "person", "Donor's profile", person_id) if person_id else ()),
        ),
        sum_cents=sum(each.integer("amount_in_cents") for each in page.records) if whole else None,
        note=as_spelt(payment_type_name, page.records),
    )


@tool(
    group="money",
    effect=Effect.READ,
    label="Opening a donation",
    endpoints=("GET /donations/{id}",),
    finds="donations",
)
def get_donation(
    v2: NationBuilder, *, donation_id: RecordId, include_contact_details: ContactDetails = False
) -> ToolOutcome:
    """One donation in full: donor, amount, dates, payment, tracking code, page, note, custom values."""
    found = v2.show(
        "donations",
        donation_id,
        include=(*ONE_OF_EACH, "recruiter", "author", "mailing", "membership", "pledge"),
        extra_fields={"donations": ("billing_address",)} if include_contact_details else None,
    )
    record = found.record
    data = donation(v2, record, found.included)
    data |= item(**{name: record[name] for name in _MORE_FIELDS if record[name] not in (None, "", False)})
    data |= item(
        **{name: local(v2, record.moment(name)) for name in _MORE_MOMENTS},
        note=long_text(record.text("note"), 2_000),
        custom_values=record["custom_values"],
        recruiter=related_person(v2, record, found.included, "recruiter"),
        author=related_person(v2, record, found.included, "author"),
    )
    mailing = found.one("mailing")
    data |= item(mailing=item(id=mailing.id, name=mailing.text("name")) if mailing else None)
    if include_contact_details:
        data |= item(email=record["email"], billing_address=record["billing_address"])
    return single(
        v2,
        data,
        query=f"donation {donation_id}",
        links=panel_link(v2, "finances", "Finances in the control panel"),
    )


@tool(
    group="money",
    effect=Effect.READ,
    label="Looking at tracking codes",
    endpoints=("GET /donation_tracking_codes",),
)
def list_tracking_codes(
    v2: NationBuilder,
    *,
    query: Annotated[Text | None, Field(description="Part of the name")] = None,
    limit: Limit = 20,
) -> ToolOutcome:
    """Donation tracking codes. What each brought: summarize_donations by tracking_code."""
    page = spelling.matching(v2, "donation_tracking_codes", query, sort=("name",), page_size=limit)
    return listed(
        v2,
        [_code(each) for each in page.records],
        query=in_words("tracking codes", f"name contains “{query}”" if query else None),
        total=page.total,
        complete=page.complete,
        links=panel_link(v2, "finances", "Finances in the control panel"),
        note=as_spelt(query, page.records),
    )


@tool(
    group="money",
    effect=Effect.READ,
    label="Looking at pledges",
    endpoints=("GET /pledges", "GET /signups/{id}"),
)
def list_pledges(
    v2: NationBuilder,
    *,
    person_id: RecordId | None = None,
    outstanding_only: Annotated[bool, Field(description="Only what is still owed")] = False,
    limit: Limit = 20,
) -> ToolOutcome:
    """Pledges and what is still owed, of each (newest first) and in all."""
    reading = v2.read_all(
        "pledges",
        max_records=PLEDGES_AT_MOST,
        filters=given(signup_id=person_id, amount_left_in_cents=where("gt", 0) if outstanding_only else None),
        include=("signup",),
        fields={"signups": PERSON_NAME},
        sort=("-created_at",),
    )
    if not reading.records:
        must_exist(v2, person_id)
    items = [
        item(
            id=each.id,
            name=f"Pledge of {money(each.integer('amount_in_cents'))}",
            person=related_person(v2, each, reading.included, "signup"),
            amount_cents=each.integer("amount_in_cents"),
            amount_left_cents=each.integer("amount_left_in_cents"),
            created_at=local(v2, each.moment("created_at")),
        )
        for each in reading.records[:limit]
    ]
    whole = reading.complete
    return listed(
        v2,
        items,
        query=in_words(
            "pledges",
            f"of person {person_id}" if person_id else None,
            "not yet paid in full" if outstanding_only else None,
        ),
        total=reading.total,
        complete=whole and len(items) == len(reading.records),
        links=panel_link(v2, "finances", "Finances in the control panel"),
        pledged_cents=sum(each.integer("amount_in_cents") for each in reading.records) if whole else None,
        owed_cents=sum(each.integer("amount_left_in_cents") for each in reading.records) if whole else None,
    )


def _came_in(status: list[Status]) -> list[Status]:
    """Statuses of donations whose money came in. Raises `BadRequest` for others: they have no such date, and
    would all be left out."""
    without = [each for each in status if each in ("pending", "failed")]
    if without:
        raise BadRequest(
            f"What is {' or '.join(without)} has not come in, so it has no such date. Leave `succeeded` out, "
            "or use summarize_donations, which takes the date of each status."
        )
    return status


def donation(v2: NationBuilder, record: Record, included: Included) -> Item:
    """A donation in a list. There is no confirmed URL of a single donation: the donor's profile shows it."""
    code = included.one(record, "donation_tracking_code")
    page = included.one(record, "page")
    cents = record.integer("amount_in_cents")
    donor = related_person(v2, record, included, "signup")
    own_name = f"{record.text('first_name')} {record.text('last_name')}".strip()
    return item(
        id=record.id,
        name=f"{money(cents)} from {donor['name'] if donor else own_name or 'an unknown donor'}",
        person=donor,
        amount_cents=cents,
        status=record["status"],
        succeeded_at=local(v2, record.moment("succeeded_at")),
        created_at=None if record["succeeded_at"] else local(v2, record.moment("created_at")),
        payment_type_name=record["payment_type_name"],
        tracking_code=_code(code) if code else None,
        page=item(id=page.id, name=page.text("name"), panel_url=page_url(v2, page)) if page else None,
    )


_MORE_FIELDS: Final = (
    "check_number", "employer", "occupation", "is_corporate_contribution", "is_private", "pledge_id",
    "membership_id", "import_id", "payout_id", "actblue_order_number",
)  # fmt: skip
_MORE_MOMENTS: Final = ("created_at", "updated_at", "pending_at", "failed_at", "canceled_at")


def _code(found: Record) -> Item:
    return item(id=found.id, name=found.text("name") or found.text("slug"), slug=found.text("slug"))


def find_code(v2: NationBuilder, code: str) -> Record:
    """The tracking code that a slug, name or id means. Raises `RecordNotFound`."""
    for attribute in ("slug", "name"):
        found = spelling.named(v2, "donation_tracking_codes", code, attribute=attribute)
        if found:
            return found[0]
    if code.isascii() and code.isdecimal():
        found = v2.index("donation_tracking_codes", filters={"id": code}).records
        if found:
            return found[0]
    raise RecordNotFound(f"There is no tracking code “{code}”. See list_tracking_codes.")
