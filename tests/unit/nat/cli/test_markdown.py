"""Answers in a terminal: nothing steers it, nothing of the text is lost, and no amount is cut."""

import io

import pytest
from rich.console import Console

from nat.cli.markdown import safe_markdown


def shown(text: str, width: int = 80) -> str:
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=False).print(safe_markdown(text))
    return out.getvalue()


@pytest.mark.parametrize("entity", ["&#x202e;", "&#8238;", "&#x1b;[2J", "&#x2066;", "\u202e"])
def test_an_entity_is_no_way_to_steer_the_terminal(entity: str) -> None:
    text = shown(f"paid {entity} 100")

    assert not set(text) & set("\u202e\u2066\x1b")
    assert "100" in text


def test_a_break_in_a_cell_keeps_names_apart() -> None:
    text = shown("| Who |\n| --- |\n| Ann Lee<br>Bob Ray<br/>Cy |")

    assert [line.strip() for line in text.splitlines() if line.strip()][-3:] == ["Ann Lee", "Bob Ray", "Cy"]


def test_the_text_of_an_html_block_is_shown() -> None:
    assert "twelve people" in shown("<div>\n<p>twelve people</p>\n</div>\n\nand more")


def test_amounts_are_whole_and_columns_that_do_not_fit_are_named() -> None:
    names = [f"Month {each}" for each in range(1, 8)]
    table = "\n".join(
        ["| " + " | ".join(names) + " |", "|" + " --- |" * 7, "| " + " | ".join(["1,234,567.00"] * 7) + " |"]
    )

    text = shown(table, 80)

    numbers = [word for word in text.split() if word.count(",") == 2]
    assert set(numbers) == {"1,234,567.00"}
    assert "Too narrow for:" in text
    assert shown(table, 140).count("1,234,567.00") == 7


@pytest.mark.parametrize(
    "amount",
    [
        "US$1,234,567.00",
        "-A$1,234,567.00",
        "1,234,567.00kr",
        "1 234 567,00 €",
        "1\u202f234\u202f567,00\u202f€",
        "CHF 1'234'567.00",
        "(1,234,567.00)",
    ],
)
@pytest.mark.parametrize("width", [80, 40, 24])
def test_an_amount_is_whole_however_it_is_written(amount: str, width: int) -> None:
    table = "\n".join(
        ["| Name" + " | Month" * 6 + " |", "| ---" * 7 + " |", "| Ann" + f" | {amount}" * 6 + " |"]
    )

    text = shown(table, width)

    assert amount in text
    assert text.count("234") == text.count(amount)


def test_an_amount_that_no_line_can_hold_is_folded_and_not_cut() -> None:
    text = shown("| Total |\n| --- |\n| 1 234 567 890 123,00 |", 14)

    assert "1234567890123,00" in "".join(text.split())


def test_long_words_fold_and_stay_whole_in_letters() -> None:
    address = "a-very-long-address-without-any-space@organisation.example"

    text = shown(f"| Email | Given |\n| --- | --- |\n| {address} | $1,250.00 |", 40)

    assert "$1,250.00" in text
    assert address in "".join(text.split("$1,250.00")[0].split() + text.split("$1,250.00")[1].split())
