"""How many attacks were tried and how many came through, printed at the end of every run, short or whole."""

from collections import Counter
from collections.abc import Callable

import pytest

_ATTACKS = "attacks"
Tried = Callable[[str, int, int], None]
"""Notes attacks of a kind: how many were tried, and how many came through."""


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Tried:
    """Adds to the figures. A property of the test's report, so that it arrives from other processes too."""
    return lambda kind, number, through: record_property(_ATTACKS, [kind, number, through])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, where there are any."""
    number, through = Counter[str](), Counter[str]()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, value in report.user_properties:
                if name == _ATTACKS and isinstance(value, list):
                    number[value[0]] += value[1]
                    through[value[0]] += value[2]
    if number:
        terminalreporter.section("attacks")
    for kind in sorted(number):
        terminalreporter.write_line(f"{kind}: {number[kind]:,} tried, {through[kind]:,} came through")
