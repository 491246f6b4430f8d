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

import boto3

from nat.names import SCHEMAS, Index, Schema, Table

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


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_aws(log: Path, *, enforce_iam: bool = False) -> Iterator[EmbeddedAws]:
    """Start MiniStack on a free port of loopback, stop it at the end.

    `enforce_iam` turns policies on, with the row condition that `local.aws` adds.
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
            [sys.executable, "-m", "local.aws" if enforce_iam else "ministack"],
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


def create_tables(prefix: str) -> dict[Table, str]:
    """Create every table under names that begin with `prefix`; gives the names."""
    dynamodb = boto3.client("dynamodb")
    names = {table: f"{prefix}-{table.value}" for table in Table}
    for table, name in names.items():
        schema = SCHEMAS[table]
        indexes = [
            {
                "IndexName": index.name,
                "KeySchema": _key_schema(index),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in schema.indexes
        ]
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": "S"} for attribute in _attributes(schema)
            ],
            KeySchema=_key_schema(schema),  # type: ignore[arg-type] # the stubs want literals
            **({"GlobalSecondaryIndexes": indexes} if indexes else {}),  # type: ignore[arg-type] # same
        )
    return names


def _key_schema(keys: Schema | Index) -> list[dict[str, str]]:
    schema = [{"AttributeName": keys.partition, "KeyType": "HASH"}]
    if keys.sort:
        schema.append({"AttributeName": keys.sort, "KeyType": "RANGE"})
    return schema


def _attributes(schema: Schema) -> list[str]:
    names = [schema.partition, schema.sort]
    for index in schema.indexes:
        names += [index.partition, index.sort]
    return sorted({name for name in names if name})
