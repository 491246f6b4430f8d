"""What becomes of every tenant, decided from all of them at once and the same in every run.

Two tenants of one slug: the nation is made from the one that comes first by this rule, whatever their order:

1. the one that has become the nation in an earlier run;
2. an active subscription before none;
3. the newest token: the later `nb_token_expires_at` of a connected tenant, then the later `nb_connected_at`;
4. the older tenant, then the smaller id.

The others' people become members of the nation, never its admins, if NationBuilder had been connected there:
that proves that they have to do with it. Otherwise they stay where they are, and the report says so.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from nat.ids import NationSlug, UserId
from nat.migration.tenants import Note, OldUser, Tenant, TenantState
from nat.nations.plans import Plan, Plans
from nat.nations.record import SubscriptionStatus
from nat.roles import Role

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
STOPPING: Final = (
    Note.SLUG_MISSING,
    Note.SLUG_INVALID,
    Note.PLAN_MISSING,
    Note.PLAN_UNKNOWN,
    Note.NATION_EXISTS,
)
"""What keeps a tenant from being moved until somebody has put it right."""

Statuses = Mapping[str, SubscriptionStatus]
"""What the payment provider says of subscriptions, by id."""


@dataclass(frozen=True)
class MigratedPerson:
    """Somebody who belongs to the nation from now on. `primary`: it is the one selected when they sign in,
    unless they have one."""

    user_id: UserId
    role: Role
    primary: bool = True


@dataclass(frozen=True)
class Move:
    """One tenant that becomes a nation. `others` are tenants of the same slug that do not."""

    tenant: Tenant
    nation_slug: NationSlug
    status: SubscriptionStatus
    plan: Plan | None
    people: tuple[MigratedPerson, ...]
    others: tuple[Tenant, ...] = ()

    @property
    def owner(self) -> str | None:
        """Who owns the nation, if anybody could."""
        return next((each.user_id for each in self.people if each.role is Role.OWNER), None)


@dataclass(frozen=True)
class Decided:
    """What becomes of all tenants; none is in both."""

    moves: tuple[Move, ...]
    stopped: tuple[Tenant, ...]


def decide(
    tenants: Iterable[Tenant],
    plans: Plans,
    *,
    nations: Collection[str] = (),
    statuses: Statuses | None = None,
) -> Decided:
    """Decide. `nations` are slugs that have a record already. Without `statuses` a tenant with a subscription
    counts as active: billing's daily round looks at it."""
    stopped: list[Tenant] = []
    by_slug: dict[str, list[Tenant]] = defaultdict(list)
    for tenant in tenants:
        checked = _checked(tenant, plans, statuses)
        if checked.migrated_to is not None and checked.state is not TenantState.SUPERSEDED:
            by_slug[checked.migrated_to].append(checked)  # whatever became of its row since
        elif checked.slug is None or any(each in STOPPING for each in checked.notes):
            stopped.append(checked)
        else:
            by_slug[checked.slug].append(checked)
    moves: list[Move] = []
    for slug, group in sorted(by_slug.items()):
        first, *others = sorted(group, key=lambda each: _rank(each, statuses))
        if slug in nations and first.migrated_to is None:
            stopped += [replace(each, notes=(*each.notes, Note.NATION_EXISTS)) for each in group]
            continue
        kept = tuple(
            each if each.proven else replace(each, notes=(*each.notes, Note.PEOPLE_LEFT)) for each in others
        )
        moves.append(
            Move(
                first,
                NationSlug(slug),
                status_of(first, statuses),
                plans.get(first.plan),
                _people(first, [each for each in kept if each.proven]),
                kept,
            )
        )
    stopped.sort(key=lambda each: each.tenant_id)
    return Decided(_with_primaries(moves), tuple(stopped))


def status_of(tenant: Tenant, statuses: Statuses | None) -> SubscriptionStatus:
    """Whether the tenant's nation may use Nat."""
    if tenant.stripe_subscription_id is None:
        return SubscriptionStatus.NONE
    if statuses is None:
        return SubscriptionStatus.ACTIVE
    return statuses.get(tenant.stripe_subscription_id, SubscriptionStatus.CANCELLED)


def _checked(tenant: Tenant, plans: Plans, statuses: Statuses | None) -> Tenant:
    notes = list(tenant.notes)
    if tenant.plan is not None and plans.get(tenant.plan) is None:
        notes.append(Note.PLAN_UNKNOWN)
    subscription = tenant.stripe_subscription_id
    if statuses is not None and subscription is not None and subscription not in statuses:
        notes.append(Note.SUBSCRIPTION_UNKNOWN)
    return replace(tenant, notes=tuple(notes))


def _rank(tenant: Tenant, statuses: Statuses | None) -> tuple[bool, bool, float, float, float, str]:
    """The smallest comes first."""
    token = tenant.nb_token_expires_at if tenant.nb_connected else None
    return (
        tenant.state is None or tenant.state is TenantState.SUPERSEDED,
        not status_of(tenant, statuses).usable,
        -_seconds(token),
        -_seconds(tenant.nb_connected_at),
        _seconds(tenant.created_at),
        tenant.tenant_id,
    )


def _people(first: Tenant, others: list[Tenant]) -> tuple[MigratedPerson, ...]:
    """The first admin owns the nation; the other tenants' people are members."""
    owner = next((each.user_id for each in first.users if each.admin), None)
    people = {each.user_id: MigratedPerson(each.user_id, _role(each, owner)) for each in first.users}
    for other in others:
        for each in other.users:
            people.setdefault(each.user_id, MigratedPerson(each.user_id, Role.MEMBER))
    return tuple(people.values())


def _role(user: OldUser, owner: str | None) -> Role:
    if user.user_id == owner:
        return Role.OWNER
    return Role.ADMIN if user.admin else Role.MEMBER


def _with_primaries(moves: list[Move]) -> tuple[Move, ...]:
    """Everybody's primary nation: usable, then of the highest role, then with the newest token."""
    best: dict[str, tuple[tuple[bool, int, float, str], str]] = {}
    roles = list(Role)
    for move in moves:
        newest = _seconds(move.tenant.nb_token_expires_at if move.tenant.nb_connected else None)
        for person in move.people:
            rank = (not move.status.usable, -roles.index(person.role), -newest, move.nation_slug)
            if person.user_id not in best or rank < best[person.user_id][0]:
                best[person.user_id] = (rank, move.nation_slug)
    return tuple(
        replace(
            move,
            people=tuple(
                replace(each, primary=best[each.user_id][1] == move.nation_slug) for each in move.people
            ),
        )
        for move in moves
    )


def _seconds(moment: datetime | None) -> float:
    return (moment or _NEVER).timestamp()
