"""Automations in the web app: made, tried, enabled, run, edited, paused, deleted, in a real browser."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from local.demo import DemoPerson, add_member, add_user
from local.machine import Machine
from nat.ids import NationSlug, UserId
from nat.roles import Role
from tests.browser.axe import violations
from tests.browser.visitor import PATIENCE, Visitor

QUESTION = "how many people are tagged volunteer?"


@pytest.fixture
def visitor(machine: Machine, browser: Browser) -> Iterator[Visitor]:
    """An admin of the demonstration's nation who has no automations yet."""
    email = f"{secrets.token_hex(6)}@demo.example"
    person = DemoPerson(email, NationSlug("demo"), Role.ADMIN)
    user_id = add_user(machine.deployment, email, person.password)
    add_member(machine.deployment, UserId(user_id), person)
    visitor = Visitor.arrive(machine, browser)
    visitor.sign_in_as(person)
    yield visitor
    visitor.leave()


def fill(visitor: Visitor, name: str) -> None:
    """Fill in the form of a new automation, on Mondays in Berlin."""
    visitor.go("/automations/new")
    visitor.page.get_by_label("Name").fill(name)
    visitor.page.get_by_label("Question").fill(QUESTION)
    visitor.page.get_by_label("Time zone").fill("Europe/Berlin")


def test_an_automation_is_made_tried_enabled_and_run(visitor: Visitor) -> None:
    name = f"Volunteers {secrets.token_hex(3)}"  # other tests leave theirs, and an admin sees all
    fill(visitor, name)
    expect(visitor.page.locator(".next-runs li")).to_have_count(3, timeout=PATIENCE)
    visitor.click("Create")
    visitor.heading(name)
    visitor.sees("Not enabled")

    visitor.click("Try it on the last run")
    expect(visitor.page.locator(".run-answer").first).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)
    visitor.sees("Cost: $0.0")
    visitor.sees("tried out")

    visitor.click("Enable")
    visitor.sees("Next runs")
    visitor.click("Run now")
    expect(visitor.page.get_by_role("row").filter(has_text="by hand")).to_contain_text(
        "Done", timeout=PATIENCE
    )

    visitor.click("Edit")
    visitor.page.get_by_label("Tuesday").check()
    visitor.click("Save")
    visitor.sees("Every Monday and Tuesday at 9:00 AM (Europe/Berlin)")
    visitor.click("Pause")
    visitor.sees("Paused")
    visitor.click("Delete")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    visitor.heading("Automations")
    expect(visitor.page.get_by_text(name)).to_have_count(0, timeout=PATIENCE)


def test_a_time_that_a_clock_skips_and_a_form_that_says_nothing_are_told(visitor: Visitor) -> None:
    fill(visitor, "At night")
    visitor.page.get_by_label("How often").select_option("daily")
    visitor.page.get_by_label("Time", exact=True).fill("02:30")
    visitor.sees("so there is no run on that day.")

    visitor.page.get_by_label("How often").select_option("weekly")
    visitor.page.get_by_label("Monday").uncheck()
    visitor.sees("Choose a day at least.")
    expect(visitor.page.get_by_role("button", name="Create")).to_be_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_form_and_automation_are_accessible(visitor: Visitor, scheme: str) -> None:
    visitor.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of two words
    fill(visitor, "Volunteers")
    visitor.click("Create")
    visitor.heading("Volunteers")
    found: dict[str, list[str]] = {}
    one = visitor.page.url
    for path in (one, "/automations", "/automations/new"):
        visitor.page.goto(path if path == one else f"{visitor.machine.app_url}{path}")
        visitor.settled()
        if seen := violations(visitor.page):
            found[path] = seen
    assert found == {}
