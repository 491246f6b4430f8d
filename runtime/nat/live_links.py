"""Which addresses in an answer stay links: those that a tool returned, the nation's and the app's.

Text of records reaches answers, and a link or an image in it would carry data away: an image as soon as it is
shown. So before anything is stored or pushed, images become their text, links to other places become theirs,
and bare addresses lose what makes them links. HTML tags go, but for line breaks. Nothing can be completed
later: what is half there is held back until it is whole, and what never becomes whole is escaped.

Markdown's forms as in CommonMark and GitHub's: inline links and images, references and their definitions,
`<https://…>`, bare `https://…` and `www.…`. The text of a stream is the same however it is cut.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 2_500
"""Characters of one link or tag. What is longer is no link here, and none to who shows it."""
DEEPEST: Final = 8
"""Levels of brackets within brackets. Those within are text."""

_SPECIAL: Final = re.compile(r"[\\!\[\]<]|(?<![A-Za-z0-9])[hHwW]")
_BRACKET: Final = re.compile(r"\\.|\n\n|[\[\]()]", re.DOTALL)
_STARTS: Final = ("https://", "http://", "www.")
_STARTS_BARE: Final = re.compile(r"(?:https?://|www\.)+", re.IGNORECASE)
_BARE: Final = re.compile(r"(?:https?://|www\.)[^\s<>\[\]`\"|]*", re.IGNORECASE)
_ENDING: Final = re.compile(r"[?!.,:*_~'\")]+$")
_TAG: Final = re.compile(r"<[/!?A-Za-z]")
_BREAK: Final = re.compile(r"br\s*/?", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ALT: Final = re.compile(r"""img\b[^>]*?\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE | re.DOTALL)
_ELEMENT: Final = re.compile(
    r"/?(?:a|b|i|u|s|em|strong|p|div|span|font|center|img|picture|video|audio|source|track|iframe|script|"
    r"style|svg|object|embed|link|meta|base|form|input|button|table|thead|tbody|tr|td|th|ul|ol|li|h[1-6]|hr|"
    r"code|pre|sub|sup|small|big|details|summary|br)(?![\w-])|!",
    re.IGNORECASE,
)
"""What is left out of an answer as HTML. Other text in angle brackets is shown as it is written."""
_UNSAFE: Final = re.compile(r"[\\\x00-\x20\x7f]")
_SPOILS: Final = re.compile(r"[\s<>()\[\]\\\"'`]")
"""Signs with which an address would end elsewhere in Markdown than here."""
_JOINS: Final = re.compile(r"(?:(?<![a-z0-9])(?:https?:?/?|htt?|h|w{1,3})|[\]!\\<&])$", re.IGNORECASE)
"""What the beginning of a link ends in."""
_BETWEEN: Final = "\u2060"
"""Word joiner: shows nothing, and keeps apart what must not become a link."""


@dataclass(frozen=True)
class LiveAddresses:
    """Addresses that may stay links: on these hosts, or exactly these."""

    hosts: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()

    def adding(self, addresses: Iterable[str]) -> "LiveAddresses":
        """The same with more addresses."""
        return LiveAddresses(self.hosts, self.exact | frozenset(addresses))

    def __contains__(self, written: str) -> bool:
        """Whether a destination, as Markdown writes it, may stay one."""
        address = html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written))
        if address in self.exact:
            return True
        if _UNSAFE.search(address) or address.count("://") > 1:  # another address may begin within
            return False
        try:
            parts = urlsplit(address)
            return (
                parts.scheme == "https"
                and parts.hostname in self.hosts
                and parts.netloc.casefold() == parts.hostname
            )
        except ValueError:
            return False


class _Unfinished(Exception):
    """What stands at the end may yet become a link."""


class LinkGuard:
    """One stream of Markdown. `feed` gives what can be shown by now, `end` the rest."""

    def __init__(self, live: LiveAddresses) -> None:
        self._live = live
        self._held = ""
        self._tail = "\n"
        self._cut = False

    def feed(self, text: str) -> str:
        """More text; gives what is whole."""
        self._held += text
        return self._take(final=False)

    def end(self) -> str:
        """No more text; gives what was held back."""
        return self._take(final=True)

    def _take(self, *, final: bool) -> str:
        scan = _Scan(self._held, self._live, final=final, tail=self._tail, cut=self._cut)
        shown = scan.run()
        self._held, self._tail, self._cut = self._held[scan.at :], scan.tail, scan.cut
        return shown


def guarded(text: str, live: LiveAddresses = LiveAddresses()) -> str:
    """A whole text with no links but live ones."""
    return _Scan(text, live, final=True).run()


class _Scan:
    """One pass over a text. `at` is how far it came, `tail` the last that it showed, and `cut` whether
    something was left out right behind that."""

    def __init__(
        self,
        text: str,
        live: LiveAddresses,
        *,
        final: bool,
        tail: str = "\n",
        cut: bool = False,
        level: int = 0,
    ) -> None:
        self._text = text
        self._live = live
        self._final = final
        self._level = level
        self._ends: dict[int, int] = {}
        self.at = 0
        self.tail = tail
        self.cut = cut

    def run(self) -> str:
        shown: list[str] = []
        while self.at < len(self._text):
            start = self.at
            try:
                piece, left_out = self._next()
            except _Unfinished:
                self.at = start
                break
            if (left_out or self.cut) and _JOINS.search(self.tail):
                piece = f"{_BETWEEN}{piece}"  # else a link could be put together from what is left
            self.cut = left_out
            self.tail = (self.tail + piece)[-10:]
            shown.append(piece)
        return "".join(shown)

    def _next(self) -> tuple[str, bool]:
        """The next piece, and whether something of what was written is left out around it."""
        text, at = self._text, self.at
        found = _SPECIAL.search(text, at)
        if found is None or found.start() > at:
            return self._as_it_is(len(text) if found is None else found.start())
        match text[at]:
            case "\\":
                self._need(at + 1)
                return self._as_it_is(min(at + 2, len(text)))
            case "!":
                self._need(at + 1)
                if not text.startswith("![", at):
                    return self._as_it_is(at + 1)
                return self._bracket(at + 1, image=True)
            case "]":  # without an opening one
                self.at = at + 1
                return "\\]", False
            case "[":
                return self._bracket(at, image=False)
            case "<":
                return self._angle(at)
        return self._bare(at)

    def _need(self, place: int) -> None:
        """Raises `_Unfinished` when what decides stands at a place that has not come yet."""
        if place >= len(self._text) and not self._final:
            raise _Unfinished

    def _as_it_is(self, until: int) -> tuple[str, bool]:
        start, self.at = self.at, until
        return self._text[start:until], False

    def _bracket(self, opening: int, *, image: bool) -> tuple[str, bool]:
        text, live = self._text, self._live
        closing = self._closing(opening) if self._level < DEEPEST else None
        if closing is None:
            self.at = opening + 1
            return "\\[", image
        self._need(closing + 1)
        inner = self._inner(text[opening + 1 : closing])
        self.at = closing + 1
        match text[closing + 1 : closing + 2]:
            case "(":
                end = self._closing(closing + 1)
                if end is None:
                    return f"\\[{inner}\\]", image
                self.at = end + 1
                address = _destination(text[closing + 2 : end])
                if not image and address in live and not _SPOILS.search(address):
                    return f"[{inner}]({address})", False
                return inner, True
            case "[":
                end = self._closing(closing + 1)
                self.at = self.at if end is None else end + 1
                return inner, True
            case ":":  # a reference's definition; its address is a bare one then
                return f"\\[{inner}\\]", image
        return (inner, True) if image else (f"[{inner}]", False)

    def _inner(self, text: str) -> str:
        """What stands within, on its own."""
        return _Scan(text, self._live, final=True, level=self._level + 1).run()

    def _closing(self, opening: int) -> int | None:
        """Where a bracket closes; `None` if it never does. Raises `_Unfinished` while it may."""
        if opening not in self._ends:
            self._read_brackets(opening)
        end = self._ends[opening]
        if end - opening > LONGEST or self._text.startswith("\n\n", end):
            return None
        self._need(end)
        return end if end < len(self._text) else None

    def _read_brackets(self, start: int) -> None:
        """Find where each bracket from here on ends: where it closes, at the end of its paragraph, or of the
        text. One pass for all: a text of nothing but opening ones would take one for each."""
        squares: list[int] = []
        rounds: list[int] = []
        for found in _BRACKET.finditer(self._text, start):
            match found[0]:
                case "[":
                    squares.append(found.start())
                case "(":
                    rounds.append(found.start())
                case "]" if squares:
                    self._ends[squares.pop()] = found.start()
                case ")" if rounds:
                    self._ends[rounds.pop()] = found.start()
                case "\n\n":
                    self._ends.update(dict.fromkeys(squares + rounds, found.start()))
                    squares, rounds = [], []
        self._ends.update(dict.fromkeys(squares + rounds, len(self._text)))

    def _angle(self, at: int) -> tuple[str, bool]:
        self._need(at + 1)
        if not _TAG.match(self._text, at):
            return self._as_it_is(at + 1)
        end = self._text.find(">", at, at + LONGEST)
        if end < 0 and len(self._text) - at < LONGEST:
            self._need(len(self._text))
        self.at = at + 1 if end < 0 else end + 1
        inside = self._text[at + 1 : end]
        if end < 0:
            return "&lt;", False
        if _BREAK.fullmatch(inside) or (inside in self._live and not _SPOILS.search(inside)):
            return f"<{inside}>", False
        if _STARTS_BARE.match(inside):
            return _inert(inside), True
        if _EMAIL.fullmatch(inside):
            return inside, True
        if alt := _ALT.match(inside):
            return self._inner(alt[1] or alt[2] or ""), True
        if _ELEMENT.match(inside):
            return "", True
        self.at = at + 1
        return "&lt;", False

    def _bare(self, at: int) -> tuple[str, bool]:
        rest = self._text[at : at + len("https://")].lower()
        if any(each.startswith(rest) and each != rest for each in _STARTS):
            self._need(len(self._text))
        found = _BARE.match(self._text, at)
        if found is None or (at == 0 and self.tail[-1:].isalnum() and not self.cut):
            return self._as_it_is(at + 1)
        self._need(found.end())
        ending = _ENDING.search(found[0])
        address = found[0][: ending.start()] if ending else found[0]
        self.at = at + len(address)
        return (address, False) if address in self._live else (_inert(address), True)


def _destination(inside: str) -> str:
    """The address in the brackets of an inline link, without a title."""
    inside = inside.strip()
    if inside.startswith("<") and ">" in inside:
        return inside[1 : inside.index(">")]
    return re.split(r"\s", inside, maxsplit=1)[0]


def _inert(address: str) -> str:
    """An address as text that nobody makes a link of."""
    return _STARTS_BARE.sub("", address)
