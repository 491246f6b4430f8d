"""From nothing to a change that is taken back, as one person lives it: account, payment, connection, first
answer, the extension from the app's own page, a question about the person on the screen, a bulk change that
is approved on another device."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from local.machine import Machine
from tests.browser.extension import control_panel_at, launched
from tests.browser.visitor import PATIENCE, Visitor
from tests.integration.people import steer

PASSWORD = "Test-nation-2026"
NATION_LIKE = "harbor"


@pytest.fixture
def laptop(playwright: Playwright, given_extension: Path, tmp_path: Path) -> Iterator[BrowserContext]:
    """A browser with the extension."""
    with launched(playwright, given_extension, tmp_path / "profile") as opened:
        opened.set_default_timeout(PATIENCE)
        yield opened


@pytest.fixture
def phone(machine: Machine, browser: Browser) -> Iterator[Visitor]:
    """Another device."""
    visitor = Visitor.arrive(machine, browser)
    visitor.page.set_viewport_size({"width": 390, "height": 844})
    yield visitor
    visitor.leave()


def test_from_nothing_to_a_change_that_is_approved_elsewhere_and_taken_back(
    machine: Machine, laptop: BrowserContext, phone: Visitor
) -> None:
    email, slug = f"{secrets.token_hex(6)}@example.org", f"new-{secrets.token_hex(4)}"
    tag = f"seen {secrets.token_hex(3)}"
    machine.vendors.alias(slug, NATION_LIKE)
    control_panel_at(laptop, slug)
    app = Visitor(machine, laptop.pages[0])

    app.sign_up(email, PASSWORD)
    app.page.get_by_label("Address").fill(f"https://{slug}.nationbuilder.com/admin")
    app.click("Continue")
    app.click(f"It does not: subscribe {slug}")
    app.heading("Choose a plan")
    app.click("Choose Nat")
    app.page.get_by_role("button", name="Subscribe").click()
    app.heading("Connect NationBuilder")
    app.click("Continue to NationBuilder")
    app.page.get_by_role("button", name="Allow").click()
    app.heading("You are connected")
    app.click("Who donated this week?")
    expect(app.page.locator(".nat-answer").first).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)
    expect(app.page).to_have_url(re.compile(r"/c/[0-9A-Z]{26}$"))
    app.go("/setup/extension")
    expect(app.page.get_by_role("link", name="Download the package")).to_have_attribute(
        "href", "/extension/latest.zip"
    )

    panel = laptop.new_page()
    panel.goto(f"https://{slug}.nationbuilder.com/admin/signups/4")
    panel.get_by_role("button", name="Nat", exact=True).click()
    with laptop.expect_page() as window:
        panel.get_by_role("button", name="Sign in").click()
    enter(window.value, email)
    ask = panel.get_by_label("Ask Nat")
    expect(panel.get_by_text("About: Dilek Demir")).to_be_visible(timeout=PATIENCE)
    ask.fill("What tags does this person have?")
    ask.press("Enter")
    expect(panel.get_by_text("Looking at a person's tags")).to_be_visible(timeout=PATIENCE)
    expect(panel.get_by_role("button", name="Send")).to_be_visible(timeout=PATIENCE)

    ask.fill(f"Tag everyone who donated over $100 as {tag}")
    ask.press("Enter")
    expect(panel.get_by_role("button", name="Proceed")).to_be_visible(timeout=PATIENCE)
    phone.sign_in(email, PASSWORD)
    phone.go("/approvals")
    card = phone.page.locator(".nat-card", has_text=tag)
    steer(machine, "nationbuilder", "faults", kind="slow", method="POST", count=6, seconds=1)
    card.get_by_role("button", name=re.compile("^Proceed")).click()
    for progress in (phone.page.get_by_role("progressbar"), panel.get_by_role("progressbar")):
        expect(progress.first).to_be_visible(timeout=PATIENCE)
    expect(card).to_contain_text("Done", timeout=PATIENCE)
    for done in (phone.page, panel):
        expect(done.get_by_text(re.compile(r"^Done: 8 of 8")).first).to_be_visible(timeout=PATIENCE)

    card.get_by_role("button", name="Undo", exact=True).click()
    phone.page.get_by_role("button", name=re.compile("^Undo all")).click()
    for undone in (phone.page, panel):
        expect(undone.get_by_text(re.compile(r"^Taken back: 8 of 8")).first).to_be_visible(timeout=PATIENCE)

    app.go("/usage")
    expect(app.page.get_by_role("row", name=re.compile(email))).to_contain_text("3", timeout=PATIENCE)
    expect(app.page.locator(".chart-place canvas")).to_be_visible(timeout=PATIENCE)
    expect(app.page.get_by_role("row", name="Bulk tag people")).to_contain_text("1")


def enter(window: Page, email: str) -> None:
    """Sign in in the window that the browser opened for the extension."""
    window.locator("#username").fill(email)
    window.locator("#password").fill(PASSWORD)
    window.get_by_role("button", name="Sign in").click()
