"""How an intent works: a generator that yields tool calls, receives their results, and returns the answer.

    @INTENTS.on(r"\\bwho donated\\b")
    def donors(ask: Ask, match: re.Match[str]) -> Plan:
        (gifts,) = yield (call("list_donations", limit=20),)
        return f"{gifts.total} donations."

Nothing is remembered between requests: for each one the generator runs from its beginning and is fed the
results that the conversation already holds, until it wants a call that has not been made.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.claude.brain.conversation import Conversation, Past
from local.claude.brain.periods import Calendar, Period
from local.claude.brain.result import Result
from local.claude.brain.tools import Call, Tools
from local.claude.brain.words import Words
from local.claude.reply import Reply

Plan = Generator[tuple[Call, ...], tuple[Result, ...], str]


class Said(Exception):
    """Ends a plan with this answer."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class ToolFailed(Exception):
    """A tool said that it could not; a plan may catch it, else it is explained to the person."""

    def __init__(self, name: str, result: Result) -> None:
        super().__init__(name)
        self.name = name
        self.result = result


class NotOffered(Exception):
    """A plan wants a tool that the request does not offer."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Ask:
    """What an intent works with. `more`: the person wants a longer list than before."""

    words: Words
    conversation: Conversation
    tools: Tools
    calendar: Calendar
    more: bool = False

    @property
    def text(self) -> str:
        """The normalised question."""
        return self.words.text

    @property
    def context(self) -> Mapping[str, Any]:
        """What the app says about the moment: nation, now, time_zone, role, page."""
        return self.conversation.context

    @property
    def period(self) -> Period | None:
        """The period that the question names."""
        return self.calendar.find(self.text)

    @property
    def first_quoted(self) -> str | None:
        """What stands between the first quotation marks."""
        return self.words.quoted[0] if self.words.quoted else None

    @property
    def limit(self) -> int:
        """How many records to list: what was asked for, else 20, or 100 when more is wanted."""
        asked = re.search(
            r"\b(?:top|first|last|latest|newest|biggest|largest|recent|show|"
            r"list) (?:me )?(?:the )?(\d{1,3})\b(?! (?:day|week|month|year))",
            self.text,
        )
        if asked:
            return max(1, int(asked[1]))
        return 100 if self.more else 20

    @property
    def wants_count(self) -> bool:
        """Whether only a number is asked for."""
        return bool(re.search(r"\b(how many|number of|count|total number)\b", self.text)) and not self.more

    @property
    def page_record(self) -> tuple[str, str] | None:
        """Kind and id of the record open in the control panel."""
        page = self.context.get("page")
        if not isinstance(page, Mapping) or not page.get("record_id"):
            return None
        return str(page.get("kind") or "other"), str(page["record_id"])


Maker = Callable[[Ask, re.Match[str]], Plan]


@dataclass(frozen=True)
class Intent:
    """A pattern over the normalised question and what to do when it fits."""

    pattern: re.Pattern[str]
    make: Maker
    unless: re.Pattern[str] | None = None

    def match(self, text: str) -> re.Match[str] | None:
        """The match, if the intent fits."""
        found = self.pattern.search(text)
        if found is None or (self.unless is not None and self.unless.search(text)):
            return None
        return found


class Intents(list[Intent]):
    """The intents of one module, in their order: the first pattern that fits decides."""

    def on(self, *patterns: str, unless: str | None = None) -> Callable[[Maker], Maker]:
        """Declare an intent."""

        def declare(make: Maker) -> Maker:
            refused = re.compile(unless) if unless else None
            self.extend(Intent(re.compile(pattern), make, refused) for pattern in patterns)
            return make

        return declare


def say(text: str) -> Plan:
    """A plan that only answers."""
    yield from ()
    return text


def run(plan: Plan, ask: Ask, explain: Callable[[Exception], str], parallel: bool = True) -> Reply:
    """Feed a plan with what is known; its next calls or its answer as a reply."""
    waiting = list(ask.conversation.past)
    try:
        wanted = next(plan)
        while True:
            missing = next((each for each in wanted if each.name not in ask.tools), None)
            if missing is not None:
                wanted = plan.throw(NotOffered(missing.name))
                continue
            results = [_taken(each, waiting) for each in wanted]
            open_calls = [each for each, result in zip(wanted, results, strict=True) if result is None]
            if open_calls:
                return _calls(open_calls if parallel else open_calls[:1], ask.tools)
            known = [result for result in results if result is not None]
            failed = next(
                (
                    ToolFailed(each.name, result)
                    for each, result in zip(wanted, known, strict=True)
                    if result.failed
                ),
                None,
            )
            wanted = plan.throw(failed) if failed else plan.send(tuple(known))
    except StopIteration as stop:
        return Reply.text(str(stop.value))
    except Said as said:
        return Reply.text(said.text)
    except (ToolFailed, NotOffered) as problem:
        return Reply.text(explain(problem))


def _taken(wanted: Call, waiting: list[Past]) -> Result | None:
    """The first unused result of a tool of this name."""
    for place, past in enumerate(waiting):
        if past.name == wanted.name:
            return waiting.pop(place).result
    return None


def _calls(wanted: Sequence[Call], tools: Tools) -> Reply:
    content = [{"type": "tool_use", "name": each.name, "input": tools.fit(each)} for each in wanted]
    return Reply(tuple(content), "tool_use")
