"""Prints how large each function's bundle is: `python -m nat_constructs.bundle_sizes cdk.out`."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIMIT_MB: Final = 250
"""What Lambda takes, unzipped and with layers
(docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


@dataclass(frozen=True)
class Size:
    """One function's bundle as it is unpacked in Lambda."""

    function: str
    megabytes: float
    files: int


def sizes(assembly: Path) -> Iterator[Size]:
    """Sizes of the bundles that a synthesis made, by stack and logical id. Images and inline code have
    none."""
    for path in sorted(assembly.glob("*.template.json")):
        stack = path.name.removesuffix(".template.json")
        for name, resource in sorted(json.loads(path.read_text()).get("Resources", {}).items()):
            if resource["Type"] != "AWS::Lambda::Function":
                continue
            key = str(resource["Properties"]["Code"].get("S3Key", ""))
            folder = assembly / f"asset.{key.removesuffix('.zip')}"
            if folder.is_dir():
                found = [each.stat().st_size for each in folder.rglob("*") if each.is_file()]
                yield Size(f"{stack}/{name[:-8]}", sum(found) / 1_000_000, len(found))


def main(assembly: str) -> None:
    """Print one line per function."""
    for size in sizes(Path(assembly)):
        print(f"{size.megabytes:8.1f} MB  {size.files:5d} files  {size.function}")  # noqa: T201  a command


if __name__ == "__main__":
    main(*sys.argv[1:])
