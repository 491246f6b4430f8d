"""Figures of the long runs, printed when all have ended."""

import os
import random
from collections.abc import Callable

import pytest

FIGURES = pytest.StashKey[list[str]]()
Tell = Callable[[str], None]


def pytest_configure(config: pytest.Config) -> None:
    """Nothing was measured yet."""
    config.stash[FIGURES] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was measured."""
    terminalreporter.section("figures")
    for line in config.stash[FIGURES]:
        terminalreporter.write_line(line)


@pytest.fixture
def tell(pytestconfig: pytest.Config) -> Tell:
    """Adds a line to the figures."""
    return pytestconfig.stash[FIGURES].append


@pytest.fixture
def chance(tell: Tell, request: pytest.FixtureRequest) -> random.Random:
    """Other random moments in every run; `SOAK_SEED` repeats one."""
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(1_000_000))
    tell(f"{request.node.name}: SOAK_SEED={seed}")
    return random.Random(seed)
