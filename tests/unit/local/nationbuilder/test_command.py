"""`python -m local.nationbuilder`: the stand-in as a process."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[4]


@contextmanager
def running(*arguments: str, **variables: str) -> Iterator[str]:
    """The command with its base URL, ended by SIGTERM."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.nationbuilder", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )
    assert process.stdout is not None
    with process.stdout:
        try:
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found is not None
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=20) == 0


def test_it_answers_keeps_its_state_and_logs(tmp_path: Path) -> None:
    state, log = tmp_path / "state.json", tmp_path / "log.jsonl"

    with running("--state", str(state), "--seed-date", "2026-03-09", NAT_NATIONBUILDER_LOG=str(log)) as url:
        token = requests.post(f"{url}/_standin/tokens", json={"nation": "demo"}, timeout=60).json()[
            "access_token"
        ]
    with running("--state", str(state), "--log", str(log)) as url:
        me = requests.get(
            f"{url}/demo/api/v2/signups/me", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        seeded = requests.get(f"{url}/_standin/health", timeout=60).json()["seed_date"]

    assert me.json()["data"]["attributes"]["full_name"] == "Maya Okafor"
    assert me.headers["RateLimit-Limit"] == "250"
    assert seeded.startswith("2026-03-09")
    assert [json.loads(line)["path"] for line in log.read_text("utf-8").splitlines()] == [
        "/api/v2/signups/me"
    ]


def test_a_busy_port_is_one_line(tmp_path: Path) -> None:
    with running() as url:
        port = url.rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "local.nationbuilder", "--port", port],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    assert second.returncode == 1
    assert second.stderr.startswith("The NationBuilder stand-in cannot start: ")
    assert second.stderr.count("\n") == 1
