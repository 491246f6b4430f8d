"""The worker's side of an edit: plans a proposal anew with values that a person changed.

The tool is the one that planned it, with its whole schema, and gates decide again: what comes of it waits for
a yes of its own, whatever the class of the tool. The model is not asked. Where nothing comes of it, the
proposal that was to be edited waits on.
"""

from collections.abc import Mapping
from typing import Final

from nat.agent.misfits import misfit
from nat.agent.tool import ArgumentsRejected, Tool
from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals, time_to_decide
from nat.approvals.journal import TurnChanges
from nat.approvals.stored_changes import ChangeRows, StoredChange
from nat.aws.store import Store
from nat.changes.editing import edited
from nat.changes.journal import Proposal
from nat.changes.plan import Change
from nat.changes.policy import check_rights
from nat.contract.events import ApprovalRequested, ApprovalUpdated, TurnFinished
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn
from nat.errors import ApprovalChanged, BadRequest, NotFound
from nat.ids import ApprovalId
from nat.live_links import guarded
from nat.nations.record import Nation
from nat.people.memberships import theirs
from nat.turns.carry_out import TurnHands
from nat.turns.rights import PresentRights
from nat.turns.settle import Ending
from nat.wording import Worded

CALL: Final = "edit"
"""Names the one call of an edit's turn, where questions have the ids of the model's."""
_STEP: Final = 0


class Edits:
    """Carries out edits. `store` must be nation-scoped (`nat.aws.isolation`)."""

    def __init__(
        self,
        store: Store,
        approvals: Approvals,
        rights: PresentRights,
        tools: Mapping[str, Tool],
    ) -> None:
        self._store = store
        self._approvals = approvals
        self._rights = rights
        self._tools = tools
        self._rows = ChangeRows(store)

    def run(self, turn: Turn, nation: Nation, hands: TurnHands) -> Ending:
        """Carry out a turn of kind `edit`.

        Raises `NotAMember` and `RoleInsufficient` when the person may not (any more), `BadRequest` for values
        that the tool does not take, an error of the `ApprovalClosed` family when the proposal waits no more,
        what planning raises, `Reconnect`, and `TurnLost`.
        """
        if turn.target is None:
            raise NotFound("This decision is about nothing.")
        approval = self._approvals.get(turn.nation_slug, turn.conversation_id, ApprovalId(turn.target))
        action = self._rows.get(turn.conversation, approval.ref)
        tool = self._tools.get(action.tool.name)
        if tool is None:
            raise NotFound("The tool that proposed this does not exist any more. Ask for it again.")
        self._check_may(turn, approval)
        if action.change.fingerprint != approval.fingerprint:
            raise ApprovalChanged
        actions = TurnChanges(
            self._store,
            turn,
            self._approvals,
            to_decide=time_to_decide(nation.policy),
        )
        earlier = actions.planned(_STEP, CALL)
        if earlier is not None and earlier.proposal is not None:
            return self._proposed(turn, approval, earlier.change, earlier.proposal, hands)
        change = self._plan(turn, approval, action, tool, hands)
        if not change.operations:
            text = "with these values there is nothing to change. The proposal waits on."
            return _ending(
                f"{guarded(change.summary)}: {text}",
                f"(The person edited proposal {approval.id}; nothing came of it.)",
            )
        proposal = actions.propose(_STEP, CALL, change, tool, replacing=approval)
        return self._proposed(turn, approval, change, proposal, hands)

    def _plan(
        self, turn: Turn, approval: Approval, action: StoredChange, tool: Tool, hands: TurnHands
    ) -> Change:
        values = self._rows.values(turn.conversation, turn.turn_id)
        arguments = edited(action.change.arguments, approval.card.get("editable", ()), values)
        with hands.connect(turn) as client:
            try:
                return tool.plan(client, arguments).frozen()
            except ArgumentsRejected as error:
                why = [misfit(problem) for problem in error.problems]
                raise BadRequest(Worded("refused.values", why=why)) from None

    def _proposed(
        self, turn: Turn, approval: Approval, change: Change, proposal: Proposal, hands: TurnHands
    ) -> Ending:
        if proposal.approval != approval.id:
            hands.emit(ApprovalUpdated(approval.id, ApprovalState.SUPERSEDED.value, turn.user_id))
        expires_at = proposal.expires_at.isoformat(timespec="seconds")
        hands.emit(ApprovalRequested(proposal.approval, dict(proposal.card), expires_at))
        values: dict[str, object] = self._rows.values(turn.conversation, turn.turn_id)
        told = (
            f"(The person edited proposal {approval.id} by {change.tool}: {', '.join(sorted(values))}. "
            f"Proposal {proposal.approval} waits in its place.)"
        )
        return _ending(f"{guarded(change.summary)}: this waits for approval now.", told)

    def _check_may(self, turn: Turn, approval: Approval) -> None:
        """Whether the person may still let this tool run, by the present role and policy."""
        rights = self._rights.of(turn)
        if not theirs(approval.user_id, turn.user_id, rights.role):
            raise NotFound("There is no such proposal in this conversation.")
        check_rights(rights, approval.tool)


def _ending(text: str, told: str) -> Ending:
    """What a person reads; and what the model of later turns is told, which holds no text of records."""
    return Ending(
        TurnFinished(text),
        text=text,
        messages=(
            {"role": "user", "content": told},
            {"role": "assistant", "content": [{"type": "text", "text": "Planned anew; it waits."}]},
        ),
    )
