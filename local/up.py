"""`make up`: Nat on one machine until Ctrl-C."""

import signal
import time
from types import FrameType

from rich.table import Table

from local.console import StartFailed, console, problem, say
from local.machine import Machine
from local.places import DEFAULT_PLACES, Places, Ports
from local.processes import stop_owner
from local.vendors import Vendors

WATCH_SECONDS = 0.5


class Interrupted(BaseException):
    """Ctrl-C, a closed terminal or `make down`."""


def up(port_base: int, places: Places = DEFAULT_PLACES) -> int:
    """Start, show where everything is, watch until interrupted, stop. Gives the exit status."""
    ports = Ports.from_base(port_base)
    machine = Machine(
        places, ports, Vendors.from_environment(ports, places.nationbuilder_state), demonstration=True
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    failed = False
    try:
        say("Nat on this machine")
        machine.start()
        _show(machine)
        while True:
            machine.processes.watch()
            time.sleep(WATCH_SECONDS)
    except Interrupted:
        say("\n  Stopping. Once more Ctrl-C kills everything at once.")
    except StartFailed as failure:
        problem(failure.cause, places.shown(failure.log) if failure.log else None)
        failed = True
    try:
        machine.stop()
    except Interrupted:
        machine.processes.kill_all()
        failed = True
    if not failed:
        say("  Stopped. State is kept; start again with: make up")
    return 1 if failed else 0


def down(places: Places = DEFAULT_PLACES) -> int:
    """Stop the Nat that runs from here, as Ctrl-C in its terminal would."""
    say("  Stopped." if stop_owner(places) else "  Nothing runs from here.")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted


def _show(machine: Machine) -> None:
    where = Table.grid(padding=(0, 2))
    for name, address in (
        ("Web app", machine.app_url),
        ("HTTP API", machine.deployment.api_url),
        ("WebSocket", machine.deployment.socket_url),
        ("Server-sent events", machine.stream_url),
        ("NationBuilder", machine.vendors.nationbuilder_shown),
        ("Claude", machine.vendors.claude_shown),
        ("Stripe", machine.vendors.stripe_shown),
        ("Slack and mails", f"stand-in at {machine.ports.url('slack')}"),
        ("AWS", f"{machine.deployment.aws_url}  (key and secret: test)"),
        ("Logs", machine.places.shown(machine.places.logs)),
    ):
        where.add_row(f"  {name}", address)
    who = Table.grid(padding=(0, 2))
    for person in machine.people:
        who.add_row(f"  {person.email}", person.password, f"{person.role.value} of {person.nation_slug}")
    say()
    console.print(where)
    say("\n  Sign in as")
    console.print(who)
    say(f"\n  Nat is ready: {machine.app_url}")
    command = f".venv/bin/nat chat --nation {machine.people[0].nation_slug}"
    say(f"\n  Or ask it in another terminal:\n\n    {command}\n\n  Ctrl-C stops everything.")
