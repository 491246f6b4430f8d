"""The extension with the platform itself: what `make up` starts, in a fake control panel."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from local.machine import Machine
from nat.roles import Role
from tests.browser.extension import control_panel_at, launched, worker_of
from tests.integration.conftest import NATION, Person, somebody
from tests.integration.office import Office
from tests.integration.people import steer

PATIENCE = 120_000
REQUEST = "Tag everyone who donated over $100 as major donor"
TAG = "major donor"


@pytest.fixture(scope="module")
def context(
    playwright: Playwright, given_extension: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A profile with the service's own extension."""
    with launched(playwright, given_extension, tmp_path_factory.mktemp("profile") / "own") as opened:
        control_panel_at(opened, NATION)
        yield opened


@pytest.fixture
def open_panel(context: BrowserContext) -> Iterator[Callable[[Person], Page]]:
    """Opens the panel on the page of a person, as somebody who is signed in."""
    opened: list[Page] = []

    def open_it(person: Person) -> Page:
        page = context.new_page()
        opened.append(page)
        session = person.session
        worker_of(context).evaluate(
            "(session) => chrome.storage.local.clear().then(() => chrome.storage.local.set({session}))",
            {
                "access": session.access_token,
                "refresh": session.refresh_token,
                "expires": 9_999_999_999_999,
                "user": person.user_id,
            },
        )
        page.goto(f"https://{NATION}.nationbuilder.com/admin/signups/4")
        page.get_by_role("button", name="Nat", exact=True).click()
        expect(page.get_by_label("Ask Nat")).to_be_visible(timeout=PATIENCE)
        return page

    yield open_it
    for page in opened:
        page.close()


def test_a_bulk_change_is_proposed_approved_and_taken_back(
    machine: Machine, open_panel: Callable[[Person], Page]
) -> None:
    office = Office(machine, NATION)
    page = open_panel(somebody(machine, role=Role.ADMIN))

    page.get_by_label("Ask Nat").fill(REQUEST)
    page.get_by_label("Ask Nat").press("Enter")
    expect(page.get_by_text("Needs your approval", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("23 people", exact=True)).to_be_visible()
    page.get_by_role("button", name="Proceed").click()

    # The tag itself is new, and counts as well.
    expect(page.get_by_text("Done: 24 of 24.")).to_be_visible(timeout=PATIENCE)
    assert office.tag_ids(TAG) != []
    page.get_by_role("button", name="Undo", exact=True).last.click()
    page.get_by_role("button", name=re.compile("Undo all 2[34] records")).click()

    expect(page.get_by_text(re.compile("^Taken back: 24 of 24"))).to_be_visible(timeout=PATIENCE)
    assert office.tag_ids(TAG) == []


def test_an_answer_that_was_left_is_whole_on_the_next_page(
    machine: Machine, open_panel: Callable[[Person], Page]
) -> None:
    page = open_panel(somebody(machine))
    steer(machine, "claude", "faults", kind="slow", count=9, tokens_per_second=10)
    page.get_by_label("Ask Nat").fill("how many people are tagged volunteer?")
    page.get_by_label("Ask Nat").press("Enter")
    # Known to the platform, and not answered yet.
    expect(page.get_by_role("status").filter(has_text="Working on it")).to_have_count(1, timeout=PATIENCE)
    steer(machine, "claude", "reset")
    page.reload()

    page.get_by_role("button", name="Nat", exact=True).click()
    page.get_by_role("button", name="Conversations").click(timeout=PATIENCE)
    page.get_by_role("button", name="how many people are tagged volunteer?", exact=False).first.click()

    expect(page.locator(".nat-prose")).to_contain_text("volunteer", timeout=PATIENCE)
    assert json.loads(page.evaluate("JSON.stringify(window.leaked)")) == []
