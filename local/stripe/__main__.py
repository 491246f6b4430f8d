"""`python -m local.stripe --port N`: the stand-in in the foreground until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
from pathlib import Path
from threading import Event

from local.stripe.server import running_stripe


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.stripe", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 lets the system choose")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="keep the state here across restarts")
    arguments = parser.parse_args()
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    try:
        with running_stripe(host=arguments.host, port=arguments.port, keep=arguments.state) as stripe:
            print(f"Stripe stand-in at {stripe.base_url}", flush=True)
            stop.wait()
    except (OSError, ValueError, KeyError) as error:
        print(f"The Stripe stand-in cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
