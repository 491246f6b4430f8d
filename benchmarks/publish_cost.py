"""What publishing costs the worker: CPU per flush, and per nation-scoped request.

python -m benchmarks.publish_cost [--flushes 500]

A flush is one `text.delta`: numbered, stored in DynamoDB with the nation's credentials, then pushed to one
connection. The embedded AWS and the stand-in for the WebSocket API's management endpoint are processes of
their own, so the CPU time of this process is the worker's share. Target (docs/architecture.md): 60 turns a
vCPU, each flushed every 500 ms, are 120 flushes a second, so a flush may cost 8.3 ms of CPU at the very most.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nat.aws import clients
from nat.aws.isolation import NationCredentials, nation
from nat.aws.store import Store
from nat.channels.push import Push
from nat.channels.websocket import Followers, Sockets
from nat.contract.events import TextDelta
from nat.conversations.events import Events
from nat.conversations.turns import Turn, TurnState
from nat.ids import ConversationId, NationSlug, TurnId, UserId
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.publish import FlushPace, Publisher
from tests.embedded import new_tables, running_aws

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TURN = Turn(
    nation_slug=NationSlug("demo"),
    conversation_id=ConversationId("01KASDJ8Q0000000000000000C"),
    turn_id=TurnId("01KASDJ8Q0000000000000000T"),
    user_id=UserId("u1"),
    question="How many?",
    role=Role.OWNER,
    surface="websocket",
    time_zone="UTC",
    admitted_at=NOW,
    state=TurnState.RUNNING,
    attempt=1,
)
TEXT = (
    "about forty tokens of an answer, that is some hundred and sixty characters of plain Markdown text. " * 2
)
ENDPOINT_PROGRAM = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@contextmanager
def management_endpoint() -> Iterator[str]:
    """Takes every push and answers 200."""
    process = subprocess.Popen([sys.executable, "-c", ENDPOINT_PROGRAM], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/socket"
    finally:
        process.terminate()
        process.communicate()


def measured(repetitions: int, work: Callable[[], Any]) -> tuple[float, float]:
    """CPU and wall milliseconds of one call, after some to warm up."""
    for _ in range(20):
        work()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repetitions):
        work()
    return (
        (time.process_time() - cpu) * 1000 / repetitions,
        (time.perf_counter() - wall) * 1000 / repetitions,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flushes", type=int, default=500)
    flushes = parser.parse_args().flushes
    with (
        tempfile.TemporaryDirectory() as folder,
        running_aws(Path(folder) / "aws.log") as embedded,
        management_endpoint() as endpoint,
    ):
        os.environ.update(embedded.environment)
        tables = TableNames(new_tables("bench"))
        credentials = NationCredentials(clients.sts(), "arn:aws:iam::000000000000:role/nation")
        scoped = credentials.client("dynamodb", clients.CONFIG)
        events = Events(Store(scoped, tables))
        sockets = Sockets(Store(clients.dynamodb(), tables))
        subscriptions = Followers(Store(clients.dynamodb(), tables), Push.of_process(endpoint))
        sockets.open("connection", NationSlug("demo"), UserId("u1"), NOW)
        subscriptions.subscribe(TURN.conversation, "connection", NOW)
        own = Events(Store(clients.dynamodb(), tables))

        with (
            nation("demo"),
            Publisher(TURN, events, subscriptions.deliver, FlushPace(), lambda: NOW) as publisher,
        ):

            def flush() -> None:
                publisher.emit(TextDelta(TEXT))
                publisher.drain()

            rows = [
                ("nation's credentials for one request", measured(flushes * 20, credentials.frozen)),
                ("store an event, process's own role", measured(flushes, _storing(own))),
                ("store an event, nation's credentials", measured(flushes, _storing(events))),
                (
                    "find subscribers and push to one",
                    measured(flushes, lambda: subscriptions.deliver(TURN.conversation, TEXT)),
                ),
                ("one flush, whole", measured(flushes, flush)),
            ]
    print(f"{'':40}{'CPU ms':>10}{'wall ms':>10}")
    for label, (cpu, wall) in rows:
        print(f"{label:40}{cpu:>10.3f}{wall:>10.3f}")
    flush_cpu = rows[-1][1][0]
    print(f"\n120 flushes a second (60 turns at 500 ms) take {flush_cpu * 12:.0f} % of one core.")


def _storing(events: Events) -> Callable[[], None]:
    return lambda: events.append(TURN, 1, TEXT, NOW)


if __name__ == "__main__":
    main()
