"""A stand-in as a program: `python -m local.<name> --port N`, in the foreground until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from typing import TypeVar

from local.loopback.line_log import file_in

Running = TypeVar("Running")


def parser_of(
    name: str, description: str | None, *, log_variable: str | None = None
) -> argparse.ArgumentParser:
    """A command line with a port and a host, and with the file of a log where a variable may name it."""
    parser = argparse.ArgumentParser(prog=f"python -m local.{name}", description=description)
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 lets the system choose")
    parser.add_argument("--host", default="127.0.0.1")
    if log_variable is not None:
        parser.add_argument(
            "--log",
            type=Path,
            default=file_in(log_variable),
            help=f"append each request and answer to this file as a JSON line (default: ${log_variable})",
        )
    return parser


def run_in_foreground(
    vendor: str, standin: AbstractContextManager[Running], address: Callable[[Running], str]
) -> int:
    """Run until told to stop. The exit status is 1, with one line that says why, where it cannot start."""
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    try:
        with standin as running:
            print(f"{vendor} stand-in at {address(running)}", flush=True)
            stop.wait()
    except (OSError, ValueError, KeyError) as error:
        print(f"The {vendor} stand-in cannot start: {error}", file=sys.stderr)
        return 1
    return 0
