"""Child processes are started, watched and stopped, and nothing is left behind."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.console import StartFailed
from local.places import Places
from local.processes import MAX_RESTARTS, Processes, Program, clear_leftovers

SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    places.make()
    return places


@pytest.fixture
def processes(places: Places) -> Iterator[Processes]:
    processes = Processes(places)
    yield processes
    processes.stop_all()


def program(
    code: str, *, name: str = "child", ready: Callable[[], bool] = lambda: True, restarts: bool = False
) -> Program:
    return Program(name, (sys.executable, "-c", code), dict(os.environ), ready, grace=1.0, restarts=restarts)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_program_is_started_when_it_is_ready(processes: Processes, tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    processes.start(program(f"open({str(marker)!r}, 'w'); {SLEEP}", ready=marker.exists))

    assert marker.exists()


def test_a_program_that_ends_before_it_is_ready_is_reported_with_its_log(
    processes: Processes, places: Places
) -> None:
    with pytest.raises(StartFailed, match=r"child process did not start .exit status 3.: no room") as failure:
        processes.start(program("print('no room'); raise SystemExit(3)", ready=lambda: False))

    assert failure.value.log == places.log("child")


def test_stopping_takes_the_children_of_children_along(processes: Processes, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    code = (
        f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}]);"
        f"open({str(note)!r}, 'w').write(str(child.pid)); {SLEEP}"
    )
    processes.start(program(code, ready=lambda: note.exists() and note.read_text() != ""))

    processes.stop_all()

    wait_until(lambda: not is_alive(int(note.read_text())))


def test_a_program_that_ignores_the_signal_is_killed_after_its_grace(
    processes: Processes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    marker = tmp_path / "marker"
    code = (
        f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); open({str(marker)!r}, 'w'); {SLEEP}"
    )
    processes.start(program(code, ready=marker.exists))

    processes.stop("child")

    assert "did not stop in 1 s and was killed" in capsys.readouterr().out


def test_a_service_that_dies_is_started_again(
    processes: Processes, capsys: pytest.CaptureFixture[str]
) -> None:
    processes.start(program(SLEEP, restarts=True))
    first = processes["child"].pid
    processes["child"].signal(signal.SIGKILL)
    processes["child"].process.wait()

    processes.watch()

    assert processes["child"].pid != first
    assert is_alive(processes["child"].pid)
    assert "killed by SIGKILL" in capsys.readouterr().out


def test_a_service_that_keeps_dying_is_given_up(processes: Processes) -> None:
    processes.start(program("raise SystemExit(1)", restarts=True))

    def watch_until_given_up() -> None:
        for _ in range(MAX_RESTARTS + 1):
            processes["child"].process.wait()
            processes.watch()

    with pytest.raises(StartFailed, match="child process stopped"):
        watch_until_given_up()


def test_what_does_not_restart_is_reported_when_it_dies(processes: Processes, places: Places) -> None:
    processes.start(program("raise SystemExit(4)"))
    processes["child"].process.wait()

    with pytest.raises(StartFailed, match="exit status 4") as failure:
        processes.watch()

    assert failure.value.log == places.log("child")


def test_leftovers_of_a_killed_start_are_stopped(places: Places, tmp_path: Path) -> None:
    note = tmp_path / "child"
    code = (
        "import os, sys; from pathlib import Path; from local.places import Places;"
        "from local.processes import Processes, Program;"
        f"processes = Processes(Places(Path({str(tmp_path)!r})));"
        f"program = Program('child', (sys.executable, '-c', {SLEEP!r}), dict(os.environ), lambda: True);"
        "processes.start(program);"
        f"Path({str(note)!r}).write_text(str(processes['child'].pid)); os.kill(os.getpid(), 9)"
    )
    assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == -signal.SIGKILL
    left = int(note.read_text())
    assert is_alive(left)

    clear_leftovers(places)

    wait_until(lambda: not is_alive(left))
    assert not places.running.exists()


def test_a_second_start_beside_a_running_one_is_refused(processes: Processes, places: Places) -> None:
    processes.start(program(SLEEP))

    with pytest.raises(StartFailed, match=f"Nat already runs from here .process {os.getpid()}"):
        clear_leftovers(places)
