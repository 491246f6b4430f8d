"""`make synth`: every environment × customer, without credentials, and what each function's bundle weighs."""

import argparse
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from rich.table import Table

from config import customer_names, environment_names
from local import environment
from local.console import console, problem, say
from local.places import DEFAULT_PLACES, ROOT

NO_CREDENTIALS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "CDK_DISABLE_VERSION_CHECK": "1",
}
MEGABYTE = 1_000_000


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


@dataclass(frozen=True)
class Size:
    """A function's bundle in bytes."""

    function: str
    unpacked: int
    zipped: int


def targets(environments: Sequence[str], customers: Sequence[str]) -> list[Target]:
    """Every combination."""
    return [Target(env, customer) for env in environments for customer in customers]


def synth(target: Target) -> bool:
    """Synthesise one. False if the CDK refused; its log says why."""
    command = [*environment.cdk_command(), "synth", "--all", "--quiet", "--no-lookups", "--no-notices"]
    command += ["-c", f"env={target.environment}", "-c", f"customer={target.customer}"]
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


def sizes(assembly: Path) -> Iterator[Size]:
    """Bundles of an assembly's Lambda functions."""
    for template in sorted(assembly.glob("*.template.json")):
        resources = json.loads(template.read_text())["Resources"]
        for resource in resources.values():
            asset = resource.get("Metadata", {}).get("aws:asset:path", "")
            if resource["Type"] == "AWS::Lambda::Function" and asset:
                place = resource["Metadata"]["aws:cdk:path"].removesuffix("/Resource")
                yield Size(place, *_weigh(assembly / asset))


@cache
def _weigh(folder: Path) -> tuple[int, int]:
    if folder.is_file():
        return folder.stat().st_size, folder.stat().st_size
    files = [path for path in folder.rglob("*") if path.is_file()]
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder))
    return sum(path.stat().st_size for path in files), packed.tell()


def main(arguments: Sequence[str] | None = None) -> int:
    """Synthesise and report. Gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m local.synth", description=__doc__)
    parser.add_argument("--env", action="append", choices=environment_names(), help="only this one")
    parser.add_argument("--customer", action="append", choices=customer_names(), help="only this one")
    chosen = parser.parse_args(arguments)
    DEFAULT_PLACES.make()
    wanted = targets(chosen.env or environment_names(), chosen.customer or customer_names())
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
    table.add_column("Function")
    table.add_column("Unpacked MB", justify="right")
    table.add_column("Zipped MB", justify="right")
    for size in found[largest]:
        table.add_row(size.function, f"{size.unpacked / MEGABYTE:.1f}", f"{size.zipped / MEGABYTE:.1f}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
