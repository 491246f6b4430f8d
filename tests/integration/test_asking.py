"""A question reaches a worker, and its answer reaches the person, whatever happens to the connection."""

from collections.abc import Callable
from typing import Any

import pytest
from ulid import ULID

from local.machine import Machine
from local.streaming import StreamRefused, stream
from nat.contract.events import Envelope, TurnFinished
from tests.integration.conftest import NATION, Claude, Person, Socket
from tests.integration.counting import queries_used

DONATIONS = "who donated this week?"
VOLUNTEERS = "how many people are tagged volunteer?"
SLOW = {"tokens_per_second": 200}
"""Slow enough to do something while an answer is being written."""


def texts(events: list[dict[str, Any]]) -> str:
    return "".join(event["text"] for event in events if event["type"] == "text.delta")


def places(events: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(event["attempt"], event["seq"]) for event in events]


def test_the_answer_over_the_websocket_states_the_seeded_donations(machine: Machine, person: Person) -> None:
    with person.client as client:
        events = [envelope.event for envelope in client.ask(NATION, DONATIONS)]

    assert isinstance(events[-1], TurnFinished)
    for figure in machine.vendors.figures(NATION).donated_this_week:
        assert figure in events[-1].text


def test_the_answer_over_server_sent_events_states_the_seeded_count(machine: Machine, person: Person) -> None:
    question = {"turn": str(ULID()), "conversation": str(ULID()), "message": VOLUNTEERS}

    events = [each.event for _, each in stream(machine.stream_url, person.session, NATION, question)]

    assert isinstance(events[-1], TurnFinished)
    assert machine.vendors.figures(NATION).tagged_volunteer in events[-1].text


def test_both_transports_speak_the_same_events(machine: Machine, person: Person) -> None:
    with person.socket() as socket:
        asked = socket.ask(VOLUNTEERS)
        over_socket = socket.until_end()

    over_http = [each for _, each in stream(machine.stream_url, person.session, NATION, asked)]

    assert over_http == [Envelope.from_wire(event) for event in over_socket]


def test_events_come_in_order_without_a_gap_and_add_up_to_the_answer(person: Person) -> None:
    with person.socket() as socket:
        socket.ask(DONATIONS)

        events = socket.until_end()

    assert [event["type"] for event in events[:2]] == ["turn.accepted", "turn.started"]
    assert {"tool.started", "tool.finished"} <= {event["type"] for event in events}
    assert places(events) == [(0, 1)] + [(1, place) for place in range(1, len(events))]
    assert texts(events).endswith(events[-1]["text"])


def test_a_follow_up_in_the_same_conversation_is_answered(
    new_person: Callable[[], Person], claude: Claude
) -> None:
    person = new_person()
    with person.socket() as socket:
        asked = socket.ask(VOLUNTEERS)
        socket.until_end()
    claude.script("Still the same.")
    person.forget_cooldown()

    with person.socket() as socket:
        socket.ask("and now?", conversation=asked["conversation"])
        events = socket.until_end()

    assert events[-1]["text"] == "Still the same."
    sent = claude.requests()[-1]["body"]["messages"]
    assert VOLUNTEERS in str(sent[0])


def test_a_lost_connection_misses_nothing(person: Person, claude: Claude) -> None:
    claude.fault("slow", count=9, **SLOW)
    with person.socket() as socket:
        asked = socket.ask(DONATIONS)
        before = socket.until("text.delta")
    with person.socket() as socket:
        last = before[-1]
        socket.send(
            {
                "action": "resume",
                "turn": asked["turn"],
                "conversation": asked["conversation"],
                "after": {"attempt": last["attempt"], "seq": last["seq"]},
            }
        )

        after = unique(socket.until_end(), known=before)

    assert places(before + after) == [(0, 1)] + [(1, n) for n in range(1, len(before + after))]
    assert texts(before + after).endswith(after[-1]["text"])


def unique(events: list[dict[str, Any]], *, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a client makes of events that may come twice and out of order: each once, sorted."""
    seen = dict(zip(places(events), events, strict=True))
    for place in places(known):
        seen.pop(place, None)
    return [seen[place] for place in sorted(seen)]


def test_a_stream_resumes_behind_the_last_event_id(machine: Machine, person: Person) -> None:
    question = {"turn": str(ULID()), "conversation": str(ULID()), "message": VOLUNTEERS}
    first = list(stream(machine.stream_url, person.session, NATION, question))

    again = stream(machine.stream_url, person.session, NATION, question, last_event_id=first[2][0])

    assert list(again) == first[3:]


def test_a_pong_carries_the_place_of_the_last_event(person: Person) -> None:
    with person.socket() as socket:
        asked = socket.ask(VOLUNTEERS)
        last = socket.until_end()[-1]

        socket.send({"action": "ping", "turn": asked["turn"], "conversation": asked["conversation"]})

        pong = socket.until("pong")[-1]
    assert (pong["attempt"], pong["seq"]) == (last["attempt"], last["seq"])


def test_stop_ends_the_answer_while_it_is_written(person: Person, claude: Claude) -> None:
    claude.fault("slow", count=9, tokens_per_second=5)
    with person.socket() as socket:
        asked = socket.ask(DONATIONS)
        socket.until("text.delta")

        socket.send({"action": "stop", "turn": asked["turn"], "conversation": asked["conversation"]})

        events = socket.until_end()
    assert events[-1]["type"] == "turn.stopped"


def test_a_question_sent_twice_is_counted_and_answered_once(
    machine: Machine, person: Person, claude: Claude
) -> None:
    before = queries_used(machine, NATION)
    with person.socket() as socket:
        asked = socket.ask(VOLUNTEERS)
        socket.send({"action": "ask", **asked})
        socket.until_end()

    with person.socket() as socket:
        socket.send({"action": "ask", **asked})
        socket.send({"action": "resume", **asked, "after": {"attempt": 0, "seq": 0}})
        events = socket.until_end()

    assert queries_used(machine, NATION) == before + 1
    assert [event["type"] for event in events].count("turn.started") == 1


def test_an_outage_of_the_model_is_told_and_not_counted(
    machine: Machine, person: Person, claude: Claude
) -> None:
    before = queries_used(machine, NATION)
    claude.fault("status", count=50, status=400, message="broken")

    with person.socket() as socket:
        socket.ask(VOLUNTEERS)
        failed = socket.until_end()[-1]

    assert failed["type"] == "turn.failed"
    assert "broken" not in failed["message"]
    assert queries_used(machine, NATION) == before


def test_a_stream_without_a_session_is_refused(machine: Machine, person: Person) -> None:
    question = {"turn": str(ULID()), "conversation": str(ULID()), "message": VOLUNTEERS}
    nobody = type(person.session)("no.valid.token", "", person.session.expires_at)

    with pytest.raises(StreamRefused) as refusal:
        list(stream(machine.stream_url, nobody, NATION, question))

    assert (refusal.value.status, refusal.value.code) == (401, "unauthenticated")


def test_a_second_socket_of_the_person_sees_the_answer_too(person: Person, claude: Claude) -> None:
    claude.fault("slow", count=9, **SLOW)
    with person.socket() as first, person.socket() as second:
        asked = first.ask(DONATIONS)
        first.until("turn.started")
        follow(second, asked)

        assert unique(second.until_end(), known=[]) == unique(all_of(first, asked), known=[])


def follow(socket: Socket, asked: dict[str, Any]) -> None:
    socket.send(
        {
            "action": "resume",
            "turn": asked["turn"],
            "conversation": asked["conversation"],
            "after": {"attempt": 0, "seq": 0},
        }
    )


def all_of(socket: Socket, asked: dict[str, Any]) -> list[dict[str, Any]]:
    socket.until_end()
    follow(socket, asked)
    return socket.until_end()
