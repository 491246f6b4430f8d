"""What a Lambda loads before its first request. The time itself: `benchmarks/import_time.py`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nat.contract import declared
from nat.handlers.routes import answering

RUNTIME = Path(__file__).parents[4] / "runtime"
HEAVY = {
    "anthropic",
    "pydantic",
    "requests",
    "starlette",
    "jwt",
    "aws_lambda_powertools",
    "ulid",
    "stripe",
    "slack_sdk",
    "slack_bolt",
}


def loaded_by(module: str) -> set[str]:
    """Modules that a fresh process has loaded after importing one."""
    environment = {**os.environ, "PYTHONPATH": str(RUNTIME)}
    environment.pop("AWS_LAMBDA_FUNCTION_NAME", None)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["nat.handlers.api", "nat.handlers.ws", "nat.handlers.slack"])
def test_a_door_loads_no_heavy_library(module: str) -> None:
    assert not loaded_by(module) & HEAVY


def test_the_api_loads_no_turn_machinery() -> None:
    loaded = loaded_by("nat.handlers.api")

    assert not {"nat.contract.events", "nat.turns.admit", "nat.turns.run"} & loaded


def test_the_streaming_host_needs_no_model_client() -> None:
    assert not loaded_by("nat.handlers.sse") & {"anthropic", "pydantic", "requests"}


def test_every_route_has_a_function_in_its_module() -> None:
    assert all(answering(route) for route in declared.routes("nat.handlers.routes"))
    assert answering("GET /v1/horoscope") is None
