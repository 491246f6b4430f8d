"""`python -m local up|smoke|down`: Nat on one machine."""

import argparse
import sys
from collections.abc import Sequence

from local.places import DEFAULT_PORT_BASE, PORT_BASE_VARIABLE, port_base
from local.smoke import smoke
from local.up import down, up


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up", help="start everything and stay until Ctrl-C")
    starting.add_argument(
        "--port-base",
        type=int,
        help=f"first of the ports (default: {PORT_BASE_VARIABLE} or {DEFAULT_PORT_BASE})",
    )
    commands.add_parser("smoke", help="start apart, ask as a new person, check the answers, stop")
    commands.add_parser("down", help="stop what `up` started from this folder")
    chosen = parser.parse_args(arguments)
    if chosen.command == "up":
        return up(port_base(chosen.port_base))
    return smoke() if chosen.command == "smoke" else down()


if __name__ == "__main__":
    sys.exit(main())
