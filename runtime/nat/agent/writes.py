"""What happens to a call that changes something: planned, frozen, then committed or proposed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nat import errors
from nat.agent.change import Change
from nat.agent.commit import STEADY, Pace, commit, requests_at_once
from nat.agent.gates import Verdict
from nat.agent.ports import Actions, Emit, Planned, Proposal
from nat.agent.tool import Outcome, Tool
from nat.events import ApprovalRequested, ApprovalUpdated, Link

LINKS: Final = 3
SUPERSEDED: Final = "superseded"


@dataclass(frozen=True)
class Told:
    """A call's outcome for the model, and how people see it. `action` names what can be taken back, `retry`
    what can be tried again."""

    outcome: Outcome
    label: str = ""
    ok: bool = True
    action: str | None = None
    retry: str | None = None


class Writes:
    """Writing calls of one turn.

    What the model hears of them holds counts, ids and our own words only, so it does not taint the turn; the
    names and texts of records stand on the card, which people read.
    """

    def __init__(
        self,
        actions: Actions,
        nation: Any,
        emit: Emit,
        stopped: Callable[[], bool],
        pace: Pace = STEADY,
    ) -> None:
        self._actions = actions
        self._nation = nation
        self._emit = emit
        self._stopped = stopped
        self._pace = pace

    def perform(
        self, call: str, step: int, tool: Tool, arguments: Mapping[str, Any], verdict: Verdict
    ) -> Told:
        """Do what the verdict says: commit (`RUN`) or propose (`ASK`).

        Raises `ArgumentsRejected` and what planning raises, `TurnLost`, and `TokenRejected` or
        `Reconnect` when NationBuilder no longer lets the nation in.
        """
        planned = self._actions.planned(step, call)
        if planned is not None:
            return self._go_on(call, step, tool, planned)
        change = tool.plan(self._nation, arguments).frozen()
        if not change.operations:
            return Told(_nothing(change), label=change.summary)
        if verdict is Verdict.ASK:
            return self._proposed(change, self._actions.propose(step, call, change, tool))
        return self._committed(call, step, tool, self._actions.freeze(step, call, change, tool))

    def _go_on(self, call: str, step: int, tool: Tool, planned: Planned) -> Told:
        if planned.proposal is not None:
            return self._proposed(planned.change, planned.proposal)
        return self._committed(call, step, tool, planned.change)

    def _committed(self, call: str, step: int, tool: Tool, change: Change) -> Told:
        report = commit(
            change,
            nation=self._nation,
            journal=self._actions.journal(step, call),
            emit=self._emit,
            stopped=self._stopped,
            at_once=requests_at_once(tool.effect),
            pace=self._pace,
        )
        if isinstance(report.halted, errors.TokenRejected | errors.Reconnect):
            raise report.halted
        return Told(
            Outcome(
                report.as_data() | _skipped(change),
                returned=report.done,
                total=report.total,
                complete=report.outcome == "done",
                links=_links(change),
                untrusted=False,
            ),
            label=change.summary,
            ok=report.done > 0,
            action=self._actions.reference(step, call) if report.undoable else None,
            retry=self._actions.reference(step, call) if report.retryable else None,
        )

    def _proposed(self, change: Change, proposal: Proposal) -> Told:
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
        return Told(Outcome(data | _skipped(change), untrusted=False), label=f"Prepared: {change.summary}")


def _nothing(change: Change) -> Outcome:
    return Outcome(
        {"state": "nothing to change", "operations": 0} | _skipped(change),
        total=0,
        complete=True,
        untrusted=False,
    )


def _skipped(change: Change) -> dict[str, Any]:
    return {"skipped": len(change.skipped)} if change.skipped else {}


def _links(change: Change) -> tuple[Link, ...]:
    """Records that were changed, named by type and id: a name would be text of outsiders."""
    subjects = {each.subject.url: each.subject for each in change.operations if each.subject.url}
    return tuple(
        Link(f"{subject.type} {subject.id}" if subject.id else subject.type, url)
        for url, subject in list(subjects.items())[:LINKS]
    )
