"""Subscribing a nation: a Checkout session at Stripe."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from boto3.dynamodb.conditions import Attr

from nat.aws.store import Store
from nat.aws.writes import Delete, Put
from nat.billing.nation_row import BillingRow
from nat.billing.prices import StripePrices
from nat.billing.stripe_api import calls, close_open_pages, exists
from nat.billing.stripe_subscription import (
    LIVE,
    PERSON_KEY,
    PLAN_KEY,
    SLUG_KEY,
    WAITING,
    WEB_APP_KEY,
)
from nat.billing.sync import Synchroniser
from nat.billing.trials import Trials
from nat.errors import AlreadySubscribed, BillingError, NationBeingDeleted, PlanUnknown
from nat.ids import NationSlug, UserId
from nat.names import TTL_ATTRIBUTE, Table
from nat.nations.plans import Plan, Plans
from nat.wording import Worded

CUSTOMER_KEPT: Final = timedelta(days=3)
"""How long the customer of a nation that has not paid yet is remembered: a session lives for one day."""
SUCCESS_PATH: Final = "/setup/billing?session={CHECKOUT_SESSION_ID}"
"""Stripe fills the braces (docs.stripe.com/payments/checkout/custom-success-page)."""
CANCEL_PATH: Final = "/setup/plans"


@dataclass(frozen=True)
class Subscriber:
    """Who subscribes which nation. A `stranger` has nothing to do with a nation that is there already: their
    page is as if it were not, and `Synchroniser` ends what they buy."""

    nation_slug: NationSlug
    user_id: UserId
    email: str | None = None
    stranger: bool = False


@dataclass(frozen=True)
class CheckoutPage:
    """Where the person pays. `trial_days` is 0 for a nation that had a subscription before, also one that
    was deleted since."""

    session_id: str
    url: str
    plan: str
    trial_days: int


class Checkout:
    """Makes Checkout sessions."""

    def __init__(self, store: Store, synchroniser: Synchroniser, plans: Plans) -> None:
        self._store = store
        self._synchroniser = synchroniser
        self._stripe = synchroniser.stripe
        self._trials = Trials(store)
        self._plans = plans
        self._prices = StripePrices(synchroniser.stripe)

    def begin(self, subscriber: Subscriber, plan_name: str, app_url: str) -> CheckoutPage:
        """A page on which the person subscribes the nation. Sessions that were begun before are closed.

        Raises `PlanUnknown`, `AlreadySubscribed` for a nation whose subscription is not over,
        `NationBeingDeleted`, `BillingUnavailable`.
        """
        plan = self._sold(plan_name)
        slug = subscriber.nation_slug
        customer_id = self._customer(subscriber)
        self._refuse_deleted(slug)
        had_one = self._refuse_second(subscriber, customer_id)
        price_id = self._prices.of(plan)
        first = subscriber.stranger or not (had_one or self._trials.used(slug))
        trial_days = plan.trial_days if first else 0
        metadata = {
            SLUG_KEY: slug,
            PLAN_KEY: plan.name,
            PERSON_KEY: subscriber.user_id,
            WEB_APP_KEY: app_url,
        }
        subscription: dict[str, object] = {"metadata": metadata}
        if trial_days:
            subscription |= {
                "trial_period_days": trial_days,
                "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
            }
        # One open page for a nation: who pays on an older one as well would pay twice.
        close_open_pages(self._stripe, customer_id, slug)
        params: dict[str, object] = {
            "mode": "subscription",
            "customer": customer_id,
            "client_reference_id": slug,
            "line_items": [{"price": price_id, "quantity": 1}],
            "metadata": metadata,
            "subscription_data": subscription,
            "success_url": f"{app_url}{SUCCESS_PATH}",
            "cancel_url": f"{app_url}{CANCEL_PATH}",
        }
        with calls():
            session = self._stripe.v1.checkout.sessions.create(params=params)  # type: ignore[arg-type] # built above
        try:
            self._refuse_deleted(slug)  # the deletion closes pages that are there when it begins
        except NationBeingDeleted:
            with calls():
                self._stripe.v1.checkout.sessions.expire(session.id)
            raise
        if session.url is None:
            raise BillingError(Worded("form.no_checkout"))
        return CheckoutPage(session.id, session.url, plan.name, trial_days)

    def _sold(self, name: str) -> Plan:
        plan = self._plans.get(name)
        if plan is None or plan.legacy:
            raise PlanUnknown
        return plan

    def _refuse_second(self, subscriber: Subscriber, customer_id: str) -> bool:
        """Whether the nation had a subscription before. Raises `AlreadySubscribed`."""
        found = self._synchroniser.of_customer(subscriber.nation_slug, customer_id)
        if any(each.status in LIVE or each.status in WAITING for each in found):
            raise AlreadySubscribed
        row = self._row(subscriber)
        return bool(found) or (row is not None and row.values["subscription_id"] is not None)

    def _refuse_deleted(self, nation_slug: NationSlug) -> None:
        row = self._synchroniser.storage.rows.read(nation_slug)
        if row is not None and row.being_deleted:
            raise NationBeingDeleted

    def _row(self, subscriber: Subscriber) -> BillingRow | None:
        """The nation's row, as far as it concerns who subscribes."""
        if subscriber.stranger:
            return None
        return self._synchroniser.storage.rows.read(subscriber.nation_slug)

    def _customer(self, subscriber: Subscriber) -> str:
        """The nation's customer at Stripe: of its record, else of an earlier attempt, else a new one."""
        row = self._row(subscriber)
        if row is not None and row.customer_id is not None and exists(self._stripe, row.customer_id):
            return row.customer_id
        # Of a slug without a record everybody may claim to subscribe it: nobody shares a customer, or closes
        # the page of somebody else.
        key = f"stripe-customer#{subscriber.nation_slug}#{subscriber.user_id}"
        kept = self._store.get(Table.ONCE, {"key": key})
        if kept is not None:
            customer_id = str(kept["customer_id"])
            if exists(self._stripe, customer_id):
                return customer_id
            self._store.write(Delete(Table.ONCE, {"key": key}, when=Attr("customer_id").eq(customer_id)))
        params: dict[str, object] = {"metadata": {SLUG_KEY: subscriber.nation_slug}}
        if subscriber.email:
            params["email"] = subscriber.email
        with calls():
            made = self._stripe.v1.customers.create(params=params)  # type: ignore[arg-type] # built above
        return self._kept(key, made.id)

    def _kept(self, key: str, customer_id: str) -> str:
        """Remember a new customer; of two made at once the first one stays."""
        row = {
            "key": key,
            "customer_id": customer_id,
            TTL_ATTRIBUTE: int((self._store.clock() + CUSTOMER_KEPT).timestamp()),
        }
        if self._store.write(Put(Table.ONCE, row, when=Attr("key").not_exists())):
            return customer_id
        kept = self._store.get(Table.ONCE, {"key": key})
        return customer_id if kept is None else str(kept["customer_id"])
