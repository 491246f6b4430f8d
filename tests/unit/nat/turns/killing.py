"""Workers as processes of their own, ended by SIGKILL at random moments of the work.

A process is forked from a server that has loaded everything, so that a hundred of them cost seconds. What it
talks to are real servers: the embedded AWS and the stand-in, which lives in the test's process and is watched
there: a worker is killed when so many requests have reached NationBuilder.
"""

import json
import multiprocessing
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nat.agent.loop import Agent
from nat.agent.ports import ModelReply
from nat.approvals.approval import Approval
from nat.approvals.journal import read_journal
from nat.approvals.stored_changes import ChangeRef
from nat.aws import clients
from nat.aws.store import Store
from nat.changes.journal import EntryState
from nat.conversations.steps import read_steps
from nat.conversations.turns import Turn, TurnState
from nat.ids import ApprovalId, NationSlug, UserId
from nat.nationbuilder import NationBuilder
from nat.people.memberships import Memberships
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.queue import TurnMessage
from nat.turns.run import Agents, Outlets, Platform, Runner
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.turns.board import TOOLS, Board, said_by
from tests.unit.nat.turns.stage import APP_URL, PRICES, message_of
from tests.unit.nat.world import PLANS, START

PATIENCE = 120.0
"""Seconds that a worker may take to end by itself."""


@dataclass(frozen=True)
class Order:
    """What a worker is told; `replies` are its model's, `slug` names the stand-in's nation."""

    message: TurnMessage
    tables: TableNames
    slug: str
    base_url: str
    token: str
    replies: tuple[ModelReply, ...] = ()


def serve(order: Order) -> None:
    """A worker's life, in its own process: one turn."""

    @contextmanager
    def connect(_: Turn) -> Iterator[NationBuilder]:
        with NationBuilder(order.slug, token=lambda: order.token, base_url=order.base_url) as nation:
            yield nation

    def role_now(nation_slug: NationSlug, user_id: UserId) -> Role | None:
        membership = Memberships(Store(clients.dynamodb(), order.tables)).get(nation_slug, user_id)
        return None if membership is None else membership.role

    Runner(
        Store(clients.dynamodb(), order.tables, lambda: START),
        Agents(Agent(ScriptedModel(list(order.replies)), TOOLS, prices=PRICES), PRICES),
        Outlets(lambda: lambda _conversation, _wire: None),
        Platform(APP_URL, "test", PLANS),
        connect=connect,
        role_now=role_now,
    ).run(order.message, Signals())


class Workers:
    """Runs turns of a board in processes."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._token = board.office.server.access_token(board.office.slug)
        self.killed = 0

    def run(self, turn: Turn, *replies: ModelReply) -> Turn:
        """A worker that nobody kills; gives the row afterwards."""
        process = self._start(turn, replies)
        process.join(PATIENCE)
        assert process.exitcode == 0, f"the worker ended with {process.exitcode}"
        return self._board.stage.stored(turn)

    def kill(self, turn: Turn, *replies: ModelReply, when: Callable[[], bool], delay: float = 0.0) -> bool:
        """A worker that is killed some seconds after something holds; False if it ended before."""
        process = self._start(turn, replies)
        while process.is_alive() and not when():
            time.sleep(0.001)
        process.join(delay)
        alive: bool = process.is_alive()
        process.kill()
        process.join()
        self.killed += alive
        return alive

    def _start(self, turn: Turn, replies: tuple[ModelReply, ...]) -> Any:
        board = self._board
        order = Order(
            message_of(turn),
            board.stage.tables,
            board.office.slug,
            board.office.server.base_url,
            self._token,
            replies,
        )
        process = self._context.Process(target=serve, args=(order,))
        process.start()
        return process


class Wire:
    """What reached NationBuilder since this was made, by the stand-in's log."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._start = log.stat().st_size

    def taggings(self) -> Counter[tuple[str, int]]:
        """Requests that tag somebody, by person and status."""
        return Counter(
            (str(each["body"]["data"]["attributes"]["signup_id"]), each["status"])
            for each in self._posts("signup_taggings")
        )

    def contacts(self) -> int:
        """Requests that log a contact."""
        return len(self._posts("contacts"))

    def _posts(self, resource: str) -> list[dict[str, Any]]:
        with self._log.open("rb") as log:
            log.seek(self._start)
            lines = [json.loads(line) for line in log.read().splitlines()]
        return [
            each
            for each in lines
            if each["method"] == "POST" and each["path"].rstrip("/").endswith(f"/{resource}")
        ]


CRASHES = 3
"""With so many a turn fails; what is left is then tried again by another one."""


def tag_with_deaths(board: Board, log: Path, records: int, deaths: int, chance: random.Random) -> int:
    """Tag people by an approved change whose workers are killed so many times, each when some random number
    of people are tagged and some random moment later; checks what became of it. Gives how many were killed
    indeed."""
    workers, wire = Workers(board), Wire(log)
    people, tag = board.office.people(records), board.office.new_tag(f"major {chance.random()}")
    approval = board.propose(people, tag)
    turn = board.approve(approval).turn
    carriers = board.office.server.nation(board.office.slug)["signup_taggings"].indexes["tag_id"]

    def at_work(count: int, attempt: int) -> bool:
        return len(carriers.get(tag, ())) >= count and board.stage.stored(turn).attempt > attempt

    for moment in sorted(chance.randrange(records) for _ in range(deaths)):
        turn = _tried_again(board, workers, turn, approval)
        attempt = board.stage.stored(turn).attempt
        if not workers.kill(turn, when=partial(at_work, moment, attempt), delay=chance.uniform(0, 0.1)):
            break
    turn = _tried_again(board, workers, turn, approval)
    if not board.stage.stored(turn).state.final:
        workers.run(turn)

    assert board.office.carriers(tag) == sorted(people, key=int)
    assert wire.taggings() == Counter({(person, 201): 1 for person in people})
    assert board.settled(approval).state == "done"
    assert board.settled(approval).counts == {"done": records}
    if board.stage.stored(turn).error is None:
        told = board.stage.answers(turn)[-1].text
        assert re.fullmatch(r"Done: (\d+) of \1\.", told), told
    return workers.killed


def log_with_death(board: Board, log: Path, kind: str, chance: random.Random) -> EntryState:
    """Log a contact, a create that nothing can prove, cut off in flight: its connection (`drop_before` or
    `drop_after` NationBuilder has done it), or its worker (`killed`). Checks that it was sent once at most
    and that the journal says what is so. Gives the journal's word."""
    workers, wire = Workers(board), Wire(log)
    (person,), text = board.office.people(1), f"Called about the fair, {chance.random()}."
    asks, done = calls(use("log_contact", person=person, text=text)), says("It is done, or not.")
    turn = board.stage.admitted(conversation_id=board.conversation_id, **said_by(asks))
    if kind == "killed":
        # The stand-in answers late, so that workers die before, during and after the request.
        board.office.server.fault("slow", method="POST", path="*/contacts", seconds=0.1)
        arrived, at_any_time = board.office.server.standin.faults.waiting, chance.random() < 0.3
        workers.kill(
            turn,
            asks,
            done,
            when=lambda: at_any_time or not arrived,
            delay=chance.uniform(0, 0.5 if at_any_time else 0.15),
        )
        # A killed worker's request may still be on its way: the stand-in ends it meanwhile.
        time.sleep(0.15)
        board.office.server.standin.faults.clear()
    else:
        board.office.server.fault(kind, method="POST", path="*/contacts")
    if not board.stage.stored(turn).state.final:
        workers.run(turn, *((done,) if _has_asked(board, turn) else (asks, done)))

    times = board.office.contacts(person, text)
    entries = read_journal(
        Store(clients.dynamodb(), board.stage.tables),
        board.conversation,
        ChangeRef(turn.turn_id, 0, "t1"),
    )
    state = entries["contact"].state
    assert board.stage.stored(turn).state is TurnState.FINISHED
    assert wire.contacts() <= 1
    assert times in {EntryState.DONE: (1,), EntryState.UNKNOWN: (0, 1)}[state]
    return state


def _has_asked(board: Board, turn: Turn) -> bool:
    """Whether the model's call is stored, so that the model is not asked for it again."""
    return any(True for _ in read_steps(Store(clients.dynamodb(), board.stage.tables), turn))


def _tried_again(board: Board, workers: Workers, turn: Turn, approval: Approval) -> Turn:
    """The turn to go on with: another one, if this has lost so many workers that it fails."""
    stored = board.stage.stored(turn)
    if stored.state.final or stored.attempt < CRASHES:
        return turn
    assert workers.run(turn).error == "internal"
    if board.settled(approval).state == "done":  # the last one died when only its own end was left
        return turn
    return board.decisions.retry(board.decision(), ApprovalId(approval.id)).turn
