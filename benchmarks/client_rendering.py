"""How long a browser takes for the chat: an answer of 17 kB with a table of 200 rows, streamed in 280 pieces,
and opening a conversation of 500 turns. Chromium, layout included.

    .venv/bin/python -m benchmarks.client_rendering
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import ARGUMENTS, WEB, chromium, node
from tests.browser.sites import served

PIECES: Final = 280
TURNS: Final = 500
PIECE_BUDGET: Final = 8.0
OPENING_BUDGET: Final = 300.0
"""Milliseconds of the main thread: 95 of 100 pieces, and opening."""


class Meter:
    """CPU time of a page's main thread, which other programs on the machine do not move."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def milliseconds(self) -> float:
        """Since the page began: script, style, layout and painting."""
        metrics = self._session.send("Performance.getMetrics")["metrics"]
        return next(float(each["value"]) for each in metrics if each["name"] == "TaskDuration") * 1_000


def main() -> int:
    """Print the figures. Gives 1 if one is over its budget."""
    chat = WEB / "packages" / "chat"
    vite = str(WEB / "node_modules" / "vite" / "bin" / "vite.js")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        arguments = ("--config", "vite.gallery.config.ts", "--outDir", folder, "--logLevel", "warn")
        node(chat, vite, "build", *arguments)
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        with served(Path(folder)) as address:
            page.goto(f"{address}/index.html?state=answer")
            page.wait_for_selector(".nat-prose")
            meter = Meter(page)
            before = meter.milliseconds()
            page.evaluate(f"openConversation({TURNS})")
            opened = meter.milliseconds() - before
            times: list[float] = []
            for piece in range(1, PIECES + 1):
                before = meter.milliseconds()
                page.evaluate(f"streamPiece({piece}, {PIECES})")
                times.append(meter.milliseconds() - before)
        browser.close()
    slowest = sorted(times)[int(PIECES * 0.95)]
    print(f"a piece of an answer, p95              {slowest:6.1f} ms CPU   of {PIECE_BUDGET:g}")
    print(f"opening a conversation of {TURNS} turns    {opened:6.1f} ms CPU   of {OPENING_BUDGET:g}")
    return 1 if slowest > PIECE_BUDGET or opened > OPENING_BUDGET else 0


if __name__ == "__main__":
    sys.exit(main())
