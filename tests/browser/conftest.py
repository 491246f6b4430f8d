"""One Chromium for all tests here."""

import io
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from local.machine import Machine
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


@pytest.fixture(scope="package")
def given_extension(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension as the web app's own page gives it to people, unpacked."""
    with urllib.request.urlopen(f"{machine.app_url}/extension/latest.zip") as answer:
        package = zipfile.ZipFile(io.BytesIO(answer.read()))
    unpacked = tmp_path_factory.mktemp("extension")
    package.extractall(unpacked)
    return unpacked


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The chat's states as pages, under the headers of the web app."""
    with gallery_served(tmp_path_factory.mktemp("gallery")) as address:
        yield address
