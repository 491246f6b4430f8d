"""One Chromium for a module of tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.chromium import ARGUMENTS, WEB, chromium, node
from tests.browser.sites import served


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver: for one module, because its event loop runs on in this thread until it is stopped,
    where no other test could run one."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium."""
    started = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
    yield started
    started.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The chat's states as pages, under the headers of the web app."""
    folder: Path = tmp_path_factory.mktemp("gallery")
    chat = WEB / "packages" / "chat"
    vite = str(WEB / "node_modules" / "vite" / "bin" / "vite.js")
    node(
        chat,
        vite,
        "build",
        "--config",
        "vite.gallery.config.ts",
        "--outDir",
        str(folder),
        "--logLevel",
        "warn",
    )
    with served(folder) as address:
        yield address
