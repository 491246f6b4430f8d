"""CPU of one push to a WebSocket connection: our signed request against boto3's client.

    .venv/bin/python -m benchmarks.push

Both push to a server on loopback in a process of its own, so that only the sender is measured.
"""

import multiprocessing
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.queues import Queue

import boto3
from botocore.credentials import Credentials

from nat.channels.push import Push

PUSHES = 500
REGION = "us-east-1"
EVENT = '{"v":1,"turn":"01J000000000000000000000T1","type":"text.delta","text":"' + "a" * 200 + '"}'
CONNECTION = "L0SM9cOFvHcCIhw="


class Handler(BaseHTTPRequestHandler):
    """Takes every push."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def serve(port: "Queue[int]") -> None:
    """Serve on a free port, and tell it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port.put(server.server_address[1])
    server.serve_forever()


def measure(name: str, push: Callable[[], object]) -> None:
    """Print CPU and time per push."""
    for _ in range(50):
        push()
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(PUSHES):
        push()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"{name:<14} {cpu / PUSHES * 1000:5.2f} ms CPU   {wall / PUSHES * 1000:5.2f} ms")


def main() -> None:
    """Measure both, twice."""
    port: Queue[int] = multiprocessing.Queue()
    process = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    process.start()
    endpoint = f"http://127.0.0.1:{port.get()}/prod"
    client = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    push = Push(endpoint, Credentials("key", "secret"), REGION)
    for _ in range(2):
        measure("boto3's client", lambda: client.post_to_connection(ConnectionId=CONNECTION, Data=EVENT))
        measure("nat's push", lambda: push(CONNECTION, EVENT))
    process.terminate()


if __name__ == "__main__":
    main()
