"""The web app in a browser, on the real platform with stand-ins for the vendors."""

import json
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect
from syrupy.assertion import SnapshotAssertion

from local.demo import DemoPerson, add_member, add_nation, add_operator, add_user
from local.machine import Machine
from nat.ids import NationSlug, UserId
from nat.roles import Role
from tests.browser.axe import violations
from tests.browser.visitor import PATIENCE, Visitor

PASSWORD = "Test-nation-2026"
OTHER_NATION = "harbor"
PAGES = (
    "/",
    "/approvals",
    "/automations",
    "/automations/new",
    "/conversations",
    "/usage",
    "/team",
    "/settings",
    "/settings/billing",
    "/settings/connections",
    "/settings/audit",
    "/profile",
    "/terms",
    "/privacy",
    "/operator",
    "/operator/nations",
    "/operator/jobs",
    "/setup?add=1",
    "/setup/extension",
    "/join",
    "/nothing/here",
)

FIGURE = r"–|[-+]?\$?\d[\d.,]*(?: ?%)?"
MOMENT = (
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}(?:, \d{4})?(?:,? \d{1,2}:\d\d.[AP]M)?"
    r"|this minute|\d+ minutes? ago|in \d+ (?:hours?|minutes?)"
)
"""A day, a time, or how long ago, as the app writes them in American English."""

Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(machine: Machine, browser: Browser) -> Iterator[Arrive]:
    """Lets somebody come to the web app; what their browser complains of fails the test."""
    came: list[Visitor] = []

    def come(**how: str) -> Visitor:
        came.append(Visitor.arrive(machine, browser, **how))
        return came[-1]

    yield come
    for visitor in came:
        visitor.leave()


@pytest.fixture
def owner(machine: Machine) -> DemoPerson:
    """The owner of the demonstration's first nation."""
    return machine.people[0]


def new_address() -> str:
    """An address that nobody has signed up with."""
    return f"{secrets.token_hex(6)}@example.org"


def new_nation(machine: Machine) -> str:
    """A nation that NationBuilder knows and we do not."""
    slug = f"new-{secrets.token_hex(4)}"
    machine.vendors.alias(slug, OTHER_NATION)
    return slug


def to_plans(visitor: Visitor, slug: str) -> None:
    """Name the nation."""
    visitor.page.get_by_label("Address").fill(f"https://{slug}.nationbuilder.com/admin")
    visitor.click("Continue")
    visitor.heading(f"Does {slug} use Nat already?")
    visitor.click(f"It does not: subscribe {slug}")
    visitor.heading("Choose a plan")


def pay(visitor: Visitor) -> None:
    """Pay on Stripe's page."""
    visitor.click("Choose Nat")
    visitor.page.get_by_role("button", name="Subscribe").click()
    visitor.heading("Connect NationBuilder")


def test_every_wrong_turn_on_the_way_in_leads_back(machine: Machine, arrive: Arrive) -> None:
    visitor = arrive()
    visitor.sign_up(new_address(), PASSWORD)

    visitor.page.get_by_label("Address").fill("not a nation!")
    visitor.click("Continue")
    visitor.sees("This is not the address of a nation.")
    slug = new_nation(machine)
    to_plans(visitor, slug)

    visitor.click("Choose Nat")
    visitor.page.get_by_role("button", name="Back").click()
    visitor.sees("Nothing was charged.")
    pay(visitor)

    visitor.click("Continue to NationBuilder")
    visitor.page.get_by_role("button", name="Deny").click()
    visitor.sees("NationBuilder was not connected")
    visitor.click("Back to Nat")
    visitor.sees("NationBuilder is not connected yet.")
    visitor.click("Connect it")
    visitor.heading("Connect NationBuilder")

    visitor.go("/setup/plans")
    visitor.heading("Connect NationBuilder")


def test_a_nation_that_is_here_already_is_joined_by_proof(machine: Machine, arrive: Arrive) -> None:
    visitor = arrive()
    visitor.sign_up(new_address(), PASSWORD)

    visitor.page.get_by_label("Address").fill(OTHER_NATION)
    visitor.click("Continue")
    visitor.heading(f"Does {OTHER_NATION} use Nat already?")
    visitor.click("Prove it with NationBuilder")
    visitor.page.get_by_role("button", name="Allow").click()

    visitor.heading(f"You have joined {OTHER_NATION}")


def test_an_invitation_without_its_token_says_what_to_do(arrive: Arrive) -> None:
    visitor = arrive()

    visitor.go("/join")

    visitor.heading("The invitation's link is not complete")


def test_a_cancelled_sign_in_can_be_begun_again(arrive: Arrive) -> None:
    visitor = arrive()

    visitor.go("/callback?error=access_denied&state=forged")

    visitor.heading("You are not signed in")
    expect(visitor.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_who_runs_the_service_sees_how_it_stands_and_others_do_not(
    machine: Machine, arrive: Arrive, owner: DemoPerson
) -> None:
    operator, member = arrive(), arrive()
    operator.sign_in_as(owner)
    operator.click("Operator")
    operator.heading("Overview")
    operator.sees("Monthly revenue")
    operator.click("Show the nations")
    expect(operator.page.get_by_role("row", name=re.compile("^demo"))).to_be_visible(timeout=PATIENCE)

    member.sign_in_as(machine.people[2])
    member.go("/operator")

    member.sees("You may not do this.")


def test_a_chart_can_be_read_by_keys_and_as_a_table(arrive: Arrive, owner: DemoPerson) -> None:
    visitor = arrive()
    visitor.sign_in_as(owner)
    visitor.ask("How many people signed up this month?")
    expect(visitor.page.locator(".nat-answer").first).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)

    visitor.go("/usage")
    visitor.page.locator(".chart-place canvas").wait_for()
    visitor.page.locator(".chart-place").press("ArrowLeft")

    expect(visitor.page.locator(".chart-at")).to_contain_text("questions", ignore_case=True)
    visitor.page.get_by_text("Show as a table").click()
    expect(visitor.page.locator(".chart table").first).to_be_visible()


def test_a_reload_keeps_the_session_and_the_conversation(arrive: Arrive, owner: DemoPerson) -> None:
    visitor = arrive()
    visitor.sign_in_as(owner)
    visitor.ask("Who donated this week?")
    expect(visitor.page).to_have_url(re.compile(r"/c/"), timeout=PATIENCE)

    visitor.page.reload()

    expect(visitor.page.locator(".nat-question").first).to_contain_text(
        "Who donated this week?", timeout=PATIENCE
    )


def test_german_is_spoken_to_who_asks_for_it(arrive: Arrive) -> None:
    visitor = arrive(locale="de-DE")

    visitor.go("/")

    visitor.heading("Frag deine Nation alles")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "de")


def test_without_its_settings_the_app_says_so_and_can_try_again(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.route("**/config.json", lambda route: route.fulfill(status=404, body=""))
    visitor.go("/")
    visitor.heading("This page could not start")

    visitor.page.unroute("**/config.json")
    visitor.click("Try again")

    visitor.heading("Ask your nation anything")


def test_a_page_that_cannot_be_read_says_why_and_reads_again(arrive: Arrive, owner: DemoPerson) -> None:
    visitor = arrive()
    visitor.sign_in_as(owner)
    visitor.page.route(
        "**/v1/members",
        lambda route: route.fulfill(status=403, json={"error": {"code": "forbidden", "message": "No."}}),
    )
    visitor.go("/team")
    visitor.sees("You may not do this.")

    visitor.page.unroute("**/v1/members")
    visitor.click("Try again")

    visitor.sees(owner.email)


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 320)])
def test_nothing_keeps_anybody_out_of_any_page(
    arrive: Arrive, owner: DemoPerson, theme: Literal["light", "dark"], width: int
) -> None:
    visitor = arrive()
    visitor.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    visitor.sign_in_as(owner)
    visitor.page.set_viewport_size({"width": width, "height": 800})
    wide, found = [], {}
    for path in PAGES:
        if is_too_wide(visitor, path):
            wide.append(path)
        if seen := violations(visitor.page):
            found[path] = seen

    assert wide == []
    assert found == {}, json.dumps(found, indent=1)


def test_every_page_fits_a_tablet_and_reads_as_it_was_reviewed(
    machine: Machine, arrive: Arrive, snapshot: SnapshotAssertion
) -> None:
    person = DemoPerson("owner@read-aloud.example", NationSlug("read-aloud"), Role.OWNER)
    add_nation(machine.deployment, person.nation_slug, "America/New_York")
    user_id = UserId(add_user(machine.deployment, person.email, person.password))
    add_member(machine.deployment, user_id, person)
    add_operator(machine.deployment, person.email)
    visitor = arrive()
    visitor.sign_in_as(person)
    visitor.page.set_viewport_size({"width": 768, "height": 1024})
    wide, read = [], []
    for path in PAGES:
        if is_too_wide(visitor, path):
            wide.append(path)
        if not path.startswith("/operator"):
            read.append(f"# {path}\n{reads(visitor)}\n")
    visitor.go("/operator/nations")
    visitor.page.get_by_label("Search by address").fill(person.nation_slug)
    expect(visitor.page.get_by_role("row")).to_have_count(2, timeout=PATIENCE)  # other pages tell of others
    read.append(f"# /operator/nations\n{re.sub(FIGURE, '#', reads(visitor))}\n")

    assert wide == []
    assert "\n".join(read) == snapshot


def is_too_wide(visitor: Visitor, path: str) -> bool:
    """Whether a page has to be moved sideways."""
    visitor.go(path)
    visitor.settled()
    return bool(visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def reads(visitor: Visitor) -> str:
    """What a screen reader is given of the page: roles, names and texts, without what the clock says."""
    foot = visitor.page.locator(".public-foot")
    if foot.get_by_role("button", name="Sign out").count():  # who this is may still be on its way
        expect(foot.get_by_role("link", name="Back")).to_be_visible(timeout=PATIENCE)
    text = visitor.page.locator("body").aria_snapshot().replace(visitor.machine.app_url, "")
    return re.sub(MOMENT, "<moment>", text)
