"""Child processes: started in groups of their own, watched, restarted or reported, stopped in order.

Each child leads its own process group, so Ctrl-C in the terminal reaches only us and we stop the children one
after another. `running.json` names what runs, so that the next start can clear away what a killed one left.
"""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local.console import StartFailed, problem
from local.places import ROOT, Places

READY_SECONDS: Final = 30.0
MAX_RESTARTS: Final = 3
RESTART_WINDOW_SECONDS: Final = 60.0
"""A process that stops more often than this is given up, as a container service would."""


@dataclass(frozen=True)
class Program:
    """What to run. `ready` tells whether it can be used; `grace` is how long it may take to stop, in seconds.

    One that `restarts` is started again when it stops by itself, as the container service and Lambda do.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool]
    grace: float = 10.0
    restarts: bool = False


@dataclass
class Child:
    """A started program."""

    program: Program
    process: "subprocess.Popen[bytes]"
    log: Path
    restarts: list[float] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """Process id, which is the group's id too."""
        return self.process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


class Processes:
    """The children of one start."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._children: list[Child] = []

    def __getitem__(self, name: str) -> Child:
        """A child by its program's name. Raises `KeyError`."""
        for child in self._children:
            if child.program.name == name:
                return child
        raise KeyError(name)

    def start(self, program: Program) -> None:
        """Start and wait until it is ready. Raises `StartFailed`."""
        self.launch(program)
        self.wait_for(program.name)

    def launch(self, program: Program) -> None:
        """Start without waiting, with a fresh log. Raises `StartFailed`."""
        self._places.log(program.name).unlink(missing_ok=True)
        child = Child(program, self._spawn(program), self._places.log(program.name))
        self._children.append(child)
        self._note()

    def wait_for(self, name: str) -> None:
        """Wait until a launched program is ready. Raises `StartFailed`."""
        self._wait_until_ready(self[name])

    def watch(self) -> None:
        """Look at the children once: restart or report what stopped. Raises `StartFailed` if that cannot be
        mended."""
        for child in list(self._children):
            status = child.process.poll()
            if status is None:
                continue
            name, log = child.program.name, child.log
            now = time.monotonic()
            recent = [moment for moment in child.restarts if now - moment < RESTART_WINDOW_SECONDS]
            if not child.program.restarts or len(recent) >= MAX_RESTARTS:
                raise StartFailed(f"The {name} process stopped ({_meaning(status)}): {_last_line(log)}", log)
            problem(
                f"The {name} process stopped ({_meaning(status)}) and is started again.",
                self._places.shown(log),
            )
            child.restarts = [*recent, now]
            child.signal(signal.SIGKILL)
            child.process = self._spawn(child.program)
            self._note()

    def stop(self, name: str) -> None:
        """Stop one child and forget it."""
        child = self[name]
        self._children.remove(child)
        _stop(child)
        self._note()

    def stop_all(self) -> None:
        """Stop every child, the last started first. Never raises."""
        while self._children:
            _stop(self._children.pop())
            self._note()

    def kill_all(self) -> None:
        """Stop everything at once, without grace."""
        for child in self._children:
            child.signal(signal.SIGKILL)

    def _spawn(self, program: Program) -> "subprocess.Popen[bytes]":
        with self._places.log(program.name).open("ab") as log:
            try:
                return subprocess.Popen(
                    list(program.command),
                    cwd=ROOT,
                    env=dict(program.environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                raise StartFailed(f"The {program.name} process cannot start: {error}.") from None

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            status = child.process.poll()
            if status is not None:
                raise StartFailed(
                    f"The {child.program.name} process did not start ({_meaning(status)}): "
                    f"{_last_line(child.log)}",
                    child.log,
                )
            if child.program.ready():
                return
            time.sleep(0.05)
        raise StartFailed(
            f"The {child.program.name} process is not ready after {READY_SECONDS:.0f} s.", child.log
        )

    def _note(self) -> None:
        if not self._children:
            self._places.running.unlink(missing_ok=True)
            return
        notes = {"owner": _identity(os.getpid()), "children": [_identity(c.pid) for c in self._children]}
        self._places.running.write_text(json.dumps(notes))


def clear_leftovers(places: Places) -> None:
    """Stop what a start that was killed left behind. Raises `StartFailed` if that start still runs."""
    if not places.running.exists():
        return
    notes = json.loads(places.running.read_text())
    if _is_same(notes["owner"]):
        raise StartFailed(
            f"Nat already runs from here (process {notes['owner']['pid']}). "
            "Stop it with Ctrl-C in its terminal, or with: make down"
        )
    for noted in reversed(notes["children"]):
        if _is_same(noted):
            _stop_group(noted["pid"], grace=10.0)
    places.running.unlink(missing_ok=True)


def stop_owner(places: Places) -> bool:
    """Ask the `make up` that runs from here to stop, and wait for it. False if none runs."""
    if not places.running.exists():
        return False
    owner = json.loads(places.running.read_text())["owner"]
    if not _is_same(owner):
        clear_leftovers(places)
        return False
    os.kill(owner["pid"], signal.SIGTERM)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and _is_same(owner):
        time.sleep(0.1)
    return True


def _stop(child: Child) -> None:
    child.signal(signal.SIGTERM)
    try:
        child.process.wait(timeout=child.program.grace)
    except subprocess.TimeoutExpired:
        problem(
            f"The {child.program.name} process did not stop in {child.program.grace:.0f} s and was killed."
        )
    # What the child itself started, such as Lambda processes, goes with its group.
    child.signal(signal.SIGKILL)
    child.process.wait()


def _stop_group(pid: int, *, grace: float) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            os.killpg(pid, 0)
            time.sleep(0.1)
        os.killpg(pid, signal.SIGKILL)


def _identity(pid: int) -> dict[str, object]:
    return {"pid": pid, "since": _started(pid)}


def _is_same(noted: Mapping[str, object]) -> bool:
    pid = noted["pid"]
    return isinstance(pid, int) and bool(noted["since"]) and _started(pid) == noted["since"]


def _started(pid: int) -> str:
    """When a process was started, empty if it is gone: a process id alone may be in use again."""
    if Path("/proc/self/stat").exists():
        try:
            # Fields after the command, which stands in parentheses: state is the first, start time the 20th.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return "" if fields[0] == "Z" else fields[19]
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip()


def _last_line(log: Path) -> str:
    """What the process said last: where it failed, that is the cause."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing."


def _meaning(status: int) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"
