"""Moving tenants: dry, or for real; begun again after an interruption, it ends the same.

Progress is kept in each tenant's row. A nation's record, the first of its people and the tenant's
`migrated_to` are one transaction, so a record is never made twice and never without its people. What follows
may be repeated: it asks what is there first.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from itertools import islice
from typing import Final, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from nat.audit.entry import AuditKind
from nat.audit.log import SYSTEM, Audit
from nat.aws.store import Cancelled, Store
from nat.aws.writes import Entry, Update
from nat.errors import NatError
from nat.ids import NationSlug
from nat.migration.hand_over import HandOver, HandOverOutcome
from nat.migration.old_tokens import BATCH, OldTokens
from nat.migration.planning import Decided, MigratedPerson, Move, Statuses, decide
from nat.migration.report import Fate, Line, MigrationReport, own_tokens
from nat.migration.tenants import Note, Tenant, Tenants, TenantState
from nat.names import Table
from nat.nations.plans import UNLIMITED, Plans
from nat.nations.record import Nation, Nations

TOGETHER: Final = 45
"""People of one transaction: two entries each, beside those of the nation and the tenant (DynamoDB takes
100)."""
AT_ONCE: Final = 8
"""Tenants that are moved at a time; nearly all of it is waiting."""

Progress = Callable[[int, int], None]
"""Told after each tenant: how many are done, of how many."""

_log = logging.getLogger(__name__)


class Migration:
    """Moves every tenant that can be moved."""

    def __init__(
        self,
        store: Store,
        plans: Plans,
        *,
        old: OldTokens,
        hand_over: HandOver,
        audit: Audit,
        at_once: int = AT_ONCE,
    ) -> None:
        self._store = store
        self._plans = plans
        self._tenants = Tenants(store)
        self._nations = Nations(store)
        self._old = old
        self._hand_over = hand_over
        self._audit = audit
        self._at_once = at_once

    def decided(self, statuses: Statuses | None = None) -> Decided:
        """What becomes of every tenant as they are now. Reads, and changes nothing."""
        holders = self._old.holders()
        tenants = [_with_holders(each, holders) for each in self._tenants.all()]
        slugs = {each.slug for each in tenants if each.slug is not None}
        return decide(tenants, self._plans, nations=self._nations.get_many(slugs), statuses=statuses)

    def rehearse(self, decided: Decided, progress: Progress = lambda *_: None) -> MigrationReport:
        """The report that `apply` would give; changes nothing."""

        def foresee(move: Move, secrets: Mapping[str, str | None]) -> list[Line]:
            outcome = self._hand_over.foresee(move.tenant, move.nation_slug, secrets)
            return _lines(move, outcome)

        return self._each(decided, foresee, progress, applied=False)

    def apply(self, decided: Decided, progress: Progress = lambda *_: None) -> MigrationReport:
        """Move them. What fails is in the report and is gone on with by the next run."""
        return self._each(decided, self._move, progress, applied=True)

    def _each(
        self,
        decided: Decided,
        work: Callable[[Move, Mapping[str, str | None]], list[Line]],
        progress: Progress,
        *,
        applied: bool,
    ) -> MigrationReport:
        lines = [
            Line(
                each.tenant_id,
                Fate.STOPPED,
                None if each.slug is None else NationSlug(each.slug),
                notes=each.notes,
                own_tokens=own_tokens(each),
            )
            for each in decided.stopped
        ]
        done, total = len(decided.stopped), len(decided.stopped) + len(decided.moves)
        progress(done, total)

        def attempt(move: Move, secrets: Mapping[str, str | None]) -> list[Line]:
            try:
                return work(move, secrets)
            except (NatError, BotoCoreError, ClientError) as error:
                code = (
                    error.response["Error"]["Code"]
                    if isinstance(error, ClientError)
                    else type(error).__name__
                )
                _log.error("tenant not moved", extra={"tenant": move.tenant.tenant_id, "error": code})
                return [
                    replace(each, fate=Fate.FAILED, tokens=None, error=code) for each in _lines(move, None)
                ]

        with ThreadPoolExecutor(self._at_once, thread_name_prefix="migrate") as pool:
            try:
                for batch in _batches(decided.moves):
                    secrets = self._old.texts(
                        each.tenant.tenant_id for each in batch if each.tenant.nb_connected
                    )
                    for ended in as_completed([pool.submit(attempt, each, secrets) for each in batch]):
                        lines += ended.result()
                        done += 1
                        progress(done, total)
            except BaseException:  # interrupted: what has not begun stays for the next run
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return MigrationReport.of(lines, applied=applied)

    def _move(self, move: Move, secrets: Mapping[str, str | None]) -> list[Line]:
        tenant, slug = move.tenant, move.nation_slug
        if tenant.migrated_to is None:
            foreseen = self._hand_over.foresee(tenant, slug, secrets)
            simple = foreseen is HandOverOutcome.NONE and not move.others and len(move.people) <= TOGETHER
            if not self._open(move, foreseen, done=simple):
                stopped = replace(move, tenant=replace(tenant, notes=(*tenant.notes, Note.NATION_EXISTS)))
                return [replace(each, fate=Fate.STOPPED, by=None, people=0) for each in _lines(stopped, None)]
            if simple:
                return _lines(move, foreseen)
        if tenant.state is not TenantState.MOVED:
            self._let_in(move)
        handed = self._hand_over.carry_out(tenant, slug, secrets)
        if handed.outcome is HandOverOutcome.HANDED_OVER != tenant.tokens_outcome:
            self._note_connection(move)
        for other in move.others:
            if other.state is None:
                self._tenants.supersede(
                    other.tenant_id, slug if other.proven else None, tenant.tenant_id, self._store.clock()
                )
        if tenant.state is not TenantState.MOVED or handed.outcome != tenant.tokens_outcome:
            self._tenants.done(tenant.tenant_id, handed.outcome.value, self._store.clock())
        lines = _lines(move, handed.outcome)
        if handed.refreshed_late:
            lines[0] = replace(lines[0], notes=(*lines[0].notes, Note.OLD_PATH_REFRESHED))
        return lines

    def _open(self, move: Move, foreseen: HandOverOutcome, *, done: bool) -> bool:
        """Make the nation and let its first people in; true if it is this tenant's, now or already."""
        opened = self._tenants.opening(
            move.tenant.tenant_id, move.nation_slug, foreseen.value if done else None, self._store.clock()
        )
        made = self._nations.creating(self._record(move, foreseen))
        begun = self._audit.beginning(move.nation_slug, by=SYSTEM, **_said(move))
        people = self._entering(move, move.people[:TOGETHER])
        try:
            self._store.transact([begun, made, opened, *people])
        except Cancelled as cancelled:
            if cancelled.failed != {0}:
                current = self._tenants.get(move.tenant.tenant_id)
                return current is not None and current.migrated_to == move.nation_slug
            # Somebody had this slug before, and the log of that time is kept: this goes on with it.
            once = f"migration#{move.tenant.tenant_id}"
            self._audit.append(move.nation_slug, by=SYSTEM, once=once, **_said(move))
            return self._opened(move, [made, opened, *people])
        return True

    def _opened(self, move: Move, entries: Sequence[Entry]) -> bool:
        try:
            self._store.transact(entries)
        except Cancelled:
            current = self._tenants.get(move.tenant.tenant_id)
            return current is not None and current.migrated_to == move.nation_slug
        return True

    def _let_in(self, move: Move) -> None:
        """Everybody whom the first transaction had no place for."""
        for start in range(TOGETHER, len(move.people), TOGETHER):
            self._store.transact(self._entering(move, move.people[start : start + TOGETHER]))

    def _entering(self, move: Move, people: Iterable[MigratedPerson]) -> list[Update]:
        """Entries that make people members. What they are or have chosen here already stays."""
        now = move.tenant.created_at or self._store.clock()
        entries: list[Update] = []
        for each in people:
            member = {"user_id": each.user_id, "nation_slug": move.nation_slug}
            primary = move.nation_slug if each.primary else None
            entries += [
                Update(Table.MEMBERSHIPS, member, default={"role": each.role.value, "created_at": now}),
                Update(
                    Table.USERS,
                    {"user_id": each.user_id},
                    default={"created_at": now, "last_active_at": now, "nation_slug": primary},
                ),
            ]
        return entries

    def _record(self, move: Move, foreseen: HandOverOutcome) -> Nation:
        # The record says from the beginning what it will say in the end: nobody is told of a new connection.
        tenant, now = move.tenant, self._store.clock()
        start = tenant.period_start if tenant.period_start and tenant.period_start <= now else now
        planned = 0 if move.plan is None else move.plan.queries_limit
        limit = planned if planned == UNLIMITED or tenant.queries_limit is None else tenant.queries_limit
        admins = [each.email for each in tenant.users if each.admin and each.email]
        return Nation(
            nation_slug=move.nation_slug,
            created_at=tenant.created_at or now,
            updated_at=now,
            billing_period_start=start,
            billing_anchor_day=start.day,
            subscription_status=move.status,
            subscription_plan=None if move.plan is None else move.plan.name,
            queries_used_this_period=tenant.queries_used,
            queries_limit=limit,
            stripe_customer_id=tenant.stripe_customer_id,
            stripe_subscription_id=tenant.stripe_subscription_id,
            nb_connected=tenant.nb_connected,
            nb_needs_reauth=foreseen not in (HandOverOutcome.HANDED_OVER, HandOverOutcome.NONE),
            admin_email=admins[0] if admins else None,
            owner_id=move.owner,
            # Whoever connected NationBuilder there has shown that the nation is theirs.
            owner_provisional=move.owner is not None and not tenant.proven,
        )

    def _note_connection(self, move: Move) -> None:
        self._audit.append(
            move.nation_slug,
            AuditKind.CONNECTED,
            by=SYSTEM,
            about="nationbuilder",
            summary="Took NationBuilder's connection over from the former platform",
            details={"tenant": move.tenant.tenant_id},
            once=f"hand-over#{move.tenant.tenant_id}",
        )


class _Said(TypedDict):
    kind: AuditKind
    about: str
    summary: str
    details: Mapping[str, object]


def _said(move: Move) -> _Said:
    """What the audit log says of a nation that was made."""
    roles = [each.role.value for each in move.people]
    return {
        "kind": AuditKind.MIGRATED,
        "about": move.tenant.tenant_id,
        "summary": "Moved from the former platform",
        "details": {
            "plan": None if move.plan is None else move.plan.name,
            "status": move.status.value,
            "owner": move.owner,
            "people": {role: roles.count(role) for role in sorted(set(roles))},
            "other_tenants": [each.tenant_id for each in move.others],
        },
    }


def _with_holders(tenant: Tenant, holders: frozenset[str]) -> Tenant:
    if not any(each.user_id in holders for each in tenant.users):
        return tenant
    users = tuple(
        replace(each, own_tokens=each.own_tokens or each.user_id in holders) for each in tenant.users
    )
    return replace(tenant, users=users, notes=tuple(dict.fromkeys((*tenant.notes, Note.OWN_TOKENS))))


def _lines(move: Move, outcome: HandOverOutcome | None) -> list[Line]:
    tenant = move.tenant
    own = Line(
        tenant.tenant_id,
        Fate.ALREADY if tenant.state is TenantState.MOVED else Fate.MOVED,
        move.nation_slug,
        outcome,
        len(move.people),
        tenant.notes,
        own_tokens(tenant),
    )
    others = [_superseded(each, move) for each in move.others]
    return [own, *others]


def _superseded(other: Tenant, move: Move) -> Line:
    return Line(
        other.tenant_id,
        Fate.SUPERSEDED,
        move.nation_slug,
        people=len(other.users) if other.proven else 0,
        notes=other.notes,
        own_tokens=own_tokens(other),
        by=move.tenant.tenant_id,
    )


def _batches(moves: Iterable[Move]) -> Iterator[list[Move]]:
    """As many moves as their secrets are read together."""
    rest = iter(moves)
    while batch := list(islice(rest, BATCH)):
        yield batch
