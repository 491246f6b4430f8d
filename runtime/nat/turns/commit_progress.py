"""How far a commit came, by its journal, whichever turns and workers did it and however they ended."""

from typing import Final

from nat.approvals.approvals import Approvals
from nat.approvals.journal import read_journal
from nat.approvals.stored_changes import ChangeRows
from nat.aws.store import Store
from nat.changes.operations import survey
from nat.changes.report import ChangeReport
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn
from nat.errors import NotFound
from nat.ids import ApprovalId

STATES: Final[dict[str, ApprovalState]] = {
    "done": ApprovalState.DONE,
    "partly": ApprovalState.PARTLY,
    "failed": ApprovalState.FAILED,
}
"""The state of an approval by what became of its operations."""


def reached(store: Store, turn: Turn, approval_id: ApprovalId) -> tuple[ApprovalState, dict[str, int]]:
    """Where the approval of a commit's turn is, and its operations by state: those that this turn was to
    carry out, and those that any turn has tried. Failed, where the change is no longer stored."""
    actions = ChangeRows(store)
    try:
        approval = Approvals(store).get(turn.nation_slug, turn.conversation_id, approval_id)
        change = actions.get(turn.conversation, approval.ref).change
        keys = actions.choice(turn.conversation, turn.turn_id)
    except NotFound:
        return ApprovalState.FAILED, {}
    entries = read_journal(store, turn.conversation, approval.ref)
    tried = [
        each.key for each in change.operations if keys is None or each.key in keys or each.key in entries
    ]
    report: ChangeReport = survey(change, entries, tried)
    return STATES[report.outcome], dict(report.counts)
