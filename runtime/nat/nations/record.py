"""The nation record: who pays, for what, how much is used, and whether NationBuilder is connected."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypedDict

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase

from nat.aws.items import Row, moment
from nat.aws.store import Store
from nat.aws.writes import Put, Update, unchanged
from nat.errors import NationUnknown
from nat.ids import NationSlug
from nat.names import Table
from nat.roles import Role

if TYPE_CHECKING:
    from nat.changes.policy import StoredPolicy


class SubscriptionStatus(StrEnum):
    """What Stripe's status means for Nat. Only the first two may use it."""

    ACTIVE = "active"
    TRIALING = "trialing"
    CANCELLED = "cancelled"
    NONE = "none"

    @property
    def usable(self) -> bool:
        """True while the nation may use Nat."""
        return self in (SubscriptionStatus.ACTIVE, SubscriptionStatus.TRIALING)


class Joiners(StrEnum):
    """What somebody becomes who proves to NationBuilder that they use the nation's control panel.

    NationBuilder does not tell whether a person may change anything, so they begin by
    looking unless the nation says otherwise."""

    VIEWER = "viewer"
    MEMBER = "member"
    ASK = "ask"
    """An admin lets them in."""


class StoredBudgets(TypedDict, total=False):
    """Queries a period in a nation's record, by role and by user id."""

    roles: Mapping[str, int]
    people: Mapping[str, int]


class Nation(msgspec.Struct, frozen=True):
    """One NationBuilder account that uses Nat. The billing unit: everybody in it shares one query pool.

    `time_zone` is an IANA name and decides what "this week" means. `policy` sets allow, ask or deny per class
    of tool and per tool; it can be stricter than a role, never looser. `billing_anchor_day` is the day of the
    month that periods start on, kept because a period that starts on 28 February may stem from the 31st.
    `model_key_…` are set while the nation has an Anthropic key of its own (`nat.connections.model_keys`).
    `owner_id` is the member who owns the nation, `owner_provisional` while NationBuilder has not proven a
    person of its control panel, `owner_claimed_by` who claims the ownership meanwhile and `owner_mailed_at`
    when the owner was told (`nat.people.ownership`, which alone writes the four).
    `cost_micros_this_period` is what the nation's turns cost the operator, in micro-dollars;
    `cost_ceiling_cents` takes the place of the plan's ceiling where an operator has set it, and `cost_warned`
    and `cost_exhausted` say what of it people were told (`nat.nations.ceilings`).
    `joiners` says what who proves to NationBuilder that they use the control panel becomes
    (`nat.nations.settings`).
    `weekly_report` says whether its admins are mailed one (`nat.notices.weekly`).
    `nb_app` names the NationBuilder app that the nation is connected with (`nat.connections.apps`).
    `web_app` is the address of the web app that the nation was last paid for or connected from; it decides
    under which brand Nat writes to the nation's people.
    `billing_period_end` is the end of the period that the payment provider was last seen in.
    `usage_warned`, `usage_exhausted` and `fair_use_exceeded` say what of the pool people were told
    (`nat.nations.thresholds`), `budgets` what roles and people may use of it (`nat.nations.budgets`).
    `being_deleted` names the job that deletes the nation (`nat.privacy.erasure`); nobody subscribes it then.
    """

    nation_slug: NationSlug
    created_at: datetime
    updated_at: datetime
    billing_period_start: datetime
    subscription_status: SubscriptionStatus = SubscriptionStatus.NONE
    subscription_plan: str | None = None
    queries_used_this_period: int = 0
    queries_limit: int = 0
    stripe_customer_id: str | None = None
    stripe_subscription_id: str | None = None
    admin_email: str | None = None
    owner_id: str | None = None
    owner_provisional: bool = False
    nb_connected: bool = False
    nb_token_expires_at: datetime | None = None
    nb_needs_reauth: bool = False
    nb_app: str | None = None
    refresh_bucket: str | None = None
    time_zone: str = "UTC"
    policy: "StoredPolicy" = {}
    retention_days: int | None = None
    billing_anchor_day: int | None = None
    model_key_last_four: str | None = None
    model_key_stored_at: datetime | None = None
    billing_period_end: datetime | None = None
    usage_warned: str | None = None
    usage_exhausted: str | None = None
    fair_use_exceeded: str | None = None
    budgets: StoredBudgets = {}
    web_app: str | None = None
    being_deleted: str | None = None
    owner_claimed_by: str | None = None
    owner_mailed_at: datetime | None = None
    joiners: str | None = None
    cost_micros_this_period: int = 0
    cost_ceiling_cents: int | None = None
    cost_warned: str | None = None
    cost_exhausted: str | None = None
    weekly_report: bool = True

    @property
    def may_run_unattended(self) -> bool:
        """Whether work that nobody asks for at the moment may begin: an automation's run.

        It waits while the nation has no usable subscription, is not connected, or has to be connected anew,
        and may begin again as soon as that has passed. Whether a query is left is the admission's to say.
        """
        return self.subscription_status.usable and self.nb_connected and not self.nb_needs_reauth


_TIMES: Final = (
    "created_at",
    "updated_at",
    "billing_period_start",
    "billing_period_end",
    "nb_token_expires_at",
    "model_key_stored_at",
    "owner_mailed_at",
)
FIELDS: Final = Nation.__struct_fields__


def to_item(nation: Nation) -> dict[str, object]:
    """The record in plain values."""
    return {name: getattr(nation, name) for name in FIELDS}


def from_item(item: Row) -> Nation:
    """The record from plain values. Raises `TypeError` or `ValueError` for a row that is not a nation."""
    values = {name: item[name] for name in FIELDS if name in item}
    for name in _TIMES:
        if name in values:
            values[name] = moment(values[name])
    values["subscription_status"] = SubscriptionStatus(values.get("subscription_status", "none"))
    return Nation(**values)


def joiners_of(nation: Nation) -> Joiners:
    """What the nation has set."""
    return Joiners(nation.joiners or Joiners.VIEWER)


def role_of_joiners(nation: Nation) -> Role | None:
    """The role in which people join; `None` where an admin lets them in."""
    joiners = joiners_of(nation)
    return None if joiners is Joiners.ASK else Role(joiners.value)


def nation_key(nation_slug: NationSlug) -> dict[str, str]:
    """Key of a nation's record."""
    return {"nation_slug": nation_slug}


def required(row: Mapping[str, object] | None) -> Nation:
    """The record in a row that was just read. Raises `NationUnknown`."""
    if row is None:
        raise NationUnknown
    return from_item(row)


class Nations:
    """Nation records. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, nation_slug: NationSlug) -> Nation | None:
        """One record, strongly consistent."""
        row = self._store.get(Table.NATIONS, {"nation_slug": nation_slug})
        return None if row is None else from_item(row)

    def require(self, nation_slug: NationSlug) -> Nation:
        """One record. Raises `NationUnknown`."""
        nation = self.get(nation_slug)
        if nation is None:
            raise NationUnknown
        return nation

    def get_many(self, nation_slugs: Iterable[str]) -> dict[str, Nation]:
        """The records that exist, by slug, strongly consistent."""
        keys = [{"nation_slug": slug} for slug in sorted(set(nation_slugs))]
        found = self._store.get_many(Table.NATIONS, keys, consistent=True)
        return {row["nation_slug"]: from_item(row) for row in found}

    def every(self) -> Iterator[Nation]:
        """All records: a scan, for who runs the service. It costs what all nations weigh, whoever asks."""
        return map(from_item, self._store.scan(Table.NATIONS))

    def create(self, nation: Nation) -> bool:
        """Store a new record. False, and nothing changed, if the slug has one already."""
        return self._store.write(self.creating(nation))

    def creating(self, nation: Nation) -> Put:
        """Entry that stores a new record; fails if the slug has one already."""
        return Put(Table.NATIONS, to_item(nation), when=Attr("nation_slug").not_exists())

    def update(
        self,
        nation_slug: NationSlug,
        changes: Mapping[str, object],
        *,
        expected: Mapping[str, object] | None = None,
        now: datetime | None = None,
    ) -> Nation | None:
        """Set fields of an existing record (`None` removes one) and `updated_at`; gives the new record.

        `expected` names fields that must still have these values (`None`: be absent). Gives `None`, and
        changes nothing, if the record does not exist or is not as expected. Raises `ValueError` for a field
        that a nation does not have.
        """
        unknown = ({*changes} | {*(expected or {})}) - {*FIELDS}
        if unknown:
            raise ValueError(f"A nation has no {', '.join(sorted(unknown))}.")
        as_expected: ConditionBase = Attr("nation_slug").exists()
        for name, value in (expected or {}).items():
            as_expected &= unchanged(name, value)
        row = self._store.updated(
            Update(
                Table.NATIONS,
                {"nation_slug": nation_slug},
                set={**changes, "updated_at": now or self._store.clock()},
                when=as_expected,
            )
        )
        return None if row is None else from_item(row)
