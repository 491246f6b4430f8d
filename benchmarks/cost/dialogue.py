"""A conversation of usual size, as the model is sent it: two questions, three rounds of tools, two answers.

Prompt, tool list, results and cache breakpoints are made by the agent's own functions; what the records hold
and what the model says is invented here. Tokens are estimated as the Claude stand-in's `count_tokens` does
(3.6 bytes each), for Claude's tokenizer is not published.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from local.claude.cache import PromptCache
from local.claude.models import ModelCatalogue
from local.claude.prompt import Prompt, read_prompt
from local.claude.tokens import estimate, pieces
from nat.agent.models.body import as_bytes, head, tail
from nat.agent.ports import Asked, Block, Message, ModelRequest, Usage
from nat.agent.prompt import SYSTEM, question_message
from nat.agent.results import result_block
from nat.agent.tool import Outcome, Tool, tool_list_json
from nat.agent.tools import load
from nat.roles import Role

TOOLS: Final = 66
"""Tools of the product."""
RESULT_LIMIT: Final = 20_000
RECORDS: Final = 20
"""In one result: a tool's own limit unless the model asks for more."""
MANY_RECORDS: Final = 50
"""In each result of a long answer."""
NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEY: Final = "sk"
PANEL: Final = "https://demo.nationbuilder.com/admin/signups/"

QUESTIONS: Final = (
    "Who donated more than $100 this month, and who of them does not carry the tag major donor yet?",
    "And how many of those live in Berlin? Show me their phone numbers.",
)
ROUNDS: Final = (2, 1)
"""Rounds of tools for each question; each is a call of the model, and one more answers."""


@dataclass(frozen=True)
class Query:
    """The model calls of one question."""

    calls: tuple[Usage, ...]

    @property
    def usage(self) -> Usage:
        """Tokens of all calls."""
        return sum(self.calls, Usage())


@dataclass(frozen=True)
class Measured:
    """A conversation's queries, and the prefix that they share."""

    queries: tuple[Query, ...]
    tools: int
    prefix_tokens: int
    """Tool list and system prompt; with the mean of the present tools for each that is missing."""


def measure(model: str, *, warm: bool, records: int = RECORDS) -> Measured:
    """Run the conversation through the cache's rules. `warm`: somebody asked within the last five minutes.

    `records` are those of each result; two of five are shown in the answer.
    """
    tools = load()
    tools_json = tool_list_json(_all(tools))
    card = ModelCatalogue().find(model)
    cache = PromptCache(lambda: 0.0)
    if warm:
        cache.use(KEY, card, _prompt(model, tools_json, [_asked("Hello?")]))
    history: list[Message] = []
    queries = []
    for question, rounds in zip(QUESTIONS, ROUNDS, strict=True):
        messages = [*history, _asked(question)]
        calls = []
        for reply in _replies(rounds, records):
            used = cache.use(KEY, card, _prompt(model, tools_json, messages))
            calls.append(Usage(used.fresh, used.written, used.read, _said(reply)))
            messages.append({"role": "assistant", "content": reply})
            if results := _results(reply, records):
                messages.append({"role": "user", "content": results})
        queries.append(Query(tuple(calls)))
        history = messages
    return Measured(tuple(queries), len(tools), _prefix(model, tools_json))


def _all(tools: dict[str, Tool]) -> list[Tool]:
    """The tools, and copies of present ones in the place of those that are missing."""
    present = list(tools.values())
    missing = max(0, TOOLS - len(present))
    step = len(present) / missing if missing else 0
    copied = [present[int(number * step)] for number in range(missing)]
    return [
        *present,
        *(replace(tool, name=f"{tool.name}_{number}") for number, tool in enumerate(copied)),
    ]


def _asked(question: str) -> Message:
    return question_message(Asked(question, "demo", Role.ADMIN, "Europe/Berlin", NOW))


def _prompt(model: str, tools_json: str, messages: Sequence[Message]) -> Prompt:
    request = ModelRequest(SYSTEM, tools_json, messages)
    prompt: Prompt = read_prompt(json.loads(as_bytes(head(request), tail(request, model, "platform"))))
    return prompt


def _prefix(model: str, tools_json: str) -> int:
    prompt = _prompt(model, tools_json, [_asked("?")])
    return sum(block.tokens for block in prompt.blocks if block.message < 0)


def _replies(rounds: int, records: int) -> Iterator[list[Block]]:
    for number in range(rounds):
        arguments = {"amount_cents_from": 10_000, "since": "2026-11-01T00:00:00+01:00", "limit": records}
        call = {"type": "tool_use", "id": f"toolu_{number}", "name": "list_donations", "input": arguments}
        yield [{"type": "text", "text": "I am looking at this month's donations."}, call]
    rows = "".join(
        f"| [Person Number {number}]({PANEL}{number}) | $150.00 | Berlin |\n"
        for number in range(records * 2 // 5)
    )
    yield [{"type": "text", "text": f"These people do not carry the tag.\n\n| Name | Sum | City |\n{rows}"}]


def _results(reply: Sequence[Block], records: int) -> list[Block]:
    return [
        result_block(
            block["id"],
            Outcome(
                {"donations": [_record(number) for number in range(records)]}, records, records + 3, False
            ),
            RESULT_LIMIT,
        )
        for block in reply
        if block["type"] == "tool_use"
    ]


def _record(number: int) -> dict[str, Any]:
    return {
        "id": str(90_210 + number),
        "amount_cents": 15_000,
        "succeeded_at": "2026-11-12T18:30:00+01:00",
        "payment_type": "Credit card",
        "person": {"id": str(4_000 + number), "name": f"Person Number {number}", "city": "Berlin"},
        "tags": ["volunteer", "newsletter"],
        "panel_url": f"{PANEL}{4_000 + number}",
    }


def _said(reply: Sequence[Block]) -> int:
    """Output tokens: words by the stand-in's pieces, a call's arguments by its estimate."""
    return sum(
        len(pieces(block["text"]))
        if block["type"] == "text"
        else estimate(json.dumps({"name": block["name"], "input": block["input"]}))
        for block in reply
    )
