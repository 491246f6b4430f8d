"""Links of an answer: only to where a tool, the nation or the app leads; images become their text."""

import re
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nat.live_links import LONGEST, LinkGuard, LiveAddresses, guarded

PANEL: Final = "https://demo.nationbuilder.com/admin/signups/7"
FILE: Final = "https://files.example/f/1?x=(1)"
LIVE: Final = LiveAddresses(
    frozenset({"demo.nationbuilder.com", "app.nat.test"}), frozenset({"https://ok.example/a"})
)
EVIL: Final = "https://evil.test/?d=x"


@pytest.mark.parametrize(
    "text",
    [
        f"See [Ann]({PANEL}).",
        f"<{PANEL}>",
        f"Open {PANEL}, please.",
        "[File](https://ok.example/a)",
        "https://app.nat.test/settings",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "3 < 5 and x > 2; [ ] open, [x] done; a[0]! Wow.",
        "one<br>two",
        "**bold** _it_ `code` \\[x\\]",
        "who www hhh http https wow!",
    ],
)
def test_what_leads_to_nothing_foreign_stays_as_it_is(text: str) -> None:
    assert guarded(text, LIVE) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"![Ann]({EVIL})", "Ann"),
        (f"![]({EVIL})", ""),
        (f"![Ann]({PANEL})", "Ann"),
        (f"[Ann]({EVIL})", "Ann"),
        (f"[**Ann** `x`]({EVIL} 'title')", "**Ann** `x`"),
        (f"[Ann](<{EVIL}>)", "Ann"),
        (f"[![logo]({EVIL})]({PANEL})", f"[logo]({PANEL})"),
        (f"[![logo]({PANEL})]({EVIL})", "logo"),
        (f"Go to {EVIL}.", "Go to evil.test/?d=x."),
        ("www.evil.test/a", "evil.test/a"),
        ("https://https://evil.test", "evil.test"),
        (f"<{EVIL}>", "evil.test/?d=x"),
        (f"[a][1]\n\n[1]: {EVIL}", "a\n\n\\[1\\]: evil.test/?d=x"),
        (f'<img src="{EVIL}" alt="Ann">', "Ann"),
        (f'<a href="{EVIL}">Ann</a>', "Ann"),
        ("<joan@x.example>", "joan@x.example"),
        ("Array<string>", "Array&lt;string>"),
        ("[x](javascript:alert(1))", "x"),
        ("[x](//evil.test)", "x"),
        ("[x](/admin)", "x"),
        ("[x](https://demo.nationbuilder.com@evil.test/)", "x"),
        ("[x](https://demo.nationbuilder.com\\@evil.test/)", "x"),
        ("[x](https://demo.nationbuilder.com.evil.test/)", "x"),
        ("[x](http://demo.nationbuilder.com/)", "x"),
        ("[x](https&#58;//evil.test)", "x"),
        ("[x](https://demo.nationbuilder.com:8443/)", "x"),
    ],
)
def test_what_leads_elsewhere_becomes_its_text(text: str, shown: str) -> None:
    assert guarded(text, LIVE) == shown


TARGET: Final = re.compile(
    r"!\[[^\]]*\]\(|(?<!\\)\]\((?!https://(?:demo\.nationbuilder\.com|app\.nat\.test)[/)]|https://ok\.example/a\))"
    r"|(?<![A-Za-z0-9])(?:https?://|www\.)(?!demo\.nationbuilder\.com|app\.nat\.test|ok\.example/a)\w"
    r"|<(?:img|a)\b",
    re.IGNORECASE,
)
"""What would show an image or make a foreign link."""

PARTS: Final = st.sampled_from(
    [
        "![", "[", "]", "](", ")", "(", "<b>", "</b>", "<img ", "<", ">", "h", "ht", "htt", "http", "https",
        "https:", "://", "s://", "ttps://", "www", ".", "w", "evil.test", EVIL, PANEL, "x", " ", "\n", "\\",
        "!", "&lt;", ":", '"', "'", "alt='", "`", "[a]: ", "<!--",
    ]
)  # fmt: skip
MARKDOWN: Final = st.lists(PARTS, max_size=14).map("".join)


@settings(deadline=None, max_examples=600)
@given(MARKDOWN)
def test_no_text_makes_a_foreign_link(text: str) -> None:
    assert TARGET.search(guarded(text, LIVE)) is None


@settings(deadline=None, max_examples=300)
@given(MARKDOWN, st.lists(st.integers(0, 80), max_size=6))
def test_a_stream_is_the_same_however_it_is_cut(text: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(each, len(text)) for each in cuts), len(text)]
    guard = LinkGuard(LIVE)

    shown = [guard.feed(text[start:end]) for start, end in pairwise(edges)]

    assert "".join([*shown, guard.end()]) == guarded(text, LIVE)


def test_a_half_streamed_link_is_held_back_until_it_is_whole() -> None:
    guard = LinkGuard(LIVE)

    assert guard.feed("See ![Ann](https://ev") == "See "
    assert guard.feed("il.test/?d=secret") == ""
    assert guard.feed(") now") == "Ann now"
    assert guard.end() == ""


def test_ordinary_text_is_not_held_back() -> None:
    assert LinkGuard(LIVE).feed("There are 23 people, and 4 of") == "There are 23 people, and 4 of"


def test_what_never_becomes_whole_is_escaped() -> None:
    guard = LinkGuard(LIVE)

    held = guard.feed("[" + "x" * (LONGEST + 10))

    assert held.startswith("\\[x")
    assert TARGET.search(held + guard.feed(f"]({EVIL})") + guard.end()) is None


@pytest.mark.parametrize("brackets", [("[", "]"), ("![", "](x)"), ("[", f"]({PANEL})")])
def test_brackets_within_brackets_without_end_are_text(brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    text = opening * 1_200 + "x" + closing * 1_200

    guard = LinkGuard(LIVE)
    shown = guarded(text, LIVE)

    assert "x" in shown
    assert "".join(map(guard.feed, text)) + guard.end() == shown


def test_a_text_of_nothing_but_opening_brackets_is_read_in_one_pass() -> None:
    assert guarded("[" * 50_000, LIVE) == "\\[" * 50_000
