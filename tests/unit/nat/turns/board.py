"""A conversation in which changes are proposed, decided and carried out: embedded AWS and the stand-in."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from ulid import ULID

from nat.agent.loop import Agent
from nat.agent.ports import ModelReply
from nat.agent.tool import Effect, Tool
from nat.agent.tools.parameters import Text
from nat.agent.values import OpenPage
from nat.approvals.approval import Approval
from nat.approvals.approvals import Approvals
from nat.approvals.journal import read_journal
from nat.approvals.pending import PendingApprovals
from nat.aws import clients
from nat.aws.store import Store
from nat.changes.journal import JournalEntry
from nat.changes.plan import Change
from nat.conversations.turns import Turn
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.people.memberships import Memberships
from nat.roles import Role
from nat.turns.admission import Admission, Admitted, Surface
from nat.turns.decide import Decision, Decisions
from nat.turns.queue import TurnQueue
from nat.turns.run import Agents, Outlets, Platform, Runner
from nat.turns.signals import Signals
from tests.unit.nat import world
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.changes import bench as changes
from tests.unit.nat.changes.mortality import Countdown, Killed, Mortal
from tests.unit.nat.turns.stage import APP_URL, PRICES, Stage, message_of


def tag_people(nation: Any, *, people: list[str], tag: Text) -> Change:
    """Tag many people."""
    return changes.tagging(people, tag)


def tag_person(nation: Any, *, person: str, tag: str) -> Change:
    """Tag one person."""
    return changes.tagging([person], tag)


def log_contact(nation: Any, *, person: str, text: str) -> Change:
    """Log a contact: nothing can prove it."""
    return changes.contacting(person, text)


def said_by(*replies: ModelReply) -> dict[str, Any]:
    """Question and open page of a person who says what this model does."""
    inputs = [each["input"] for reply in replies for each in reply.content if each["type"] == "tool_use"]
    texts = [each for values in inputs for each in values.values() if isinstance(each, str)]
    people = [values["person"] for values in inputs if "person" in values]
    return {
        "question": " ".join(["How many?", *texts]),
        "page": OpenPage("person", people[0]) if people else None,
    }


TOOLS: Mapping[str, Tool] = {
    "tag_people": Tool("tag_people", "tags", Effect.BULK, "Tagging people", (), False, None, tag_people),
    "tag_person": Tool("tag_person", "tags", Effect.WRITE, "Tagging", (), False, None, tag_person),
    "log_contact": Tool("log_contact", "contacts", Effect.WRITE, "Logging", (), False, None, log_contact),
    "mail_person": Tool("mail_person", "tags", Effect.WRITE, "Writing", (), True, None, tag_person),
}


@dataclass
class Board:
    """One nation with two admins, a member and a viewer; `office` is its NationBuilder."""

    stage: Stage
    office: changes.Bench
    queue_url: str

    def __post_init__(self) -> None:
        tables = self.stage.tables
        world.store_members(tables, "demo", ["u1", "u2"], Role.ADMIN)
        world.store_members(tables, "demo", ["member"], Role.MEMBER)
        world.store_members(tables, "demo", ["viewer"], Role.VIEWER)
        self.conversation_id = str(ULID())
        self.approvals = Approvals(Store(clients.dynamodb(), tables, self.stage.clock))
        self.inbox = PendingApprovals(Store(clients.dynamodb(), tables, self.stage.clock))
        admission = Admission(
            Store(clients.dynamodb(), tables, self.stage.clock),
            TurnQueue(clients.sqs(), self.queue_url),
            world.PLANS,
        )
        self.decisions = Decisions(admission, self.approvals)

    @property
    def conversation(self) -> str:
        """Partition key of the conversation."""
        return f"demo#{self.conversation_id}"

    def ask(self, *replies: ModelReply, user: str = "u1", **changes: Any) -> Turn:
        """One question, run to its end with this model; what the model writes in it was said, with the person
        open whom it is about."""
        changes = {**said_by(*replies), **changes}
        role = (
            Memberships(Store(clients.dynamodb(), self.stage.tables))
            .require(NationSlug("demo"), UserId(user))
            .role
        )
        turn = self.stage.admitted(conversation_id=self.conversation_id, user_id=user, role=role, **changes)
        self.runner(ScriptedModel(list(replies))).run(message_of(turn), Signals())
        return self.stage.stored(turn)

    def propose(self, people: list[str], tag: str, user: str = "u1") -> Approval:
        """A turn in which the model proposes to tag people; gives the newest proposal."""
        self.ask(calls(use("tag_people", people=people, tag=tag)), says("It waits."), user=user)
        return self.approvals.of_conversation(self.conversation)[-1]

    def decision(self, user: str = "u1", decision_id: str | None = None) -> Decision:
        """A click of a person."""
        identifier = decision_id or str(ULID())
        return Decision(
            NationSlug("demo"),
            UserId(user),
            ConversationId(self.conversation_id),
            TurnId(identifier),
            Surface.WEBSOCKET,
        )

    def approve(self, approval: Approval, user: str = "u1", **details: Any) -> Admitted:
        """Say yes as a person who saw the card."""
        decision = self.decision(user, details.pop("decision_id", None))
        seen = details.pop("fingerprint", approval.card["fingerprint"])
        return self.decisions.approve(decision, ApprovalId(approval.id), fingerprint=seen, **details)

    def carry_out(self, admitted: Admitted, **details: Any) -> Turn:
        """Let a worker take the decision's turn."""
        self.runner(ScriptedModel([]), **details).run(message_of(admitted.turn), Signals())
        return self.stage.stored(admitted.turn)

    def settled(self, approval: Approval) -> Approval:
        """The approval as it is now."""
        return self.approvals.get(
            NationSlug("demo"), ConversationId(self.conversation_id), ApprovalId(approval.id)
        )

    def journal(self, approval: Approval) -> dict[str, JournalEntry]:
        """The journal of the approval's change."""
        return read_journal(Store(clients.dynamodb(), self.stage.tables), self.conversation, approval.ref)

    def runner(
        self,
        model: Any,
        client: Any = None,
        wrap: Callable[[Any], Any] = lambda each: each,
        **outlets: Any,
    ) -> Runner:
        """A worker's runner. `wrap` stands between it and NationBuilder, `client` replaces DynamoDB."""

        @contextmanager
        def connect(_: Turn) -> Iterator[Any]:
            if self.stage.refuse_connection is not None:
                raise self.stage.refuse_connection
            yield wrap(self.office.nation)

        return Runner(
            Store(client or clients.dynamodb(), self.stage.tables, self.stage.clock),
            Agents(Agent(model, TOOLS, prices=PRICES), PRICES),
            Outlets(lambda: self.stage.deliver, **outlets),
            Platform(APP_URL, "test", world.PLANS),
            connect=connect,
            role_now=self.stage.role_now,
        )


class Death:
    """Ends a worker at some boundary; its publishing thread dies with it, not by it."""

    def __init__(self, fatal: int) -> None:
        self._countdown = Countdown(fatal)

    def __call__(self, at: str) -> None:
        if not threading.current_thread().name.startswith("publish"):
            self._countdown(at)


def run_mortal(board: Board, turn: Turn, model: ScriptedModel, fatal: int) -> bool:
    """Let a worker run a turn that dies at its n-th boundary; whether it did."""
    death = Death(fatal)
    runner = board.runner(model, mortal_client(death), lambda nation: Mortal(nation, death))
    try:
        runner.run(message_of(turn), Signals())
    except Killed:
        return True
    return False


def mortal_client(boundary: Callable[[str], None]) -> Any:
    """A DynamoDB client of a worker that may die before or after each of its requests."""
    client = boto3.client("dynamodb", config=clients.CONFIG)
    client.meta.events.register("before-call.dynamodb", lambda **_: boundary("before request"))
    client.meta.events.register("after-call.dynamodb", lambda **_: boundary("after request"))
    return client
