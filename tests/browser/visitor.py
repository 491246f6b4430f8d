"""Somebody at the web app, with what their browser complained of."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from local.demo import DemoPerson
from local.machine import Machine

PATIENCE = 90_000
"""Milliseconds that a step may take: a function that is called first has to start."""
OPEN_ENDED = 20
"""Seconds after which a call that is not answered is taken for one that has no end: a stream."""
EXPECTED = ("the server responded with a status of 4", "closed before the connection is established")
"""What the browser tells of refused calls, also of those that a page asks for on purpose, and of a socket
that a page is left with."""


@dataclass
class Visitor:
    """One browser context at the web app of a running Nat."""

    machine: Machine
    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: set[Request] = field(default_factory=set)
    """Calls of the page that are not answered yet."""

    @classmethod
    def arrive(cls, machine: Machine, browser: Browser, *, locale: str = "en-US") -> "Visitor":
        """A fresh browser, not signed in."""
        context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(PATIENCE)
        visitor = cls(machine, context.new_page())
        visitor.page.on("console", visitor._heard)
        visitor.page.on("request", visitor._asks)
        visitor.page.on("requestfinished", visitor._is_answered)
        visitor.page.on("requestfailed", visitor._is_answered)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    def _heard(self, said: ConsoleMessage) -> None:
        ours = said.location.get("url", "").startswith(self.machine.app_url)
        if ours and said.type in ("error", "warning") and not any(each in said.text for each in EXPECTED):
            self.complaints.append(said.text)

    def _asks(self, request: Request) -> None:
        if request.resource_type == "fetch":
            self.asked.add(request)

    def _is_answered(self, request: Request) -> None:
        self.asked.discard(request)

    def go(self, path: str) -> None:
        """Open a page of the app."""
        self.asked.clear()
        self.page.goto(f"{self.machine.app_url}{path}")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in from the first page."""
        self.go("/")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator("#username").fill(email)
        self.page.locator("#password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", level=1).first).to_be_attached(timeout=PATIENCE)

    def sign_in_as(self, person: DemoPerson) -> None:
        """Sign in as somebody of the demonstration."""
        self.sign_in(person.email, person.password)

    def sign_up(self, email: str, password: str) -> None:
        """Make an account from the first page, with the code that the page shows here."""
        self.go("/")
        self.page.get_by_role("button", name="Create an account").click()
        self.page.locator("#username").fill(email)
        self.page.locator("#password").fill(password)
        self.page.get_by_role("button", name="Sign up").click()
        self.page.get_by_role("button", name="Confirm").click()
        self.heading("What is your nation's address?")

    def session(self) -> dict[str, Any]:
        """The app's session, which is as the extension keeps its own."""
        session: dict[str, Any] = json.loads(self.page.evaluate("localStorage.getItem('nat.session')"))
        return session

    def heading(self, text: str) -> None:
        """Wait for a page by its title."""
        expect(self.page.get_by_role("heading", name=text, level=1)).to_be_visible(timeout=PATIENCE)

    def click(self, name: str) -> None:
        """Press a button or follow a link by its words."""
        self.page.get_by_role("button", name=name).or_(self.page.get_by_role("link", name=name)).first.click()

    def sees(self, text: str) -> None:
        """Wait until a text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE)

    def settled(self) -> None:
        """Wait until the page shows what it has: also what it shows nothing in the place of meanwhile."""
        expect(self.page.locator("h1").first).to_be_attached(timeout=PATIENCE)
        deadline = time.monotonic() + OPEN_ENDED
        quiet = 0
        while quiet < 2 and time.monotonic() < deadline:  # an answer may lead to the next question
            expect(self.page.locator(".loading, .starting, .nat-skeleton")).to_have_count(0, timeout=PATIENCE)
            quiet = 0 if self.asked else quiet + 1
            self.page.wait_for_timeout(30)

    def ask(self, question: str) -> None:
        """Ask in the open conversation."""
        box = self.page.get_by_role("textbox", name="Ask ")
        box.fill(question)
        box.press("Enter")

    def leave(self) -> None:
        """Close the browser. What it complained of is a failure."""
        self.page.context.close()
        if self.complaints:
            raise AssertionError("\n".join(self.complaints))
