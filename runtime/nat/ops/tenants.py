"""`nat ops migrate-tenants`: the migration on this process's platform, and its report for people."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from nat import settings
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.connections.services import ConnectionServices
from nat.migration.hand_over import HandOver
from nat.migration.move import Migration
from nat.migration.old_tokens import OldTokens
from nat.migration.planning import Decided
from nat.migration.report import Fate, Line, MigrationReport
from nat.migration.tenants import Tenants
from nat.names import Variable
from nat.nations import plans
from nat.nations.record import Nations, SubscriptionStatus
from nat.settings import TableNames

SHOWN: Final = 40
"""Tenants that the table lists one by one; the file has all of them."""
STRIPE_URL: Final = "https://api.stripe.com"


def migration_of_process(customers: tuple[str, ...] = ()) -> Migration:
    """The migration on what the environment names. Raises `SettingMissing`, `PlansInvalid`."""
    store = Store(clients.dynamodb(), TableNames.read())
    # A pair in the wrong store would be refreshed by nobody: this has no default here.
    settings.read(Variable.TOKEN_STORE)
    wiring = ConnectionServices.of_process(store.tables)
    old = OldTokens(clients.secrets())
    hand_over = HandOver(
        Tenants(store),
        old,
        Nations(store),
        wiring.vault,
        wiring.refresher,
        wiring.apps,
        customers=customers,
        now=_now,
    )
    return Migration(
        store,
        plans.read(),
        old=old,
        hand_over=hand_over,
        audit=Audit(store),
    )


def statuses_at_stripe() -> Mapping[str, SubscriptionStatus]:
    """What Stripe says of every subscription, in pages of 100. An unpaid invoice counts as active here:
    billing's hourly round looks at the grace. Raises `KeysMissing`, `BillingUnavailable`."""
    from nat.billing.entitlement import STATUS
    from nat.billing.stripe_api import Keys, calls, client

    keys = Keys.read(clients.secrets())
    stripe = client(keys.api_key, settings.read_optional(Variable.STRIPE_URL, STRIPE_URL))
    with calls():
        listed = stripe.v1.subscriptions.list(params={"status": "all", "limit": 100}).auto_paging_iter()
        return {
            each.id: SubscriptionStatus.ACTIVE
            if each.status == "past_due"
            else STATUS.get(each.status, SubscriptionStatus.NONE)
            for each in listed
        }


def run(migration: Migration, decided: Decided, console: Console, *, apply: bool) -> MigrationReport:
    """Move, or rehearse it, with a bar that shows how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Moving tenants" if apply else "Rehearsing", total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        return migration.apply(decided, told) if apply else migration.rehearse(decided, told)


def show(report: MigrationReport, console: Console) -> None:
    """The report as tables: counts first, then what somebody has to look at."""
    console.print("Done." if report.applied else "Nothing was changed: this is what --apply would do.")
    counts = Grid("what", "tenants", title="Tenants and their pairs")
    for name, number in (
        *((each.value, number) for each, number in sorted(report.fates.items())),
        *((f"pair: {each.value}", number) for each, number in sorted(report.tokens.items())),
        *((f"note: {each.value}", number) for each, number in sorted(report.notes.items())),
    ):
        counts.add_row(name, str(number))
    console.print(counts)
    odd = [each for each in report.lines if _worth_a_look(each)]
    if not odd:
        return
    grid = Grid("tenant", "nation", "fate", "pair", "why", title="Worth a look")
    for each in odd[:SHOWN]:
        why = [
            *each.notes,
            *([f"in favour of {each.by}"] if each.by else []),
            *([each.error] if each.error else []),
        ]
        cells = (each.tenant_id, each.nation_slug or "", each.fate, each.tokens or "", ", ".join(why))
        grid.add_row(*(escape(cell) for cell in cells))
    console.print(grid)
    if len(odd) > SHOWN:
        left = Counter(each.fate.value for each in odd[SHOWN:])
        console.print(f"and {len(odd) - SHOWN} more ({dict(left)}): the file of --report has them all.")


def keep(report: MigrationReport, path: Path) -> None:
    """Write the report as JSON, for its owner only: it names users by id."""
    path.touch(mode=0o600)
    path.write_text(report.as_json() + "\n", encoding="utf-8")


def _worth_a_look(line: Line) -> bool:
    return line.fate in (Fate.STOPPED, Fate.FAILED, Fate.SUPERSEDED) or bool(line.notes or line.error)


def _now() -> datetime:
    return datetime.now(UTC)
