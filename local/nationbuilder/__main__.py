"""`python -m local.nationbuilder --port N`: the stand-in in the foreground until Ctrl-C or SIGTERM."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from local.loopback.foreground import parser_of, run_in_foreground
from local.nationbuilder.request_log import LOG_VARIABLE
from local.nationbuilder.server import running_nationbuilder
from local.nationbuilder.settings import Settings


def _date(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    parser = parser_of("nationbuilder", __doc__, log_variable=LOG_VARIABLE)
    parser.add_argument("--state", type=Path, help="keep the state here across restarts")
    parser.add_argument("--seed-date", type=_date, help="what the seeds take for now, ISO 8601")
    parser.add_argument("--rate-limit", type=int, default=250, help="requests in 10 s per token, 0 for none")
    given = parser.parse_args()
    nationbuilder = running_nationbuilder(
        host=given.host,
        port=given.port,
        log=given.log,
        state=given.state,
        seed_date=given.seed_date,
        settings=Settings(rate_limit=given.rate_limit),
    )
    return run_in_foreground("NationBuilder", nationbuilder, lambda running: running.base_url)


if __name__ == "__main__":
    sys.exit(main())
