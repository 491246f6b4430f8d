"""`/nat …`: what each word asks, where it is a question, and the help."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nat.automations.automation import Automation
from nat.channels.slack_text import escaped

ASKED: Final = {
    "donations": "How many donations were there this week, of how much in all? Show them in a table.",
    "signups": "How many people signed up this week? Show the newest ones in a table.",
    "events": "Which events are coming up? Show them in a table.",
}
"""Words that ask a question of their own; what stands behind them is added."""
_HELP: Final = (
    "*What you can ask me*",
    "• mention me with a question, in a channel I am in; go on in the thread without mentioning me",
    "• `{command} ask …` – any question",
    "• `{command} find …` – people by name, email address or phone number",
    "• `{command} donations`, `{command} signups` – of this week, or of `today`, `last month` and the like",
    "• `{command} events` – what is coming up, or `{command} events NAME`",
    "• `{command} automations` – what runs when",
    "• `{command} usage` – how many queries your nation has used",
    "• `{command} nation NAME` – which nation this channel asks about",
    "• `{command} connect CODE` – tell me who you are; the code is in the web app",
    "• `{command} stop` – stop your last question here",
)


PERIODS: Final = frozenset(
    {
        "today",
        "yesterday",
        *(f"{which} {unit}" for which in ("this", "last") for unit in ("week", "month", "quarter", "year")),
        *(f"last {days} days" for days in (7, 30, 90)),
    }
)
"""Periods in words, which the tools know by the same names."""
LISTED: Final = 10
_PHONE: Final = re.compile(r"\+?[0-9 ()/.-]{5,}")


@dataclass(frozen=True)
class DirectQuestion:
    """A question that tools answer without a model: what is asked, and `calls` for the turn."""

    question: str
    calls: str


PROMPTS: Final = (
    {"title": "Donations this week", "message": ASKED["donations"]},
    {"title": "New people this week", "message": ASKED["signups"]},
    {"title": "Events that are coming up", "message": ASKED["events"]},
    {"title": "Tell me again every week", "message": "Every Monday at 9 tell me who donated last week."},
)
"""What the pane of agents offers; Slack takes four."""
MOST_LISTED: Final = 20


def greeting(command: str, *, known: bool) -> str:
    """What somebody reads who opens the pane for the first time."""
    then = (
        "Ask me anything about your nation."
        if known
        else "First tell me who you are: in the web app, under *Settings → Connections*, you get a code for "
        f"`{command} connect CODE`."
    )
    return f"Hello! {then} `{command} help` says what I can do."


def listed(automations: Iterable[Automation], page: str) -> str:
    """Somebody's automations, and when they run next."""
    lines = [
        f"• *{escaped(each.name)}* – {escaped(each.schedule.in_words())}; {_next(each)}"
        for each in automations
    ]
    if not lines:
        return f"You have no automations. <{page}|Make one>"
    more = [f"… and {len(lines) - MOST_LISTED} more"] if len(lines) > MOST_LISTED else []
    return "\n".join([*lines[:MOST_LISTED], *more, f"<{page}|Open them in the web app>"])


def _next(automation: Automation) -> str:
    """When it runs next, on the reader's own clock (docs.slack.dev, Formatting text)."""
    at = automation.next_run
    if at is None:
        return "paused"
    return f"next <!date^{int(at.timestamp())}^{{date_short}} {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


def help_text(command: str) -> str:
    """What can be done, with a brand's command."""
    return "\n".join(_HELP).replace("{command}", command)


def command_name(customer: str | None) -> str:
    """The command of a brand's app: Slack lists commands of all apps of a workspace beside each other."""
    return f"/{customer or 'nat'}"


def question_of(word: str, rest: str) -> str | None:
    """The question to the agent behind a command; `None` if it asks none."""
    if word == "ask" and rest:
        return rest
    if word in ASKED and rest:
        return f"Show me {word}: {rest}"
    return None


def look_up_of(word: str, rest: str) -> DirectQuestion | None:
    """What a command looks up; `None` if it is none of those, or says more than they understand."""
    if word == "find" and rest:
        return _look_up(f"Find people: {rest}", search_people={**_whom(rest), "limit": LISTED})
    if word == "events":
        named = {"query": rest} if rest else {}
        return _look_up(f"Events {rest}".strip(), list_events={**named, "limit": LISTED})
    words = " ".join(rest.lower().split()) or "this week"
    period = words.replace(" ", "_")
    if words not in PERIODS:
        return None
    if word == "donations":
        return _look_up(
            f"Donations {words}",
            summarize_donations={"period": period, "top": 0},
            list_donations={"succeeded": period, "limit": LISTED},
        )
    if word == "signups":
        return _look_up(
            f"New people {words}", search_people={"created": period, "sort": "newest", "limit": LISTED}
        )
    return None


def _look_up(question: str, **calls: Mapping[str, Any]) -> DirectQuestion:
    return DirectQuestion(
        question, json.dumps([{"name": name, "input": given} for name, given in calls.items()])
    )


def _whom(words: str) -> dict[str, str]:
    """By what somebody is looked for. Slack makes a link of an email address."""
    address = re.sub(r"<mailto:([^|>]+)[^>]*>", r"\1", words)
    if "@" in address:
        return {"email": address}
    return {"phone": words} if _PHONE.fullmatch(words) else {"name": words}
