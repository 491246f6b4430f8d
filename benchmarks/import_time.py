"""CPU that importing a Lambda's module takes, against `import boto3` alone: what a cold start pays first.

    .venv/bin/python -m benchmarks.import_time

Each module is imported in fresh processes, in turn. Bytecode is cached, as it is in a bundle. The budget of
API and socket is 1.2 times `import boto3`; what carries a framework has none. Exit status 1
above the budget.
"""

import os
import statistics
import subprocess
import sys

RUNS = 15
BASE = "boto3"
BUDGET = 1.2
BUDGETED = ("nat.handlers.api", "nat.handlers.ws")
MODULES = (BASE, "nat.handlers.api", "nat.handlers.ws", "nat.handlers.sse", "nat.handlers.slack")
CODE = "import time; begun = time.process_time(); import {}; print(time.process_time() - begun)"


def seconds(module: str) -> float:
    """One import in a fresh process."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(module)],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


def main() -> int:
    """Print the medians and what they are of the base. Gives the exit status."""
    for module in MODULES:
        seconds(module)
    measured = [{module: seconds(module) for module in MODULES} for _ in range(RUNS)]
    base = statistics.median(run[BASE] for run in measured)
    status = 0
    for module in MODULES:
        median = statistics.median(run[module] for run in measured)
        missed = module in BUDGETED and median > BUDGET * base
        told = f", above the budget of {BUDGET:.2f}" if missed else ""
        print(f"{module:<20} {median * 1000:6.1f} ms   {median / base:4.2f} × import {BASE}{told}")
        status |= missed
    return status


if __name__ == "__main__":
    sys.exit(main())
