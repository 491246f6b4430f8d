"""Rows of the former platform as they are: one tenant each, some of them broken.

The migration adds attributes to a row and takes none away:

    migration_state      opened: the nation's record exists; moved; superseded: another tenant is the nation
    migrated_to          the nation
    tokens_owner         `nation`: the pair belongs to the nation's path from now on
    tokens_fingerprint   which pair was handed over
    tokens_outcome       what became of the pair
    superseded_by        the tenant that became the nation
    migrated_at          when the tenant was done
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from boto3.dynamodb.conditions import Attr, ConditionBase

from nat.aws.items import Row, moment
from nat.aws.store import Store
from nat.aws.writes import Update, unchanged
from nat.ids import NationSlug, UserId
from nat.names import SLUG_PATTERN, Table

NATION: Final = "nation"
"""Value of `tokens_owner` once the pair is handed over."""
_HOST: Final = ".nationbuilder.com"
_MILLISECONDS_FROM: Final = 100_000_000_000
"""Numbers from here on are epoch milliseconds; as seconds they would lie beyond the year 5000."""


class TenantState(StrEnum):
    """How far a tenant is."""

    OPENED = "opened"
    MOVED = "moved"
    SUPERSEDED = "superseded"


class Note(StrEnum):
    """What is odd about a tenant. The report shows it; the first five keep a tenant from being moved."""

    SLUG_MISSING = "slug_missing"
    SLUG_INVALID = "slug_invalid"
    PLAN_MISSING = "plan_missing"
    """There is a subscription, and the row does not say to what."""
    PLAN_UNKNOWN = "plan_unknown"
    NATION_EXISTS = "nation_exists"
    """The nation has subscribed here by itself. Whether the tenant's people belong to it, people decide."""
    SLUG_READ = "slug_read"
    """The slug was written as an address or in capitals."""
    NO_USERS = "no_users"
    NO_ADMIN = "no_admin"
    """Nobody could own the nation: whoever proves control of it at NationBuilder first, will."""
    USER_UNREADABLE = "user_unreadable"
    ROLE_UNKNOWN = "role_unknown"
    """Taken as member."""
    DUPLICATE_USER = "duplicate_user"
    """The higher role counts."""
    DUPLICATE_EMAIL = "duplicate_email"
    """Several accounts have one address; all are moved, an address gives no rights."""
    MORE_USERS_THAN_SEATS = "more_users_than_seats"
    OWN_TOKENS = "own_tokens"
    """Users hold tokens of their own: reported, not used."""
    USAGE_UNREADABLE = "usage_unreadable"
    """Counted as none used."""
    CAP_UNREADABLE = "cap_unreadable"
    """The plan's limit counts."""
    PERIOD_UNREADABLE = "period_unreadable"
    """The period begins with the migration."""
    PEOPLE_LEFT = "people_left"
    """Of a tenant that lost its slug and never proved that the nation is its own."""
    SUBSCRIPTION_UNKNOWN = "subscription_unknown"
    """The payment provider does not know the subscription: counted as cancelled."""
    OLD_PATH_REFRESHED = "old_path_refreshed"
    """The former platform has refreshed the pair after it was handed over: its refresh job still runs."""


@dataclass(frozen=True)
class OldUser:
    """A user of a tenant."""

    user_id: UserId
    admin: bool
    email: str | None = None
    own_tokens: bool = False


@dataclass(frozen=True)
class Tenant:
    """A row in typed values; what could not be read is absent and noted."""

    tenant_id: str
    slug: str | None = None
    plan: str | None = None
    stripe_customer_id: str | None = None
    stripe_subscription_id: str | None = None
    client_id: str | None = None
    nb_connected: bool = False
    nb_connected_at: datetime | None = None
    nb_token_expires_at: datetime | None = None
    nb_needs_reauth: bool = False
    seats: int | None = None
    queries_limit: int | None = None
    queries_used: int = 0
    period_start: datetime | None = None
    created_at: datetime | None = None
    users: tuple[OldUser, ...] = ()
    notes: tuple[Note, ...] = ()
    state: TenantState | None = None
    migrated_to: str | None = None
    tokens_owner: str | None = None
    tokens_fingerprint: str | None = None
    tokens_outcome: str | None = None
    stored_expiry: object = None
    """`nb_token_expires_at` as it is stored, in whatever form: who refreshes the pair changes it."""

    @property
    def proven(self) -> bool:
        """Whether NationBuilder was ever connected: then the nation is this tenant's."""
        return self.nb_connected or self.nb_connected_at is not None


class Tenants:
    """The table of tenants."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> Iterator[Tenant]:
        """Every tenant, strongly consistent: a whole scan, for an operator's command only."""
        return map(_stored, self._store.scan(Table.TENANTS))

    def get(self, tenant_id: str) -> Tenant | None:
        """One tenant, strongly consistent."""
        row = self._store.get(Table.TENANTS, {"tenant_id": tenant_id})
        return None if row is None else _stored(row)

    def opening(
        self, tenant_id: str, nation_slug: NationSlug, tokens_outcome: str | None, now: datetime
    ) -> Update:
        """Entry that makes a tenant a nation; fails if it has become one already. With an outcome, nothing is
        left to do after it."""
        state = TenantState.OPENED if tokens_outcome is None else TenantState.MOVED
        done = {} if tokens_outcome is None else {"tokens_outcome": tokens_outcome, "migrated_at": now}
        return self._update(
            tenant_id,
            {"migration_state": state.value, "migrated_to": nation_slug, **done},
            when=Attr("tenant_id").exists() & Attr("migrated_to").not_exists(),
        )

    def claim_tokens(self, tenant: Tenant, nation_slug: NationSlug, fingerprint: str) -> bool:
        """Give the pair to the nation's path, if nobody has refreshed it since `tenant` was read. From then
        on the former path may not refresh it."""
        unowned = Attr("migrated_to").eq(nation_slug) & Attr("tokens_owner").not_exists()
        return self._store.write(
            self._update(
                tenant.tenant_id,
                {"tokens_owner": NATION, "tokens_fingerprint": fingerprint},
                when=unowned & unchanged("nb_token_expires_at", tenant.stored_expiry),
            )
        )

    def settle_tokens(self, tenant_id: str, fingerprint: str) -> None:
        """Note which pair was handed over in the end."""
        handed = {"tokens_fingerprint": fingerprint}
        self._store.write(self._update(tenant_id, handed, when=Attr("tokens_owner").eq(NATION)))

    def done(self, tenant_id: str, tokens_outcome: str, now: datetime) -> None:
        """The tenant is moved."""
        moved = {"migration_state": TenantState.MOVED.value, "tokens_outcome": tokens_outcome}
        there = Attr("tenant_id").exists()
        self._store.write(self._update(tenant_id, moved, default={"migrated_at": now}, when=there))

    def supersede(self, tenant_id: str, nation_slug: NationSlug | None, by: str, now: datetime) -> None:
        """Another tenant is the nation. `nation_slug` where this one's people belong to it as well."""
        superseded = {
            "migration_state": TenantState.SUPERSEDED.value,
            "superseded_by": by,
            "migrated_at": now,
            **({"migrated_to": nation_slug} if nation_slug else {}),
        }
        untouched = Attr("tenant_id").exists() & Attr("migration_state").not_exists()
        self._store.write(self._update(tenant_id, superseded, when=untouched))

    def _update(
        self, tenant_id: str, change: Row, *, when: ConditionBase, default: Row | None = None
    ) -> Update:
        return Update(Table.TENANTS, {"tenant_id": tenant_id}, set=change, default=default or {}, when=when)


def _stored(row: Mapping[str, object]) -> Tenant:
    return replace(tenant_of(row), stored_expiry=row.get("nb_token_expires_at"))


def tenant_of(row: Row) -> Tenant:
    """The tenant behind a row in plain values, whatever is in it."""
    notes: list[Note] = []
    slug = _slug(row.get("nationbuilder_slug"), notes)
    users = _users(row.get("users"), notes)
    plan = _text(row.get("plan"))
    subscription = _text(row.get("stripe_subscription_id"))
    if plan is None and subscription is not None:
        notes.append(Note.PLAN_MISSING)
    seats = _count(row.get("seats_limit"))
    if seats is not None and len(users) > seats:
        notes.append(Note.MORE_USERS_THAN_SEATS)
    limit = _count(row.get("queries_soft_cap"))
    if limit is None and row.get("queries_soft_cap") is not None:
        notes.append(Note.CAP_UNREADABLE)
    used = _count(row.get("queries_this_month"))
    if used is None and row.get("queries_this_month") is not None:
        notes.append(Note.USAGE_UNREADABLE)
    period_start = _time(row.get("billing_cycle_start"))
    if period_start is None:
        notes.append(Note.PERIOD_UNREADABLE)
    return Tenant(
        tenant_id=row["tenant_id"],
        slug=slug,
        plan="organization" if plan == "org" else plan,
        stripe_customer_id=_text(row.get("stripe_customer_id")),
        stripe_subscription_id=subscription,
        client_id=_text(row.get("nationbuilder_client_id")),
        nb_connected=row.get("nb_connected") is True,
        nb_connected_at=_time(row.get("nb_connected_at")),
        nb_token_expires_at=_time(row.get("nb_token_expires_at")),
        nb_needs_reauth=row.get("nb_needs_reauth") is True,
        seats=seats,
        queries_limit=limit,
        queries_used=used or 0,
        period_start=period_start,
        created_at=_time(row.get("created_at")),
        users=users,
        notes=tuple(dict.fromkeys(notes)),
        state=TenantState(row["migration_state"]) if "migration_state" in row else None,
        migrated_to=row.get("migrated_to"),
        tokens_owner=row.get("tokens_owner"),
        tokens_fingerprint=row.get("tokens_fingerprint"),
        tokens_outcome=row.get("tokens_outcome"),
    )


def time_of(value: object) -> datetime | None:
    """A time as the former platform stored it: ISO text, which is UTC without a zone, or epoch seconds or
    milliseconds."""
    return _time(value)


def _slug(value: object, notes: list[Note]) -> str | None:
    text = _text(value)
    if text is None:
        notes.append(Note.SLUG_MISSING)
        return None
    plain = text.lower().removeprefix("https://").removeprefix("http://").split("/")[0].removesuffix(_HOST)
    if not re.fullmatch(SLUG_PATTERN, plain):
        notes.append(Note.SLUG_INVALID)
        return None
    if plain != value:
        notes.append(Note.SLUG_READ)
    return plain


def _users(value: object, notes: list[Note]) -> tuple[OldUser, ...]:
    users: dict[str, OldUser] = {}
    addresses: set[str] = set()
    for each in value if isinstance(value, list) else ():
        user_id = _text(each.get("user_id")) if isinstance(each, dict) else None
        if user_id is None:
            notes.append(Note.USER_UNREADABLE)
            continue
        role, email = each.get("role"), (_text(each.get("email")) or "").lower() or None
        if role not in ("admin", "member"):
            notes.append(Note.ROLE_UNKNOWN)
        own = any("token" in str(name) and each[name] for name in each)
        user = OldUser(UserId(user_id), role == "admin", email, own)
        before = users.get(user_id)
        if before is not None:
            notes.append(Note.DUPLICATE_USER)
            user = OldUser(
                UserId(user_id), before.admin or user.admin, before.email or email, before.own_tokens or own
            )
        elif email is not None and email in addresses:
            notes.append(Note.DUPLICATE_EMAIL)
        users[user_id] = user
        addresses |= {email} if email else set()
    if not users:
        notes.append(Note.NO_USERS)
    elif not any(each.admin for each in users.values()):
        notes.append(Note.NO_ADMIN)
    if any(each.own_tokens for each in users.values()):
        notes.append(Note.OWN_TOKENS)
    return tuple(users.values())


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _count(value: object) -> int | None:
    if isinstance(value, Decimal):
        value = int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _time(value: object) -> datetime | None:
    if isinstance(value, Decimal):
        value = int(value)
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            return read.replace(tzinfo=UTC) if read.tzinfo is None else moment(value)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
