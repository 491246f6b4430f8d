"""Telling followers of a conversation what became of a proposal without a turn: a no, or its time being over.

A yes, an edit and what comes of them are events of the decision's turn, stored and then pushed. A no and an
expiry have no turn; and the log of the turn that proposed has ended, after which it holds nothing more. So
this message is pushed only, and carries no place in a log: `turn`, `attempt` and `seq` are missing. Nothing
is lost with it, because what it says is stored in the approval itself, which every client reads when it opens
a conversation, and whose end it knows beforehand as `expires_at`.
"""

import json
import logging

import msgspec

from nat.approvals.approval import Approval
from nat.contract.events import VERSION, ApprovalUpdated
from nat.turns.publish import Deliver

_log = logging.getLogger(__name__)


def approval_update(approval: Approval) -> str:
    """The state of an approval as JSON text."""
    updated = ApprovalUpdated(approval.id, approval.state.value, approval.decided_by)
    message = {
        "v": VERSION,
        "type": updated.type,
        "conversation": approval.conversation_id,
        **msgspec.to_builtins(updated),
    }
    return json.dumps(message, ensure_ascii=False)


def push_approval_update(deliver: Deliver, approval: Approval) -> None:
    """Push the state of an approval to everybody who follows its conversation. Never raises."""
    try:
        deliver(approval.conversation, approval_update(approval))
    except Exception as error:
        _log.warning(
            "approval not announced",
            extra={
                "nation": approval.nation_slug,
                "approval": approval.id,
                "reason": type(error).__name__,
            },
        )
