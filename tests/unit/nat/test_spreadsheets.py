"""Cells that a spreadsheet would take for a formula become text; everything else stays as it is."""

import csv
import io

import pytest

from nat.spreadsheets import cell, csv_text


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1 555 0100",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "＝1+1",
        " =1+1",
        "\xa0=1",
        "\ufeff=1",
        "\u202e=1",
        "\u2066\xad=1",
        "\u3000@x",
        "\x0b=1",
        "-1,23.00",
        "-$1+1",
        "|calc",
        "-",
    ],
)
def test_a_cell_that_could_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["Ann", "a=b", "12", "-0.50", "+3", "-1,234.50", "-$12", "-5%", "2026-11-22", "", "O'Neil"]
)
def test_other_text_and_plain_numbers_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_values_that_are_no_text_are_written_for_people() -> None:
    assert [cell(each) for each in (None, True, False, 5, -5)] == ["", "yes", "no", "5", "-5"]


def test_cells_with_quotes_commas_and_line_breaks_come_back_whole() -> None:
    row = ['say "hi", Ann', "two\nlines", "ø"]

    text = csv_text(["a", "b", "c"], [row])

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == row


def test_a_header_is_escaped_too() -> None:
    assert csv_text(["=x"], []) == "\ufeff'=x\r\n"


@pytest.mark.parametrize(
    ("text", "inert"),
    [
        ('Ann;=HYPERLINK("https://evil.example")', 'Ann;\'=HYPERLINK("https://evil.example")'),
        ("Ann; +1", "Ann; '+1"),
        ("a\t=1\t@b", "a\t'=1\t'@b"),
        ("two\n=lines", "two\n'=lines"),
        ("a;\u202e=1", "a;\u202e'=1"),
        ('a;"=1+1;b', "a;\"'=1+1;b"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("\n=1", "'\n'=1"),
        ("=1;=2", "'=1;'=2"),
        ("a;b", "a;b"),
    ],
)
def test_what_follows_another_separator_is_no_formula_either(text: str, inert: str) -> None:
    assert cell(text) == inert


def test_a_file_says_that_it_is_utf_8() -> None:
    assert csv_text(["Zoë"], []).encode().startswith(b"\xef\xbb\xbf")
