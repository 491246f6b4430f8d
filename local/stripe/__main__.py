"""`python -m local.stripe --port N`: the stand-in in the foreground until Ctrl-C or SIGTERM."""

import sys
from pathlib import Path

from local.loopback.foreground import parser_of, run_in_foreground
from local.stripe.server import running_stripe


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    parser = parser_of("stripe", __doc__)
    parser.add_argument("--state", type=Path, help="keep the state here across restarts")
    given = parser.parse_args()
    stripe = running_stripe(host=given.host, port=given.port, keep=given.state)
    return run_in_foreground("Stripe", stripe, lambda running: running.base_url)


if __name__ == "__main__":
    sys.exit(main())
