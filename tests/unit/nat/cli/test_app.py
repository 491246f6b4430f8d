"""The `nat` command as a person runs it: its own process, its output and its status."""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.claude import running_claude
from nat.contract.events import (
    Event,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnStopped,
)
from tests.unit.nat.cli.platform_server import (
    OnMessage,
    Platform,
    Socket,
    Wire,
    answering,
    running_platform,
    wires,
)

COMMAND = [sys.executable, "-c", "from nat.cli import main; main()"]
ANSWER: tuple[Event, ...] = (
    TurnStarted(),
    ToolStarted("t1", "search_people", "Counting people"),
    ToolFinished("t1", "search_people", "Counting people", ok=True, total=23, complete=True),
    TextDelta("23 people."),
    TurnFinished("23 people."),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def environment(home: Path, **variables: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("NAT_", "ANTHROPIC_"))}
    return {**own, "HOME": str(home), "COLUMNS": "200", **variables}


def nat(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=home,
        env=environment(home, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def signed_in(platform: Platform, home: Path, token: str = "access-1") -> str:
    profile = home / "profile.json"
    profile.write_text(json.dumps(platform.profile_json()))
    session = {
        "access_token": token,
        "refresh_token": "refresh-1",
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    (home / "session.json").write_text(json.dumps(session))
    return str(profile)


def chat(
    home: Path, on_message: OnMessage, *arguments: str
) -> tuple[subprocess.CompletedProcess[str], Platform]:
    with running_platform(on_message) as platform:
        profile = signed_in(platform, home)
        return nat(home, "chat", "-n", "demo", "--profile", profile, "-m", "How many?", *arguments), platform


def test_one_question_prints_the_answer_alone(home: Path) -> None:
    done, _ = chat(home, answering(*ANSWER))

    assert (done.returncode, done.stdout) == (0, "23 people.\n")
    assert "✓ Counting people: 23" in done.stderr


def test_a_second_question_goes_on_with_the_conversation(home: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        profile = signed_in(platform, home)
        for _ in range(2):
            nat(home, "chat", "-n", "demo", "--profile", profile, "-m", "How many?")

    one, two = platform.received
    assert one["conversation"] == two["conversation"]


def test_new_begins_another_conversation(home: Path) -> None:
    with running_platform(answering(*ANSWER)) as platform:
        profile = signed_in(platform, home)
        for _ in range(2):
            nat(home, "chat", "-n", "demo", "--profile", profile, "-m", "How many?", "--new")

    one, two = platform.received
    assert one["conversation"] != two["conversation"]


def test_a_failed_turn_is_one_line_and_a_status(home: Path) -> None:
    done, _ = chat(home, answering(TurnStarted(), TurnFailed("model_error", "The AI service failed.", True)))

    assert (done.returncode, done.stderr) == (1, "nat: The AI service failed.\n")


def test_a_refused_question_is_one_line_and_a_status(home: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        error = {
            "code": "nation_unknown",
            "message": "Nat does not know this nation yet.",
            "retryable": False,
        }
        socket.send({"v": 1, "type": "error", "turn": wire["turn"], **error})

    done, _ = chat(home, on_message)

    assert (done.returncode, done.stderr) == (1, "nat: Nat does not know this nation yet.\n")


def test_ctrl_c_stops_the_turn_and_not_the_program(home: Path) -> None:
    def on_message(platform: Platform, socket: Socket, wire: Wire) -> None:
        if wire["action"] == "ask":
            socket.send(wires(wire["turn"], *ANSWER)[0])
        elif wire["action"] == "stop":
            socket.send(wires(wire["turn"], TurnStarted(), TurnStopped("Twenty"))[1])

    with running_platform(on_message) as platform:
        profile = signed_in(platform, home)
        process = subprocess.Popen(
            [*COMMAND, "chat", "-n", "demo", "--profile", profile, "-m", "How many?"],
            cwd=home,
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            until = time.monotonic() + 15
            while not platform.received and time.monotonic() < until:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)

    assert (process.returncode, said) == (0, "Stopped.\n")
    assert platform.actions() == ["ask", "stop"]


def test_the_agent_in_process_answers_with_a_token_and_a_key(home: Path) -> None:
    with running_claude() as claude:
        claude.script([{"type": "text", "text": "Good morning."}])
        done = nat(
            home,
            "chat",
            "--direct",
            "-n",
            "demo",
            "-m",
            "Hello",
            NAT_V2_TOKEN="token",
            NAT_ANTHROPIC_URL=claude.base_url,
        )

    assert (done.returncode, done.stdout, done.stderr) == (0, "Good morning.\n", "")


def test_the_agent_in_process_needs_a_key(home: Path) -> None:
    done = nat(home, "chat", "--direct", "-n", "demo", "-m", "Hello", NAT_V2_TOKEN="token")

    assert done.returncode == 1
    assert "ANTHROPIC_API_KEY" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("chat", "-n", "demo", "-m", "hi"), 1, "No profile found"),
        (("chat", "-n", "demo", "-m", "hi", "--profile", "nowhere.json"), 1, "cannot be read"),
        (("chat", "-n", "Not A Slug", "-m", "hi"), 2, "is no slug"),
        (("chat", "-n", "demo", "--new", "--conversation", "C"), 2, "either --new or --conversation"),
        (("tool", "call", "no_such_tool", "{}", "-n", "demo"), 2, "no tool no_such_tool"),
        (("tools", "--group", "no_such_group"), 2, "no group no_such_group"),
    ],
)
def test_what_cannot_work_is_one_clear_line(
    home: Path, arguments: tuple[str, ...], status: int, words: str
) -> None:
    done = nat(home, *arguments)

    assert done.returncode == status
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_tools_are_listed_as_json_with_what_a_reader_needs(home: Path) -> None:
    listed = json.loads(nat(home, "tools", "--json").stdout)

    assert {"list_tags", "search_people"} <= {tool["name"] for tool in listed}
    for tool in listed:
        assert {"name", "group", "effect", "schema", "endpoints"} <= set(tool)


def test_the_tools_of_one_group_can_be_listed_for_reading(home: Path) -> None:
    done = nat(home, "tools", "--group", "tags")

    assert "list_tags" in done.stdout
    assert "search_people" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{", "not valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"limit": "many"}', "limit"),
        ('{"colour": "red"}', "colour"),
    ],
)
def test_arguments_that_cannot_work_are_one_clear_line(home: Path, arguments: str, words: str) -> None:
    done = nat(home, "tool", "call", "list_tags", arguments, "-n", "demo", NAT_V2_TOKEN="token")

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr


def test_a_nation_that_cannot_be_reached_is_one_line(home: Path) -> None:
    nowhere = ("--base-url", "http://127.0.0.1:9")

    done = nat(home, "tool", "call", "list_tags", "-n", "demo", *nowhere, NAT_V2_TOKEN="token")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_somebody_who_is_not_signed_in_is_told_so_without_a_terminal(home: Path) -> None:
    (home / "profile.json").write_text(json.dumps(Platform(url="http://127.0.0.1:9").profile_json()))

    done = nat(home, "chat", "-n", "demo", "-m", "hi", "--profile", "profile.json")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "not signed in" in done.stderr


def test_a_platform_that_is_not_running_is_one_line(home: Path) -> None:
    profile = signed_in(Platform(url="http://127.0.0.1:9"), home)

    done = nat(home, "chat", "-n", "demo", "-m", "hi", "--profile", profile)

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "cannot be reached" in done.stderr


def test_the_version_is_printed(home: Path) -> None:
    assert nat(home, "--version").stdout == "1.0.0\n"


def test_help_waits_for_nothing_heavy(home: Path) -> None:
    code = (
        "import sys\nsys.argv = ['nat', '--help']\nfrom nat.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'anthropic', 'pydantic', 'requests', 'boto3', 'websocket', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=home,
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert "chat" in done.stdout
    assert done.stderr == "[]\n"
