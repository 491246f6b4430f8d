"""Seeded donations, pledges, tracking codes and memberships.

Guarantees, which `figures` computes and tests check: in `demo` exactly 23 people have a succeeded donation of
more than 10,000 cents. All 23 have one within the last 28 days, no other person's gifts add up to more than
10,000 cents, and none of the failed, cancelled and pending ones counts. Whichever way "donated over $100" is
read, it is these 23.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from local.nationbuilder.rules.money import refresh_donor, refresh_pledge, status_of
from local.nationbuilder.seeds import hostile
from local.nationbuilder.seeds.sower import Sower
from local.nationbuilder.store import PAYMENT_TYPE_NAMES
from local.nationbuilder.values import money

MAJOR_CENTS: Final = 10_000
SMALL_CENTS: Final = (500, 500, 1000, 1000, 1500, 2000, 2500, 3500)


@dataclass
class Treasury:
    """What donations refer to, and how much each small donor has given."""

    sower: Sower
    codes: list[str]
    page_id: str
    given: dict[str, int] = field(default_factory=dict)

    def donate(
        self, signup_id: str, cents: int, moment: datetime, stamp: str = "succeeded", **values: Any
    ) -> str:
        """One donation, stamped as succeeded, pending, failed or canceled."""
        sower = self.sower
        donor = sower.nation["signups"].rows[signup_id]
        type_id = sower.rng.choice((1, 2, 2, 2, 3, 10, 11, 12))
        stamps = {f"{stamp}_at": moment}
        if stamp == "succeeded":
            self.given[signup_id] = self.given.get(signup_id, 0) + cents
        return sower.add(
            "donations",
            moment,
            signup_id=signup_id,
            amount_in_cents=cents,
            amount=money(cents),
            status=status_of(stamps),
            first_name=donor["first_name"],
            last_name=donor["last_name"],
            email=donor["email"],
            payment_type_id=str(type_id),
            payment_type_name=PAYMENT_TYPE_NAMES[type_id - 1],
            check_number=str(1000 + sower.rng.randint(0, 8999)) if type_id == 3 else None,
            donation_tracking_code_id=sower.rng.choice([*self.codes, None]),
            page_id=self.page_id if type_id != 3 else None,
            **{**stamps, **values},
        )

    def room(self, signup_id: str) -> int:
        """How much a small donor may still give."""
        return MAJOR_CENTS - self.given.get(signup_id, 0)


def add_tracking_codes(sower: Sower, names: Sequence[str]) -> list[str]:
    """Codes by name; slugs follow."""
    return [
        sower.add(
            "donation_tracking_codes", sower.past(800, 400), name=name, slug=name.lower().replace(" ", "_")
        )
        for name in names
    ]


def add_donations(sower: Sower, treasury: Treasury, *, total: int, major: int, monthly: int) -> None:
    """About `total` donations: `major` large givers, `monthly` recurring-looking ones, many small gifts."""
    rng, rows = sower.rng, sower.nation["signups"].rows
    people = [
        each
        for each, row in rows.items()
        if row["signup_type"] == 0 and int(each) > 10 and not row["is_deceased"] and row["full_name"]
    ]
    donors = rng.sample(people, min(len(people), total // 2))
    majors, regulars, others = donors[:major], donors[major : major + monthly], donors[major + monthly :]
    for index, signup_id in enumerate(majors):
        cents = rng.choice((10_100, 12_500, 15_000, 25_000, 50_000, 100_000, 250_000))
        treasury.donate(
            signup_id, cents, sower.past(27, 1), note="Met at the dinner" if index % 5 == 0 else None
        )
        if index % 3 == 0:
            treasury.donate(signup_id, rng.choice((20_000, 30_000)), sower.past(300, 60))
    for index, signup_id in enumerate(regulars):
        cents = rng.choice((500, 500, 700, 800))
        for month in range(1, 13):
            treasury.donate(signup_id, cents, sower.at(-30 * month, 0, 0, index % 60))
        if index < 8 and treasury.room(signup_id) >= cents:
            # Charges of monthly plans run at midnight: today's have happened whenever the stand-in starts.
            treasury.donate(signup_id, cents, sower.at(0, 0, 0, 10 + index))
    exact = others[0]
    treasury.donate(exact, MAJOR_CENTS, sower.past(20, 5), note="Exactly one hundred dollars")
    _around_the_week(sower, treasury, others[1:8])
    while len(sower.nation["donations"].rows) < total - total // 18:
        signup_id, cents = rng.choice(others), rng.choice(SMALL_CENTS)
        if cents <= treasury.room(signup_id):
            treasury.donate(
                signup_id, cents, sower.past(*rng.choice(((6, 1), (30, 7), (400, 31), (900, 31))))
            )
    _not_succeeded(sower, treasury, others)
    _hostile(sower)
    for signup_id in {row["signup_id"] for row in sower.nation["donations"].rows.values()}:
        refresh_donor(sower.nation, signup_id)


def _around_the_week(sower: Sower, treasury: Treasury, donors: Sequence[str]) -> None:
    """Late on the last Sunday, early on this Monday: a week in UTC differs from one in the nation's zone."""
    monday = -sower.today.weekday()
    for index, signup_id in enumerate(donors[:4]):
        treasury.donate(signup_id, 1000 + 100 * index, sower.at(monday - 1, 22, 30 + index))
    for index, signup_id in enumerate(donors[4:]):
        treasury.donate(signup_id, 2000 + 100 * index, sower.at(monday, 0, 0, 30 + index))


def _not_succeeded(sower: Sower, treasury: Treasury, others: Sequence[str]) -> None:
    rng = sower.rng
    for index in range(len(sower.nation["donations"].rows) // 16):
        stamp = ("failed", "canceled", "pending")[index % 3]
        cents = 20_000 if index % 4 == 0 else rng.choice(SMALL_CENTS)
        treasury.donate(rng.choice(others), cents, sower.past(60 if index % 2 else 6), stamp)


def _hostile(sower: Sower) -> None:
    donations = sower.nation["donations"]
    for index, donation_id in enumerate(sower.rng.sample(list(donations.rows), 6)):
        text = (*hostile.INJECTIONS[:3], hostile.FORMULA, hostile.HTML, hostile.RIGHT_TO_LEFT)[index]
        donations.update(donation_id, {"note": text, "custom_values": {"campaign_note": text}})


def add_pledges(sower: Sower, treasury: Treasury, count: int) -> None:
    """Promises, some of them partly paid by a donation that is there already."""
    rng, nation = sower.rng, sower.nation
    paid = [each for each, row in nation["donations"].rows.items() if row["status"] == "succeeded"]
    for index in range(count):
        donation_id = rng.choice(paid)
        signup_id = nation["donations"].rows[donation_id]["signup_id"]
        cents = rng.choice((5_000, 10_000, 20_000))
        pledge_id = sower.add(
            "pledges",
            sower.past(200),
            signup_id=signup_id,
            author_id="2",
            amount_in_cents=cents,
            amount=money(cents),
            donation_tracking_code_id=rng.choice(treasury.codes),
        )
        if index % 2 and nation["donations"].rows[donation_id]["pledge_id"] is None:
            nation["donations"].update(donation_id, {"pledge_id": pledge_id})
        refresh_pledge(nation, pledge_id)
        refresh_donor(nation, signup_id)


def add_memberships(sower: Sower, types: Sequence[str], count: int) -> None:
    """Types and memberships: active, expiring within the month, in grace, expired, cancelled."""
    rng, nation = sower.rng, sower.nation
    kinds = [
        sower.add("membership_types", sower.past(900, 700), name=name, description=f"{name} membership")
        for name in types
    ]
    people = rng.sample(list(nation["signups"].rows)[10:], count)
    for index, signup_id in enumerate(people):
        status, ends = (
            ("active", rng.randint(31, 360)),
            ("active", rng.randint(1, 30)),
            ("active", rng.randint(31, 360)),
            ("grace period", -rng.randint(1, 6)),
            ("expired", -rng.randint(10, 300)),
            ("canceled", rng.randint(-200, 100)),
        )[index % 6]
        sower.add(
            "memberships",
            sower.past(700, 370),
            signup_id=signup_id,
            membership_type_id=kinds[index % len(kinds)],
            status=status,
            started_at=sower.past(700, 370),
            expires_on=None if index % 24 == 0 else sower.day(ends),
            suspended_at=sower.day(ends) if status == "expired" else None,
            status_reason="Moved away" if status == "canceled" else None,
            grace_period_num_time_periods=7,
            grace_period_time_period_type="days",
        )
