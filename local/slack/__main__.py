"""`python -m local.slack --port N --target URL`: the stand-in in the foreground until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys
from threading import Event

from local.slack.server import running_slack


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.slack", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 lets the system choose")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--target", help="where events are sent: what the app's request URLs begin with")
    parser.add_argument("--mails", help="base URL of the embedded AWS, whose kept mails the page shows")
    arguments = parser.parse_args()
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    try:
        with running_slack(
            arguments.port, arguments.host, target=arguments.target, mails=arguments.mails
        ) as slack:
            print(f"Slack stand-in at {slack.url}", flush=True)
            stop.wait()
    except OSError as error:
        print(f"The Slack stand-in cannot start: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
