"""Billing on the Stripe stand-in and the embedded AWS, for tests: a nation that pays, and its events."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe import StripeClient

from local.stripe import RunningStripe
from local.stripe.webhooks import signature
from nat.audit.entry import AuditKind
from nat.audit.log import Audit, Filter
from nat.aws import clients
from nat.aws.store import Store
from nat.billing.checkout import CheckoutPage, Subscriber
from nat.billing.meters import Meters
from nat.billing.reconcile import Reconciliation
from nat.billing.services import Billing
from nat.billing.stripe_api import client
from nat.billing.stripe_event import StripeEvent, verify
from nat.billing.usage_alerts import UsageAlerts
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.plans import UNLIMITED, Plan, Plans
from nat.nations.record import Nation, Nations
from nat.settings import TableNames
from tests.unit.nat.world import rows

PLANS = Plans(
    [
        Plan("nat", 2900, 500, "hard", title="Nat", trial_days=14),
        Plan("nat_pro", 7900, UNLIMITED, "soft", title="Nat Pro", trial_days=0),
        Plan("starter", 4900, 500, "soft", 1, title="Starter", legacy=True),
    ]
)
GRACE = timedelta(days=7)
APP = "https://app.example.org"


@dataclass
class Shop:
    """Stripe, and Nat's billing that talks to it. Its clock is the stand-in's."""

    stripe: RunningStripe
    tables: TableNames
    billing: Billing
    client: StripeClient
    rounds: Reconciliation

    @classmethod
    def open(cls, stripe: RunningStripe, tables: TableNames) -> "Shop":
        """Billing on given tables."""
        vendor = client("sk_test_nat", stripe.base_url)

        def clock() -> datetime:
            return datetime.fromtimestamp(stripe.state.store.clock.second, UTC)

        store = Store(clients.dynamodb(), tables, clock)
        billing = Billing.of(store, PLANS, vendor, grace=GRACE)
        rounds = Reconciliation(billing.synchroniser, Meters(store, vendor), UsageAlerts(store, PLANS))
        return cls(stripe, tables, billing, vendor, rounds)

    @property
    def now(self) -> datetime:
        """The stand-in's time."""
        return datetime.fromtimestamp(self.stripe.state.store.clock.second, UTC)

    def begin(self, plan: str = "nat", slug: str = "demo", user: str = "ada") -> CheckoutPage:
        """Begin a Checkout."""
        return self.billing.checkout.begin(
            Subscriber(NationSlug(slug), UserId(user), f"{user}@example.org"), plan, APP
        )

    def subscribe(self, plan: str = "nat_pro", slug: str = "demo", card: str = "ok") -> str:
        """Subscribe a nation and take every event; gives the subscription's id."""
        page = self.begin(plan, slug)
        session = self.stripe.complete(page.session_id, card)
        self.take_all()
        return str(session["subscription"])

    def take_all(self) -> None:
        """Take every event that happened, oldest first; those that were taken before are known."""
        for event in self.stripe.events():
            self.billing.webhooks.take(notified(event))

    def nation(self, slug: str = "demo") -> Nation:
        """The record."""
        return Nations(Store(clients.dynamodb(), self.tables)).require(NationSlug(slug))

    def standing(self, slug: str = "demo") -> dict[str, Any]:
        """Everything in the nation's row that follows from billing, without counters and times of writing."""
        row = self.billing.synchroniser.storage.rows.read(NationSlug(slug))
        nation = self.nation(slug)
        assert row is not None
        return {
            **row.values,
            "created_at": nation.created_at,
            "period_start": nation.billing_period_start,
            "anchor_day": nation.billing_anchor_day,
            "used": nation.queries_used_this_period,
            "owner": row.owner,
            "pending": row.pending,
        }

    def customer(self, slug: str = "demo") -> str:
        """The nation's customer at Stripe."""
        found = self.nation(slug).stripe_customer_id
        assert found is not None
        return found

    def announced(self) -> list[dict[str, Any]]:
        """Announcements that wait for the bus, in the order they were made."""
        found = [
            (item["item"]["S"], item["event"]["S"], json.loads(item["detail"]["S"]))
            for item in rows(self.tables, Table.CONNECTIONS)
            if "event" in item
        ]
        return [{"event": event, **detail} for _, event, detail in sorted(found, key=lambda each: each[0])]

    def audited(self, slug: str = "demo", kind: AuditKind = AuditKind.BILLING_CHANGED) -> list[str]:
        """Summaries of the audit log's entries of one kind, oldest first."""
        page = Audit(Store(clients.dynamodb(), self.tables)).page(
            NationSlug(slug), Filter(kind=kind), limit=100
        )
        return [entry.summary for entry in page.entries][::-1]


def notified(event: dict[str, Any]) -> StripeEvent:
    """What the webhook makes of an event: the real way, through a signed body."""
    text = json.dumps(event)
    return verify(text.encode(), signature(text, "whsec_test"), ("whsec_test",))
