"""What browsers load of the clients: compressed sizes against their budgets.

    .venv/bin/python -m benchmarks.client_sizes

The web app's first load is what `index.html` names and the chat's page, with what those import; styles are
not counted. An empty panel loads `panel.js`; `conversation.js` follows with the first question, and
`german.js` where German is spoken.
"""

import gzip
import re
import sys
import tempfile
from pathlib import Path
from typing import Final

from config.customer import load_customer
from local.environment import node
from local.extension import Addresses, build
from local.places import ROOT
from nat_constructs.web_build import WebBuild

KILOBYTE: Final = 1_000
FIRST_LOAD: Final = 65
LATER: Final = 25
EXTENSION: Final = {"launcher.js": 2, "panel.js": 40, "conversation.js": 40, "german.js": 25}
"""Budgets in kilobytes, gzipped."""
_IMPORT: Final = re.compile(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


def kilobytes(*paths: Path) -> float:
    """Size of files as they are sent."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths) / KILOBYTE


def first_load(site: Path) -> set[Path]:
    """Scripts that the app needs before somebody can ask: those of `index.html` and of the chat's page, and
    what they import."""
    page = (site / "index.html").read_text()
    waiting = {site / found for found in re.findall(r"/(assets/[\w.-]+\.js)", page)}
    waiting |= set((site / "assets").glob("chat-*.js"))
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= {path.parent / name for name in _IMPORT.findall(path.read_text())} - found
    return found


def main() -> int:
    """Print the sizes. Gives 1 if one is over its budget."""
    over = False

    def told(what: str, size: float, budget: float) -> None:
        nonlocal over
        over |= size > budget
        print(f"{what:<44}{size:7.1f} kB   of {budget:g}{'   OVER' if size > budget else ''}")

    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        WebBuild(ROOT / "runtime" / "web", str(node())).write(site)
        first = first_load(site)
        told(f"web app, first load with chat ({len(first)} scripts)", kilobytes(*first), FIRST_LOAD)
        later = sorted(set((site / "assets").glob("*.js")) - first, key=lambda path: -path.stat().st_size)
        for path in later[:5]:
            told(f"web app, {path.stem}", kilobytes(path), LATER)
        unpacked = Path(folder) / "extension"
        build(load_customer("nat"), Addresses("https://app.example", "https://sign-in.example"), unpacked)
        for name, budget in EXTENSION.items():
            told(f"extension, {name}", kilobytes(unpacked / name), budget)
        print(f"{'extension, worker.js (no page loads it)':<44}{kilobytes(unpacked / 'worker.js'):7.1f} kB")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
