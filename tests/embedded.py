"""The embedded AWS as tests use it: a MiniStack process on loopback, and the tables of `nat.names`."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nat.names import Table

REGION = "us-east-1"
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS. `environment` makes boto3 in this or another process talk to it."""

    url: str

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables for boto3: endpoint, region, the root credentials."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }

    def reset(self) -> None:
        """Remove all that was made in it."""
        request = urllib.request.Request(f"{self.url}/_ministack/reset", method="POST")
        with urllib.request.urlopen(request, timeout=30):
            pass


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_aws(log: Path, *, enforce_iam: bool = False) -> Iterator[EmbeddedAws]:
    """Start MiniStack on a free port of loopback, stop it at the end.

    `enforce_iam` turns policies on, with the row condition that `local.aws` adds; otherwise tables come into
    being by themselves.
    """
    port = free_port()
    environment = {
        **os.environ,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": str(enforce_iam).lower(),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.aws" if enforce_iam else "tests.lazy_tables"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_healthy(port, process, log)
            yield EmbeddedAws(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_healthy(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"The embedded AWS did not start: {log.read_text()[-2000:]}")


def new_tables(prefix: str) -> dict[Table, str]:
    """Names of empty tables that begin with `prefix`; each comes into being when it is first asked for."""
    return {table: f"{prefix}-{table.value}" for table in Table}
