"""How soon an answer begins over the WebSocket, with a model that answers at once and one client at a time.

    .venv/bin/python -m benchmarks.first_token [--turns 50]

Everything runs on this machine as in `make up`: embedded AWS, stand-ins, worker. Times are wall clock from
sending the question to receiving an event. The budget is a p95 of 150 ms to the first text. What lies between
`turn.accepted` and `turn.started` is the queue and the worker that takes from it.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import requests
import websocket
from rich.table import Table
from ulid import ULID

from local import demo
from local.console import console
from local.machine import Machine
from local.places import Places, Ports
from local.vendors import Vendors
from nat.cli.platform import PlatformClient
from nat.ids import NationSlug, UserId
from nat.roles import Role

BUDGET_MS: Final = 150
WARM_UP: Final = 3
SETTLE_SECONDS: Final = 0.5
STAGES: Final = ("turn.accepted", "turn.started", "text.delta", "turn.finished")
PASSWORD: Final = "Bench-nation-2026"


def ask(socket: websocket.WebSocket) -> dict[str, float]:
    """One question; milliseconds until the first event of each stage."""
    question = {"action": "ask", "turn": str(ULID()), "conversation": str(ULID()), "message": "hello"}
    times: dict[str, float] = {}
    started = time.perf_counter()
    socket.send(json.dumps(question))
    while STAGES[-1] not in times:
        event = json.loads(socket.recv())
        if event["type"] in {"error", "turn.failed"}:
            raise RuntimeError(f"{event['code']}: {event['message']}")
        times.setdefault(event["type"], (time.perf_counter() - started) * 1000)
    return times


def measure(machine: Machine, turns: int) -> list[dict[str, float]]:
    """Ask as a new person each time, for a person may ask every five seconds; nations in turn, for a nation
    may start 30 turns a minute."""
    nations = list(machine.vendors.nations())
    script = {"content": [{"type": "text", "text": "Hello! Ask me about your nation."}]}
    found = []
    for number in range(turns + WARM_UP):
        requests.post(
            f"{machine.ports.url('claude')}/_standin/script", json=script, timeout=10
        ).raise_for_status()
        nation = nations[number % len(nations)]
        person = demo.DemoPerson(f"bench{number}@{nation}.example", NationSlug(nation), Role.VIEWER, PASSWORD)
        demo.add_member(
            machine.deployment, UserId(demo.add_user(machine.deployment, person.email, PASSWORD)), person
        )
        session = machine.sign_in.log_in(person.email, PASSWORD)
        socket = PlatformClient(machine.sign_in.profile, session).connect(nation)
        # Not in step with the embedded queue's clock, nor while the last socket is still being closed.
        time.sleep(SETTLE_SECONDS + random.random() / 10)
        found.append(ask(socket))
        socket.close()
    return found[WARM_UP:]


def main() -> int:
    """Measure and report. Exit status 1 above the budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=50)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="nat-bench-") as home:
        places, ports = Places(Path(home)), Ports.free()
        with Machine(places, ports, Vendors(ports, places.nationbuilder_state)) as machine:
            found = measure(machine, turns)
    table = Table(title=f"Milliseconds from the question, {turns} turns", title_justify="left")
    for column in ("Event", "median", "p95"):
        table.add_column(column, justify="left" if column == "Event" else "right")
    for stage in STAGES:
        values = [times[stage] for times in found]
        table.add_row(stage, f"{statistics.median(values):.0f}", f"{percentile(values):.0f}")
    waited = [times["turn.started"] - times["turn.accepted"] for times in found]
    table.add_row(
        "queue (accepted → started)", f"{statistics.median(waited):.0f}", f"{percentile(waited):.0f}"
    )
    own = [times["text.delta"] - wait for times, wait in zip(found, waited, strict=True)]
    table.add_row("without the queue", f"{statistics.median(own):.0f}", f"{percentile(own):.0f}")
    console.print(table)
    first = percentile([times["text.delta"] for times in found])
    console.print(f"first text, p95: {first:.0f} ms (budget {BUDGET_MS})")
    return 0 if first <= BUDGET_MS else 1


def percentile(values: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


if __name__ == "__main__":
    sys.exit(main())
