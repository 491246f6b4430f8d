"""`nat chat --direct`: the agent in this process, with a V2 token and an Anthropic key, and without the
platform."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nat.agent.loop import Agent
from nat.agent.models.claude import API_URL, DEFAULT_MODEL, AnthropicModel, Clients
from nat.agent.ports import AgentAnswer, Asked, Message, Model
from nat.agent.pricing import ModelPrices
from nat.agent.tools import load
from nat.agent.values import OpenPage
from nat.changes.editing import edited
from nat.changes.executor import commit, requests_at_once
from nat.changes.journal import Emit
from nat.changes.operations import survey
from nat.changes.report import ChangeReport
from nat.changes.undo import undo
from nat.cli.decisions import Approve, Decision, Edit, Reject, Retry, Undo
from nat.cli.files import LocalFiles
from nat.cli.in_memory import Kept, MemoryActions, MemorySteps
from nat.cli.terminal import CommandFailed
from nat.contract.events import (
    ApprovalRequested,
    ApprovalUpdated,
    TurnFinished,
    TurnStopped,
)
from nat.errors import NatError, NotFound
from nat.ids import NationSlug
from nat.names import Variable
from nat.roles import Role
from nat.settings import read_optional

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

STAND_IN_KEY: Final = "local"
"""Sent where NAT_ANTHROPIC_URL names a server of one's own and no key is set."""


class DirectChat:
    """A conversation with one nation in this process. Calls act with the rights of the V2 token."""

    def __init__(
        self,
        v2: "NationBuilder",
        nation_slug: NationSlug,
        time_zone: str,
        role: Role = Role.OWNER,
        *,
        model: Model | None = None,
        prices: ModelPrices | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`model` answers instead of the configured one; with `prices` an answer knows its cost, and its
        limit holds. Raises `CommandFailed` where there is no model."""
        url = read_optional(Variable.ANTHROPIC_URL)
        self._clients = Clients(url or API_URL)
        self._agent = Agent(model or _configured(self._clients, bool(url)), load(), prices=prices)
        self._nation = v2
        self._nation_slug = nation_slug
        self._time_zone = time_zone
        self._role = role
        self._history: list[Message] = []
        self._changes = MemoryActions(now)
        self._now = now

    def ask(
        self, question: str, emit: Emit, stopped: Callable[[], bool], page: OpenPage | None = None
    ) -> AgentAnswer:
        """Answer one question. Raises what `Agent.answer` raises."""
        answer = self._agent.answer(
            Asked(
                question,
                self._nation_slug,
                self._role,
                self._time_zone,
                self._now(),
                page,
                proposals=self._changes.begin_turn(),
            ),
            history=self._history,
            steps=MemorySteps(),
            v2=self._nation,
            emit=emit,
            stopped=stopped,
            changes=self._changes,
            exports=LocalFiles(Path.cwd()),
        )
        self._history.extend(answer.messages)
        finished = answer.outcome == "finished"
        emit(TurnFinished(answer.text, answer.links) if finished else TurnStopped(answer.text))
        return answer

    def decide(self, decision: Decision, emit: Emit, stopped: Callable[[], bool]) -> None:
        """Carry a decision out. Raises `NotFound`, `ApprovalClosed` and its kin, and what halts the work."""
        self._changes.begin_turn()
        match decision:
            case Approve(waiting=waiting, keys=keys):
                self._commit(self._changes.waiting(waiting.approval), keys, emit, stopped)
            case Reject(waiting=waiting):
                kept = self._changes.waiting(waiting.approval)
                kept.state = "rejected"
                emit(ApprovalUpdated(waiting.approval, kept.state))
            case Edit(waiting=waiting, values=values):
                kept = self._changes.waiting(waiting.approval)
                arguments = edited(kept.change.arguments, kept.card["editable"], values)
                change = kept.tool.plan(self._nation, arguments).frozen()
                proposal = self._changes.propose(0, "edit", change, kept.tool)
                emit(ApprovalUpdated(waiting.approval, kept.state))
                emit(
                    ApprovalRequested(
                        proposal.approval,
                        dict(proposal.card),
                        proposal.expires_at.isoformat(timespec="seconds"),
                    )
                )
            case Retry(approval=approval, change=change):
                kept = self._kept(approval, change)
                keys = () if kept.journal is None else self._survey(kept).retryable
                if not keys:
                    raise NotFound("There is nothing to try again here.")
                self._commit(kept, keys, emit, stopped)
            case Undo(approval=approval, change=change):
                self._undo(self._kept(approval, change), emit, stopped)

    def _kept(self, approval: str | None, change: str | None) -> Kept:
        return self._changes.change(change or "") if approval is None else self._changes.proposed(approval)

    def _commit(
        self, kept: Kept, keys: tuple[str, ...] | None, emit: Emit, stopped: Callable[[], bool]
    ) -> None:
        report = commit(
            kept.change,
            v2=self._nation,
            journal=self._changes.journal_of(kept),
            emit=emit,
            stopped=stopped,
            keys=keys,
            at_once=requests_at_once(kept.tool.effect),
        )
        kept.state = self._survey(kept).outcome
        if kept.proposal is not None:
            emit(ApprovalUpdated(kept.proposal.approval, kept.state))
        self._tell(kept, report, "Done", emit)

    def _undo(self, kept: Kept, emit: Emit, stopped: Callable[[], bool]) -> None:
        report = undo(
            kept.change,
            {} if kept.journal is None else kept.journal.load(),
            v2=self._nation,
            journal=self._changes.undo_journal_of(kept),
            emit=emit,
            stopped=stopped,
            now=self._now(),
            at_once=requests_at_once(kept.tool.effect),
        )
        if not report.total:
            raise NotFound("There is nothing left here that can be taken back.")
        self._tell(kept, report, "Taken back", emit)

    def _survey(self, kept: Kept) -> ChangeReport:
        """How far a change is, over what was tried of it."""
        entries = {} if kept.journal is None else kept.journal.load()
        return survey(kept.change, entries, tuple(entries))

    def _tell(self, kept: Kept, report: ChangeReport, done: str, emit: Emit) -> None:
        """Show the report, and let the model of later turns know its figures."""
        figures = report.in_figures()
        self._history += [
            {"role": "user", "content": f"(The person decided about {kept.tool.name}: {done}: {figures}.)"},
            {"role": "assistant", "content": [{"type": "text", "text": f"{done}: {figures}."}]},
        ]
        text = report.in_words(done)
        emit(TurnStopped(text) if report.stopped else TurnFinished(text))
        if isinstance(report.halted, NatError) and not report.done:
            raise report.halted

    def close(self) -> None:
        """Close the connections to the model."""
        self._clients.close()


def _configured(clients: Clients, own_server: bool) -> Model:
    key = read_optional(Variable.ANTHROPIC_API_KEY) or (STAND_IN_KEY if own_server else "")
    if not key:
        raise CommandFailed("Set ANTHROPIC_API_KEY, or NAT_ANTHROPIC_URL for a server of your own.")
    return AnthropicModel(clients, key, read_optional(Variable.MODEL_ID, DEFAULT_MODEL))
