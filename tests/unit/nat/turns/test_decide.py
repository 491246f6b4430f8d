"""Deciding about proposals: exactly one outcome, whatever happens at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from nat import errors
from nat.aws import clients
from nat.aws.items import encode
from nat.aws.store import Store
from nat.contract.events import ApprovalRequested, ApprovalUpdated, TurnFinished
from nat.contract.messages import ApprovalState
from nat.conversations.turns import TurnKind, TurnState
from nat.ids import ApprovalId, NationSlug, UserId
from nat.names import Table
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.turns.signals import Signals
from tests.unit.nat.agent.scripted_model import ScriptedModel, calls, says, use
from tests.unit.nat.turns.board import Board
from tests.unit.nat.turns.stage import message_of
from tests.unit.nat.world import START, queued


def become(board: Board, user: str, role: Role) -> None:
    Memberships(Store(clients.dynamodb(), board.stage.tables)).put(
        Membership(NationSlug("demo"), UserId(user), role, START)
    )


def test_a_bulk_change_waits_and_its_card_is_requested(board: Board) -> None:
    people, tag = board.office.people(12), board.office.new_tag("major")

    turn = board.ask(calls(use("tag_people", people=people, tag=tag)), says("It waits."))

    (requested,) = [e.event for e in board.stage.events(turn) if isinstance(e.event, ApprovalRequested)]
    assert (requested.card["count"], len(requested.card["sample"]), requested.card["more"]) == (12, 10, 2)
    assert board.office.carriers(tag) == []


def test_an_approved_change_is_carried_out_and_costs_no_query(board: Board) -> None:
    people, tag = board.office.people(12), board.office.new_tag("major")
    approval = board.propose(people, tag)
    used = board.stage.used()

    turn = board.carry_out(board.approve(approval))

    assert board.office.carriers(tag) == sorted(people, key=int)
    assert (turn.kind, turn.state, board.settled(approval).state) == (
        TurnKind.COMMIT,
        TurnState.FINISHED,
        "done",
    )
    assert (board.stage.used(), board.stage.usage()["queries"]) == (used, 1)


def test_a_decision_is_queued_in_its_conversation(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    admitted = board.approve(approval)

    (message,) = queued(board.queue_url)
    assert (message["turn_id"], message["group"]) == (admitted.turn.turn_id, board.conversation)


def test_two_clicks_at_once_carry_it_out_once(board: Board) -> None:
    approval = board.propose(board.office.people(3), board.office.new_tag("major"))

    def click(user: str) -> Any:
        try:
            return board.approve(approval, user)
        except (errors.ApprovalClosed, errors.ConversationBusy) as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(click, ["u1", "u2"] * 4))

    admitted = [each for each in outcomes if not isinstance(each, Exception)]
    assert len(admitted) == 1
    assert board.settled(approval).decision == admitted[0].turn.turn_id


def test_yes_and_no_at_once_have_one_outcome(board: Board) -> None:
    approval = board.propose(board.office.people(3), board.office.new_tag("major"))

    def decide(number: int) -> str:
        try:
            if number % 2:
                board.decisions.reject(
                    board.decision("u2"), ApprovalId(approval.id), fingerprint=approval.card["fingerprint"]
                )
                return "rejected"
            board.approve(approval)
            return "approved"
        except errors.NatError:
            return ""

    with ThreadPoolExecutor(6) as pool:
        outcomes = [each for each in pool.map(decide, range(6)) if each]

    assert outcomes == [board.settled(approval).state.value]


def test_the_same_decision_again_is_the_same_turn(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    first = board.approve(approval)

    again = board.approve(approval, decision_id=first.turn.turn_id)

    assert again.repeated
    assert again.turn.turn_id == first.turn.turn_id


def test_an_id_of_another_decision_is_refused(board: Board) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")
    first = board.propose(people, tag)
    decision = board.approve(first)
    board.carry_out(decision)
    second = board.propose(people[:1], board.office.new_tag("other"))

    with pytest.raises(errors.Forbidden):
        board.approve(second, decision_id=decision.turn.turn_id)


def test_after_its_time_a_proposal_cannot_be_approved(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.stage.clock.advance(minutes=15)

    with pytest.raises(errors.ApprovalExpired):
        board.approve(approval)

    assert board.settled(approval).state is ApprovalState.EXPIRED


def test_a_proposal_that_expires_between_look_and_click_is_not_carried_out(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.stage.clock.advance(minutes=14, seconds=59)
    looked = board.settled(approval)
    board.stage.clock.advance(seconds=1)

    with pytest.raises(errors.ApprovalExpired):
        board.approve(looked)


def test_a_change_that_the_person_did_not_see_is_not_approved(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    with pytest.raises(errors.ApprovalChanged):
        board.approve(approval, fingerprint="0" * 64)

    assert board.settled(approval).state is ApprovalState.PENDING


def test_a_newer_proposal_takes_the_place_of_an_older_one(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    older = board.propose(people, tag)

    newer = board.propose(people[:2], tag)

    assert (board.settled(older).state, board.settled(newer).state) == ("superseded", "pending")
    with pytest.raises(errors.ApprovalSuperseded):
        board.approve(older)


def test_the_conversation_is_told_that_a_proposal_was_superseded(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    older = board.propose(people, tag)

    turn = board.ask(calls(use("tag_people", people=people[:1], tag=tag)), says("It waits."))

    updates = [e.event for e in board.stage.events(turn) if isinstance(e.event, ApprovalUpdated)]
    assert updates == [ApprovalUpdated(older.id, "superseded")]


def test_proposals_of_one_turn_stand_side_by_side(board: Board) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")

    board.ask(
        calls(
            use("tag_people", "t1", people=people[:1], tag=tag),
            use("tag_people", "t2", people=people[1:], tag=tag),
        ),
        says("They wait."),
    )

    assert [each.state for each in board.approvals.of_conversation(board.conversation)] == ["pending"] * 2


def test_the_same_proposal_waits_once(board: Board) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")
    first = board.propose(people, tag)

    again = board.propose(people, tag)

    assert again.id == first.id
    assert len(board.inbox.page(NationSlug("demo")).approvals) == 1


def test_the_inbox_lists_what_waits_and_nothing_else(board: Board) -> None:
    people, tag = board.office.people(2), board.office.new_tag("major")
    approval = board.propose(people, tag)
    waiting = [each.id for each in board.inbox.page(NationSlug("demo")).approvals]

    board.decisions.reject(
        board.decision(), ApprovalId(approval.id), fingerprint=approval.card["fingerprint"]
    )

    assert waiting == [approval.id]
    assert board.inbox.page(NationSlug("demo")).approvals == ()


def test_expiring_marks_what_waits_in_vain_once(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.stage.clock.advance(minutes=20)

    marked, again = board.inbox.expire(), board.inbox.expire()

    assert [each.id for each in marked] == [approval.id]
    assert again == []


def test_who_lost_the_role_cannot_approve(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    become(board, "u1", Role.MEMBER)

    with pytest.raises(errors.RoleInsufficient):
        board.approve(approval)


def test_who_loses_the_role_after_the_click_changes_nothing(board: Board) -> None:
    tag = board.office.new_tag("major")
    approval = board.propose(board.office.people(1), tag)
    admitted = board.approve(approval)
    become(board, "u1", Role.MEMBER)

    turn = board.carry_out(admitted)

    assert (turn.state, turn.error) == (TurnState.FAILED, "role_insufficient")
    assert board.office.carriers(tag) == []
    assert board.settled(approval).state is ApprovalState.FAILED


def test_who_left_the_nation_after_the_click_changes_nothing(board: Board) -> None:
    tag = board.office.new_tag("major")
    admitted = board.approve(board.propose(board.office.people(1), tag))
    Memberships(Store(clients.dynamodb(), board.stage.tables)).remove(NationSlug("demo"), UserId("u1"))

    turn = board.carry_out(admitted)

    assert (turn.error, board.office.carriers(tag)) == ("not_a_member", [])


def test_a_member_approves_a_message_of_their_own_but_not_anothers_proposal(board: Board) -> None:
    person, tag = board.office.people(1)[0], board.office.new_tag("major")
    board.ask(calls(use("mail_person", person=person, tag=tag)), says("It waits."), user="member")
    (own,) = board.approvals.of_conversation(board.conversation)
    become(board, "stranger", Role.MEMBER)

    with pytest.raises(errors.NotFound):
        board.approve(own, "stranger")
    turn = board.carry_out(board.approve(own, "member"))

    assert (turn.state, board.office.carriers(tag)) == (TurnState.FINISHED, [person])


def set_policy(board: Board, policy: dict[str, Any]) -> None:
    clients.dynamodb().update_item(
        TableName=board.stage.tables[Table.NATIONS],
        Key={"nation_slug": {"S": "demo"}},
        UpdateExpression="SET policy = :policy",
        ExpressionAttributeValues=encode({":policy": policy}),
    )


@pytest.mark.parametrize(
    ("minutes", "waits"), [(60, 60), (0, 1), (100_000, 72 * 60), ("soon", 15), (None, 15)]
)
def test_a_proposal_waits_as_long_as_the_nation_says(board: Board, minutes: Any, waits: int) -> None:
    set_policy(board, {"approval_minutes": minutes})

    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    assert approval.expires_at - approval.created_at == timedelta(minutes=waits)


def test_a_policy_that_was_tightened_meanwhile_holds(board: Board) -> None:
    tag = board.office.new_tag("major")
    admitted = board.approve(board.propose(board.office.people(1), tag))
    set_policy(board, {"classes": {"bulk": "deny"}})

    turn = board.carry_out(admitted)

    assert (turn.error, board.office.carriers(tag)) == ("role_insufficient", [])


def test_only_the_chosen_records_are_carried_out(board: Board) -> None:
    people, tag = board.office.people(4), board.office.new_tag("major")

    board.carry_out(board.approve(board.propose(people, tag), keys=people[:2]))

    assert board.office.carriers(tag) == sorted(people[:2], key=int)


@pytest.mark.parametrize("keys", [[], ["999999"]])
def test_what_the_proposal_does_not_have_cannot_be_chosen(board: Board, keys: list[str]) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    with pytest.raises(errors.BadRequest):
        board.approve(approval, keys=keys)


def test_nothing_is_decided_while_a_question_of_the_conversation_runs(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.stage.admitted(conversation_id=board.conversation_id)

    with pytest.raises(errors.ConversationBusy):
        board.approve(approval)

    assert board.settled(approval).state is ApprovalState.PENDING


def test_a_rejected_proposal_stays_rejected(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.decisions.reject(
        board.decision(), ApprovalId(approval.id), fingerprint=approval.card["fingerprint"]
    )

    with pytest.raises(errors.ApprovalClosed):
        board.approve(approval)


def test_the_same_no_again_changes_nothing(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    decision, seen = board.decision(), approval.card["fingerprint"]
    board.decisions.reject(decision, ApprovalId(approval.id), fingerprint=seen)

    again = board.decisions.reject(decision, ApprovalId(approval.id), fingerprint=seen)

    assert (again.state, again.decided_by) == (ApprovalState.REJECTED, "u1")


def test_who_lost_the_role_can_still_say_no(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    become(board, "u1", Role.VIEWER)

    rejected = board.decisions.reject(
        board.decision(), ApprovalId(approval.id), fingerprint=approval.card["fingerprint"]
    )

    assert rejected.state is ApprovalState.REJECTED


def test_trying_again_twice_at_once_happens_once(board: Board) -> None:
    approval = board.propose(board.office.people(2), board.office.new_tag("major"))
    board.office.server.fault("unprocessable", method="POST", path="*/signup_taggings")
    board.carry_out(board.approve(approval))

    def click(user: str) -> Any:
        try:
            return board.decisions.retry(board.decision(user), ApprovalId(approval.id))
        except (errors.ApprovalClosed, errors.ConversationBusy) as error:
            return error

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(click, ["u1", "u2"] * 3))

    assert sum(not isinstance(each, Exception) for each in outcomes) == 1


@pytest.mark.parametrize("approval_id", ["", "nothing", "a#b", "../x"])
def test_a_proposal_that_does_not_exist_is_not_found(board: Board, approval_id: ApprovalId) -> None:
    with pytest.raises(errors.NotFound):
        board.decisions.approve(board.decision(), approval_id, fingerprint="0")


def test_a_proposal_of_another_conversation_is_not_found(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))
    board.conversation_id = str(ULID())

    with pytest.raises(errors.NotFound):
        board.approve(approval)


def test_an_id_that_no_client_made_is_refused(board: Board) -> None:
    approval = board.propose(board.office.people(1), board.office.new_tag("major"))

    with pytest.raises(errors.BadRequest):
        board.approve(approval, decision_id="yes")


def test_the_model_hears_what_became_of_its_proposals(board: Board) -> None:
    approval = board.propose(board.office.people(2), board.office.new_tag("major"))
    board.carry_out(board.approve(approval))
    model = ScriptedModel([says("It is done.")])
    turn = board.stage.admitted(conversation_id=board.conversation_id)
    board.runner(model).run(message_of(turn), Signals())

    heard = model.requests[0].messages
    assert f'"proposal":"{approval.id}","state":"done"' in heard[-1]["content"]
    assert any("The person approved proposal" in str(each["content"]) for each in heard)


def test_a_commit_says_how_it_went_and_is_kept_in_the_history(board: Board) -> None:
    people, tag = board.office.people(3), board.office.new_tag("major")
    approval = board.propose(people, tag)
    board.office.nation.create("signup_taggings", {"signup_id": people[0], "tag_id": tag})

    turn = board.carry_out(board.approve(approval))

    event = board.stage.last_event(turn)
    assert isinstance(event, TurnFinished)
    assert event.text.startswith("Done: 3 of 3. 1 of them was so already.")
    assert board.stage.answers(turn)[-1].question == "Approved: Tag 3 people"
