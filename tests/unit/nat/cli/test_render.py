"""How a turn looks in a terminal and in a pipe."""

import io
import re

import pytest
from rich.console import Console

from nat.cli.render import Screen, tool_line
from nat.cli.terminal import clean
from nat.contract.events import (
    Event,
    Link,
    Notice,
    Progress,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnRestarted,
    TurnStopped,
)

STARTED = ToolStarted(call="t1", tool="list_tags", label="Looking at tags")
FINISHED = ToolFinished(
    call="t1", tool="list_tags", label="Looking at tags", ok=True, returned=20, total=45, complete=False
)


def shown(*events: Event, terminal: bool = True) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=terminal, width=80, color_system=None)
    screen = Screen(console)
    for event in events:
        screen.show(event)
    screen.finish()
    return file.getvalue()


def test_text_is_rendered_as_markdown() -> None:
    output = shown(TextDelta("| Name | Gifts |\n|---|---|\n"), TextDelta("| Ana | 3 |\n"), TurnFinished(""))

    assert "Ana" in output
    assert "|---|" not in output


def test_a_tool_is_shown_with_what_it_saw() -> None:
    assert "✓ Looking at tags: 20 of 45, not complete" in shown(STARTED, FINISHED)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ToolFinished("t", "x", "Looking", ok=True), "✓ Looking"),
        (ToolFinished("t", "x", "Looking", ok=True, returned=3, total=3, complete=True), "✓ Looking: 3"),
        (ToolFinished("t", "x", "Counting", ok=True, total=45), "✓ Counting: 45"),
        (ToolFinished("t", "x", "Counting", ok=True, returned=0, total=45), "✓ Counting: 45"),
        (ToolFinished("t", "x", "Looking", ok=True, returned=0, total=0), "✓ Looking: 0"),
        (ToolFinished("t", "x", "Looking", ok=False), "✗ Looking: failed"),
    ],
)
def test_a_tool_fits_one_line(event: ToolFinished, line: str) -> None:
    assert tool_line(event) == line


def test_links_are_listed_with_their_address() -> None:
    output = shown(
        TextDelta("23."), TurnFinished("23.", (Link("Donors", "https://demo.nationbuilder.com/x"),))
    )

    assert "→ Donors: https://demo.nationbuilder.com/x" in output


def test_notices_and_progress_are_shown() -> None:
    output = shown(
        Notice("usage_warning", "80 % of your queries are used.", "https://app.example"),
        Progress("Tagging people", 5, 23, failed=1),
    )

    assert "! 80 % of your queries are used. https://app.example" in output
    assert "Tagging people: ━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 5 of 23, 1 failed" in output


def test_a_stopped_turn_says_so() -> None:
    assert "Stopped." in shown(TextDelta("Twenty"), TurnStopped("Twenty"))


def test_a_failed_turn_is_kept_for_the_command_to_report() -> None:
    screen = Screen(Console(file=io.StringIO()))

    screen.show(TurnFailed("model_error", "The AI service failed.", True))

    assert screen.failed is not None


def test_text_that_was_not_settled_is_dropped_on_a_restart() -> None:
    output = shown(TextDelta("Half a"), TurnRestarted(""), TextDelta("Whole."), TurnFinished("Whole."))

    assert output.index("Going on") < output.index("Whole.")


def test_no_record_can_steer_the_terminal() -> None:
    hostile = "\x1b]0;owned\x07\x1b[2J\x9b31mAna\u202e"

    assert clean(hostile) == "]0;owned[2J31mAna"
    assert "\x1b]0" not in shown(TextDelta(hostile), TurnFinished(""))


@pytest.mark.parametrize(
    "text",
    [
        "[your bank](https://evil.example/x)",
        "[your bank][1]\n\n[1]: https://evil.example/x",
        "[your bank](https://demo.nationbuilder.com.evil.example/x)",
        "[your bank](http://demo.nationbuilder.com/evil)",
    ],
)
def test_a_link_to_anywhere_shows_its_address(text: str) -> None:
    output = shown(TextDelta(text), TurnFinished(""))

    assert re.search(r"your bank \(https?://\S*evil\S*\)", output)


def test_a_link_to_the_control_panel_shows_only_its_label() -> None:
    output = shown(TextDelta("[Ana](https://demo.nationbuilder.com/admin/signups/1)"), TurnFinished(""))

    assert "Ana" in output
    assert "(https" not in output


def test_an_image_is_only_described() -> None:
    output = shown(TextDelta("![a cat](https://evil.example/cat.png)"), TurnFinished(""))

    assert "(image: a cat)" in output
    assert "evil.example" not in output


def test_in_a_pipe_only_the_answer_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    output = shown(
        STARTED, FINISHED, TextDelta("23 "), TextDelta("people."), TurnFinished("23 people."), terminal=False
    )

    assert output == "23 people.\n"
    assert "Looking at tags" in capsys.readouterr().err


def test_a_report_that_was_not_streamed_is_shown_at_the_end() -> None:
    output = shown(Progress("Tagging", 23, 23), TurnFinished("Done: 23 of 23."))

    assert "Done: 23 of 23." in output


def test_a_streamed_answer_is_not_shown_twice() -> None:
    assert shown(TextDelta("23 people."), TurnFinished("23 people.")).count("23 people.") == 1
