"""The chat's states as pages of their own, under the headers of the web app."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chromium import WEB, node
from tests.browser.sites import served

STATES: Final = (
    "empty",
    "answer",
    "chart",
    "thinking",
    "streaming",
    "approval",
    "many",
    "sending",
    "progress",
    "done",
    "partly",
    "other",
    "expired",
    "failed",
    "refused",
    "notices",
    "held",
    "unsent",
    "history",
    "hostile",
)
NOW: Final = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
LOOKS: Final = (("light", 768), ("dark", 320))
"""In which each state is pictured: colours, and pixels of width."""
HEIGHT: Final = 760


@contextmanager
def gallery_served(folder: Path) -> Iterator[str]:
    """Build the states into a folder; gives the address where they are shown."""
    vite = str(WEB / "node_modules" / "vite" / "bin" / "vite.js")
    told = ("--outDir", str(folder), "--logLevel", "warn")
    node(WEB / "packages" / "chat", vite, "build", "--config", "vite.gallery.config.ts", *told)
    with served(folder) as address:
        yield address


def newcomer(browser: Browser) -> BrowserContext:
    """A browser somewhere in Europe. Nothing moves: frames that nobody looks at took a sixth of the time."""
    width = LOOKS[0][1]
    return browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
    )


def stand_still(page: Page) -> None:
    """Let the clock say the same from now on."""
    page.clock.set_fixed_time(NOW)


def show(page: Page, gallery: str, state: str, **wanted: str) -> Page:
    """Show a state, until it can be used. A page that shows another one in the same look is not loaded
    again."""
    look = "".join(f"&{name}={value}" for name, value in sorted(wanted.items()))
    address = f"{gallery}/index.html?state="
    if page.url.startswith(address) and page.url.removeprefix(address).partition("&")[2] == look[1:]:
        page.evaluate("(state) => showState(state)", state)
    else:
        page.goto(f"{address}{state}{look}")
        page.wait_for_selector("#gallery[data-ready]")
    expect(page.locator("[data-resting=true]")).to_have_count(0)  # a card that has just come takes no clicks
    return page
