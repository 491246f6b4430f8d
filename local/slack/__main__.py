"""`python -m local.slack --port N --target URL`: the stand-in in the foreground until Ctrl-C or SIGTERM."""

import sys

from local.loopback.foreground import parser_of, run_in_foreground
from local.slack.server import running_slack


def main() -> int:
    """Run until told to stop. Gives the exit status."""
    parser = parser_of("slack", __doc__)
    parser.add_argument("--target", help="where events are sent: what the app's request URLs begin with")
    parser.add_argument("--mails", help="base URL of the embedded AWS, whose kept mails the page shows")
    given = parser.parse_args()
    slack = running_slack(given.port, given.host, target=given.target, mails=given.mails)
    return run_in_foreground("Slack", slack, lambda running: running.url)


if __name__ == "__main__":
    sys.exit(main())
