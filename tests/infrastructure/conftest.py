"""The counts of the policy checkers at the end of a run."""

import pytest

COUNTS = "policy checks"
"""Name of the property under which a test tells its counts."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each checker looked at and what it found."""
    told = [
        str(value)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in getattr(report, "user_properties", ())
        if name == COUNTS
    ]
    if told:
        terminalreporter.section(COUNTS)
        for line in sorted(told):
            terminalreporter.write_line(line)
