"""Billing's part of a nation's row: written in one place, in the order in which Stripe was read.

Two deliveries may read Stripe at the same time and write in the other order. So each reading takes a number
from the row before it asks Stripe (`billing_reads`), and a write holds only while no later reading has been
written (`billing_synced`). What happened to Stripe before a reading began is in that reading, so the last
written state is one that was read after the last event was known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row, moment
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Update
from nat.billing.entitlement import Entitlement
from nat.ids import NationSlug, UserId
from nat.names import NATIONS_BY_CUSTOMER, Table
from nat.nations.record import SubscriptionStatus

_ATTRIBUTES: Final = {
    "status": "subscription_status",
    "plan": "subscription_plan",
    "queries_limit": "queries_limit",
    "customer_id": "stripe_customer_id",
    "subscription_id": "stripe_subscription_id",
    "past_due_until": "billing_past_due_until",
    "cancel_at": "billing_cancel_at",
    "trial_end": "billing_trial_end",
    "period_end": "billing_period_end",
}
"""Attributes of the row by fields of a standing. The period's start and the count belong to
`nations.usage`."""
_UNAUDITED: Final = "billing_unaudited"
"""Changes that are not in the audit log yet, the oldest first."""
_TIMES: Final = ("past_due_until", "cancel_at", "trial_end", "period_end")


@dataclass(frozen=True)
class Pending:
    """A change that is stored and not yet in the audit log. `id` names it there."""

    id: str
    summary: str
    details: Mapping[str, object]


@dataclass(frozen=True)
class BillingRow:
    """Billing's part of the row. `reading` is the number that this reading of Stripe may write under."""

    nation_slug: NationSlug
    reading: int
    synced: int
    values: Mapping[str, Any]
    pending: tuple[Pending, ...] = ()
    owner: str | None = None
    being_deleted: bool = False

    @property
    def customer_id(self) -> str | None:
        """Stripe's customer."""
        found: str | None = self.values.get("customer_id")
        return found

    def differs(self, standing: Entitlement) -> bool:
        """Whether the row says something else."""
        return self.values != values_of(standing)


@dataclass(frozen=True)
class Write:
    """What one write does beside setting the standing."""

    pending: Pending | None = None
    entries: Sequence[Entry] = field(default=())


class BillingRows:
    """Billing's part of the rows of all nations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, nation_slug: NationSlug) -> BillingRow | None:
        """The row, with the number of a new reading; `None` when the nation has no record."""
        item = self._store.updated(
            Update(
                Table.NATIONS,
                {"nation_slug": nation_slug},
                default={"billing_synced": 0},
                add={"billing_reads": 1},
                when=Attr("nation_slug").exists(),
            )
        )
        return None if item is None else _row(item, item["billing_reads"])

    def read(self, nation_slug: NationSlug, reading: int = 0) -> BillingRow | None:
        """The row as it is, strongly consistent."""
        item = self._store.get(Table.NATIONS, {"nation_slug": nation_slug})
        return None if item is None else _row(item, reading)

    def write(self, row: BillingRow, standing: Entitlement, now: datetime, doing: Write) -> bool:
        """Store the standing of `row.reading`. False, and nothing changed, if the row was written since."""
        change: dict[str, object] = {"billing_synced": row.reading}
        if row.differs(standing):
            change["updated_at"] = now
            change |= {_ATTRIBUTES[name]: value for name, value in values_of(standing).items()}
        synced = Attr("billing_synced")
        update = Update(
            Table.NATIONS,
            {"nation_slug": row.nation_slug},
            set=change,
            append={} if doing.pending is None else {_UNAUDITED: [vars(doing.pending)]},
            when=synced.eq(row.synced) & synced.lt(row.reading),
        )
        try:
            self._store.transact([update, *doing.entries])
        except Cancelled:
            return False
        return True

    def audited(self, nation_slug: NationSlug, pending: Pending) -> None:
        """The oldest pending change is in the audit log now; nothing happens if somebody else said so."""
        oldest = f"{_UNAUDITED}[0]"
        self._store.write(
            Update(
                Table.NATIONS,
                {"nation_slug": nation_slug},
                remove=(oldest,),
                when=Attr(f"{oldest}.id").eq(pending.id),
            )
        )

    def claim_owner(self, nation_slug: NationSlug, user_id: UserId) -> bool:
        """Note who subscribed the nation first. True for the first one, also when asked again."""
        first = Attr("billing_subscriber")
        return self._store.write(
            Update(
                Table.NATIONS,
                {"nation_slug": nation_slug},
                set={"billing_subscriber": user_id},
                when=first.not_exists() | first.eq(user_id),
            )
        )

    def by_subscription(self, *, customer_id: str, subscription_id: str) -> str | None:
        """The nation whose record names this subscription: one that came from before slugs were kept at
        Stripe. From an index, so a moment behind."""
        rows = self._store.query(
            Table.NATIONS, Key("stripe_customer_id").eq(customer_id), index=NATIONS_BY_CUSTOMER
        )
        found = [row["nation_slug"] for row in rows if row.get("stripe_subscription_id") == subscription_id]
        return found[0] if len(found) == 1 else None


def values_of(standing: Entitlement) -> dict[str, object]:
    """The fields of a standing that the row keeps."""
    return {name: getattr(standing, name) for name in _ATTRIBUTES}


def _row(item: Row, reading: int) -> BillingRow:
    values: dict[str, Any] = {name: item.get(attribute) for name, attribute in _ATTRIBUTES.items()}
    for name in _TIMES:
        values[name] = None if values[name] is None else moment(values[name])
    values["status"] = SubscriptionStatus(values["status"] or "none")
    return BillingRow(
        nation_slug=item["nation_slug"],
        reading=reading,
        synced=item.get("billing_synced", 0),
        values=values,
        pending=tuple(Pending(**each) for each in item.get(_UNAUDITED, ())),
        owner=item.get("billing_subscriber"),
        being_deleted="being_deleted" in item,
    )
