"""Bad days of the web app: whatever a call meets, a browser forbids, or the clock says, there is a sentence
and a way on, and nothing that was typed is lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.machine import Machine
from nat.names import STREAM_PATH
from tests.browser.visitor import PATIENCE, Visitor

FORBIDDEN = """for (const name of ['setItem', 'getItem', 'removeItem'])
  Storage.prototype[name] = () => { throw new DOMException('no', 'QuotaExceededError'); };"""
FULL = """() => {
  for (let size = 2 ** 22, number = 0; size >= 1; size >>= 1)
    for (;;) try { localStorage.setItem(`full ${number++}`, 'x'.repeat(size)); } catch { break; }
}"""
"""Leaves no room for another character."""
REFUSALS = {
    401: ("unauthenticated", "You are signed out."),
    402: ("limit_reached", "Your nation has used all questions"),
    403: ("role_insufficient", "Your role in this nation does not allow this."),
    404: ("not_found", "This does not exist, or no longer."),
    409: ("membership_changed", "The members have just been changed"),
    418: ("unknown_code", "In the server's words."),
    429: ("throttled", "That was too fast."),
    500: ("internal", "Something went wrong on our side."),
    503: ("nationbuilder_down", "NationBuilder does not answer properly"),
}


@pytest.fixture(scope="module")
def signed_in(machine: Machine, browser: Browser) -> Iterator[Visitor]:
    """Somebody at the app, for all tests here."""
    visitor = Visitor.arrive(machine, browser)
    visitor.sign_in_as(machine.people[0])
    yield visitor
    visitor.page.context.close()  # what browsers complain of is what these tests bring about


@pytest.fixture
def page(signed_in: Visitor) -> Iterator[Page]:
    """Their page, with nothing in the way of calls."""
    yield signed_in.page
    signed_in.page.unroute_all(behavior="ignoreErrors")


def refuse(status: int, code: str) -> Any:
    """What answers instead of the platform."""
    message = {"code": code, "message": "In the server's words.", "retryable": False}
    return lambda route: route.fulfill(status=status, json={"error": message}, headers={"retry-after": "1"})


def test_whatever_a_call_is_refused_with_is_told_in_words(signed_in: Visitor, page: Page) -> None:
    for number, (status, (code, words)) in enumerate(REFUSALS.items(), start=1):
        page.unroute_all()
        page.route(re.compile(r"/v1/usage\?"), refuse(status, code))
        signed_in.go(f"/usage?{number}")
        alert = page.locator(".problem").first
        expect(alert, f"{status} {code}").to_contain_text(words, timeout=PATIENCE)
        expect(alert.get_by_role("button").or_(alert.get_by_role("link")), f"{status} {code}").to_have_count(
            1
        )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda route: route.abort(), "No connection."),
        (
            lambda route: route.fulfill(status=200, body="<html>", content_type="text/html"),
            "could not be read",
        ),
    ],
    ids=["unreachable", "unreadable"],
)
def test_a_platform_that_does_not_answer_or_answers_nonsense_is_asked_again(
    signed_in: Visitor, page: Page, answer: Any, words: str
) -> None:
    page.route(re.compile(r"/v1/usage\?"), answer)
    signed_in.go("/usage")
    expect(page.locator(".problem").first).to_contain_text(words, timeout=PATIENCE)

    page.unroute_all()
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("heading", name="This period")).to_be_visible(timeout=PATIENCE)


def test_what_was_typed_survives_a_reload_and_a_network_that_is_down(signed_in: Visitor, page: Page) -> None:
    signed_in.go("/")
    box = page.get_by_role("textbox", name="Ask ")
    box.fill("half a question")
    page.context.set_offline(True)
    signed_in.sees("You are offline.")
    page.context.set_offline(False)

    page.reload()

    expect(page.get_by_role("textbox", name="Ask ")).to_have_value("half a question", timeout=PATIENCE)
    page.get_by_role("textbox", name="Ask ").fill("")


def test_events_that_nobody_knows_or_can_read_do_not_stop_an_answer(signed_in: Visitor, page: Page) -> None:
    def odd(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        turn = {"v": 1, "turn": body["turn"], "attempt": 1}
        body["events"] = [
            {**turn, "seq": 900, "type": "of.tomorrow", "text": 3},
            {"nonsense": True},
            *body["events"],
            {**turn, "seq": 901, "type": "text.delta", "text": {"not": "text"}},
        ]
        route.fulfill(response=answer, json=body)

    page.route(re.compile(r"/turns/[^/]+/events"), odd)
    signed_in.go("/")
    signed_in.ask("How many people are tagged volunteer?")

    expect(page.locator(".nat-prose").last).to_contain_text("volunteer", timeout=PATIENCE)


def test_a_tab_that_was_frozen_hidden_or_came_back_from_the_cache_shows_the_whole_answer(
    signed_in: Visitor, page: Page
) -> None:
    signed_in.go("/")
    signed_in.ask("Who donated this week?")
    expect(page).to_have_url(re.compile("/c/"), timeout=PATIENCE)

    browser = page.context.new_cdp_session(page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    other = Visitor(signed_in.machine, page.context.new_page())
    other.page.goto(page.url)
    expect(other.page.get_by_role("button", name="Send")).to_be_visible(timeout=PATIENCE)
    expect(other.page.locator(".nat-prose").last).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)
    other.page.close()
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    browser.detach()
    page.evaluate(
        """() => {
          Object.defineProperty(document, 'hidden', {configurable: true, get: () => true});
          Object.defineProperty(document, 'visibilityState', {configurable: true, get: () => 'hidden'});
          document.dispatchEvent(new Event('visibilitychange'));
          delete document.hidden; delete document.visibilityState;
          document.dispatchEvent(new Event('visibilitychange'));
          dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));
        }"""
    )

    expect(page.locator(".nat-prose").last).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)
    expect(page.get_by_role("button", name="Send")).to_be_visible(timeout=PATIENCE)


def test_without_sockets_and_without_room_on_the_device_an_answer_comes_all_the_same(
    signed_in: Visitor, page: Page
) -> None:
    page.route_web_socket(re.compile("."), lambda socket: socket.close())
    signed_in.go("/")
    page.evaluate(FULL)
    with page.expect_request(lambda request: request.url.endswith(STREAM_PATH), timeout=PATIENCE):
        signed_in.ask("How many people are tagged volunteer?")

    expect(page.locator(".nat-prose").last).to_contain_text("volunteer", timeout=PATIENCE)
    page.get_by_role("textbox", name="Ask ").fill("and this week?")
    page.get_by_role("link", name="Usage").click()
    page.go_back()
    expect(page.get_by_role("textbox", name="Ask ")).to_have_value("and this week?", timeout=PATIENCE)
    page.reload()
    expect(page.get_by_role("textbox", name="Ask ")).to_have_value("and this week?", timeout=PATIENCE)
    page.evaluate("""() => Object.keys(localStorage).filter((key) => key.startsWith('full '))
        .forEach((key) => localStorage.removeItem(key))""")
    page.get_by_role("textbox", name="Ask ").fill("")


def test_a_second_tab_shows_the_same_and_a_sign_out_counts_in_both(
    machine: Machine, browser: Browser
) -> None:
    one = Visitor.arrive(machine, browser)
    one.sign_in_as(machine.people[1])
    other = Visitor(machine, one.page.context.new_page())
    other.go("/usage")
    other.heading("Usage")

    one.click("Sign out")

    expect(other.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE)
    one.page.context.close()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_wrong_signs_nobody_out(
    machine: Machine, browser: Browser, hours: int
) -> None:
    visitor = Visitor.arrive(machine, browser)
    visitor.page.add_init_script(
        f"const now = Date.now.bind(Date); Date.now = () => now() + {hours * 3_600_000};"
    )
    visitor.sign_in_as(machine.people[0])
    visitor.go("/team")

    visitor.sees(machine.people[1].email)
    visitor.leave()


def test_a_browser_that_remembers_nothing_says_so(machine: Machine, browser: Browser) -> None:
    visitor = Visitor.arrive(machine, browser)
    visitor.page.add_init_script(FORBIDDEN)
    visitor.go("/")
    visitor.page.get_by_role("button", name="Sign in").click()

    expect(visitor.page.locator("body")).to_contain_text(
        re.compile("remember anything|Sign in|Username|Email"), timeout=PATIENCE
    )
    visitor.page.context.close()
