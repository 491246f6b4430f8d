"""`python -m nat.worker`: run turns until SIGTERM or SIGINT, then finish or release them and exit with 0."""

import signal
import sys

from nat.aws import log
from nat.worker.process import build, slots


def main() -> int:
    """Build the worker from the environment and serve."""
    log.structured()
    worker = build()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.end())
    sys.stdout.write(f"nat worker ready: {slots()} slots\n")
    sys.stdout.flush()
    worker.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
