"""Decisions about changes, as the contract has them, are taken: by socket or HTTP.

A door imports this module with the first decision: it loads the rows and rules of changes, which no question
needs.
"""

from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.contract.messages import (
    ApproveMessage,
    DecisionMessage,
    EditMessage,
    RejectMessage,
    RetryMessage,
    UndoMessage,
)
from nat.errors import BadRequest
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.turns.admission import Admission, Admitted, Observer, Surface
from nat.turns.decide import Decision, Decisions


class Deciding:
    """Takes the decisions of people whose session was verified, on given storage, queue and clock.

    Membership, subscription and role are checked by `nat.turns.decide` with every decision.
    """

    def __init__(self, admission: Admission, surface: Surface) -> None:
        self._decisions = Decisions(admission, Approvals(admission.store))
        self._surface = surface

    def take(
        self,
        nation_slug: NationSlug,
        user_id: UserId,
        message: DecisionMessage,
        follow: Observer | None = None,
    ) -> Admitted:
        """Admit the turn of a decision. `follow` is told of the turn before a worker can see it.

        Raises `BadRequest`, and what `nat.turns.decide` raises.
        """
        decision = self._decision(nation_slug, user_id, message)
        match message:
            case ApproveMessage():
                return self._decisions.approve(
                    decision,
                    ApprovalId(message.approval),
                    fingerprint=message.fingerprint,
                    keys=message.records,
                    before_queueing=follow,
                )
            case EditMessage():
                return self._decisions.edit(
                    decision,
                    ApprovalId(message.approval),
                    fingerprint=message.fingerprint,
                    values=message.values,
                    before_queueing=follow,
                )
            case UndoMessage():
                return self._decisions.undo(
                    decision, message.change, keys=message.records, before_queueing=follow
                )
            case RetryMessage():
                target = message.change or message.approval
                if target is None:
                    raise BadRequest("`approval` or `change` says what to try again.")
                return self._decisions.retry(decision, ApprovalId(target), before_queueing=follow)

    def reject(self, nation_slug: NationSlug, user_id: UserId, message: RejectMessage) -> Approval:
        """Say no; gives the approval as it is now. Raises what `take` raises."""
        return self._decisions.reject(
            self._decision(nation_slug, user_id, message),
            ApprovalId(message.approval),
            fingerprint=message.fingerprint,
        )

    def _decision(
        self, nation_slug: NationSlug, user_id: UserId, message: DecisionMessage | RejectMessage
    ) -> Decision:
        return Decision(
            nation_slug,
            user_id,
            ConversationId(message.conversation),
            TurnId(message.decision),
            self._surface,
        )
