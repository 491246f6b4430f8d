"""The client of the platform against a real socket on loopback."""

from pathlib import Path

import pytest

from nat.agent.values import OpenPage
from nat.cli.platform import PlatformClient, PlatformError, Timing
from nat.cli.profile import SignInSession
from nat.cli.terminal import CommandFailed
from nat.contract.events import (
    Event,
    Notice,
    TextDelta,
    TurnFinished,
    TurnRestarted,
    TurnStarted,
    TurnStopped,
)
from tests.unit.nat.cli.platform_server import (
    Platform,
    Socket,
    Wire,
    answering,
    running_platform,
    session,
    wires,
)

QUICK = Timing(
    cooldown=0.0, answer=3, poll=0.02, ping=0.2, gap=0.1, first_connect=0.5, reconnect=0.8, silence=5
)
ANSWER: tuple[Event, ...] = (
    TurnStarted(),
    TextDelta("23 "),
    TextDelta("people."),
    TurnFinished("23 people."),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def ask(
    platform: Platform,
    folder: Path,
    message: str = "How many?",
    *,
    who: SignInSession | None = None,
    **options: object,
) -> list[Event]:
    with PlatformClient(platform.profile(folder), who or session(), timing=QUICK) as client:
        return [each.event for each in client.ask("demo", message, **options)]  # type: ignore[arg-type] # passed on


def test_a_question_gives_its_events_up_to_the_last(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        assert ask(platform, folder) == list(ANSWER)


def test_the_question_goes_out_with_its_turn_conversation_and_page(folder: Path) -> None:
    page = OpenPage("person", "7")

    with running_platform(answering(*ANSWER)) as platform:
        ask(platform, folder, "Who is this?", turn="T", conversation="C", page=page)

    assert platform.received == [
        {
            "action": "ask",
            "turn": "T",
            "conversation": "C",
            "message": "Who is this?",
            "page": {"kind": "person", "record_id": "7"},
        }
    ]


def test_the_ticket_is_asked_for_with_token_and_nation(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        ask(platform, folder)

    sent = platform.headers[0]
    assert (sent["authorization"], sent["x-nat-nation-slug"]) == ("Bearer access-1", "demo")


def test_a_second_question_uses_the_same_socket(folder: Path) -> None:
    with (
        running_platform(answering(*ANSWER)) as platform,
        PlatformClient(platform.profile(folder), session(), timing=QUICK) as client,
    ):
        list(client.ask("demo", "One?"))
        list(client.ask("demo", "Two?"))

        assert platform.opened == 1


def test_another_nation_needs_another_socket(folder: Path) -> None:
    with (
        running_platform(answering(*ANSWER)) as platform,
        PlatformClient(platform.profile(folder), session(), timing=QUICK) as client,
    ):
        list(client.ask("demo", "One?"))
        list(client.ask("greens", "Two?"))

        assert platform.opened == 2


def test_events_out_of_order_and_repeated_come_once_and_in_order(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        one, two, three, four = wires(wire["turn"], *ANSWER)
        for event in (one, three, two, two, one, four):
            socket.send(event)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)


def test_events_of_other_turns_and_unknown_types_are_passed_over(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        one, two, three, four = wires(wire["turn"], *ANSWER)
        socket.send({**two, "turn": "another", "seq": 1})
        socket.send({"message": "Internal server error", "connectionId": "x"})
        for event in (one, {**two, "type": "weather"}, three, four):
            socket.send(event)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == [ANSWER[0], ANSWER[2], ANSWER[3]]


def test_a_missing_event_is_asked_for(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if wire["action"] == "ask":
            for event in (each for each in wires(wire["turn"], *ANSWER) if each["seq"] != 2):
                socket.send(event)
        else:
            answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)

    assert platform.received[-1]["after"] == {"attempt": 1, "seq": 1}


def test_a_lost_last_event_shows_in_the_pong(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        match wire["action"]:
            case "ask":
                for event in wires(wire["turn"], *ANSWER)[:-1]:
                    socket.send(event)
            case "ping":
                socket.send({"v": 1, "type": "pong", "turn": wire["turn"], "attempt": 1, "seq": 4})
            case "resume":
                answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)

    assert platform.actions() == ["ask", "ping", "resume"]


def test_after_a_dropped_connection_only_what_was_missed_is_asked_for(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if wire["action"] == "ask":
            for event in wires(wire["turn"], *ANSWER)[:2]:
                socket.send(event)
            socket.drop()
        else:
            answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)

    assert platform.received[-1] == {
        "action": "resume",
        "turn": platform.received[0]["turn"],
        "conversation": platform.received[0]["conversation"],
        "after": {"attempt": 1, "seq": 2},
    }


def test_a_connection_dropped_before_any_event_asks_again_with_the_same_turn(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if len(platform.received) == 1:
            socket.drop()
        else:
            answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)

    assert platform.received[0] == platform.received[1]


def test_a_question_asked_again_is_followed_once_the_platform_is_known_to_have_it(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        match platform.actions():
            case ["ask"]:
                socket.drop()
            case ["ask", "ask"]:
                socket.send(wires(wire["turn"], *ANSWER)[0])
            case _:
                answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)

    assert platform.actions() == ["ask", "ask", "resume"]


def test_a_question_that_was_swallowed_is_sent_again(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if len(platform.received) > 1:
            answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)


def test_a_connection_that_died_unnoticed_is_replaced(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if platform.opened == 1:
            if wire["action"] == "ask":
                socket.send(wires(wire["turn"], *ANSWER)[0])
        else:
            answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == list(ANSWER)

    assert platform.actions() == ["ask", "ping", "resume"]


def test_a_socket_that_is_refused_for_a_moment_is_tried_again(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        platform.refuse_sockets = 1

        assert ask(platform, folder) == list(ANSWER)


def test_a_later_attempt_goes_on_where_the_earlier_one_broke_off(folder: Path) -> None:
    restarted: list[Event] = [TurnRestarted("23 "), TurnFinished("23 people.")]

    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        for event in [*wires(wire["turn"], *ANSWER[:2]), *wires(wire["turn"], *restarted, attempt=2)]:
            socket.send(event)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == [*ANSWER[:2], *restarted]


def test_stopping_tells_the_platform_once_and_waits_for_its_end(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if wire["action"] == "ask":
            socket.send(wires(wire["turn"], *ANSWER)[0])
        elif wire["action"] == "stop":
            socket.send(wires(wire["turn"], TurnStarted(), TurnStopped("23"))[1])

    with running_platform(on_message) as platform:
        events = ask(platform, folder, stop=lambda: bool(platform.received))

    assert events == [TurnStarted(), TurnStopped("23")]
    assert platform.actions() == ["ask", "stop"]


def test_a_turn_is_not_stopped_before_the_platform_has_it(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        ask(platform, folder, stop=lambda: True)

    assert platform.actions()[0] == "ask"


def test_an_error_on_the_socket_is_raised_with_its_code_and_words(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        socket.send(
            {
                "v": 1,
                "type": "error",
                "code": "cooldown",
                "message": "Please wait five seconds between questions.",
                "retryable": True,
                "turn": wire["turn"],
            }
        )

    with (
        running_platform(on_message) as platform,
        pytest.raises(PlatformError, match="five seconds") as caught,
    ):
        ask(platform, folder)

    assert (caught.value.code, caught.value.retryable) == ("cooldown", True)


def test_an_error_of_the_api_is_raised_with_its_code_and_words(folder: Path) -> None:
    with running_platform() as platform:
        platform.refuse = (
            403,
            {"error": {"code": "not_a_member", "message": "You are not a member.", "retryable": False}},
        )

        with pytest.raises(PlatformError, match="not a member") as caught:
            ask(platform, folder)

    assert caught.value.code == "not_a_member"


def test_an_error_says_the_page_that_helps(folder: Path) -> None:
    url = "https://app.example/settings/billing"
    error = {"code": "limit_reached", "message": "Upgrade to go on now.", "retryable": False, "url": url}
    with running_platform() as platform:
        platform.refuse = (402, {"error": error})

        with pytest.raises(PlatformError, match=f"^Upgrade to go on now. {url}$"):
            ask(platform, folder)


def test_a_session_that_ends_soon_is_refreshed_and_handed_over(folder: Path) -> None:
    stored: list[SignInSession] = []

    with (
        running_platform(answering(*ANSWER)) as platform,
        PlatformClient(
            platform.profile(folder), session(minutes=0.5), on_session=stored.append, timing=QUICK
        ) as client,
    ):
        list(client.ask("demo", "How many?"))

    assert [(each.access_token, each.refresh_token) for each in stored] == [("access-2", "refresh-1")]


def test_a_session_that_the_platform_refuses_is_refreshed_once(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        platform.accepted_tokens = {"access-2"}

        assert ask(platform, folder) == list(ANSWER)


def test_a_refresh_that_is_refused_asks_to_sign_in(folder: Path) -> None:
    with running_platform() as platform:
        platform.refresh_refused = True

        with pytest.raises(CommandFailed, match="session has ended"):
            ask(platform, folder, who=session(minutes=0.5))


def test_a_platform_that_is_not_there_fails(folder: Path) -> None:
    with pytest.raises(CommandFailed, match="cannot be reached"):
        ask(Platform(url="http://127.0.0.1:9"), folder)


def test_a_platform_that_goes_away_for_good_ends_in_a_clear_failure(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        platform.refuse_sockets = 10**6
        socket.drop()

    with (
        running_platform(on_message) as platform,
        pytest.raises(CommandFailed, match="was lost"),
    ):
        ask(platform, folder)


def test_a_message_over_32_kb_is_not_even_sent(folder: Path) -> None:
    with running_platform() as platform, pytest.raises(PlatformError, match="too long"):
        ask(platform, folder, "x" * 33_000)


def test_a_turn_can_be_followed_from_elsewhere(folder: Path) -> None:
    with (
        running_platform(answering(*ANSWER)) as platform,
        PlatformClient(platform.profile(folder), session(), timing=QUICK) as client,
    ):
        events = [each.event for each in client.resume("demo", "C", "T", attempt=1, seq=2)]

    assert events == list(ANSWER[2:])
    assert platform.actions() == ["resume"]


@pytest.mark.parametrize("text", ["Ж" * 16_000, "\n" * 30_000, "字" * 10_900, '"' * 32_000])
def test_the_longest_question_is_sent_in_every_script(folder: Path, text: str) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        assert ask(platform, folder, message=text) == list(ANSWER)

    assert platform.received[0]["message"] == text


def test_what_is_too_long_is_refused_before_anything_is_sent(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        with pytest.raises(PlatformError, match="too long"):
            ask(platform, folder, message="Ж" * 16_500)

        with pytest.raises(PlatformError, match="too long"):
            ask(platform, folder, message="\x01" * 30_000)

    assert platform.received == []


def test_half_a_surrogate_pair_is_refused_in_words(folder: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform, pytest.raises(PlatformError, match="Unicode"):
        ask(platform, folder, message="\ud83d")


def test_a_question_that_comes_too_soon_waits_for_its_turn(folder: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if len(platform.received) == 1:
            socket.send(
                {"v": 1, "type": "error", "turn": wire["turn"], "code": "cooldown", "message": "Wait."}
            )
        else:
            answering(*ANSWER)(platform, socket, wire)

    with running_platform(on_message) as platform:
        assert ask(platform, folder) == [Notice("wait", "One moment…"), *ANSWER]

    first, second = platform.received[:2]
    assert first == second
