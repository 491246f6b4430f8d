"""A conversation of usual size, as the model is sent it: a question, a follow-up, and a change that waits for
approval; and a long one, with its older turns compacted.

Prompt, tool list, results and cache breakpoints are made by the agent's own functions; what the records hold
and what the model says is invented here. Tokens are estimated as the Claude stand-in's `count_tokens` does
(3.6 bytes each), for Claude's tokenizer is not published.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from local.claude.cache import PromptCache
from local.claude.models import ModelCatalogue
from local.claude.prompt import Prompt, read_prompt
from local.claude.tokens import estimate, pieces
from nat.agent.compaction import Budget, Past, PastTurn, compacted
from nat.agent.models.body import as_bytes, head, tail
from nat.agent.ports import Asked, Block, Message, ModelRequest
from nat.agent.prompt import SYSTEM, question_message
from nat.agent.results import result_block
from nat.agent.tool import ToolOutcome, tool_list_json
from nat.agent.tools import load
from nat.agent.values import Usage
from nat.ids import NationSlug
from nat.roles import Role

RESULT_LIMIT: Final = 20_000
RECORDS: Final = 20
"""In one result: a tool's own limit unless the model asks for more."""
MANY_RECORDS: Final = 50
"""In each result of a long answer."""
NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEY: Final = "sk"
PANEL: Final = "https://demo.nationbuilder.com/admin/signups/"

LONG: Final = 60
"""Questions of a long conversation; its figures are the mean of the second half."""


@dataclass(frozen=True)
class Kind:
    """A kind of question: each round of tools is a call of the model, and one more answers."""

    name: str
    question: str
    rounds: int
    tool: str
    arguments: dict[str, Any]
    proposes: bool = False


KINDS: Final = (
    Kind(
        "question",
        "Who donated more than $100 this month, and who of them does not carry the tag major donor yet?",
        2,
        "list_donations",
        {"amount_cents_from": 10_000, "since": "2026-11-01T00:00:00+01:00"},
    ),
    Kind(
        "follow-up",
        "And how many of those live in Berlin? Show me their phone numbers.",
        1,
        "list_donations",
        {"amount_cents_from": 10_000, "since": "2026-11-01T00:00:00+01:00"},
    ),
    Kind(
        "change with approval",
        "Tag all of those people as major donor.",
        1,
        "bulk_tag_people",
        {"tags": ["major donor"], "person_ids": [str(4_000 + number) for number in range(RECORDS)]},
        proposes=True,
    ),
)


@dataclass(frozen=True)
class Query:
    """The model calls of one question."""

    kind: str
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
    """Tool list and system prompt."""


def measure(model: str, *, warm: bool, records: int = RECORDS, questions: int = len(KINDS)) -> Measured:
    """Run a conversation through the cache's rules. `warm`: somebody asked within the last five minutes.

    `records` are those of each result; two of five are shown in the answer. Older turns are compacted as a
    worker does it.
    """
    tools = load()
    tools_json = tool_list_json(tools.values())
    card = ModelCatalogue().find(model)
    cache = PromptCache(lambda: 0.0)
    if warm:
        cache.use(KEY, card, _prompt(model, tools_json, [_asked("Hello?")]))
    past = Past()
    queries = []
    for number in range(questions):
        kind = KINDS[number % len(KINDS)]
        past = compacted(past, Budget(), kept_since=NOW)
        turn: list[Message] = [_asked(kind.question)]
        calls = []
        for reply in _replies(kind, number, records):
            used = cache.use(KEY, card, _prompt(model, tools_json, [*past.messages, *turn]))
            calls.append(Usage(used.fresh, used.written, used.read, _said(reply)))
            turn.append({"role": "assistant", "content": reply})
            if results := _results(kind, reply, records):
                turn.append({"role": "user", "content": results})
        queries.append(Query(kind.name, tuple(calls)))
        past = Past((*past.turns, _ended(number, turn)), past.record)
    return Measured(tuple(queries), len(tools), _prefix(model, tools_json))


def _ended(number: int, messages: Sequence[Message]) -> PastTurn:
    return PastTurn(f"memory#{number:04d}", NOW + timedelta(minutes=number), tuple(messages))


def _asked(question: str) -> Message:
    return question_message(Asked(question, NationSlug("demo"), Role.ADMIN, "Europe/Berlin", NOW))


def _prompt(model: str, tools_json: str, messages: Sequence[Message]) -> Prompt:
    request = ModelRequest(SYSTEM, tools_json, messages)
    prompt: Prompt = read_prompt(json.loads(as_bytes(head(request), tail(request, model, "platform"))))
    return prompt


def _prefix(model: str, tools_json: str) -> int:
    prompt = _prompt(model, tools_json, [_asked("?")])
    return sum(block.tokens for block in prompt.blocks if block.message < 0)


def _replies(kind: Kind, number: int, records: int) -> Iterator[list[Block]]:
    for place in range(kind.rounds):
        arguments = kind.arguments if kind.proposes else {**kind.arguments, "limit": records}
        call = {"type": "tool_use", "id": f"toolu_{number}_{place}", "name": kind.tool, "input": arguments}
        yield [{"type": "text", "text": "I am looking at this month's donations."}, call]
    if kind.proposes:
        yield [
            {"type": "text", "text": f"This waits for your approval: tag {RECORDS} people as major donor."}
        ]
        return
    rows = "".join(
        f"| [Person Number {each}]({PANEL}{each}) | $150.00 | Berlin |\n" for each in range(records * 2 // 5)
    )
    yield [{"type": "text", "text": f"These people do not carry the tag.\n\n| Name | Sum | City |\n{rows}"}]


def _results(kind: Kind, reply: Sequence[Block], records: int) -> list[Block]:
    if kind.proposes:
        outcome = ToolOutcome(_PROPOSED, total=RECORDS)
    else:
        found = {"donations": [_record(number) for number in range(records)]}
        outcome = ToolOutcome(found, records, records + 3, False)
    return [
        result_block(block["id"], outcome, RESULT_LIMIT) for block in reply if block["type"] == "tool_use"
    ]


_PROPOSED: Final = {
    "state": "waits for a person's approval; not done",
    "proposal": "01KB0000000000000000000000",
    "operations": RECORDS,
    "people": RECORDS,
    "undoable": True,
    "expires_at": "2026-11-22T09:15:00+00:00",
}
"""What the model is told of a proposal (`nat.agent.writes`)."""


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
