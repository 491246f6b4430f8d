"""Trying again what was not done of writes that a question ran without an approval."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from nat import errors
from nat.aws import clients
from nat.aws.store import Store
from nat.changes.journal import EntryState
from nat.contract.events import ToolFinished
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn, TurnKind, TurnState
from nat.ids import ApprovalId, NationSlug, UserId
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.turns.admission import Admitted
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.changes.mortality import Killed
from tests.unit.nat.turns.board import Board, mortal_client, run_mortal
from tests.unit.nat.turns.stage import message_of
from tests.unit.nat.world import START


def failing(board: Board) -> tuple[Turn, str, str]:
    """A question whose write NationBuilder refused; with the person and the tag."""
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    board.office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    return board.ask(calls(use("tag_person", person=person, tag=tag)), says("It failed.")), person, tag


def to_retry(board: Board, asked: Turn) -> str:
    """How the question's call names itself for another try."""
    (finished,) = [e.event for e in board.stage.events(asked) if isinstance(e.event, ToolFinished)]
    assert finished.retry is not None
    return finished.retry


def retry(board: Board, reference: str) -> Admitted:
    return board.decisions.retry(board.decision(), ApprovalId(reference))


def test_a_write_that_failed_in_a_question_can_be_tried_again(board: Board) -> None:
    asked, person, tag = failing(board)

    turn = board.carry_out(retry(board, to_retry(board, asked)))

    assert (turn.kind, turn.state) == (TurnKind.COMMIT, TurnState.FINISHED)
    assert board.office.carriers(tag) == [person]
    assert board.stage.used() == 1


def test_what_a_question_did_not_finish_names_itself_for_another_try_and_nothing_to_take_back(
    board: Board,
) -> None:
    asked, *_ = failing(board)

    (finished,) = [e.event for e in board.stage.events(asked) if isinstance(e.event, ToolFinished)]

    assert (finished.ok, finished.change) == (False, None)
    assert finished.retry == f"{asked.turn_id}#000#t1"


def test_what_a_question_finished_has_nothing_to_try_again(board: Board) -> None:
    (person,), tag = board.office.people(1), board.office.new_tag("major")
    asked = board.ask(calls(use("tag_person", person=person, tag=tag)), says("Done."))

    (finished,) = [e.event for e in board.stage.events(asked) if isinstance(e.event, ToolFinished)]

    assert (finished.retry, finished.change is None) == (None, False)
    with pytest.raises(errors.ApprovalClosed):
        retry(board, str(finished.change))


def test_trying_a_write_again_takes_the_role_that_it_takes_now(board: Board) -> None:
    asked, _, tag = failing(board)
    Memberships(Store(clients.dynamodb(), board.stage.tables)).put(
        Membership(NationSlug("demo"), UserId("u1"), Role.VIEWER, START)
    )

    with pytest.raises(errors.RoleInsufficient):
        retry(board, to_retry(board, asked))

    assert board.office.carriers(tag) == []


def test_who_loses_the_role_after_having_a_write_tried_again_changes_nothing(board: Board) -> None:
    asked, _, tag = failing(board)
    admitted = retry(board, to_retry(board, asked))
    Memberships(Store(clients.dynamodb(), board.stage.tables)).put(
        Membership(NationSlug("demo"), UserId("u1"), Role.VIEWER, START)
    )

    turn = board.carry_out(admitted)

    assert (turn.error, board.office.carriers(tag)) == ("role_insufficient", [])


def test_another_member_cannot_have_a_write_tried_again(board: Board) -> None:
    asked, *_ = failing(board)

    with pytest.raises(errors.NotFound):
        board.decisions.retry(board.decision("member"), ApprovalId(to_retry(board, asked)))


def test_of_many_who_have_a_write_tried_again_at_once_one_gets_through(board: Board) -> None:
    asked, person, tag = failing(board)
    reference = to_retry(board, asked)

    def click(user: str) -> Any:
        try:
            return board.decisions.retry(board.decision(user), ApprovalId(reference))
        except (errors.ApprovalClosed, errors.ConversationBusy) as error:
            return error

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(click, ["u1", "u2"] * 3))

    (admitted,) = [each for each in outcomes if not isinstance(each, Exception)]
    board.carry_out(admitted)
    assert board.office.carriers(tag) == [person]


def test_another_try_of_a_write_is_admitted_once_however_often_it_is_sent(board: Board) -> None:
    asked, *_ = failing(board)
    decision, reference = board.decision(), to_retry(board, asked)
    first = board.decisions.retry(decision, ApprovalId(reference))

    second = board.decisions.retry(decision, ApprovalId(reference))

    assert second.repeated
    assert second.turn.turn_id == first.turn.turn_id


def test_a_write_that_fails_again_can_be_tried_a_third_time(board: Board) -> None:
    asked, person, tag = failing(board)
    board.office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    board.carry_out(retry(board, to_retry(board, asked)))

    board.carry_out(retry(board, to_retry(board, asked)))

    assert board.office.carriers(tag) == [person]


def test_what_nobody_can_prove_is_not_tried_again(board: Board) -> None:
    (person,) = board.office.people(1)
    board.office.server.fault("drop_before", method="POST", path="*/contacts")
    asked = board.ask(calls(use("log_contact", person=person, text="Called.")), says("Unclear."))

    (finished,) = [e.event for e in board.stage.events(asked) if isinstance(e.event, ToolFinished)]

    assert finished.retry is None
    with pytest.raises(errors.ApprovalClosed):
        retry(board, f"{asked.turn_id}#000#t1")


def test_an_approved_change_is_tried_again_by_its_reference_too(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    approval = board.propose(people, tag)
    board.office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    board.carry_out(board.approve(approval))

    decision = board.decision()
    admitted = board.decisions.retry(decision, ApprovalId(str(approval.ref)))
    repeated = board.decisions.retry(decision, ApprovalId(str(approval.ref)))
    board.carry_out(admitted)

    assert (admitted.turn.target, repeated.repeated) == (approval.id, True)
    assert board.settled(approval).state is ApprovalState.DONE


def test_a_proposal_that_waits_is_not_begun_by_trying_it_again(board: Board) -> None:
    tag = board.office.new_tag("major")
    approval = board.propose(board.office.people(1), tag)

    with pytest.raises(errors.ApprovalClosed):
        retry(board, str(approval.ref))

    assert board.settled(approval).state is ApprovalState.PENDING


@pytest.mark.parametrize("reference", ["#", "a#b#c", "../x#1#y", "01J0000000000000000000C1#000#t9"])
def test_a_change_that_does_not_exist_cannot_be_tried_again(board: Board, reference: str) -> None:
    with pytest.raises(errors.NotFound):
        retry(board, reference)


@pytest.mark.parametrize("fatal", range(1, 60, 7))
def test_another_try_whose_worker_dies_is_done_once(board: Board, fatal: int) -> None:
    asked, person, tag = failing(board)
    admitted = retry(board, to_retry(board, asked))
    run_mortal(board, admitted.turn, ScriptedModel([]), fatal)

    turn = board.carry_out(admitted)

    assert (turn.state, board.office.carriers(tag)) == (TurnState.FINISHED, [person])


def run_dying(board: Board, admitted: Admitted, at: Callable[[], bool]) -> None:
    """A worker that has taken the turn, and dies at the first request to DynamoDB once something holds."""
    before = board.stage.stored(admitted.turn).attempt

    def boundary(_: str) -> None:
        if threading.current_thread().name.startswith("publish") or not at():
            return
        if board.stage.stored(admitted.turn).attempt > before:
            raise Killed

    with suppress(Killed):
        board.runner(ScriptedModel([]), mortal_client(boundary)).run(message_of(admitted.turn), Signals())


def test_a_commit_that_lost_its_workers_when_all_was_done_is_said_to_be_done(board: Board) -> None:
    people, tag = board.office.people(5), board.office.new_tag("major")
    approval = board.propose(people, tag)
    admitted = board.approve(approval)

    def all_done() -> bool:
        journal = board.journal(approval)
        return len(journal) == 5 and {each.state for each in journal.values()} == {EntryState.DONE}

    for _ in range(3):
        run_dying(board, admitted, all_done)
    turn = board.carry_out(admitted)

    settled = board.settled(approval)
    assert turn.state is TurnState.FAILED
    assert (settled.state, settled.counts) == (ApprovalState.DONE, {"done": 5})


def test_a_commit_that_lost_its_workers_half_way_is_said_to_be_partly_done_and_can_go_on(
    board: Board,
) -> None:
    people, tag = board.office.people(60), board.office.new_tag("major")
    approval = board.propose(people, tag)
    admitted = board.approve(approval)
    for _ in range(3):
        run_dying(board, admitted, lambda: len(board.office.carriers(tag)) >= 30)
    board.carry_out(admitted)
    between = board.settled(approval)

    board.carry_out(retry(board, approval.id))

    assert (between.state, sum(between.counts.values())) == (ApprovalState.PARTLY, 60)
    assert board.office.carriers(tag) == sorted(people, key=int)
    assert board.settled(approval).counts == {"done": 60}
