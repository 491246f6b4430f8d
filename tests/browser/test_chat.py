"""The chat in a browser, in each of its states: under strict headers, for everybody, with hostile records."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from syrupy.assertion import SnapshotAssertion

from tests.browser.axe import CONTRAST, violations
from tests.browser.comparing import differing, picture
from tests.browser.gallery import HEIGHT, STATES, newcomer, show, stand_still

Open = Callable[..., Page]


@pytest.fixture
def open_state(browser: Browser, gallery: str) -> Iterator[Open]:
    """Opens a state, in the same tab; whatever the browser complains of fails the test."""
    context = newcomer(browser)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    complaints: list[str] = []

    def complain(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    page = context.new_page()
    page.on("console", complain)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))

    def open_it(state: str, **wanted: str) -> Page:
        return show(page, gallery, state, **wanted)

    yield open_it
    context.close()
    assert complaints == []


def reads(page: Page) -> str:
    """What a screen reader is given: roles, names and texts."""
    return page.locator("#gallery").aria_snapshot()


def as_text(read: dict[str, str]) -> str:
    return "\n".join(f"# {state}\n{text}\n" for state, text in read.items())


def test_every_state_is_accessible_and_reads_and_looks_as_it_was_reviewed(
    open_state: Open, snapshot: SnapshotAssertion
) -> None:
    stand_still(open_state("empty"))
    found, read, seen = {}, {}, {}
    for state in STATES:
        page = open_state(state, theme="light", font="own")
        seen[f"{state}-light-768"] = picture(page)
        found[state], read[state] = violations(page, within="#gallery"), reads(page)

    assert {state: each for state, each in found.items() if each} == {}
    assert as_text(read) == snapshot
    assert differing(page, seen) == {}


def test_every_state_can_be_read_in_the_dark_and_looks_as_it_was_reviewed(open_state: Open) -> None:
    page = open_state("empty")
    stand_still(page)
    page.set_viewport_size({"width": 320, "height": HEIGHT})
    found, seen = {}, {}
    for state in STATES:
        page = open_state(state, theme="dark", font="own")
        seen[f"{state}-dark-320"] = picture(page)
        found[state] = violations(page, CONTRAST, within="#gallery")

    assert {state: each for state, each in found.items() if each} == {}
    assert differing(page, seen) == {}


def test_no_state_is_wider_than_a_small_phone_in_german(
    open_state: Open, snapshot: SnapshotAssertion
) -> None:
    page = open_state("empty")
    stand_still(page)
    page.set_viewport_size({"width": 320, "height": 640})
    wide, read = [], {}
    for state in STATES:
        page = open_state(state, lang="de")
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            wide.append(state)
        read[state] = reads(page)

    assert wide == []
    assert as_text(read) == snapshot


def test_nothing_that_a_record_says_is_more_than_text(open_state: Open) -> None:
    page = open_state("hostile")

    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_role("button", name="Propose anew")).to_be_visible()

    assert page.title() == "Chat"
    assert page.locator("#gallery :is(script, img, iframe)").count() == 0
    hrefs = page.evaluate("[...document.querySelectorAll('#gallery a')].map((each) => each.protocol)")
    assert set(hrefs) <= {"https:", "http:"}


def test_enter_sends_and_shift_enter_does_not(open_state: Open) -> None:
    page = open_state("empty")
    field = page.get_by_label("Ask Nat")

    field.fill("One")
    field.press("Shift+Enter")
    expect(page.get_by_role("article")).to_have_count(0)
    field.press_sequentially("two")
    field.press("Enter")

    expect(page.get_by_role("article")).to_contain_text("One\ntwo")
    expect(field).to_have_value("")


def test_enter_that_ends_a_composition_does_not_send(open_state: Open) -> None:
    page = open_state("empty")
    field = page.get_by_label("Ask Nat")
    field.fill("日本")

    field.evaluate(
        "(each) => each.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    field.evaluate(
        "(each) => each.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"
    )

    expect(field).to_have_value("日本")
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_table_is_copied_as_a_table_and_as_text(open_state: Open) -> None:
    page = open_state("answer")

    page.get_by_role("button", name="Copy table").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate(
        """async () => {
          const [item] = await navigator.clipboard.read();
          const read = async (type) => (await item.getType(type)).text();
          return {html: await read('text/html'), text: await read('text/plain')};
        }"""
    )

    assert "<td>Berlin</td><td>412</td>" in copied["html"].replace("\n", "")
    assert copied["text"].splitlines()[1] == "Berlin\t412\t32 %"


def test_a_table_is_saved_as_a_file_for_spreadsheets(open_state: Open) -> None:
    page = open_state("answer")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()

    text = download.value.path().read_bytes()
    assert text.startswith(b"\xef\xbb\xbfCity,Sign-ups,Share\r\nBerlin,412,32 %\r\n")


def test_a_series_is_a_chart_with_its_table_behind_it(open_state: Open) -> None:
    page = open_state("chart")

    page.get_by_role("button", name="Show as chart").click()
    chart = page.get_by_role("img", name="Donations: from 8,120 to 22,610, highest at 2026-10.")
    chart.press("ArrowRight")
    expect(page.get_by_role("status").filter(has_text="2026-05: 12,400")).to_be_visible()
    page.get_by_role("button", name="Show as table").click()

    expect(page.get_by_role("cell", name="$22,610")).to_be_visible()


def test_a_yes_to_what_cannot_be_undone_is_typed(open_state: Open) -> None:
    page = open_state("many")
    proceed = page.get_by_role("button", name="Proceed")

    expect(proceed).to_be_disabled()
    page.get_by_label("Type 140 to confirm").fill("14")
    expect(proceed).to_be_disabled()
    page.get_by_label("Type 140 to confirm").fill("140")
    proceed.click()

    expect(page.locator(".nat-decision")).to_contain_text("Delete 140 people for good")


def test_records_are_chosen_by_searching_them(open_state: Open) -> None:
    page = open_state("approval")

    page.get_by_role("button", name="Choose records").click()
    page.get_by_label("Search records").fill("ohollander")
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.get_by_label("Search records").fill("emil ek 3")
    page.get_by_role("checkbox").uncheck()

    expect(page.get_by_text("22 of 23 chosen")).to_be_visible()
    expect(page.get_by_role("button", name="Proceed with 22")).to_be_enabled()


def test_a_refused_question_is_back_in_the_composer_with_a_way_on(open_state: Open) -> None:
    page = open_state("refused")

    expect(page.get_by_label("Ask Nat")).to_have_value("Who donated this week?")
    expect(page.get_by_role("alert")).to_contain_text("has used all queries")
    expect(page.get_by_role("link", name="Upgrade")).to_have_attribute("href", "https://app.example/billing")


def test_screen_readers_are_told_once_how_a_question_stands(open_state: Open) -> None:
    page = open_state("streaming")
    expect(page.get_by_role("status").filter(has_text="Working on it")).to_have_count(1)
    expect(page.get_by_role("article").last).to_have_attribute("aria-busy", "true")

    page = open_state("approval")
    expect(page.get_by_role("status").filter(has_text="This needs your approval")).to_have_count(1)
    expect(page.get_by_role("article").last).to_have_attribute("aria-busy", "false")


def test_a_long_answer_is_read_from_its_beginning_and_only_a_click_leads_to_its_end(open_state: Open) -> None:
    page = open_state("empty")
    page.set_viewport_size({"width": 768, "height": 420})
    page = open_state("answer")
    end = page.get_by_text("One person was counted in the month")

    expect(page.locator(".nat-question")).to_be_in_viewport()
    expect(end).not_to_be_in_viewport()
    page.get_by_role("button", name="Newest").click()

    expect(end).to_be_in_viewport()


def test_all_of_a_long_conversation_is_in_the_page_for_who_searches_it(open_state: Open) -> None:
    page = open_state("empty")

    page.evaluate("openConversation(20)")

    expect(page.get_by_role("article")).to_have_count(20)
    said = page.locator(".nat-log").text_content() or ""
    assert [each for each in range(20) if f"Question {each}" not in said] == []


def test_what_grows_moves_nothing_beside_it(open_state: Open) -> None:
    page = open_state("empty")
    log, field = page.locator(".nat-log"), page.get_by_label("Ask Nat")
    one_line = field.evaluate("(each) => each.clientHeight")

    field.fill("a line\n" * 4)
    grown = field.evaluate("(each) => each.clientHeight")
    field.fill("a line\n" * 80)
    page.evaluate("openConversation(20)")

    assert one_line < grown < field.evaluate("(each) => each.clientHeight") <= HEIGHT / 2
    assert log.evaluate("(each) => each.scrollHeight > each.clientHeight")
    # Scrollbars are not drawn here, so their place is asked for.
    assert log.evaluate("(each) => getComputedStyle(each).scrollbarGutter").startswith("stable")


def test_on_a_phone_sending_opens_no_keyboard_and_typing_does_not_zoom(
    browser: Browser, gallery: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    page = show(context.new_page(), gallery, "empty")
    field = page.get_by_label("Ask Nat")
    focused = "document.activeElement?.matches('textarea')"
    assert page.evaluate(focused) is False
    assert field.evaluate("(each) => parseFloat(getComputedStyle(each).fontSize)") >= 16

    page.get_by_role("button", name="Summarise this person").tap()
    page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("article")).to_contain_text("Summarise this person")

    assert page.evaluate(focused) is False
    context.close()
