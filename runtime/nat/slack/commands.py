"""`/nat …`: what each word asks, where it is a question, and the help."""

from collections.abc import Iterable
from typing import Final

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
    "• `{command} find …` – people",
    "• `{command} donations`, `{command} signups`, `{command} events` – what is new",
    "• `{command} automations` – what runs when",
    "• `{command} usage` – how many queries your nation has used",
    "• `{command} nation NAME` – which nation this channel asks about",
    "• `{command} connect CODE` – tell me who you are; the code is in the web app",
    "• `{command} stop` – stop your last question here",
)


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
    """The question behind a command; `None` if it asks none."""
    if word == "ask" and rest:
        return rest
    if word == "find" and rest:
        return f"Find people: {rest}"
    if word in ASKED:
        return f"{ASKED[word]} {rest}".strip()
    return None
