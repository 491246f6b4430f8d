"""Editing a proposal: a new one by the same tool, with new values, in the place of the old one."""

from typing import Any

import pytest

from nat import errors
from nat.approvals.approval import Approval
from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import (
    ApprovalRequested,
    ApprovalUpdated,
    TurnFailed,
    TurnFinished,
    wording_of,
)
from nat.contract.messages import ApprovalState
from nat.conversations.turns import Turn, TurnKind, TurnState
from nat.ids import ApprovalId, NationSlug, UserId
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.turns.admission import Admitted
from nat.wording import Worded
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.turns.board import Board, run_mortal
from tests.unit.nat.world import START


def edit(board: Board, approval: Approval, user: str = "u1", **details: Any) -> Admitted:
    """Change values of a proposal as a person who saw its card."""
    decision = board.decision(user, details.pop("decision_id", None))
    seen = details.pop("fingerprint", approval.fingerprint)
    return board.decisions.edit(decision, ApprovalId(approval.id), fingerprint=seen, **details)


def proposals(board: Board) -> list[Approval]:
    return board.approvals.of_conversation(board.conversation)


def edited(board: Board, approval: Approval, **values: Any) -> tuple[Turn, Approval]:
    """The turn of an edit, carried out, and the newest proposal afterwards."""
    turn = board.carry_out(edit(board, approval, values=values))
    return turn, proposals(board)[-1]


def become(board: Board, user: str, role: Role) -> None:
    Memberships(Store(clients.dynamodb(), board.stage.tables)).put(
        Membership(NationSlug("demo"), UserId(user), role, START)
    )


def test_the_card_lists_the_simple_values_of_the_call(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    (field,) = approval.card["editable"]

    assert (field["name"], field["type"]) == ("tag", "string")


def test_an_edit_proposes_anew_and_supersedes_the_old_proposal(board: Board) -> None:
    people, old, new = board.office.people(2), board.office.new_tag("old"), board.office.new_tag("new")
    approval = board.propose(people, old)

    turn, newest = edited(board, approval, tag=new)

    assert (turn.kind, turn.state) == (TurnKind.EDIT, TurnState.FINISHED)
    assert [each.state for each in proposals(board)] == ["superseded", "pending"]
    assert newest.fingerprint != approval.fingerprint
    assert {each["name"]: each["value"] for each in newest.card["editable"]} == {"tag": new}


def test_the_edited_proposal_is_what_a_yes_carries_out(board: Board) -> None:
    people, old, new = board.office.people(2), board.office.new_tag("old"), board.office.new_tag("new")
    _, newest = edited(board, board.propose(people, old), tag=new)

    board.carry_out(board.approve(newest))

    assert (board.office.carriers(old), board.office.carriers(new)) == ([], sorted(people, key=int))


def test_an_edit_changes_nothing_and_asks_no_model(board: Board) -> None:
    people, old, new = board.office.people(2), board.office.new_tag("old"), board.office.new_tag("new")
    used = board.stage.used()

    turn, _ = edited(board, board.propose(people, old), tag=new)

    assert (board.office.carriers(old), board.office.carriers(new)) == ([], [])
    assert (turn.usage.output_tokens, board.stage.used()) == (0, used)


def test_the_conversation_is_told_of_the_old_and_the_new_proposal(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))

    turn, newest = edited(board, approval, tag=board.office.new_tag("new"))

    events = [each.event for each in board.stage.events(turn)]
    (updated,) = [each for each in events if isinstance(each, ApprovalUpdated)]
    (requested,) = [each for each in events if isinstance(each, ApprovalRequested)]
    assert (updated.approval, updated.state) == (approval.id, "superseded")
    assert (requested.approval, requested.card) == (newest.id, newest.card)
    assert isinstance(events[-1], TurnFinished)


def test_an_edit_leaves_other_proposals_of_the_conversation_waiting(board: Board) -> None:
    people = board.office.people(2)
    tags = [board.office.new_tag(each) for each in ("one", "two", "three")]
    board.ask(*[calls(use("tag_people", people=people, tag=tag)) for tag in tags[:2]], says("They wait."))
    first, second = proposals(board)

    edited(board, first, tag=tags[2])

    states = {each.id: each.state for each in proposals(board)}
    assert (states[first.id], states[second.id]) == ("superseded", "pending")


def test_an_admin_edits_what_stays_the_other_persons_proposal(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))

    board.carry_out(edit(board, approval, "u2", values={"tag": board.office.new_tag("new")}))

    assert proposals(board)[-1].user_id == "u1"


def test_values_that_change_nothing_leave_the_proposal_as_it_is(board: Board) -> None:
    tag = board.office.new_tag("major")
    approval = board.propose(board.office.people(1), tag)

    turn, newest = edited(board, approval, tag=tag)

    assert (turn.state, newest.id, newest.state) == (TurnState.FINISHED, approval.id, "pending")


def test_what_the_tool_cannot_plan_leaves_the_proposal_waiting(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.stage.refuse_connection = errors.NationBuilderDown()

    turn = board.carry_out(edit(board, approval, values={"tag": "other"}))

    assert isinstance(board.stage.last_event(turn), TurnFailed)
    assert board.settled(approval).state is ApprovalState.PENDING


def test_a_value_that_the_tool_refuses_is_told_by_key_and_the_proposal_waits(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    turn = board.carry_out(edit(board, approval, values={"tag": " "}))

    last = board.stage.last_event(turn)
    assert isinstance(last, TurnFailed)
    assert last.message == "These values do not fit: tag: something must stand here."
    field = Worded("field.tag")
    wanted = Worded("refused.want_some_text")
    why = [Worded("refused.field_wants", field=field, wanted=wanted)]
    assert last.wording == wording_of(Worded("refused.values", why=why))
    assert board.settled(approval).state is ApprovalState.PENDING


@pytest.mark.parametrize(
    "values", [{}, {"person": "1"}, {"people": "1"}, {"tag": 1}, {"tag": None}, {"tag": "x" * 2_001}]
)
def test_what_the_card_does_not_list_cannot_be_edited(board: Board, values: dict[str, Any]) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    with pytest.raises(errors.BadRequest):
        edit(board, approval, values=values)

    assert board.settled(approval).state is ApprovalState.PENDING


def test_what_the_person_did_not_see_is_not_edited(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    with pytest.raises(errors.ApprovalChanged):
        edit(board, approval, fingerprint="of something else", values={"tag": "other"})


def test_a_proposal_whose_time_is_over_is_not_edited(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.stage.clock.now = approval.expires_at

    with pytest.raises(errors.ApprovalExpired):
        edit(board, approval, values={"tag": "other"})


def test_a_proposal_that_was_rejected_meanwhile_is_not_replaced(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))
    admitted = edit(board, approval, values={"tag": board.office.new_tag("new")})
    board.decisions.reject(board.decision("u2"), ApprovalId(approval.id), fingerprint=approval.fingerprint)

    turn = board.carry_out(admitted)

    last = board.stage.last_event(turn)
    assert isinstance(last, TurnFailed)
    assert (last.code, [each.state for each in proposals(board)]) == ("approval_closed", ["rejected"])


def test_while_an_edit_is_on_its_way_the_old_proposal_is_not_approved(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))
    edit(board, approval, values={"tag": board.office.new_tag("new")})

    with pytest.raises(errors.ConversationBusy):
        board.approve(approval)


def test_who_lost_the_role_after_the_click_proposes_nothing(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))
    admitted = edit(board, approval, values={"tag": board.office.new_tag("new")})
    become(board, "u1", Role.MEMBER)

    turn = board.carry_out(admitted)

    last = board.stage.last_event(turn)
    assert isinstance(last, TurnFailed)
    assert last.code == "role_insufficient"
    assert board.settled(approval).state is ApprovalState.PENDING


def test_the_same_edit_again_is_the_same_turn(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))
    first = edit(board, approval, values={"tag": "other"})

    again = edit(board, approval, values={"tag": "other"}, decision_id=first.turn.turn_id)

    assert (again.repeated, again.turn.turn_id) == (True, first.turn.turn_id)


@pytest.mark.parametrize("fatal", range(1, 30, 4))
def test_an_edit_whose_worker_dies_proposes_once(board: Board, fatal: int) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("old"))
    admitted = edit(board, approval, values={"tag": board.office.new_tag("new")})

    run_mortal(board, admitted.turn, ScriptedModel([]), fatal)
    board.carry_out(admitted)

    assert [each.state for each in proposals(board)] == ["superseded", "pending"]
    types = board.stage.types(admitted.turn)
    assert (types[-1], "approval.requested" in types) == ("turn.finished", True)
