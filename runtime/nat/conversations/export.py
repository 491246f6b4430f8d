"""A conversation as a file: Markdown for people, JSON for programs."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from nat.aws.items import timestamp
from nat.contract.events import Link
from nat.conversations.exchanges import Exchange
from nat.conversations.feedback import Thumb
from nat.conversations.listing import Conversation
from nat.conversations.turns import TurnState
from nat.ids import NationSlug, TurnId
from nat.live_links import LiveAddresses, guarded

_OUTCOMES: Final = {
    TurnState.STOPPED: "You stopped this answer.",
    TurnState.FAILED: "This question could not be answered.",
}
_THUMBS: Final = {Thumb.UP: "helpful", Thumb.DOWN: "not helpful"}


@dataclass(frozen=True)
class Proposed:
    """A proposal that a turn made, and what became of it. `counts` are records by outcome."""

    approval: str
    turn_id: TurnId
    tool: str
    summary: str
    state: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    counts: Mapping[str, int]


def exchange_body(exchange: Exchange, proposals: Iterable[Proposed] = ()) -> dict[str, object]:
    """One exchange in plain JSON values, as the API and the export give it."""
    answered, feedback = exchange.answered, exchange.feedback
    return {
        "turn": answered.turn_id,
        "question": answered.question,
        "outcome": answered.outcome.value,
        "answer": answered.text,
        "links": [{"label": link.label, "url": link.url} for link in answered.links],
        "asked_at": timestamp(answered.asked_at),
        "ended_at": timestamp(answered.ended_at),
        "proposals": [_proposed_body(each) for each in proposals if each.turn_id == answered.turn_id],
        "feedback": None
        if feedback is None
        else {
            "thumb": None if feedback.thumb is None else feedback.thumb.value,
            "comment": feedback.comment,
            "at": timestamp(feedback.at),
        },
    }


def conversation_body(conversation: Conversation) -> dict[str, object]:
    """A conversation as it is listed, in plain JSON values."""
    return {
        "conversation": conversation.conversation_id,
        "title": conversation.title,
        "turns": conversation.turns,
        "created_at": timestamp(conversation.created_at),
        "updated_at": timestamp(conversation.updated_at),
    }


def as_json(
    nation_slug: NationSlug,
    conversation: Conversation,
    exchanges: Sequence[Exchange],
    proposals: Sequence[Proposed],
    *,
    complete: bool,
) -> str:
    """The conversation as one JSON object; `complete` false says that its beginning is missing."""
    return json.dumps(
        {
            "nation_slug": nation_slug,
            **conversation_body(conversation),
            "complete": complete,
            "exchanges": [exchange_body(each, proposals) for each in exchanges],
        },
        ensure_ascii=False,
        indent=1,
    )


def as_markdown(
    nation_slug: NationSlug,
    conversation: Conversation,
    exchanges: Sequence[Exchange],
    proposals: Sequence[Proposed],
    *,
    complete: bool,
    time_zone: str = "UTC",
) -> str:
    """The conversation as Markdown, with times in the nation's zone. Answers are Markdown already; their
    headings stay below ours by being what they are, everything else of ours is plain text."""
    zone = ZoneInfo(time_zone)
    lines = [f"# {_line(conversation.title)}", "", f"Nation: {nation_slug}. Times are {time_zone}."]
    if not complete:
        lines += ["", "The beginning of this conversation does not fit into one file and is missing here."]
    for exchange in exchanges:
        answered = exchange.answered
        lines += ["", "---", "", f"## {_time(answered.asked_at, zone)}", ""]
        lines += [f"> {line}".rstrip() for line in answered.question.splitlines() or [""]]
        if answered.text:
            live = LiveAddresses(frozenset({f"{nation_slug}.nationbuilder.com"}))
            lines += ["", guarded(answered.text, live.adding(link.url for link in answered.links))]
        if note := _OUTCOMES.get(answered.outcome):
            lines += ["", f"*{note}*"]
        made = [each for each in proposals if each.turn_id == answered.turn_id]
        if made:
            lines += ["", *(f"- Proposal: {_line(each.summary)} ({_became(each)})" for each in made)]
        if answered.links:
            lines += ["", *(_link(link) for link in answered.links)]
        if exchange.feedback is not None:
            said = [_THUMBS[exchange.feedback.thumb]] if exchange.feedback.thumb else []
            said += [_line(exchange.feedback.comment)] if exchange.feedback.comment else []
            lines += ["", f"*You said: {'; '.join(said)}*"]
    return "\n".join(lines) + "\n"


def file_name(conversation: Conversation, extension: str) -> str:
    """A file name that says which conversation it is, in plain letters and digits."""
    words = re.sub(r"[^a-z0-9]+", "-", conversation.title.lower()).strip("-")[:40].strip("-")
    return f"nat-{words or 'conversation'}-{conversation.updated_at:%Y-%m-%d}.{extension}"


def _proposed_body(proposed: Proposed) -> dict[str, object]:
    return {
        "approval": proposed.approval,
        "tool": proposed.tool,
        "summary": proposed.summary,
        "state": proposed.state,
        "created_at": timestamp(proposed.created_at),
        "decided_by": proposed.decided_by,
        "decided_at": None if proposed.decided_at is None else timestamp(proposed.decided_at),
        "counts": dict(proposed.counts),
    }


def _became(proposed: Proposed) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in sorted(proposed.counts.items()))
    return f"{proposed.state}: {counts}" if counts else proposed.state


def _link(link: Link) -> str:
    return f"- [{_line(link.label)}](<{link.url}>)"


def _line(text: str) -> str:
    """Text on one line that Markdown takes for text."""
    line = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>#|!~])", r"\\\1", line)


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%d %B %Y, %H:%M")
