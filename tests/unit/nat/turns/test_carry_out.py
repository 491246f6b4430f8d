"""Carrying out what was decided: by workers that die, are stopped, or are told to try again and take back."""

import random
from typing import Any

import pytest

from nat import errors
from nat.approvals.journal import read_journal
from nat.aws import clients
from nat.aws.items import encode
from nat.aws.store import Store
from nat.changes.executor import STEADY
from nat.changes.journal import EntryState
from nat.contract.events import (
    ApprovalUpdated,
    Notice,
    Progress,
    ToolFinished,
    TurnFinished,
    TurnStopped,
)
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn, TurnKind, TurnState
from nat.ids import ApprovalId, ConversationId, NationSlug, UserId
from nat.names import Table
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.turns.admission import Admitted
from nat.turns.dead_letters import abandon
from nat.turns.signals import Signals
from nat.turns.stop import request_stop
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.changes.mortality import Mortal
from tests.unit.nat.turns.board import Board, run_mortal, said_by
from tests.unit.nat.turns.stage import message_of
from tests.unit.nat.world import START


def action_of(board: Board, turn: Turn) -> str:
    """What the turn's call says can be taken back."""
    (finished,) = [e.event for e in board.stage.events(turn) if isinstance(e.event, ToolFinished)]
    assert finished.change is not None
    return finished.change


def undo(board: Board, action: str, user: str = "u1", **details: Any) -> Admitted:
    return board.decisions.undo(board.decision(user), action, **details)


def retry(board: Board, approval_id: ApprovalId) -> Admitted:
    return board.decisions.retry(board.decision(), approval_id)


@pytest.mark.parametrize("seed", range(12))
def test_a_commit_whose_workers_die_changes_every_record_once(board: Board, seed: int) -> None:
    chance = random.Random(seed)
    people, tag = board.office.people(60), board.office.new_tag("major")
    approval = board.propose(people, tag)
    admitted = board.approve(approval)
    for _ in range(2):
        run_mortal(board, admitted.turn, ScriptedModel([]), chance.randint(1, 320))

    turn = board.carry_out(admitted)

    assert board.office.carriers(tag) == sorted(people, key=int)
    assert (turn.state, board.settled(approval).state) == (TurnState.FINISHED, ApprovalState.DONE)
    assert {each.state for each in board.journal(approval).values()} == {EntryState.DONE}


@pytest.mark.parametrize("fatal", range(1, 60, 3))
def test_a_write_of_a_question_whose_worker_dies_is_done_once(board: Board, fatal: int) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    reply = calls(use("tag_person", person=person, tag=tag))
    turn = board.stage.admitted(conversation_id=board.conversation_id, **said_by(reply))
    model = ScriptedModel([reply, reply, says("Done."), says("Done.")])

    run_mortal(board, turn, model, fatal)
    board.runner(model).run(message_of(turn), Signals())

    assert board.office.carriers(tag) == [person]
    assert board.stage.stored(turn).state is TurnState.FINISHED


@pytest.mark.parametrize("fatal", range(1, 60, 5))
def test_a_question_whose_worker_dies_proposes_once(board: Board, fatal: int) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")
    reply = calls(use("tag_people", people=people, tag=tag))
    turn = board.stage.admitted(conversation_id=board.conversation_id)
    model = ScriptedModel([reply, reply, says("It waits."), says("It waits.")])

    run_mortal(board, turn, model, fatal)
    board.runner(model).run(message_of(turn), Signals())

    assert len(board.approvals.of_conversation(board.conversation)) == 1


def test_a_commit_tells_its_progress_and_its_end(board: Board) -> None:
    people, tag = board.office.people(8), board.office.new_tag("major")
    approval = board.propose(people, tag)

    turn = board.carry_out(board.approve(approval))

    events = [each.event for each in board.stage.events(turn)]
    updates = [each.state for each in events if isinstance(each, ApprovalUpdated)]
    progress = [each for each in events if isinstance(each, Progress)]
    assert updates == ["committing", "done"]
    assert (progress[-1].done, progress[-1].total) == (8, 8)


def test_a_stopped_commit_can_go_on_and_repeats_nothing(board: Board) -> None:
    people, tag = board.office.people(40), board.office.new_tag("major")
    approval = board.propose(people, tag)
    admitted, signals = board.approve(approval), Signals()

    def stop_at_ten(_: str) -> None:
        if len(board.office.carriers(tag)) >= 10:
            signals.stop()

    runner = board.runner(ScriptedModel([]), wrap=lambda nation: Mortal(nation, stop_at_ten))
    runner.run(message_of(admitted.turn), signals)
    stopped, between = board.stage.stored(admitted.turn), board.settled(approval)
    board.carry_out(retry(board, ApprovalId(approval.id)))

    assert isinstance(board.stage.last_event(stopped), TurnStopped)
    assert (stopped.state, between.state) == (TurnState.STOPPED, ApprovalState.PARTLY)
    assert between.counts["done"] < 40
    assert board.office.carriers(tag) == sorted(people, key=int)
    assert board.settled(approval).state is ApprovalState.DONE


def test_a_commit_that_is_stopped_before_it_began_changes_nothing(board: Board) -> None:
    tag = board.office.new_tag("major")
    approval = board.propose(board.office.people(2), tag)
    turn = board.approve(approval).turn

    request_stop(
        Store(clients.dynamodb(), board.stage.tables),
        nation_slug=NationSlug("demo"),
        conversation_id=ConversationId(board.conversation_id),
        turn_id=turn.turn_id,
        user_id=UserId("u1"),
        now=board.stage.clock(),
    )

    assert board.office.carriers(tag) == []
    assert board.settled(approval).state is ApprovalState.FAILED
    assert not board.stage.locked(turn)


def test_trying_again_touches_only_what_failed(board: Board) -> None:
    people, tag = board.office.people(6), board.office.new_tag("major")
    approval = board.propose(people, tag)
    board.office.server.fault("unprocessable", method="POST", path="*/signup_taggings", count=2)
    board.carry_out(board.approve(approval, keys=people[:4]))
    between = board.settled(approval)

    board.carry_out(retry(board, ApprovalId(approval.id)))

    assert (between.state, between.counts) == (ApprovalState.PARTLY, {"done": 2, "failed": 2})
    assert board.office.carriers(tag) == sorted(people[:4], key=int)
    assert board.settled(approval).counts == {"done": 4}


def test_there_is_nothing_to_try_again_when_all_is_done(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.carry_out(board.approve(approval))

    with pytest.raises(errors.ApprovalClosed):
        retry(board, ApprovalId(approval.id))


def test_a_commit_without_access_fails_and_can_be_tried_again_after_reconnecting(board: Board) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")
    approval = board.propose(people, tag)
    admitted = board.approve(approval)
    board.stage.refuse_connection = errors.Reconnect()
    failed = board.carry_out(admitted)
    board.stage.refuse_connection = None

    board.carry_out(retry(board, ApprovalId(approval.id)))

    assert (failed.state, failed.error) == (TurnState.FAILED, "reconnect")
    assert board.office.carriers(tag) == sorted(people, key=int)


def test_a_permission_that_is_missing_on_the_way_is_told(board: Board) -> None:
    people = board.office.people(30)
    approval = board.propose(people, board.office.new_tag("major"))
    board.office.server.fault("unauthorized", method="POST", path="*/signup_taggings", count=30)

    turn = board.carry_out(board.approve(approval))

    event, counts = board.stage.last_event(turn), board.settled(approval).counts
    board.office.server.standin.faults.clear()
    assert isinstance(event, TurnFinished)
    assert "permission" in event.text
    assert (counts["failed"] <= 4, counts["failed"] + counts["skipped"]) == (True, 30)


def test_a_commit_that_no_worker_could_take_ends_and_unlocks(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    turn = board.approve(approval).turn
    used = board.stage.used()

    abandon(Store(clients.dynamodb(), board.stage.tables), turn, board.stage.clock())

    assert board.settled(approval).state is ApprovalState.FAILED
    assert (board.stage.locked(turn), board.stage.used()) == (False, used)


def test_a_released_commit_goes_on_in_another_worker(board: Board) -> None:
    people, tag = board.office.people(30), board.office.new_tag("major")
    approval = board.propose(people, tag)
    admitted, signals = board.approve(approval), Signals()

    def release_at_ten(_: str) -> None:
        if len(board.office.carriers(tag)) >= 10:
            signals.release()

    with pytest.raises(errors.TurnLost):
        board.runner(ScriptedModel([]), wrap=lambda nation: Mortal(nation, release_at_ten)).run(
            message_of(admitted.turn), signals
        )
    turn = board.carry_out(admitted)

    assert (turn.crashes, board.settled(approval).counts) == (0, {"done": 30})
    assert board.office.carriers(tag) == sorted(people, key=int)


def test_a_change_larger_than_one_item_is_carried_out(board: Board) -> None:
    people, tag = board.office.people(250), board.office.new_tag("x" * 2_000)
    approval = board.propose(people, tag)

    board.carry_out(board.approve(approval))

    assert len(board.approvals.change(approval).as_json()) > 100_000
    assert len(board.office.carriers(tag)) == len(people)


def test_what_a_question_did_can_be_taken_back(board: Board) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    asked = board.ask(calls(use("tag_person", person=person, tag=tag)), says("Done."))
    before = board.office.carriers(tag)

    turn = board.carry_out(undo(board, action_of(board, asked)))

    assert (before, board.office.carriers(tag)) == ([person], [])
    assert (turn.kind, turn.state) == (TurnKind.UNDO, TurnState.FINISHED)
    assert board.stage.used() == 1


def test_what_an_approval_did_can_be_taken_back_by_record(board: Board) -> None:
    people, tag = board.office.people(4), board.office.new_tag("major")
    approval = board.propose(people, tag)
    board.carry_out(board.approve(approval))

    board.carry_out(undo(board, str(approval.ref), keys=people[:1]))

    assert board.office.carriers(tag) == sorted(people[1:], key=int)


def test_an_undo_is_journalled_and_not_done_twice(board: Board) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")
    approval = board.propose(people, tag)
    board.carry_out(board.approve(approval))
    board.carry_out(undo(board, str(approval.ref)))

    with pytest.raises(errors.NotFound):
        undo(board, str(approval.ref))

    undone = read_journal(
        Store(clients.dynamodb(), board.stage.tables), board.conversation, approval.ref, "undo"
    )
    assert {each.state for each in undone.values()} == {EntryState.DONE}


@pytest.mark.parametrize("seed", range(4))
def test_an_undo_whose_workers_die_takes_everything_back_once(board: Board, seed: int) -> None:
    chance = random.Random(seed)
    people, tag = board.office.people(30), board.office.new_tag("major")
    approval = board.propose(people, tag)
    board.carry_out(board.approve(approval))
    admitted = undo(board, str(approval.ref))
    for _ in range(2):
        run_mortal(board, admitted.turn, ScriptedModel([]), chance.randint(1, 200))

    turn = board.carry_out(admitted)

    assert (board.office.carriers(tag), turn.state) == ([], TurnState.FINISHED)


def test_after_thirty_days_nothing_is_taken_back(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.carry_out(board.approve(approval))
    board.stage.clock.advance(days=30, minutes=1)

    with pytest.raises(errors.NatError):
        undo(board, str(approval.ref))


def test_who_lost_the_role_cannot_take_back(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.carry_out(board.approve(approval))
    Memberships(Store(clients.dynamodb(), board.stage.tables)).put(
        Membership(NationSlug("demo"), UserId("u1"), Role.VIEWER, START)
    )

    with pytest.raises(errors.RoleInsufficient):
        undo(board, str(approval.ref))


def test_another_member_does_not_see_the_change(board: Board) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    asked = board.ask(calls(use("tag_person", person=person, tag=tag)), says("Done."))

    with pytest.raises(errors.NotFound):
        undo(board, action_of(board, asked), "member")


@pytest.mark.parametrize("action", ["", "nonsense", "a#b#c", "../x#1#y", "01J0000000000000000000C1#000#t9"])
def test_a_change_that_does_not_exist_is_not_found(board: Board, action: str) -> None:
    with pytest.raises(errors.NotFound):
        undo(board, action)


def test_a_viewer_changes_nothing(board: Board) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")

    board.ask(calls(use("tag_person", person=person, tag=tag)), says("I may not."), user="viewer")

    assert board.office.carriers(tag) == []


def test_a_connection_that_is_lost_in_a_question_asks_to_reconnect(board: Board) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    reply = calls(use("tag_person", person=person, tag=tag))
    turn = board.stage.admitted(conversation_id=board.conversation_id, **said_by(reply))
    model = ScriptedModel([reply])

    board.runner(model, wrap=lambda nation: Mortal(nation, cut_off)).run(message_of(turn), Signals())

    notices = [e.event for e in board.stage.events(turn) if isinstance(e.event, Notice)]
    assert board.stage.stored(turn).error == "reconnect"
    assert [each.kind for each in notices] == ["reconnect"]


def test_a_connection_that_is_lost_in_a_commit_leaves_everything_to_try_again(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    approval = board.propose(people, tag)
    turn = board.carry_out(board.approve(approval), wrap=lambda nation: Mortal(nation, cut_off))

    board.carry_out(retry(board, ApprovalId(approval.id)))

    notices = [e.event for e in board.stage.events(turn) if isinstance(e.event, Notice)]
    assert [each.kind for each in notices] == ["reconnect"]
    assert board.office.carriers(tag) == sorted(people, key=int)


def cut_off(at: str) -> None:
    """The token cannot be renewed when something is to be written."""
    if at in ("before send", "before exchange"):
        raise errors.Reconnect


def test_who_loses_the_role_while_a_bulk_change_runs_changes_no_further_batch(board: Board) -> None:
    people, tag = board.office.people(45), board.office.new_tag("major")
    approval = board.propose(people, tag)

    def lower(_: str) -> None:
        Memberships(Store(clients.dynamodb(), board.stage.tables)).put(
            Membership(NationSlug("demo"), UserId("u1"), Role.VIEWER, START)
        )

    turn = board.carry_out(board.approve(approval), wrap=lambda nation: Mortal(nation, lower))

    assert 0 < len(board.office.carriers(tag)) <= STEADY.batch
    assert errors.RoleInsufficient.default in board.stage.answers(turn)[-1].text
    assert board.settled(approval).state is ApprovalState.PARTLY


def test_a_policy_that_is_set_while_a_bulk_change_runs_holds_from_the_next_batch(board: Board) -> None:
    people, tag = board.office.people(45), board.office.new_tag("major")
    approval = board.propose(people, tag)

    no_bulk = {"classes": {"bulk": "deny"}}

    def deny(_: str) -> None:
        clients.dynamodb().update_item(
            TableName=board.stage.tables[Table.NATIONS],
            Key=encode({"nation_slug": "demo"}),
            UpdateExpression="SET policy = :policy",
            ExpressionAttributeValues=encode({":policy": no_bulk}),
        )

    board.carry_out(board.approve(approval), wrap=lambda nation: Mortal(nation, deny))

    assert 0 < len(board.office.carriers(tag)) <= STEADY.batch


def test_who_is_removed_during_a_question_writes_nothing_more(board: Board) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    reply = calls(use("tag_person", person=person, tag=tag))
    turn = board.stage.admitted(conversation_id=board.conversation_id, **said_by(reply))
    Memberships(Store(clients.dynamodb(), board.stage.tables)).remove(NationSlug("demo"), UserId("u1"))

    board.runner(ScriptedModel([reply])).run(message_of(turn), Signals())

    assert board.office.carriers(tag) == []
    assert board.stage.stored(turn).error == "not_a_member"
