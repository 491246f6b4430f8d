"""`make synth`: every environment × customer, without credentials, and what each function's bundle weighs."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from config import customer_names, environment_names
from local import environment
from local.console import console, problem, say
from local.places import DEFAULT_PLACES, ROOT
from nat_constructs.bundle_sizes import sizes

NO_CREDENTIALS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "CDK_DISABLE_VERSION_CHECK": "1",
}


EXAMPLES = ROOT / "docs" / "examples" / "customers"


@dataclass(frozen=True)
class Target:
    """One deployment."""

    environment: str
    customer: str

    @property
    def assembly(self) -> Path:
        """Where its cloud assembly goes."""
        return DEFAULT_PLACES.home / "synth" / f"{self.environment}-{self.customer}"

    @property
    def log(self) -> Path:
        """What the CDK said."""
        return DEFAULT_PLACES.log(f"synth-{self.environment}-{self.customer}")


def targets(environments: Sequence[str], customers: Sequence[str]) -> list[Target]:
    """Every combination."""
    return [Target(env, customer) for env in environments for customer in customers]


def every_customer() -> tuple[str, ...]:
    """The service's customers, and the examples."""
    return tuple(dict.fromkeys((*customer_names(), *customer_names(EXAMPLES))))


def synth(target: Target) -> bool:
    """Synthesise one. False if the CDK refused; its log says why."""
    command = [*environment.cdk_command(), "synth", "--all", "--quiet", "--no-lookups", "--no-notices"]
    command += ["-c", f"env={target.environment}", "-c", f"customer={target.customer}"]
    if target.customer not in customer_names():
        command += ["-c", f"customers={EXAMPLES}"]
    command += ["--output", str(target.assembly)]
    with target.log.open("wb") as log:
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env=environment.base(NO_CREDENTIALS),
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return finished.returncode == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Synthesise and report. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.synth", description=__doc__)
    parser.add_argument("--env", action="append", choices=environment_names(), help="only this one")
    parser.add_argument("--customer", action="append", choices=every_customer(), help="only this one")
    chosen = parser.parse_args(arguments)
    DEFAULT_PLACES.make()
    wanted = targets(chosen.env or environment_names(), chosen.customer or every_customer())
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        results = dict(zip(wanted, pool.map(_synth_and_say, wanted), strict=True))
    _show_sizes([target for target, good in results.items() if good])
    failed = [target for target, good in results.items() if not good]
    say(f"\n{len(wanted) - len(failed)} synthesised, {len(failed)} failed")
    return 1 if failed else 0


def _synth_and_say(target: Target) -> bool:
    good = synth(target)
    if good:
        console.print(f"  [green]✓[/green] {target.environment} × {target.customer}")
    else:
        problem(
            f"{target.environment} × {target.customer} does not synthesise.", DEFAULT_PLACES.shown(target.log)
        )
    return good


def _show_sizes(synthesised: Sequence[Target]) -> None:
    """One table, for the deployment with the most functions; the others share its bundles."""
    found = {target: list(sizes(target.assembly)) for target in synthesised}
    if not found:
        return
    largest = max(found, key=lambda target: len(found[target]))
    title = f"Function bundles ({largest.environment} × {largest.customer})"
    table = Table(title=title, title_justify="left")
    for column in ("Function", "MB", "Files"):
        table.add_column(column, justify="left" if column == "Function" else "right")
    for size in found[largest]:
        table.add_row(size.function, f"{size.megabytes:.1f}", str(size.files))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
