"""The extension in a control panel that is no friend of it, with a platform that does what the test says."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from tests.browser.axe import violations
from tests.browser.chromium import WEB, node
from tests.browser.extension import control_panel_at, launched, worker_of
from tests.browser.scripted import Scripted, Turn, scripted

ADDRESS = "https://demo.nationbuilder.com/admin/signups/4"
PATIENCE = 20


@pytest.fixture(scope="module")
def platform_server() -> Iterator[Scripted]:
    with scripted() as started:
        yield started


@pytest.fixture(scope="module")
def unpacked(platform_server: Scripted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension of a brand whose app is the scripted platform."""
    folder = tmp_path_factory.mktemp("extension")
    brand = folder / "brand.json"
    brand.write_text(
        json.dumps(
            {
                "name": "Nat",
                "extensionName": "Nat for NationBuilder",
                "description": "Ask your nation anything.",
                "version": "1.0.0",
                "primary": "#0b5cad",
                "onPrimary": "#ffffff",
                "app": platform_server.url,
                "login": platform_server.url,
            }
        )
    )
    node(WEB / "packages" / "extension", "build.ts", str(brand), str(folder / "unpacked"))
    return folder / "unpacked"


@pytest.fixture(scope="module")
def context(
    playwright: Playwright, unpacked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """A profile with the extension, and a control panel at the nation's address."""
    with launched(playwright, unpacked, tmp_path_factory.mktemp("profile")) as opened:
        control_panel_at(opened, "demo")
        yield opened


@dataclass
class Tab:
    """A page of the control panel, and our part in it."""

    page: Page
    platform: Scripted

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("region", name="Nat", exact=True)

    @property
    def field(self) -> Locator:
        return self.page.get_by_label("Ask Nat")

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name="Nat", exact=True)

    def ask(self, question: str) -> None:
        self.field.fill(question)
        self.field.press("Enter")


@pytest.fixture
def platform(platform_server: Scripted) -> Iterator[Scripted]:
    """The platform as before a first question."""
    fresh = Scripted(platform_server.url)
    for name in ("nation", "turns", "heard", "headers", "refuse", "deaf", "said"):
        setattr(platform_server, name, getattr(fresh, name))
    yield platform_server
    platform_server.cut()


@pytest.fixture
def open_tab(context: BrowserContext, platform: Scripted) -> Iterator[Callable[..., Tab]]:
    """Opens a page of the control panel; by default of somebody who is signed in."""
    opened: list[Page] = []

    def open_it(address: str = ADDRESS, *, signed_in: bool = True) -> Tab:
        worker = worker_of(context) if context.service_workers else None
        page = context.new_page()
        opened.append(page)
        worker = worker or worker_of(context)
        worker.evaluate("async () => { await chrome.storage.local.clear(); }")
        if signed_in:
            worker.evaluate(
                """async () => chrome.storage.local.set({session: {
                  access: 'header.eyJzdWIiOiJ1MSJ9.signature', refresh: 'refresh-0',
                  expires: Date.now() + 3600000, user: 'u1'}})"""
            )
        page.goto(address)
        return Tab(page, platform)

    yield open_it
    for page in opened:
        page.close()


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for something that does not show on the page."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "It did not come about."
        page.wait_for_timeout(50)


def test_a_person_signs_in_and_asks_about_what_is_open(
    open_tab: Callable[..., Tab], platform: Scripted
) -> None:
    tab = open_tab(signed_in=False)
    tab.launcher.click()

    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_text("About: Dilek Demir")).to_be_visible()
    tab.ask("When did they sign up?")

    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible()
    expect(tab.page.get_by_role("button", name="Send")).to_be_visible()
    (turn,) = platform.turns.values()
    assert turn.page == {"kind": "person", "record_id": "4"}
    assert {each.get("x-nat-nation-slug") for each in platform.headers} == {"demo"}
    assert {each.get("x-nat-user-id") for each in platform.headers} == {"u1"}


@pytest.fixture(params=[-5, 5])
def wrong_clock(
    open_tab: Callable[..., Tab], context: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Tab]:
    """A page of somebody who is not signed in, on a machine whose clock is so many hours off."""
    tab = open_tab(signed_in=False)
    worker_of(context).evaluate(
        "(off) => { self.right = Date.now; Date.now = () => self.right.call(Date) + off; }",
        request.param * 3_600_000,
    )
    yield tab
    worker_of(context).evaluate("if (self.right) Date.now = self.right")


def test_on_a_machine_whose_clock_is_wrong_a_person_signs_in_and_asks(wrong_clock: Tab) -> None:
    tab = wrong_clock
    tab.launcher.click()

    tab.page.get_by_role("button", name="Sign in").click()
    tab.ask("When did they sign up?")

    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible()
    assert tab.platform.refreshes == 0


def test_no_key_that_is_typed_into_the_panel_reaches_the_page(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()

    tab.field.press_sequentially("secret words")
    tab.field.press("Enter")
    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible()

    assert tab.page.evaluate("window.leaked") == []
    assert tab.platform.heard[0]["message"] == "secret words"


def test_the_shortcut_opens_the_panel_unless_the_page_has_it(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.page.locator("#field").focus()

    tab.page.evaluate("window.ownShortcut = true")
    tab.page.keyboard.press("Control+k")
    assert tab.page.evaluate("window.shortcuts") == 1
    expect(tab.panel).to_have_count(0)

    tab.page.evaluate("window.ownShortcut = false")
    tab.page.keyboard.press("Control+k")
    expect(tab.field).to_be_focused()
    tab.page.keyboard.press("Control+k")
    expect(tab.panel).to_be_hidden()


def test_the_panel_keeps_its_own_looks(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.field).to_be_visible()

    looks = tab.field.evaluate(
        "(each) => { const s = getComputedStyle(each); return [s.color, s.fontSize, s.display]; }"
    )
    ground = tab.panel.evaluate("(each) => getComputedStyle(each).backgroundColor")
    box = tab.panel.bounding_box()

    assert ground == "rgb(255, 255, 255)"
    assert looks == ["rgb(27, 31, 36)", "16px", "block"]
    assert box is not None
    assert (box["width"], box["height"]) == (420, 640)


def test_the_panel_is_usable_above_the_pages_modal_dialog(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.field).to_be_visible()
    tab.field.fill("half a question")

    tab.page.evaluate("document.getElementById('dialog').showModal()")
    tab.field.click()
    expect(tab.field).to_be_focused()
    expect(tab.field).to_have_value("half a question")
    tab.page.evaluate("document.getElementById('dialog').close()")
    tab.field.press("End")
    tab.field.press_sequentially(", and more")

    expect(tab.field).to_have_value("half a question, and more")
    assert tab.page.evaluate("document.querySelector('nat-panel').parentElement.tagName") == "HTML"


def test_the_chip_follows_the_page_and_can_be_taken_out(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.page.get_by_text("About: Dilek Demir")).to_be_visible()
    tab.field.fill("kept")

    tab.page.evaluate("document.getElementById('go').click()")
    expect(tab.page.get_by_text("About: Anna Ahrens")).to_be_visible()
    expect(tab.field).to_have_value("kept")
    tab.page.get_by_role("button", name="Ask without this page").click()
    tab.field.press("Enter")

    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible()
    (turn,) = tab.platform.turns.values()
    assert turn.page is None


def test_a_frame_has_no_panel_of_its_own(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.panel).to_be_visible()

    assert len(tab.page.frames) > 1
    assert [frame.locator("nat-panel").count() for frame in tab.page.frames[1:]] == [0] * (
        len(tab.page.frames) - 1
    )


def test_the_panel_remembers_its_place_in_a_nation(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.field).to_be_visible()
    title = tab.page.get_by_role("button", name=re.compile("arrow keys"))
    for _ in range(5):
        title.press("ArrowLeft")
    title.press("Shift+ArrowUp")
    moved = tab.panel.bounding_box()

    tab.page.reload()
    tab.launcher.click()
    expect(tab.field).to_be_visible()

    assert tab.panel.bounding_box() == moved
    assert moved is not None
    assert (moved["x"], moved["height"]) == (1280 - 420 - 20 - 120, 616)


def test_the_panel_is_dragged_minimised_and_maximised(open_tab: Callable[..., Tab]) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.field).to_be_visible()
    before = tab.panel.bounding_box()
    assert before is not None

    tab.page.mouse.move(before["x"] + 150, before["y"] + 40)
    tab.page.mouse.down()
    tab.page.mouse.move(before["x"] - 50, before["y"] - 60, steps=4)
    tab.page.mouse.up()
    after = tab.panel.bounding_box()
    assert after is not None
    assert (after["x"], after["y"]) == (before["x"] - 200, before["y"] - 100)

    tab.page.get_by_role("button", name="Minimise").click()
    expect(tab.field).to_have_count(0)
    tab.page.get_by_role("button", name="Restore size").click()
    tab.page.get_by_role("button", name="Maximise").click()
    large = tab.panel.bounding_box()
    assert large is not None
    assert (large["width"], large["height"]) == (760, 860)


@pytest.mark.parametrize(
    ("nation", "button"),
    [
        ({"active": False, "status": "none", "role": None}, "Subscribe your nation"),
        ({"role": None}, "Join this nation"),
        ({"nb_connected": False}, "Connect NationBuilder"),
        ({"nb_needs_reauth": True}, "Reconnect"),
    ],
)
def test_what_has_to_be_done_first_leads_to_the_app(
    open_tab: Callable[..., Tab], platform: Scripted, nation: dict[str, Any], button: str
) -> None:
    platform.nation |= nation
    tab = open_tab()
    tab.launcher.click()

    expect(tab.page.get_by_role("link", name=button)).to_have_attribute(
        "href", re.compile(re.escape(platform.url))
    )


def test_an_answer_goes_on_after_the_worker_was_killed(
    open_tab: Callable[..., Tab], platform: Scripted, context: BrowserContext
) -> None:
    platform.said = ({"kind": "turn.started"}, {"kind": "text.delta", "text": "There are "})
    tab = open_tab()
    tab.launcher.click()
    tab.ask("How many?")
    expect(tab.page.get_by_text("There are")).to_be_visible()
    turn = next(iter(platform.turns))

    kill_worker(context, tab.page)
    platform.say(turn, "text.delta", text="23 ")
    platform.say(turn, "turn.finished", text="There are 23 people.", links=[])

    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible(timeout=PATIENCE * 1_000)
    assert len([each for each in platform.heard if each["action"] == "ask"]) == 1


def kill_worker(context: BrowserContext, page: Page) -> None:
    """End the worker, as the browser does when nothing happens."""
    session = context.new_cdp_session(page)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    session.detach()


def test_an_answer_is_whole_though_the_network_was_cut(
    open_tab: Callable[..., Tab], platform: Scripted
) -> None:
    platform.said = ({"kind": "turn.started"}, {"kind": "text.delta", "text": "One, "})
    tab = open_tab()
    tab.launcher.click()
    tab.ask("Count")
    expect(tab.page.get_by_text("One,")).to_be_visible()
    turn = next(iter(platform.turns))
    sockets = platform.sockets

    platform.cut()
    platform.say(turn, "text.delta", text="two, ")
    platform.say(turn, "text.delta", text="three.")
    platform.say(turn, "turn.finished", text="One, two, three.", links=[])

    expect(tab.page.get_by_text("One, two, three.")).to_be_visible(timeout=PATIENCE * 1_000)
    assert platform.sockets > sockets


def test_a_token_that_ran_out_is_renewed_once_and_nobody_notices(
    open_tab: Callable[..., Tab], platform: Scripted
) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.field).to_be_visible()
    refreshes = platform.refreshes
    stale = "Bearer header.eyJzdWIiOiJ1MSJ9.signature"
    until(tab.page, lambda: bool(platform.open))

    platform.refuse = lambda _: (
        (401, "unauthenticated") if platform.headers[-1].get("authorization") == stale else None
    )
    platform.cut()
    until(tab.page, lambda: platform.refreshes > refreshes and bool(platform.open))
    tab.ask("How many?")

    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible(timeout=PATIENCE * 1_000)
    assert platform.refreshes == refreshes + 1


def test_the_page_cannot_read_tokens(open_tab: Callable[..., Tab], context: BrowserContext) -> None:
    tab = open_tab()
    tab.launcher.click()
    expect(tab.field).to_be_visible()

    level = worker_of(context).evaluate(
        """async () => {
          const [tab] = await chrome.tabs.query({url: 'https://demo.nationbuilder.com/*'});
          const func = () => chrome.storage.local.get().then(Object.keys, String);
          const [{result}] = await chrome.scripting.executeScript({target: {tabId: tab.id}, func});
          return result;
        }"""
    )

    assert "not allowed" in str(level)


def test_the_socket_closes_when_nobody_looks(open_tab: Callable[..., Tab], platform: Scripted) -> None:
    tab = open_tab()
    tab.launcher.click()
    tab.ask("How many?")
    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible()
    assert len(platform.open) == 1

    tab.page.get_by_role("button", name="Close", exact=True).click()

    until(tab.page, lambda: not platform.open)


def test_a_platform_that_is_down_has_a_sentence_and_a_way_on(
    open_tab: Callable[..., Tab], platform: Scripted
) -> None:
    platform.refuse = lambda path: (503, "internal") if path == "/v1/nation" else None
    tab = open_tab()
    tab.launcher.click()
    expect(tab.page.get_by_text("Nat cannot be reached at the moment.")).to_be_visible()

    platform.refuse = lambda _: None
    tab.page.get_by_role("button", name="Try again").click()

    expect(tab.field).to_be_visible()


def test_after_an_update_the_page_is_reloaded_and_what_was_typed_is_kept(
    open_tab: Callable[..., Tab], context: BrowserContext
) -> None:
    tab = open_tab()
    tab.launcher.click()
    tab.field.fill("half a question")

    worker_of(context).evaluate("() => void setTimeout(() => chrome.runtime.reload(), 50)")
    with tab.page.expect_navigation():
        tab.page.get_by_role("button", name="Reload page").click()
    tab.launcher.click()

    expect(tab.field).to_have_value("half a question")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_is_accessible(open_tab: Callable[..., Tab], scheme: str) -> None:
    tab = open_tab()
    tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    tab.launcher.click()
    tab.ask("How many?")
    expect(tab.page.get_by_text("There are 23 people.")).to_be_visible()

    found = violations(tab.page, within="nat-panel")

    assert found == []


def test_earlier_conversations_are_opened_from_the_list(
    open_tab: Callable[..., Tab], platform: Scripted
) -> None:
    platform.turns["01KAZ3V9Q8R7T6S5P4N3M2K1J0"] = Turn(
        "01KAZ3V9Q8R7T6S5P4N3M2K1C0",
        "Who gave most?",
        None,
        [
            {"v": 1, "turn": "01KAZ3V9Q8R7T6S5P4N3M2K1J0", "attempt": 1, "seq": 1, "type": "turn.finished"}
            | {"text": "Anna did.", "links": []}
        ],
    )
    tab = open_tab()
    tab.launcher.click()

    tab.page.get_by_role("button", name="Conversations").click()
    tab.page.get_by_role("button", name="Who gave most?", exact=False).first.click()

    expect(tab.page.get_by_text("Anna did.")).to_be_visible()
