"""What turns write into the audit log: each change before it begins, what became of it, each decision."""

import threading
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from nat.audit.entry import AuditEntry, AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import ToolFinished
from nat.conversations.turns import TurnState
from nat.ids import ApprovalId, NationSlug
from nat.roles import Role
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.changes.mortality import Countdown, Killed, Mortal
from tests.unit.nat.turns.board import Board, mortal_client
from tests.unit.nat.turns.stage import message_of
from tests.unit.nat.world import store_members


def entries(board: Board) -> list[AuditEntry]:
    """The audit log, oldest first."""
    return list(
        reversed(Audit(Store(clients.dynamodb(), board.stage.tables)).page(NationSlug("demo")).entries)
    )


def kinds(board: Board) -> list[tuple[str, str]]:
    return [(each.kind.value, each.by) for each in entries(board)]


def test_a_change_that_runs_at_once_is_noted_with_what_became_of_it(board: Board) -> None:
    [person], tag = board.office.people(1), board.office.new_tag("major")

    turn = board.ask(calls(use("tag_person", person=person, tag=tag)), says("Done."))

    begun, ended = entries(board)
    assert (begun.kind, begun.by, begun.about) == (AuditKind.TOOL_WRITE, "u1", "tag_person")
    assert begun.details["arguments"] == {"person": person, "tag": tag}
    assert (begun.details["turn"], begun.details["operations"], begun.surface) == (
        turn.turn_id,
        1,
        "websocket",
    )
    assert (ended.kind, ended.details["counts"]) == (AuditKind.TOOL_OUTCOME, {"done": 1})


def test_a_question_that_changes_nothing_leaves_no_entry(board: Board) -> None:
    board.ask(says("Hello."))

    assert entries(board) == []


def test_an_approval_is_noted_with_who_asked_and_who_said_yes(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    approval = board.propose(people, tag, user="u1")

    board.carry_out(board.approve(approval, user="u2"))

    approved, begun, ended = entries(board)
    assert (approved.kind, approved.by) == (AuditKind.APPROVAL, "u2")
    assert (approved.details["decision"], approved.details["asked_by"]) == ("approved", "u1")
    assert approved.details["fingerprint"] == begun.details["fingerprint"] == approval.fingerprint
    assert (begun.kind, begun.by, begun.details["operations"]) == (AuditKind.TOOL_WRITE, "u2", 3)
    assert ended.details["counts"] == {"done": 3}


def test_a_bulk_change_has_one_entry_not_one_per_record(board: Board) -> None:
    approval = board.propose(board.office.people(60), board.office.new_tag("major"))

    board.carry_out(board.approve(approval))

    assert len(entries(board)) == 3


def test_a_subset_says_how_many_were_chosen(board: Board) -> None:
    approval = board.propose(board.office.people(3), board.office.new_tag("major"))
    key = board.approvals.change(approval).operations[0].key

    board.carry_out(board.approve(approval, keys=[key]))

    assert [each.details.get("chosen") for each in entries(board)] == [None, 1, None]


def test_a_no_is_noted_once(board: Board) -> None:
    approval = board.propose(board.office.people(2), board.office.new_tag("major"))
    decision = board.decision("u2")

    for _ in range(2):
        board.decisions.reject(decision, ApprovalId(approval.id), fingerprint=approval.fingerprint)

    [entry] = entries(board)
    assert (entry.kind, entry.by, entry.details["decision"]) == (AuditKind.APPROVAL, "u2", "rejected")


def test_a_proposal_that_nobody_decided_leaves_no_entry(board: Board) -> None:
    board.propose(board.office.people(2), board.office.new_tag("major"))

    assert entries(board) == []


def test_taking_back_is_noted(board: Board) -> None:
    [person], tag = board.office.people(1), board.office.new_tag("major")
    turn = board.ask(calls(use("tag_person", person=person, tag=tag)), says("Done."))
    [finished] = [each.event for each in board.stage.events(turn) if isinstance(each.event, ToolFinished)]
    assert finished.change is not None

    board.carry_out(board.decisions.undo(board.decision("u2"), finished.change))

    assert kinds(board)[2:] == [("tool.undo", "u2"), ("tool.outcome", "u2")]


def test_somebody_who_lost_the_role_changes_nothing_and_is_not_noted_as_changing(board: Board) -> None:
    approval = board.propose(board.office.people(2), board.office.new_tag("major"))
    admitted = board.approve(approval)
    store_members(board.stage.tables, "demo", ["u1"], Role.VIEWER)

    turn = board.carry_out(admitted)

    assert turn.state is TurnState.FAILED
    assert [kind for kind, _ in kinds(board)] == []


@pytest.mark.parametrize("fatal", [5, 9, 14, 20, 27, 35])
def test_a_turn_whose_workers_die_is_noted_once(board: Board, fatal: int) -> None:
    approval = board.propose(board.office.people(10), board.office.new_tag("major"))
    admitted = board.approve(approval)
    death = Countdown(fatal)

    def guarded(at: str) -> None:
        if not threading.current_thread().name.startswith("publish"):
            death(at)

    runner = board.runner(ScriptedModel([]), mortal_client(guarded), lambda nation: Mortal(nation, guarded))
    with pytest.raises(Killed):
        runner.run(message_of(admitted.turn), Signals())
    board.carry_out(admitted)

    assert [kind for kind, _ in kinds(board)] == ["approval.decided", "tool.write", "tool.outcome"]
    assert Audit(Store(clients.dynamodb(), board.stage.tables)).verify(NationSlug("demo")).whole


def without_audit() -> Any:
    """A DynamoDB client that cannot write into the audit log."""
    client = boto3.client("dynamodb", config=clients.CONFIG)

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if "-Audit" in str(params.get("body", "")):
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, "PutItem")

    handler: Callable[..., None] = refuse
    client.meta.events.register("before-call.dynamodb", handler)
    return client


def test_what_the_log_does_not_take_is_not_done(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    admitted = board.approve(board.propose(people, tag))

    board.runner(ScriptedModel([]), without_audit()).run(message_of(admitted.turn), Signals())

    assert board.stage.stored(admitted.turn).state is TurnState.FAILED
    assert board.office.carriers(tag) == []
