"""The 12-hour refresh of many nations: time and CPU of one run.

    python -m benchmarks.refresh_due            400 nations
    python -m benchmarks.refresh_due 10000      as many as are given

The embedded AWS answers for DynamoDB, KMS and Secrets Manager on the same processors, so the time is an upper
bound; NationBuilder is a server that takes 200 ms for each answer. The CPU is ours, without both servers.
"""

import json
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.connections.services import ConnectionServices
from nat.connections.tokens import NbTokens
from nat.handlers import refresh
from nat.ids import NationSlug
from nat.names import Secret, Table, Variable
from nat.nations.record import Nation, Nations
from nat.settings import TableNames
from tests.embedded import new_tables, running_aws

NATIONS: Final = 400
ANSWER_SECONDS: Final = 0.2
LAMBDA_SECONDS: Final = 900
TEN_THOUSAND: Final = 10_000
BUDGET_CPU_SECONDS: Final = 450.0
"""For 10,000 nations on the function's one vCPU: half of what Lambda allows for a run."""


class TokenServer(BaseHTTPRequestHandler):
    """Gives a new pair for every refresh token."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        time.sleep(ANSWER_SECONDS)
        pair = {
            "access_token": "a" * 400,
            "refresh_token": f"{asked['refresh_token']}x",
            "expires_in": 86_400,
        }
        body = json.dumps(pair).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(port: "Queue[int]") -> None:
    """Serve on a free port, and tell it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), TokenServer)
    port.put(server.server_address[1])
    server.serve_forever()


@dataclass(frozen=True)
class Call:
    """A call of Lambda that began at `began`."""

    began: float

    def get_remaining_time_in_millis(self) -> int:
        """Time until Lambda would end it."""
        return round((LAMBDA_SECONDS - (time.monotonic() - self.began)) * 1000)


def connect(wiring: ConnectionServices, tables: TableNames, number: int) -> None:
    """A nation whose token ends in six hours."""
    slug, at = f"n-{number}", datetime.now(UTC)
    tokens = NbTokens("b" * 400, f"r{number}", at + timedelta(hours=6), NationSlug(slug), at)
    Nations(Store(clients.dynamodb(), tables)).create(Nation(NationSlug(slug), at, at, at, nb_connected=True))
    with nation(slug):
        wiring.refresher.connect(tokens)


def prepare(port: int) -> TableNames:
    """Tables, key and app in the embedded AWS, named in this process's environment."""
    names = new_tables("refresh")
    os.environ.update({table.variable: names[table] for table in Table})
    os.environ[Variable.DATA_KEY_ARN] = clients.kms().create_key()["KeyMetadata"]["Arn"]
    os.environ[Variable.NATIONBUILDER_URL] = f"http://127.0.0.1:{port}/{{slug}}"
    os.environ[Variable.EVENT_BUS] = "default"
    os.environ[Variable.TOKEN_STORE] = "dynamodb"  # as a platform of so many nations has it
    app = json.dumps({"client_id": "bench", "client_secret": "bench"})
    clients.secrets().create_secret(Name=Secret.NATIONBUILDER_APP, SecretString=app)
    return TableNames.read()


def main(count: int) -> int:
    """Connect `count` nations, refresh them in one run, print what it took. Gives the exit status."""
    port: Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    with running_aws(Path(tempfile.mkdtemp()) / "aws.log") as embedded:
        os.environ.update(embedded.environment)
        tables = prepare(port.get())
        wiring = ConnectionServices.of_process(tables)
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(partial(connect, wiring, tables), range(count)))
        cpu, wall = time.process_time(), time.monotonic()
        done = refresh.due({}, Call(wall))
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        again = time.monotonic()
        refresh.due({}, Call(again))
        again = time.monotonic() - again
    server.terminate()
    whole = cpu / count * TEN_THOUSAND
    print(f"refreshed {done['refreshed']} of {count} nations in {wall:.0f} s")
    print(f"CPU {cpu / count * 1000:.1f} ms a nation, {whole:.0f} s for 10,000 of {BUDGET_CPU_SECONDS:.0f}")
    print(f"a run with nothing due: {again * 1000:.0f} ms")
    return 0 if done["refreshed"] == count and whole <= BUDGET_CPU_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else NATIONS))
