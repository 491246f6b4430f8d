"""Billing's parts in what this process's environment names."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from nat import settings
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.billing.checkout import Checkout
from nat.billing.event_queue import StripeEventQueue
from nat.billing.meters import Meters
from nat.billing.nation_row import Pending
from nat.billing.plan_change import PlanChange
from nat.billing.reconcile import Reconciliation
from nat.billing.stripe_api import Keys, client
from nat.billing.sync import Note, Storage, Synchroniser
from nat.billing.usage_alerts import UsageAlerts
from nat.billing.webhook import Webhooks
from nat.ids import NationSlug
from nat.names import Variable
from nat.nations import plans as plans_module
from nat.settings import TableNames

if TYPE_CHECKING:
    from stripe import StripeClient

    from nat.nations.plans import Plans

STRIPE: Final = "stripe"
"""Who acted, in the audit log, when a subscription changed."""


def noting(audit: Audit) -> Note:
    """Billing changes as entries of the audit log, each once."""

    def note(nation_slug: NationSlug, pending: Pending) -> None:
        audit.append(
            nation_slug,
            AuditKind.BILLING_CHANGED,
            by=STRIPE,
            summary=pending.summary,
            details=pending.details,
            once=f"billing#{pending.id}",
        )

    return note


@dataclass(frozen=True)
class Billing:
    """Everything that changes or shows a subscription."""

    synchroniser: Synchroniser
    checkout: Checkout
    plan_change: PlanChange
    webhooks: Webhooks

    @classmethod
    def of(
        cls,
        store: Store,
        plans: "Plans",
        stripe: "StripeClient",
        *,
        grace: timedelta,
    ) -> "Billing":
        """Billing on given storage, plans and Stripe."""
        synchroniser = Synchroniser(
            stripe,
            Storage.of(store, plans),
            plans,
            grace=grace,
            note=noting(Audit(store)),
            clock=store.clock,
        )
        return cls(
            synchroniser,
            Checkout(store, synchroniser, plans),
            PlanChange(synchroniser, plans, clock=store.clock),
            Webhooks(store, synchroniser),
        )


@cache
def billing() -> Billing:
    """The billing of this process. Raises `SettingMissing`, `KeysMissing`."""
    return Billing.of(
        Store(clients.dynamodb(), TableNames.read()),
        plans_module.read(),
        client(keys().api_key, settings.read(Variable.STRIPE_URL)),
        grace=timedelta(days=int(settings.read(Variable.PAST_DUE_GRACE_DAYS))),
    )


@cache
def rounds() -> Reconciliation:
    """The rounds of this process, which alone read usage. Raises `SettingMissing`, `KeysMissing`."""
    synchroniser = billing().synchroniser
    store = Store(clients.dynamodb(), TableNames.read())
    return Reconciliation(
        synchroniser,
        Meters(store, synchroniser.stripe),
        UsageAlerts(store, plans_module.read()),
    )


@cache
def keys() -> Keys:
    """Stripe's keys, read once: a rolled key is taken up by a new process. Raises `KeysMissing`."""
    return Keys.read(clients.secrets())


@cache
def queue() -> StripeEventQueue:
    """The queue of this process. Raises `SettingMissing`."""
    return StripeEventQueue(
        clients.sqs(),
        settings.read(Variable.BILLING_QUEUE_URL),
        settings.read(Variable.BILLING_DEAD_LETTERS_URL),
    )
