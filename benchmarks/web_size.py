"""What a browser loads of the web app, gzipped: the first visit, and each further page.

python -m benchmarks web_size
"""

import gzip
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from local.environment import node
from local.places import ROOT
from nat_constructs.web_build import WebBuild

FIRST_LOAD: Final = 65.0
PAGE: Final = 25.0
"""Budgets, in kB of JavaScript."""
HASHED: Final = len("-12345678.js")
"""What Vite adds to a script's name."""
CHAT: Final = "chat"
"""The page that a first visit of somebody who is signed in shows."""
_IMPORTED: Final = re.compile(r"""(?:from|import)\s*["']\./([^"']+\.js)["']""")
_LOADED: Final = re.compile(r"""import\(["'`]\./([^"'`]+\.js)["'`]\)""")


@dataclass(frozen=True)
class Parts:
    """The scripts of a built app by name, and what each needs at once."""

    folder: Path
    _sizes: dict[str, float] = field(default_factory=dict)

    def size(self, name: str) -> float:
        """A script's size as it is sent, in kB."""
        if name not in self._sizes:
            self._sizes[name] = len(gzip.compress(self._path(name).read_bytes(), 9, mtime=0)) / 1000
        return self._sizes[name]

    def needed(self, names: Iterable[str]) -> set[str]:
        """Scripts with all that they import, and that what they import does."""
        found: set[str] = set()
        left = list(names)
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += _IMPORTED.findall(self._path(name).read_text())
        return found

    def entry(self) -> list[str]:
        """Scripts that the page itself names."""
        return re.findall(r'src="/assets/([^"]+\.js)"', (self.folder / "index.html").read_text())

    def pages(self) -> list[str]:
        """Scripts that are loaded when they are wanted."""
        return sorted(
            {name for each in self.entry() for name in _LOADED.findall(self._path(each).read_text())}
        )

    def _path(self, name: str) -> Path:
        return self.folder / "assets" / name


@dataclass(frozen=True)
class Sizes:
    """kB of JavaScript, gzipped: of a first visit with the chat, of each page beyond that, and of the chart,
    which is loaded behind its page."""

    first_load: float
    pages: dict[str, float]
    chart: float


def measure(folder: Path) -> Sizes:
    """Sizes of an app that was built into `folder`."""
    parts = Parts(folder)
    shell = parts.needed(parts.entry())
    chat = parts.needed(name for name in parts.pages() if name.partition("-")[0] == CHAT)
    first = shell | chat
    pages = {
        name[:-HASHED]: sum(map(parts.size, parts.needed([name]) - first))
        for name in parts.pages()
        if name not in first
    }
    (chart,) = (folder / "assets").glob("chart-*.js")
    return Sizes(sum(map(parts.size, first)), pages, parts.size(chart.name))


def built(folder: Path) -> Sizes:
    """Build the app into `folder` and measure it."""
    WebBuild(ROOT / "runtime" / "web", str(node())).write(folder)
    return measure(folder)


def main() -> int:
    """Print the sizes; the exit status says whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as folder:
        sizes = built(Path(folder))
    largest, most = max(sizes.pages.items(), key=lambda each: each[1])
    print(
        f"web app, first visit with the chat: {sizes.first_load:.1f} kB of scripts (budget {FIRST_LOAD:.0f})"
    )
    print(f"web app, largest further page ({largest}): {most:.1f} kB (budget {PAGE:.0f})")
    print(
        f"web app, what draws the usage page's chart, once there is something to draw: {sizes.chart:.1f} kB"
    )
    return 0 if sizes.first_load <= FIRST_LOAD and most <= PAGE else 1


if __name__ == "__main__":
    raise SystemExit(main())
