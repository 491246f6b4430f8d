"""`python -m local.nationbuilder --port N`: the stand-in in the foreground until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from local.nationbuilder.request_log import LOG_VARIABLE, wanted_log
from local.nationbuilder.server import running_nationbuilder
from local.nationbuilder.settings import Settings
from local.nationbuilder.state import StateUnusable


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="local.nationbuilder", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--log",
        type=Path,
        default=wanted_log(),
        help=f"append every request and answer as a JSON line (or set {LOG_VARIABLE})",
    )
    parser.add_argument("--state", type=Path, help="keep the state here across restarts")
    parser.add_argument("--seed-date", type=_date, help="what the seeds take for now, ISO 8601")
    parser.add_argument("--rate-limit", type=int, default=250, help="requests in 10 s per token, 0 for none")
    return parser.parse_args()


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    arguments = _arguments()
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    try:
        with running_nationbuilder(
            host=arguments.host,
            port=arguments.port,
            log=arguments.log,
            state=arguments.state,
            seed_date=arguments.seed_date,
            settings=Settings(rate_limit=arguments.rate_limit),
        ) as server:
            print(f"NationBuilder stand-in at {server.base_url}", flush=True)
            stop.wait()
    except (OSError, StateUnusable) as error:
        print(f"The NationBuilder stand-in cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
