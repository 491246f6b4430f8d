"""One Chromium for all tests here."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.chromium import ARGUMENTS, shell
from tests.browser.gallery import gallery_served


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver: until the last test here, because its event loop runs on in this thread, where no
    other test could run one."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a window."""
    started = playwright.chromium.launch(executable_path=shell(), args=list(ARGUMENTS))
    yield started
    started.close()


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The chat's states as pages, under the headers of the web app."""
    with gallery_served(tmp_path_factory.mktemp("gallery")) as address:
        yield address
