"""Runs one task: the agent as `nat chat --direct` runs it, on fresh copies of the nations."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.evaluation.checks import told
from benchmarks.evaluation.diff import problems
from benchmarks.evaluation.task import Task, Turn
from benchmarks.evaluation.world import World
from local.nationbuilder.server import RunningNationBuilder
from nat.agent.figures import Traced
from nat.agent.ports import Model
from nat.agent.pricing import ModelPrices, total_micros
from nat.agent.values import OpenPage, Usage
from nat.cli.decisions import Agenda, Approve, Reject
from nat.cli.direct import DirectChat
from nat.contract.events import ApprovalRequested, Event, TextDelta, ToolStarted
from nat.errors import NatError
from nat.ids import NationSlug
from nat.nationbuilder import NationBuilder

NewModel = Callable[[World, Task], Model]
"""Makes a model of the suite's own for a task; without one the configured model answers."""


@dataclass
class Spent:
    """What a run took."""

    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    approvals: int = 0
    said: int = 0
    """Changes of one record that the person had said."""
    waited: int = 0
    """Those among them that waited for a yes all the same."""
    seconds: float = 0.0
    figures: int = 0
    unsupported: int = 0
    cost_micros: int | None = 0
    """Micro-dollars; None where the model has no price."""

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.calls + other.calls,
            self.usage + other.usage,
            self.approvals + other.approvals,
            self.said + other.said,
            self.waited + other.waited,
            self.seconds + other.seconds,
            self.figures + other.figures,
            self.unsupported + other.unsupported,
            total_micros((self.cost_micros, other.cost_micros)),
        )


@dataclass
class Run:
    """What came of a task: what is wrong with it, if anything, and what it took."""

    task: Task
    problems: list[str] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)


def run(
    task: Task,
    world: World,
    server: RunningNationBuilder,
    new_model: NewModel | None = None,
    prices: ModelPrices | None = None,
) -> Run:
    """Run a task. An error of the agent's is a problem too."""
    done = Run(task)
    standin = server.standin
    standin.nations.clear()
    standin.nations.update({each.slug: each.copy() for each in (world.nation, world.other)})
    standin.clock.advance((world.now - standin.clock.now()).total_seconds())
    started = time.monotonic()
    try:
        _converse(task, world, server, new_model, prices, done)
    except NatError as error:
        done.problems.append(f"failed: {error.message}")
    done.spent.seconds = time.monotonic() - started
    said = "\n".join(turn.says for turn in task.turns)
    for seeded in (world.nation, world.other):
        nation, ours = server.nation(seeded.slug), seeded is world.nation
        done.problems += problems(seeded, nation, task.wanted if ours else (), said)
        reached = {effect.kind for effect in nation.effects[len(seeded.effects) :]}
        if unasked := reached - (task.reaches if ours else frozenset()):
            done.problems.append(f"reached people by {', '.join(sorted(unasked))}")
    return done


def _converse(
    task: Task,
    world: World,
    server: RunningNationBuilder,
    new_model: NewModel | None,
    prices: ModelPrices | None,
    done: Run,
) -> None:
    token = server.access_token(world.slug)
    page = None
    if task.opened is not None:
        kind, record = task.opened
        page = OpenPage(kind, record)
    with NationBuilder(
        world.slug,
        token=lambda: token,
        base_url=server.base_url,
        time_zone=world.nation.time_zone,
        now=lambda: world.now,
    ) as client:
        model = new_model(world, task) if new_model else None
        chat = DirectChat(
            client,
            NationSlug(world.slug),
            world.nation.time_zone,
            task.role,
            model=model,
            prices=prices,
            now=lambda: world.now,
        )
        try:
            for number, turn in enumerate(task.turns, start=1):
                problems_of_turn = _Talk(chat, server, world, done).say(turn, page)
                done.problems += [f"turn {number}: {each}" for each in problems_of_turn]
        finally:
            chat.close()


class _Talk:
    """One turn: says it, listens to the events, judges, and decides."""

    def __init__(self, chat: DirectChat, server: RunningNationBuilder, world: World, done: Run) -> None:
        self._chat = chat
        self._nation = server.nation(world.slug)
        self._spent = done.spent
        self._agenda = Agenda()
        self._text = ""
        self._cards: list[Mapping[str, Any]] = []

    def say(self, turn: Turn, page: OpenPage | None) -> list[str]:
        version = self._nation.version
        answer = self._chat.ask(turn.says, self._hear, _never, page)
        changed = self._nation.version != version
        traced: Traced = answer.figures
        self._spent.usage += answer.usage
        self._spent.cost_micros = total_micros((self._spent.cost_micros, answer.cost_micros))
        self._spent.figures += traced.figures
        self._spent.unsupported += len(traced.unsupported)
        self._spent.approvals += len(self._cards)
        found = [problem for check in turn.checks for problem in check(self._text, turn.says)]
        found += self._wrong_approval(turn, changed)
        if turn.write is not None:
            found += told(self._text, asked=bool(self._cards), changed=changed)
        for waiting in self._agenda.fresh():
            fits = turn.write is not None and not _wrong_card(turn, waiting.card)
            if turn.decides == "yes" and fits:
                self._chat.decide(Approve(waiting), self._agenda.take, _never)
            elif turn.decides != "nothing":
                self._chat.decide(Reject(waiting), self._agenda.take, _never)
        return found

    def _wrong_approval(self, turn: Turn, changed: bool) -> list[str]:
        asked = bool(self._cards)
        match turn.write:
            case None:
                return ["proposed a change that nobody wanted"] * asked + [
                    "changed something unasked"
                ] * changed
            case "asked":
                if changed:
                    return ["changed something before anybody was asked"]
                return self._wrong_cards(turn) if asked else ["nobody was asked"]
            case "said":
                self._spent.said += 1
                self._spent.waited += asked
                return ["asked for what the person had said"] * asked + ["nothing was done"] * (not changed)
            case "either":
                return self._wrong_cards(turn) if asked or changed else ["neither done nor proposed"]

    def _wrong_cards(self, turn: Turn) -> list[str]:
        """What is wrong with any card: who is shown many picks the right one, and the agent knew none."""
        return [wrong for card in self._cards for wrong in _wrong_card(turn, card)]

    def _hear(self, event: Event) -> None:
        self._agenda.take(event)
        match event:
            case TextDelta(text=text):
                self._text += text
            case ToolStarted():
                self._spent.calls += 1
            case ApprovalRequested(card=card):
                self._cards.append(card)


def _wrong_card(turn: Turn, card: Mapping[str, Any]) -> list[str]:
    """What a card shows that the person did not want."""
    wrong = []
    if card["people"] != turn.people:
        wrong.append(f"asked about {card['people']} people instead of {turn.people}")
    sample: list[Mapping[str, Any]] = list(card["sample"])
    named = {each["id"] for each in (*sample, *card["touched"]) if each["id"] is not None}
    if turn.about and not turn.about >= named:
        wrong.append("asked about other records")
    for name, value in turn.shows.items():
        if any((each["after"] or {}).get(name) != value for each in sample):
            wrong.append(f"asked about another {name}")
    return wrong


def _never() -> bool:
    return False
