"""`make bench`: every benchmark, one after another, each in a process of its own.

    python -m benchmarks              all
    python -m benchmarks push         those that are named

The exit status is 1 if one of them missed its budget or failed.
"""

import subprocess
import sys
import time
from pathlib import Path


def known() -> list[str]:
    """Names of the benchmarks: the modules of this folder."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run the named benchmarks, or all. Gives the exit status."""
    unknown = sorted(set(wanted) - set(known()))
    if unknown:
        print(f"Unknown benchmark {unknown[0]}. Known: {', '.join(known())}.", file=sys.stderr)
        return 2
    failed = []
    for name in wanted or known():
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
        print(f"   {time.monotonic() - started:.0f} s", flush=True)
    print(f"\nMissed or failed: {', '.join(failed)}" if failed else "\nAll within their budgets")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
