"""Questions that need no model: a command says which tools read, and code writes down what they found.

Everything else is as with any question, since only the model is another one: the person's rights, the
nation's policy, limits, steps that are gone on with, the history that a later question sees. Such an answer
costs nothing, and says nothing that no tool returned.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from nat.agent.ports import Block, ModelReply, ModelRequest
from nat.agent.pricing import ModelPrices, Price, Rates
from nat.agent.results import OPEN, json_of, payload_of
from nat.agent.values import Usage

MODEL: Final = ""
FREE: Final = ModelPrices({MODEL: Price(Rates(0, 0, 0, 0))})

Payload = Mapping[str, Any]
Found = Mapping[str, Payload]
"""Results by the name of their tool."""


class DirectModel:
    """In the model's place: calls what it was told to, then writes down the results. `turn` makes the names
    of its calls different from those of other turns, as the API wants to see them in a history."""

    def __init__(self, turn: str, calls: Sequence[Mapping[str, Any]]) -> None:
        self._turn = turn
        self._calls = calls

    def stream(
        self,
        request: ModelRequest,
        *,
        on_text: Callable[[str], None],
        stopped: Callable[[], bool],  # noqa: ARG002 # the protocol's: this takes no time
    ) -> ModelReply:
        """The next message."""
        content = request.messages[-1]["content"]
        results = [each for each in content if isinstance(each, dict) and each["type"] == "tool_result"]
        if not results:
            uses = [
                {"type": "tool_use", "id": f"{self._turn}_{at}", "name": each["name"], "input": each["input"]}
                for at, each in enumerate(self._calls)
            ]
            return ModelReply(tuple(uses), "tool_use", Usage(), MODEL)
        text = written([str(each["name"]) for each in self._calls], results)
        on_text(text)
        return ModelReply(({"type": "text", "text": text},), "end_turn", Usage(), MODEL)


def written(tools: Sequence[str], results: Sequence[Block]) -> str:
    """The results of these tools, in Markdown."""
    found: dict[str, Payload] = {}
    for name, block in zip(tools, results, strict=True):
        payload = payload_of(block)
        if payload is None:
            return f"I could not look that up. {_why(block)}"
        found[name] = payload
    return _WRITERS[tools[0]](found)


def _why(block: Block) -> str:
    content = str(block["content"])
    told = json_of(content) if content.startswith(OPEN) else None
    return content if told is None else str(told["error"])


def _people(found: Found) -> str:
    return _listed(found["search_people"], "person", "people", _person)


def _events(found: Found) -> str:
    return _listed(found["list_events"], "event", "events", _event)


def _donations(found: Found) -> str:
    whole = found["summarize_donations"]
    data = whole["data"]
    count, donors = data["count"], data["donors"]
    head = (
        f"**{data['total_amount']}** in {count:,} donation{_s(count)} of {donors:,} donor{_s(donors)}."
        if count
        else "There are none."
    )
    partial = "" if whole["complete"] else " Not all could be read: there may be more."
    each = [f"- {_donation(row)}" for row in found["list_donations"]["data"]["items"]]
    newest = [f"The newest {len(each)}:" if len(each) < count else "All of them:", *each] if each else []
    return "\n".join([f"{head}{partial}", *newest])


def _listed(found: Payload, one: str, many: str, line: Callable[[Payload], str]) -> str:
    rows, total, note = found["data"]["items"], found.get("total"), found["data"].get("note")
    if not rows:
        head = f"None found: {found['data']['query']}."
    elif total is None:
        head = f"{len(rows):,} {many}; there may be more."
    else:
        head = f"**{total:,} {one if total == 1 else many}**"
        head += ":" if len(rows) >= total else f", {len(rows):,} of them here:"
    return "\n".join([head, *(f"- {line(each)}" for each in rows), *([str(note)] if note else [])])


def _person(row: Payload) -> str:
    facts = [
        row.get("kind"),
        f"support level {row['support_level']}" if row.get("support_level") else None,
        f"donated {_amount(row['donated_cents'])}" if row.get("donated_cents") else None,
        f"since {_day(row['created_at'])}" if row.get("created_at") else None,
    ]
    return ", ".join([_linked(row), *(str(each) for each in facts if each)])


def _donation(row: Payload) -> str:
    donor = row.get("person")
    at = row.get("succeeded_at") or row.get("created_at")
    facts = [_amount(row["amount_cents"]), f"from {_linked(donor)}" if donor else "from an unknown donor"]
    return ", ".join([" ".join(facts), *([_day(at)] if at else [])])


def _event(row: Payload) -> str:
    facts = [
        str(row["start_at"])[:16].replace("T", " ") if row.get("start_at") else None,
        _plain(str(row["venue_name"])) if row.get("venue_name") else None,
        f"{row['attending_count']:,} coming" if row.get("attending_count") else None,
    ]
    return ", ".join([_linked(row), *(each for each in facts if each)])


def _linked(row: Payload) -> str:
    name = _plain(str(row["name"]))
    return f"[{name}]({row['panel_url']})" if row.get("panel_url") else name


def _plain(text: str) -> str:
    """Text of a record in one line, without what Markdown would take for its own."""
    return " ".join(text.translate(_MARKS).split())


def _amount(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02}"


def _day(moment: object) -> str:
    return str(moment)[:10]


def _s(count: int) -> str:
    return "" if count == 1 else "s"


_MARKS: Final = str.maketrans({"[": "(", "]": ")", **dict.fromkeys("*_`|~<>\\", " ")})
_WRITERS: Final[Mapping[str, Callable[[Found], str]]] = {
    "search_people": _people,
    "summarize_donations": _donations,
    "list_events": _events,
}
