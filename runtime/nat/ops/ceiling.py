"""Another ceiling of model cost for one nation, by an operator. Noted in the nation's audit log."""

from nat.audit.entry import AuditKind
from nat.audit.log import SYSTEM, Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.errors import NationUnknown
from nat.ids import NationSlug
from nat.nations.ceilings import cost_cents
from nat.nations.record import Nations
from nat.settings import TableNames


def set_ceiling(nation_slug: NationSlug, dollars: int | None, store: Store | None = None) -> str:
    """Set it, or with `None` let the plan's hold again; gives what to tell. Raises `NationUnknown`."""
    where = store or Store(clients.dynamodb(), TableNames.read())
    cents = None if dollars is None else dollars * 100
    changed = Nations(where).update(nation_slug, {"cost_ceiling_cents": cents}, now=where.clock())
    if changed is None:
        raise NationUnknown
    summary = (
        "The plan's ceiling of cost holds" if dollars is None else f"Ceiling of cost: ${dollars} a period"
    )
    Audit(where).append(nation_slug, AuditKind.BILLING_CHANGED, by=SYSTEM, summary=summary)
    return f"{nation_slug}: {summary}; this period has cost ${cost_cents(changed) / 100:.2f} so far."
