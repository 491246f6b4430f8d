"""CPU that importing a Lambda's module takes, against `import boto3` alone: what a cold start pays first.

    .venv/bin/python -m benchmarks.import_time

Each process imports boto3, then one module: so both figures of a ratio are of the same process, and a machine
that does something else beside slows both. Bytecode is cached, as it is in a bundle. The budget of API and
socket, which answer nearly all requests, is 1.2 times `import boto3`. Who connects NationBuilder or downloads
what is kept of them does so once: those functions load more of the house, and have 1.5. What carries a
framework or a vendor's library (starlette and PyJWT, Stripe's, Bolt) is measured and has none. Exit status 1
above a budget.
"""

import os
import statistics
import subprocess
import sys

RUNS = 15
BUDGETS = {
    "nat.handlers.api": 1.2,
    "nat.handlers.ws": 1.2,
    "nat.handlers.oauth_callback": 1.5,
    "nat.handlers.connecting": 1.5,
    "nat.handlers.privacy": 1.5,
}
MODULES = (
    *BUDGETS,
    "nat.handlers.sse",
    "nat.handlers.billing",
    "nat.handlers.stripe_webhook",
    "nat.handlers.slack",
)
CODE = (
    "import time; begun = time.process_time(); import boto3; base = time.process_time(); "
    "import {}; print(base - begun, time.process_time() - begun)"
)


def seconds(module: str) -> tuple[float, float]:
    """CPU in a fresh process until boto3 is imported, and until the module is."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(module)],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    base, whole = map(float, done.stdout.split())
    return base, whole


def main() -> int:
    """Print the medians of time and ratio. Gives the exit status."""
    for module in MODULES:
        seconds(module)
    measured = [{module: seconds(module) for module in MODULES} for _ in range(RUNS)]
    status = 0
    for module in MODULES:
        whole = statistics.median(run[module][1] for run in measured)
        ratio = statistics.median(run[module][1] / run[module][0] for run in measured)
        budget = BUDGETS.get(module)
        missed = budget is not None and ratio > budget
        told = f", above the budget of {budget:.2f}" if missed else ""
        print(f"{module:<28} {whole * 1000:6.1f} ms   {ratio:4.2f} × import boto3{told}")
        status |= missed
    return status


if __name__ == "__main__":
    sys.exit(main())
