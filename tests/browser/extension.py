"""A browser with the extension loaded, as a guest of a control panel."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Playwright, Route, Worker

from tests.browser.chromium import ARGUMENTS, chromium
from tests.browser.control_panel import CONTENT_SECURITY_POLICY, PAGE

PATIENCE: Final = 20
"""Seconds that the extension's worker may take to start."""


@contextmanager
def launched(playwright: Playwright, unpacked: Path, profile: Path) -> Iterator[BrowserContext]:
    """A browser with a profile of its own and the unpacked extension. In developer mode, because an unpacked
    extension that reloads itself is not taken back without it."""
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps({"extensions": {"ui": {"developer_mode": True}}}))
    opened = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium(),
        headless=True,
        viewport={"width": 1280, "height": 860},
        locale="en-GB",
        args=[*ARGUMENTS, f"--disable-extensions-except={unpacked}", f"--load-extension={unpacked}"],
    )
    yield opened
    opened.close()


def control_panel_at(context: BrowserContext, nation: str) -> None:
    """Answer the nation's addresses with the unfriendly control panel."""

    def answer(route: Route) -> None:
        route.fulfill(
            body=PAGE,
            content_type="text/html",
            headers={"content-security-policy": CONTENT_SECURITY_POLICY},
        )

    context.route(f"https://{nation}.nationbuilder.com/**", answer)


def worker_of(context: BrowserContext) -> Worker:
    """The extension's worker, as soon as it runs."""
    deadline = time.monotonic() + PATIENCE
    while not context.service_workers:
        if time.monotonic() > deadline:
            raise TimeoutError("The extension's worker did not start.")
        context.pages[0].wait_for_timeout(50)
    return context.service_workers[-1]
