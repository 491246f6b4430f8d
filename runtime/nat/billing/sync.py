"""Brings a nation's record to what its subscription at Stripe says now. Safe to run at any time, by any
number of processes, in any order."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.audit.log import Audit
from nat.audit.people import PeopleLog
from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.billing import stripe_subscription as subscriptions
from nat.billing.entitlement import Entitlement, entitlement_of
from nat.billing.nation_row import BillingRow, BillingRows, Pending, Write
from nat.billing.stripe_api import calls
from nat.billing.stripe_subscription import (
    LIVE,
    PERSON_KEY,
    WAITING,
    WEB_APP_KEY,
    StripeSubscription,
    representing,
)
from nat.connections.outbox import Outbox
from nat.errors import Internal, NotFound
from nat.ids import NationSlug, UserId
from nat.names import Bus
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations
from nat.nations.subscription import valid_slug
from nat.nations.usage import QueryPool, check_and_reset_billing_cycle_nation
from nat.people.memberships import Memberships
from nat.people.ownership import Ownership
from nat.roles import Role

if TYPE_CHECKING:
    from stripe import StripeClient


TRIES: Final = 8
PAGE: Final = 100

Note = Callable[[NationSlug, Pending], None]
"""Puts a billing change of a nation into its audit log, once for each `Pending.id`."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Storage:
    """Where records, usage, memberships and announcements are."""

    nations: Nations
    rows: BillingRows
    pool: QueryPool
    memberships: Memberships
    ownership: Ownership
    people_log: PeopleLog
    announcements: Outbox

    @classmethod
    def of(cls, store: Store, plans: Plans) -> "Storage":
        """All of it on one store."""
        return cls(
            Nations(store),
            BillingRows(store),
            QueryPool(store, plans),
            Memberships(store),
            Ownership(store),
            PeopleLog(Audit(store)),
            Outbox(store),
        )


class Synchroniser:
    """Reads subscriptions and writes records. `grace` is how long an unpaid invoice does no harm."""

    def __init__(
        self,
        stripe: "StripeClient",
        storage: Storage,
        plans: Plans,
        *,
        grace: timedelta,
        note: Note,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.stripe = stripe
        self.storage = storage
        self._plans = plans
        self._grace = grace
        self._note = note
        self._clock = clock

    def nation_of(self, subscription_id: str) -> tuple[str | None, StripeSubscription]:
        """The nation that a subscription belongs to, if any, and the subscription as it is.

        Raises `NotFound` when Stripe does not know it, `ValueError` when it has no items, `BadRequest` when
        what its metadata name is no slug.
        """
        with calls():
            found = subscriptions.read(self.stripe.v1.subscriptions.retrieve(subscription_id))
        slug = found.nation_slug
        if found.orphaned:
            return None, found
        if slug is None:
            return self.storage.rows.by_subscription(
                customer_id=found.customer_id, subscription_id=found.id
            ), found
        return valid_slug(slug), found

    def bring_up(self, nation_slug: NationSlug, known: StripeSubscription) -> Nation:
        """The nation's record as its subscriptions say. `known` is one of them, as just found. One that
        somebody bought who has nothing to do with the nation is ended, and changes nothing.

        Raises `PlanNotFound`, `BillingUnavailable`, `Internal` when the record is too busy.
        """
        for _ in range(TRIES):
            row = self.storage.rows.begin(nation_slug)
            if row is not None and self._is_strangers(row, known):
                self._end(nation_slug, known)
                return self.storage.nations.require(nation_slug)
            found = self._subscriptions(nation_slug, known, row)
            chosen = representing(found) or known
            standing = self._standing(chosen)
            if row is None:
                begun = min(each.created for each in (*found, known))
                nation = self._first(nation_slug, standing, begun, chosen.metadata.get(WEB_APP_KEY))
                self._create(nation, first_subscriber(found))
                continue
            if self._store(row, standing):
                self._warn_of_second(nation_slug, found)
                return self._settle(nation_slug, standing, found)
        raise Internal(f"The billing record of {nation_slug} is busy.")

    def subscription(self, nation_slug: NationSlug) -> StripeSubscription | None:
        """The subscription that stands for a nation now; `None` when it never had one."""
        row = self.storage.rows.read(nation_slug)
        if row is None or row.customer_id is None:
            return None
        return representing(self.of_customer(nation_slug, row.customer_id, row.values["subscription_id"]))

    def _is_strangers(self, row: BillingRow, found: StripeSubscription) -> bool:
        """Whether a subscription was bought with another customer than the nation's, by somebody else than
        its owner, though the nation has members: from a page that was open before they had, or by somebody
        who was not told that it is a customer."""
        person = found.metadata.get(PERSON_KEY)
        if person is None or found.customer_id == row.customer_id:
            return False
        members = self.storage.memberships.of_nation(row.nation_slug)
        return bool(members) and not any(
            each.user_id == person and each.role is Role.OWNER for each in members
        )

    def _end(self, nation_slug: NationSlug, bought: StripeSubscription) -> None:
        """End what a stranger bought. A trial has cost nothing; anything else is the operator's to pay
        back."""
        if bought.status not in LIVE | WAITING:
            return
        with calls():
            self.stripe.v1.subscriptions.cancel(bought.id)
        level = logging.INFO if bought.status == "trialing" else logging.ERROR
        _log.log(
            level,
            "subscription of a stranger ended",
            extra={"nation": nation_slug, "subscription": bought.id, "status": bought.status},
        )

    def _subscriptions(
        self, nation_slug: NationSlug, known: StripeSubscription, row: BillingRow | None
    ) -> list[StripeSubscription]:
        customers = {known.customer_id: known.id}
        if row is not None and row.customer_id is not None:
            customers.setdefault(row.customer_id, row.values["subscription_id"])
        return [
            each
            for customer, own in customers.items()
            for each in self.of_customer(nation_slug, customer, own)
        ]

    def of_customer(
        self, nation_slug: NationSlug, customer_id: str, own: str | None = None
    ) -> list[StripeSubscription]:
        """The nation's subscriptions with one customer, read now. `own` is one that belongs to it though its
        metadata name no nation; one customer may pay for several nations. Raises `BillingUnavailable`."""
        try:
            with calls():
                found = [
                    subscriptions.read(each)
                    for each in self.stripe.v1.subscriptions.list(
                        params={"customer": customer_id, "status": "all", "limit": PAGE}
                    ).auto_paging_iter()
                ]
        except NotFound:  # a customer that was deleted at Stripe; their subscriptions ended with them
            return []
        return [
            each
            for each in found
            if each.nation_slug == nation_slug or (each.id == own and each.nation_slug is None)
        ]

    def _standing(self, chosen: StripeSubscription) -> Entitlement:
        unpaid_since = None
        if chosen.status == "past_due":
            with calls():
                waiting = [
                    datetime.fromtimestamp(each.created, UTC)
                    for each in self.stripe.v1.invoices.list(
                        params={"subscription": chosen.id, "status": "open", "limit": PAGE}
                    ).auto_paging_iter()
                ]
            unpaid_since = min(waiting, default=None)
        return entitlement_of(
            chosen, self._plans, now=self._clock(), grace=self._grace, unpaid_since=unpaid_since
        )

    def _first(
        self, nation_slug: NationSlug, standing: Entitlement, since: datetime, web_app: str | None
    ) -> Nation:
        """A first record, which the next reading fills."""
        return Nation(
            nation_slug=nation_slug,
            created_at=since,
            updated_at=self._clock(),
            billing_period_start=standing.period_start,
            billing_anchor_day=standing.anchor_day,
            web_app=web_app,
        )

    def _create(self, nation: Nation, subscriber: str | None) -> None:
        """Store a first record; somebody else may be quicker. A nation that nobody belongs to is stored
        together with its owner: nobody is ever shut out of the nation that they just paid for."""
        vacant = subscriber is not None and not self.storage.memberships.of_nation(nation.nation_slug)
        if not (subscriber and vacant and self.storage.ownership.found(nation, UserId(subscriber))):
            self.storage.nations.create(nation)

    def _store(self, row: BillingRow, standing: Entitlement) -> bool:
        """True when this reading, or a later one, is what the row says."""
        seen: BillingRow | None = row
        while seen is not None and seen.synced < row.reading:
            if self.storage.rows.write(seen, standing, self._clock(), self._doing(seen, standing)):
                return True
            seen = self.storage.rows.read(row.nation_slug, row.reading)
        return seen is not None

    def _doing(self, row: BillingRow, standing: Entitlement) -> Write:
        if not row.differs(standing):
            return Write()
        before, after = row.values["status"], standing.status
        details = {
            "status": after.value,
            "status_before": before.value,
            "plan": standing.plan,
            "plan_before": row.values["plan"],
            "past_due_until": _said(standing.past_due_until),
            "cancel_at": _said(standing.cancel_at),
        }
        summary = f"{row.values['plan'] or 'no plan'}, {before} → {standing.plan}, {after}"
        pending = Pending(
            f"{row.reading}",
            summary,
            {name: value for name, value in details.items() if value is not None},
        )
        about = {**details, "subscription": standing.subscription_id}
        return Write(
            pending,
            (self.storage.announcements.entry(Bus.SUBSCRIPTION_CHANGED, row.nation_slug, about),),
        )

    def _settle(
        self, nation_slug: NationSlug, standing: Entitlement, found: list[StripeSubscription]
    ) -> Nation:
        """What follows a stored standing; all of it may be done again."""
        nation = check_and_reset_billing_cycle_nation(
            nation_slug, self.storage.pool, began=standing.period_start, anchor_day=standing.anchor_day
        )
        row = self.storage.rows.read(nation_slug)
        if row is None:
            return nation
        if row.owner is None and (person := first_subscriber(found)):
            self._welcome(nation_slug, UserId(person))
            self.storage.rows.claim_owner(nation_slug, UserId(person))
        if (passed := self.storage.ownership.pass_on(nation)) is not None:
            self.storage.people_log.passed_on(nation_slug, passed)
            self.storage.announcements.add(Bus.OWNERSHIP_PASSED, nation_slug, {"former": passed.former})
        for pending in row.pending:
            self._note(nation_slug, pending)
            self.storage.rows.audited(nation_slug, pending)
        return nation

    def _welcome(self, nation_slug: NationSlug, user_id: UserId) -> None:
        """Who subscribes a nation that nobody belongs to is its owner until NationBuilder proves another."""
        if not self.storage.memberships.of_nation(nation_slug):
            self.storage.ownership.welcome(nation_slug, user_id)
        nation = self.storage.nations.require(nation_slug)
        if nation.owner_provisional and nation.owner_id == user_id:
            self.storage.people_log.welcomed(nation_slug, user_id)

    @staticmethod
    def _warn_of_second(nation_slug: NationSlug, found: list[StripeSubscription]) -> None:
        live = sorted(each.id for each in found if each.status in LIVE)
        if len(live) > 1:
            _log.error("nation pays twice", extra={"nation": nation_slug, "subscriptions": live})


def first_subscriber(found: list[StripeSubscription]) -> str | None:
    """Who paid, or began a trial, first. A subscription whose first payment never came counts for nothing."""
    began = [each for each in found if each.status not in ("incomplete", "incomplete_expired")]
    first = min(began, key=lambda each: (each.created, each.id), default=None)
    return None if first is None else first.metadata.get(PERSON_KEY)


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
