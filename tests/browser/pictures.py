"""Takes the pictures of README and docs anew, on a platform of its own: `make pictures`."""

import re
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, Page, Playwright, Route, expect, sync_playwright

from config.customer import load_customer
from local.extension import Addresses, build
from local.machine import Machine
from local.places import Places, Ports
from local.vendors import Vendors
from tests.browser.chromium import ARGUMENTS, ROOT, shell
from tests.browser.comparing import keep, picture
from tests.browser.extension import launched, worker_of
from tests.browser.gallery import HEIGHT, LOOKS, STATES, gallery_served, newcomer, show, stand_still
from tests.browser.visitor import PATIENCE, Visitor

IMAGES: Final = ROOT / "docs" / "images"
NATION: Final = "demo"
QUESTIONS: Final = (
    "Who donated this week?",
    "How many people are tagged volunteer?",
    "Which events are coming up?",
)
CHANGE: Final = "Tag everyone who donated over $100 as top donor"
PANEL: Final = """<!doctype html><html lang="en"><title>Dilek Demir | Demo nation</title><style>
body { margin: 0; background: light-dark(#f3f5f7, #16191d); font: 14px system-ui; }
:root { color-scheme: light dark; }
nav { display: flex; gap: 28px; padding: 16px 24px; background: #2f3849; color: #d5dae3; }
main { margin: 24px; max-width: 1060px; padding: 24px; background: light-dark(#fff, #1f2328); }
dl { display: grid; grid-template-columns: 166px 1fr; row-gap: 12px; } dd { margin: 0; }
</style><nav><b>Demo nation</b><span>People</span><span>Communication</span><span>Website</span>
<span>Finances</span><span>Settings</span></nav><main><h1>Dilek Demir</h1><dl><dt>Email<dd>dilek@example.org
<dt>Phone<dd>+49 30 1234 567<dt>Tags<dd>volunteer, newsletter<dt>Support level<dd>Strong support
<dt>Donations<dd>3 donations, last on 2 November</dl></main>"""
"""A control panel to be seen in: NationBuilder's own is not ours to show."""


def main() -> None:
    """Start everything, take the pictures, stop everything."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        of_the_states(playwright, Path(folder) / "gallery")
        places, ports = Places(Path(folder) / "nat"), Ports.free()
        with Machine(places, ports, Vendors(ports, places.nationbuilder_state)) as machine:
            of_the_app(machine, playwright)
            of_the_panel(machine, playwright, Path(folder))


def of_the_states(playwright: Playwright, folder: Path) -> None:
    """Each state of the chat, as tests compare it."""
    browser = playwright.chromium.launch(executable_path=shell(), args=list(ARGUMENTS))
    page = newcomer(browser).new_page()
    stand_still(page)
    with gallery_served(folder) as gallery:
        for theme, width in LOOKS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            keep(
                page,
                {
                    f"{state}-{theme}-{width}": picture(show(page, gallery, state, theme=theme, font="own"))
                    for state in STATES
                },
            )
    browser.close()


def of_the_app(machine: Machine, playwright: Playwright) -> None:
    """A proposal in the conversation, and the usage page in dark colours."""
    browser = playwright.chromium.launch(executable_path=shell(), args=list(ARGUMENTS))
    visitor = Visitor.arrive(machine, browser)
    visitor.page.set_viewport_size({"width": 1440, "height": 900})
    visitor.sign_in_as(machine.people[0])
    for question in QUESTIONS:
        visitor.go("/")
        visitor.ask(question)
        expect(visitor.page.get_by_role("button", name="Send")).to_be_visible(timeout=PATIENCE)
        expect(visitor.page.locator(".nat-turn-tools")).to_be_attached(timeout=PATIENCE)
    visitor.go("/")
    visitor.ask(CHANGE)
    proposed(visitor.page).screenshot(path=IMAGES / "web-approval.png")
    visitor.page.emulate_media(color_scheme="dark")
    visitor.go("/usage")
    visitor.page.locator(".chart-place canvas").wait_for()
    visitor.page.set_viewport_size({"width": 1440, "height": 1400})
    visitor.page.screenshot(path=IMAGES / "web-usage-dark.png")
    visitor.leave()
    browser.close()


def of_the_panel(machine: Machine, playwright: Playwright, folder: Path) -> None:
    """The extension over a control panel, in both colours."""
    unpacked = build(load_customer("nat"), Addresses(machine.app_url, machine.app_url), folder / "unpacked")
    with launched(playwright, unpacked, folder / "profile") as context:
        panel_shown(context)
        app = Visitor(machine, context.new_page())
        app.sign_in_as(machine.people[0])
        worker_of(context).evaluate("(session) => chrome.storage.local.set({session})", app.session())
        page = context.new_page()
        page.goto(f"https://{NATION}.nationbuilder.com/admin/signups/4")
        page.get_by_role("button", name="Nat", exact=True).click()
        page.get_by_label("Ask Nat").fill(CHANGE)
        page.get_by_label("Ask Nat").press("Enter")
        proposed(page).screenshot(path=IMAGES / "panel.png")
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=IMAGES / "panel-dark.png")


def panel_shown(context: BrowserContext) -> None:
    """Answer the nation's addresses."""

    def answer(route: Route) -> None:
        route.fulfill(body=PANEL, content_type="text/html")

    context.route(re.compile(rf"https://{NATION}\.nationbuilder\.com/"), answer)


def proposed(page: Page) -> Page:
    """The page, once a proposal can be decided."""
    expect(page.get_by_role("button", name="Proceed")).to_be_enabled(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Send")).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(1_500)  # what moves has come to rest
    return page


if __name__ == "__main__":
    main()
