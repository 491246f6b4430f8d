"""Donations, pledges and tracking codes, with the donor's totals that follow from them."""

from collections.abc import Mapping
from typing import Any, Final

from local.nationbuilder.bodies import blank
from local.nationbuilder.errors import problem
from local.nationbuilder.rules.change import Change, Rules, slug_of
from local.nationbuilder.rules.people import SLOTS, known_or_new, with_email
from local.nationbuilder.schema import PAYMENT_TYPES, Row
from local.nationbuilder.store import Nation
from local.nationbuilder.values import money

_NAMES: Final = ("first_name", "middle_name", "last_name")
_STATUSES: Final = ("canceled", "failed", "succeeded", "pending")


def status_of(values: Mapping[str, Any]) -> str | None:
    """Which of the four stamps counts: a later stage of a donation's life wins [inferred]."""
    for status in _STATUSES:
        if values.get(f"{status}_at") is not None:
            return status
    return None


def refresh_donor(nation: Nation, signup_id: str | None) -> None:
    """Set a person's donation totals from succeeded donations. A cycle is the last one's year [inferred]."""
    if nation["signups"].get(signup_id) is None or signup_id is None:
        return
    given = [row for row in nation["donations"].where("signup_id", signup_id) if row["status"] == "succeeded"]
    moments = sorted(row["succeeded_at"] for row in given)
    latest = moments[-1].year if moments else None
    cycle = [row for row in given if row["succeeded_at"].year == latest]
    nation["signups"].update(
        signup_id,
        {
            "is_donor": bool(given),
            "donations_count": len(given),
            "donations_amount_in_cents": sum(row["amount_in_cents"] for row in given),
            "donations_count_this_cycle": len(cycle),
            "donations_amount_this_cycle_in_cents": sum(row["amount_in_cents"] for row in cycle),
            "first_donated_at": moments[0] if moments else None,
            "last_donated_at": moments[-1] if moments else None,
            "donations_pledged_amount_in_cents": sum(
                row["amount_in_cents"] or 0 for row in nation["pledges"].where("signup_id", signup_id)
            ),
        },
    )


def refresh_pledge(nation: Nation, pledge_id: str | None) -> None:
    """Set what is left of a pledge after the succeeded donations that name it."""
    pledge = nation["pledges"].get(pledge_id)
    if pledge is None or pledge_id is None:
        return
    paid = sum(
        row["amount_in_cents"]
        for row in nation["donations"].where("pledge_id", pledge_id)
        if row["status"] == "succeeded"
    )
    left = max(0, (pledge["amount_in_cents"] or 0) - paid)
    nation["pledges"].update(pledge_id, {"amount_left_in_cents": left})


def _donation(change: Change) -> None:
    amount = change.get("amount_in_cents")
    if change.creating and "amount_in_cents" not in change.values:
        change.problems.append(blank("amount_in_cents"))
    elif amount is None or amount <= 0:
        change.problems.append(problem("amount_in_cents", "must be greater than 0", "greater_than"))
    _payment_type(change)
    change.values["status"] = status_of({f"{each}_at": change.get(f"{each}_at") for each in _STATUSES})
    change.values["amount"] = money(amount)
    if change.creating and change.get("signup_id") is None:
        _find_donor(change)


def _payment_type(change: Change) -> None:
    table = change.nation[PAYMENT_TYPES]
    if change.changes("payment_type_name") and change.values["payment_type_name"]:
        name = change.values["payment_type_name"].casefold()
        found = next((row for row in table.rows.values() if row["name"].casefold() == name), None)
        if found is None:
            change.problems.append(problem("payment_type_name", "is not included in the list", "inclusion"))
        else:
            change.values |= {"payment_type_id": found["id"], "payment_type_name": found["name"]}
    elif change.changes("payment_type_id"):
        named = table.get(change.values["payment_type_id"])
        change.values["payment_type_name"] = named["name"] if named else None
    elif change.creating:
        change.problems.append(blank("payment_type_name"))


def _find_donor(change: Change) -> None:
    """A donor named in the donation itself: known by email, or new."""
    email = change.get("email")
    named = {name: change.get(name) for name in _NAMES if change.get(name)}
    if not email and not {"first_name", "last_name"} & set(named):
        change.missing("signup_id")
    elif not change.problems:
        change.values["signup_id"] = known_or_new(change, email, named)["id"]


def _donation_saved(change: Change, row: Row) -> None:
    donor = change.nation["signups"].get(row["signup_id"])
    if donor is not None:
        _copy_to_donor(change, donor)
        if change.creating:
            # What the donation does not say of its donor it takes over from the person [inferred].
            known = {name: donor[name] for name in (*_NAMES, "email") if row[name] is None}
            change.nation["donations"].update(row["id"], known)
    before = change.before or {}
    for signup_id in {row["signup_id"], before.get("signup_id")}:
        refresh_donor(change.nation, signup_id)
    for pledge_id in {row["pledge_id"], before.get("pledge_id")}:
        refresh_pledge(change.nation, pledge_id)
    if change.switches.get("send_donor_receipt"):
        change.effect("donor_receipt", row, row["signup_id"], row["amount"] or "")


def _copy_to_donor(change: Change, donor: Row) -> None:
    """Names go onto the signup; an address it does not have goes to a free place of email2 to email4."""
    updates: dict[str, Any] = {
        name: change.values[name]
        for name in _NAMES
        if change.values.get(name) and change.values[name] != donor[name]
    }
    email = change.values.get("email")
    if email and not any((donor[slot] or "").casefold() == email.casefold() for slot in SLOTS):
        free = next((slot for slot in SLOTS if donor[slot] is None), None)
        if free is not None and with_email(change.nation, email) is None:
            updates[free] = email
    if updates:
        change.writes.update("signups", donor["id"], updates)


def _donation_removed(nation: Nation, row: Row) -> None:
    refresh_donor(nation, row["signup_id"])
    refresh_pledge(nation, row["pledge_id"])


def _pledge(change: Change) -> None:
    change.set_default("author_id", change.author_id)
    change.values["amount"] = money(change.get("amount_in_cents"))


def _pledge_saved(change: Change, row: Row) -> None:
    refresh_pledge(change.nation, row["id"])
    refresh_donor(change.nation, row["signup_id"])


def _pledge_removed(nation: Nation, row: Row) -> None:
    refresh_donor(nation, row["signup_id"])


def _tracking_code(change: Change) -> None:
    change.set_default("slug", slug_of(change.get("name") or ""))
    change.require_unique("slug", pointer="slug")


RULES: Final[dict[str, Rules]] = {
    "donations": Rules(prepare=_donation, saved=_donation_saved, removed=_donation_removed),
    "pledges": Rules(
        required=("amount_in_cents", "signup_id"),
        prepare=_pledge,
        saved=_pledge_saved,
        removed=_pledge_removed,
    ),
    "donation_tracking_codes": Rules(required=("name",), prepare=_tracking_code),
}
