"""Admission lets a question in once, counts it once, and refuses the rest without a trace."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from nat.aws import clients
from nat.aws.store import Store
from nat.contract.events import TurnAccepted, TurnFailed
from nat.conversations.events import Events
from nat.conversations.turns import Turn, Turns, TurnState
from nat.errors import (
    BadRequest,
    ConversationBusy,
    Cooldown,
    Forbidden,
    MessageEmpty,
    MessageTooLong,
    NatError,
    NationBusy,
    NationUnknown,
    NotAMember,
    SubscriptionInactive,
    TurnLost,
)
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.names import MAX_MESSAGE_BYTES, Table
from nat.nations.record import SubscriptionStatus
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.admission import Admission, Admitted, Limits, Surface
from nat.turns.admit import AdmitRequest, admit
from nat.turns.queue import TurnQueue
from nat.turns.settle import Ending, settle
from tests.unit.nat.faults import conflicting
from tests.unit.nat.world import (
    PLANS,
    START,
    Clock,
    create_turn_queue,
    nation,
    queued,
    rows,
    store_members,
    store_nation,
    used,
)

TALK = ConversationId("01J000000000000000000000C1")


def turn_id(number: int) -> str:
    return f"01J0000000000000000000{number:04d}"


@dataclass
class World:
    """Tables, queue, clock and admission over them."""

    tables: TableNames
    queue_url: str
    clock: Clock
    admission: Admission

    def ask(self, number: int = 1, **changes: Any) -> Admitted:
        asked = AdmitRequest(
            NationSlug("demo"),
            UserId("ann"),
            TALK,
            TurnId(turn_id(number)),
            "Who donated?",
            Surface.WEBSOCKET,
        )
        return admit(replace(asked, **changes), self.admission)

    def turns(self) -> int:
        """Turn rows in the table."""
        return sum("question" in row for row in rows(self.tables, Table.CONVERSATIONS))

    def end(self, number: int = 1) -> None:
        """Let the conversation go on, as the end of its turn does."""
        clients.dynamodb().delete_item(
            TableName=self.tables[Table.CONVERSATIONS],
            Key={"conversation": {"S": f"demo#{TALK}"}, "item": {"S": "lock"}},
        )


@pytest.fixture
def world(tables: TableNames) -> World:
    """A paying nation with two members, and nothing asked yet."""
    store_nation(tables, nation())
    store_members(tables, "demo", ["ann", "bob"])
    clock = Clock()
    url = create_turn_queue()
    admission = Admission(Store(clients.dynamodb(), tables, clock), TurnQueue(clients.sqs(), url), PLANS)
    return World(tables, url, clock, admission)


def with_limits(world: World, **limits: Any) -> Admission:
    return Admission(
        Store(clients.dynamodb(), world.tables, world.clock),
        TurnQueue(clients.sqs(), world.queue_url),
        PLANS,
        limits=Limits(**limits),
    )


def test_a_question_is_stored_counted_and_queued(world: World) -> None:
    admitted = world.ask()

    stored = Turns(Store(clients.dynamodb(), world.tables)).get(NationSlug("demo"), TALK, TurnId(turn_id(1)))
    assert stored == admitted.turn
    assert (stored.state, stored.role, stored.surface) == (TurnState.QUEUED, "member", "websocket")
    assert stored.period_start == "2026-11-20T09:30:00.000Z"
    assert used(world.tables) == 1
    assert queued(world.queue_url) == [
        {
            "nation_slug": "demo",
            "conversation_id": TALK,
            "turn_id": turn_id(1),
            "group": f"demo#{TALK}",
        }
    ]


def test_acceptance_is_the_first_event(world: World) -> None:
    admitted = world.ask()

    events = list(
        Events(Store(clients.dynamodb(), world.tables)).after(NationSlug("demo"), TALK, TurnId(turn_id(1)))
    )
    assert [each.envelope for each in events] == [admitted.accepted]
    assert (events[0].attempt, events[0].seq) == (0, 1)
    assert events[0].envelope.event == TurnAccepted(TALK, queries_used=1, queries_limit=500)


def test_the_role_of_the_turn_is_the_membership_of_this_moment(world: World) -> None:
    store_members(world.tables, "demo", ["ann"], Role.VIEWER)

    assert world.ask().turn.role == "viewer"


def test_a_repeated_id_is_counted_and_queued_once(world: World) -> None:
    world.ask()

    again = world.ask()

    assert again.repeated
    assert again.accepted is None
    assert used(world.tables) == 1
    assert len(queued(world.queue_url)) == 1


def test_one_id_sent_at_once_many_times_is_counted_once(world: World) -> None:
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda _: world.ask(), range(12)))

    assert sum(not each.repeated for each in answers) == 1
    assert used(world.tables) == 1
    assert len(queued(world.queue_url)) == 1


def test_a_turn_that_never_reached_the_queue_is_sent_when_its_id_comes_again(world: World) -> None:
    missing = TurnQueue(clients.sqs(), world.queue_url.replace(".fifo", "-gone.fifo"))
    stuck = Admission(Store(clients.dynamodb(), world.tables, world.clock), missing, PLANS)
    first = admit(
        AdmitRequest(
            NationSlug("demo"), UserId("ann"), TALK, TurnId(turn_id(1)), "Who donated?", Surface.WEBSOCKET
        ),
        stuck,
    )

    again = world.ask()

    assert first.turn.state is TurnState.ADMITTED
    assert again.turn.state is TurnState.QUEUED
    assert used(world.tables) == 1
    assert len(queued(world.queue_url)) == 1


def test_a_repeated_id_is_free_at_the_limit_and_within_the_cooldown(world: World) -> None:
    world.ask()
    clients.dynamodb().update_item(
        TableName=world.tables[Table.NATIONS],
        Key={"nation_slug": {"S": "demo"}},
        UpdateExpression="SET queries_used_this_period = queries_limit",
    )

    assert world.ask().repeated


def test_a_soft_cap_admits_beyond_the_limit(tables: TableNames, world: World) -> None:
    store_nation(tables, nation("soft", subscription_plan="starter", queries_used_this_period=500))
    store_members(tables, "soft", ["ann"])

    assert world.ask(nation_slug="soft").accepted
    assert used(tables, "soft") == 501


def test_a_second_question_within_five_seconds_waits(world: World) -> None:
    world.ask()
    world.end()
    world.clock.advance(seconds=4.9)

    with pytest.raises(Cooldown) as caught:
        world.ask(2)

    assert caught.value.retry_after == 5
    assert used(world.tables) == 1
    world.clock.advance(seconds=0.1)
    assert world.ask(2).accepted


def test_a_conversation_runs_one_turn_at_a_time(world: World) -> None:
    world.ask()
    world.clock.advance(seconds=60)

    with pytest.raises(ConversationBusy):
        world.ask(2)

    assert used(world.tables) == 1


def test_a_lock_that_nobody_released_ends_by_itself(world: World) -> None:
    world.ask()

    world.clock.advance(hours=1)

    assert world.ask(2).accepted


def test_a_nation_starts_so_many_turns_a_minute(world: World) -> None:
    store_members(world.tables, "demo", [f"p{number}" for number in range(4)])
    world.admission = with_limits(world, turns_a_minute=3)
    for number in range(3):
        world.ask(number, user_id=f"p{number}", conversation_id=turn_id(100 + number))

    with pytest.raises(NationBusy) as caught:
        world.ask(3, user_id="p3", conversation_id=turn_id(103))

    assert 0 < caught.value.retry_after <= 60
    assert used(world.tables) == 3
    world.clock.advance(seconds=caught.value.retry_after)
    assert world.ask(3, user_id="p3", conversation_id=turn_id(103)).accepted


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"question": ""}, MessageEmpty),
        ({"question": " \n\t"}, MessageEmpty),
        ({"question": "\u200b\ufeff"}, MessageEmpty),
        ({"question": "x" * 200_000}, MessageTooLong),
        ({"question": "é" * (MAX_MESSAGE_BYTES // 2 + 1)}, MessageTooLong),
        ({"question": "\ud800"}, BadRequest),
        ({"turn_id": "1"}, BadRequest),
        ({"turn_id": turn_id(1) + "\n"}, BadRequest),
        ({"turn_id": turn_id(1).lower()}, BadRequest),
        ({"conversation_id": "../other"}, BadRequest),
        ({"conversation_id": "x#y"}, BadRequest),
        ({"nation_slug": "other"}, NotAMember),
        ({"nation_slug": "unpaid"}, SubscriptionInactive),
        ({"nation_slug": "gone"}, NationUnknown),
        ({"user_id": "stranger"}, NotAMember),
    ],
)
def test_bad_input_is_refused_by_name_and_leaves_nothing(
    tables: TableNames, world: World, changes: dict[str, Any], error: type[NatError]
) -> None:
    store_nation(tables, nation("other"))
    store_nation(tables, nation("unpaid", subscription_status=SubscriptionStatus.CANCELLED))
    store_members(tables, "unpaid", ["ann"])
    store_members(tables, "gone", ["ann"])

    with pytest.raises(NatError) as caught:
        world.ask(**changes)

    assert type(caught.value) is error
    assert used(tables) == used(tables, "other") == used(tables, "unpaid") == 0
    assert rows(tables, Table.CONVERSATIONS) == rows(tables, Table.ONCE) == rows(tables, Table.USERS) == []
    assert queued(world.queue_url) == []


def test_the_longest_question_is_let_in(world: World) -> None:
    assert world.ask(question="x" * MAX_MESSAGE_BYTES).accepted


def test_another_persons_conversation_is_closed(world: World) -> None:
    world.ask()
    world.end()

    with pytest.raises(Forbidden):
        world.ask(2, user_id="bob")

    assert used(world.tables) == 1


def test_another_persons_turn_id_is_refused(world: World) -> None:
    world.ask()

    with pytest.raises(Forbidden):
        world.ask(user_id="bob")
    with pytest.raises(Forbidden):
        world.ask(user_id="bob", conversation_id=turn_id(200))

    assert used(world.tables) == 1


def test_a_turn_id_of_another_nation_is_refused(tables: TableNames, world: World) -> None:
    store_nation(tables, nation("other"))
    store_members(tables, "other", ["bob"])
    world.ask()

    with pytest.raises(Forbidden):
        world.ask(user_id="bob", nation_slug="other")

    assert used(tables, "other") == 0


def test_the_same_conversation_id_in_another_nation_is_another_conversation(
    tables: TableNames, world: World
) -> None:
    store_nation(tables, nation("other"))
    store_members(tables, "other", ["bob"])
    world.ask()

    assert world.ask(2, user_id="bob", nation_slug="other").accepted


def test_a_period_that_is_over_begins_anew_before_counting(world: World) -> None:
    clients.dynamodb().update_item(
        TableName=world.tables[Table.NATIONS],
        Key={"nation_slug": {"S": "demo"}},
        UpdateExpression="SET queries_used_this_period = queries_limit",
    )
    world.clock.now = START + timedelta(days=40)

    admitted = world.ask()

    assert used(world.tables) == 1
    assert admitted.turn.period_start == "2026-12-20T09:30:00.000Z"


def test_the_door_learns_of_the_turn_before_a_worker_can(world: World) -> None:
    seen: list[tuple[Turn, int]] = []

    def before_queueing(turn: Turn) -> None:
        seen.append((turn, len(queued(world.queue_url))))

    asked = AdmitRequest(
        NationSlug("demo"), UserId("ann"), TALK, TurnId(turn_id(1)), "Who?", Surface.WEBSOCKET
    )
    admit(asked, world.admission, before_queueing=before_queueing)
    admit(asked, world.admission, before_queueing=before_queueing)

    assert [(turn.turn_id, messages) for turn, messages in seen] == [(turn_id(1), 0), (turn_id(1), 1)]


def test_a_door_learns_nothing_of_what_is_refused(world: World) -> None:
    world.ask()
    asked = AdmitRequest(
        NationSlug("demo"), UserId("bob"), TALK, TurnId(turn_id(2)), "Who?", Surface.WEBSOCKET
    )
    seen: list[Turn] = []

    with pytest.raises(Forbidden):
        admit(asked, world.admission, before_queueing=seen.append)

    assert seen == []


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_transactions_that_meet_are_tried_again(world: World, code: str) -> None:
    """The embedded AWS never cancels so, AWS does whenever two transactions meet in an item."""
    asked = AdmitRequest(
        NationSlug("demo"), UserId("ann"), TALK, TurnId(turn_id(1)), "Who?", Surface.WEBSOCKET
    )

    with conflicting(3, code) as url:
        client = boto3.client("dynamodb", endpoint_url=url, config=clients.CONFIG)
        queue = TurnQueue(clients.sqs(), world.queue_url)
        admitted = admit(asked, Admission(Store(client, world.tables, world.clock), queue, PLANS))

    assert not admitted.repeated
    assert used(world.tables) == 1


def fail(world: World, turn: Turn) -> None:
    """End a turn by a failure of ours, as a worker does."""
    ending = Ending(TurnFailed("internal", "Sorry", True), refund=True)
    settle(
        Store(clients.dynamodb(), world.tables), world.admission.turns.begin(turn), 1, ending, world.clock()
    )


def test_a_failed_turn_is_refunded_once_and_frees_its_conversation(world: World) -> None:
    turn = world.ask().turn
    fail(world, turn)

    with pytest.raises(TurnLost):
        fail(world, turn)

    assert used(world.tables) == 0
    world.clock.advance(seconds=5)
    assert world.ask(2).accepted


def test_a_refund_after_the_period_does_not_touch_the_next_one(world: World) -> None:
    turn = world.ask().turn
    world.clock.now = START + timedelta(days=40)
    world.ask(2)

    fail(world, turn)

    assert used(world.tables) == 1
