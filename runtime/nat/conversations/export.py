"""A conversation as a file: Markdown for people, JSON for programs."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from nat.contract.events import Link
from nat.contract.fields import extended
from nat.conversations.bodies import (
    ConversationBody,
    ExchangeBody,
    ProposalOfExchange,
    Proposals,
    conversation_body,
    exchange_body,
)
from nat.conversations.exchanges import Exchange
from nat.conversations.feedback import Thumb
from nat.conversations.listing import Conversation
from nat.conversations.turns import TurnState
from nat.ids import NationSlug
from nat.live_links import LiveAddresses, guarded

_OUTCOMES: Final = {
    TurnState.STOPPED: "You stopped this answer.",
    TurnState.FAILED: "This question could not be answered.",
}
_THUMBS: Final = {Thumb.UP: "helpful", Thumb.DOWN: "not helpful"}


class ConversationFile(ConversationBody, frozen=True, kw_only=True):
    """A conversation as one JSON object; `complete` false says that its beginning is missing."""

    nation_slug: str
    complete: bool
    exchanges: list[ExchangeBody]


def as_json(
    nation_slug: NationSlug,
    conversation: Conversation,
    exchanges: Sequence[Exchange],
    proposals: Proposals,
    *,
    complete: bool,
) -> str:
    """The conversation as one JSON object."""
    made = extended(
        conversation_body(conversation),
        ConversationFile,
        nation_slug=nation_slug,
        complete=complete,
        exchanges=[exchange_body(each, proposals) for each in exchanges],
    )
    return msgspec.json.format(msgspec.json.encode(made), indent=1).decode()


def as_markdown(
    nation_slug: NationSlug,
    conversation: Conversation,
    exchanges: Sequence[Exchange],
    proposals: Proposals,
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
        if made := proposals.get(answered.turn_id):
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


def _became(proposed: ProposalOfExchange) -> str:
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
