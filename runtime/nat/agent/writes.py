"""What happens to a call that changes something: planned, frozen, then committed or proposed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nat import errors
from nat.agent.ports import Changes, Planned
from nat.agent.tool import Tool, ToolOutcome
from nat.changes.executor import STEADY, ProgressPace, commit, requests_at_once
from nat.changes.journal import Emit, Proposal
from nat.changes.plan import Change
from nat.changes.policy import Rights, RightsNow, Verdict, check_rights, decide
from nat.changes.said import Said
from nat.contract.events import ApprovalRequested, ApprovalUpdated, Link
from nat.wording import Worded

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

LINKS: Final = 3
SUPERSEDED: Final = "superseded"


@dataclass(frozen=True)
class WriteOutcome:
    """A call's outcome for the model, and how people see it. `change` names what can be taken back, `retry`
    what can be tried again."""

    outcome: ToolOutcome
    label: str = ""
    ok: bool = True
    change: str | None = None
    retry: str | None = None


class Writes:
    """Writing calls of one turn: what the person said themselves is committed, everything else proposed.

    What the model hears of them holds counts and ids; the names and texts of records stand on the card, which
    people read.
    """

    def __init__(
        self,
        changes: Changes,
        nation: "NationBuilder",
        emit: Emit,
        stopped: Callable[[], bool],
        *,
        said: Said,
        rights_now: RightsNow,
        pace: ProgressPace = STEADY,
    ) -> None:
        self._changes = changes
        self._nation = nation
        self._said = said
        self._rights_now = rights_now
        self._emit = emit
        self._stopped = stopped
        self._pace = pace

    def perform(
        self, call: str, step: int, tool: Tool, arguments: Mapping[str, object], rights: Rights
    ) -> WriteOutcome:
        """Plan, then commit or propose, as the gates decide for these rights and this change.

        Raises `ArgumentsRejected` and what planning raises, `TurnLost`, `NotAMember`, and `TokenRejected` or
        `Reconnect` when NationBuilder no longer lets the nation in.
        """
        planned = self._changes.planned(step, call)
        if planned is not None:
            return self._go_on(call, step, tool, planned)
        change = tool.plan(self._nation, arguments).frozen()
        if not change.operations:
            return WriteOutcome(_nothing(change), label=change.worded(change.summary))
        said = self._said.covers(change, tool, tool.schema)
        if decide(tool, rights.role, rights.policy, said=said) is not Verdict.RUN:
            return self._proposed(change, self._changes.propose(step, call, change, tool))
        return self._committed(call, step, tool, self._changes.freeze(step, call, change, tool))

    def _go_on(self, call: str, step: int, tool: Tool, planned: Planned) -> WriteOutcome:
        if planned.proposal is not None:
            return self._proposed(planned.change, planned.proposal)
        return self._committed(call, step, tool, planned.change)

    def _committed(self, call: str, step: int, tool: Tool, change: Change) -> WriteOutcome:
        report = commit(
            change,
            v2=self._nation,
            journal=self._changes.journal(step, call),
            emit=self._emit,
            stopped=self._stopped,
            check=lambda: check_rights(self._rights_now(), tool),
            at_once=requests_at_once(tool.effect),
            pace=self._pace,
        )
        if isinstance(report.halted, errors.TokenRejected | errors.Reconnect | errors.NotAMember):
            raise report.halted
        return WriteOutcome(
            ToolOutcome(
                report.as_data() | _skipped(change),
                returned=report.done,
                total=report.total,
                complete=report.outcome == "done",
                links=_links(change),
            ),
            label=change.worded(change.summary),
            ok=report.done > 0,
            change=self._changes.reference(step, call) if report.undoable else None,
            retry=self._changes.reference(step, call) if report.retryable else None,
        )

    def _proposed(self, change: Change, proposal: Proposal) -> WriteOutcome:
        for earlier in proposal.superseded:
            self._emit(ApprovalUpdated(earlier, SUPERSEDED))
        self._emit(
            ApprovalRequested(
                proposal.approval,
                dict(proposal.card),
                proposal.expires_at.isoformat(timespec="seconds"),
            )
        )
        data = {
            "state": "waits for a person's approval; not done",
            "proposal": proposal.approval,
            "operations": len(change.operations),
            "people": change.people,
            "undoable": change.reversible,
            "expires_at": proposal.expires_at.isoformat(timespec="seconds"),
        }
        label = Worded("change.prepared", change=change.worded(change.summary))
        return WriteOutcome(ToolOutcome(data | _skipped(change)), label=label)


def _nothing(change: Change) -> ToolOutcome:
    return ToolOutcome(
        {"state": "nothing to change", "operations": 0} | _skipped(change),
        total=0,
        complete=True,
    )


def _skipped(change: Change) -> dict[str, object]:
    return {"skipped": len(change.skipped)} if change.skipped else {}


def _links(change: Change) -> tuple[Link, ...]:
    """Records that were changed, named by type and id: a name would be text of outsiders."""
    subjects = {each.subject.url: each.subject for each in change.operations if each.subject.url}
    return tuple(
        Link(f"{subject.type} {subject.id}" if subject.id else subject.type, url)
        for url, subject in list(subjects.items())[:LINKS]
    )
