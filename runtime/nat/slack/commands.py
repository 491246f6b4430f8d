"""`/nat …`: what each word asks, where it is a question, and the help."""

from typing import Final

ASKED: Final = {
    "donations": "How many donations were there this week, of how much in all? Show them in a table.",
    "signups": "How many people signed up this week? Show the newest ones in a table.",
    "events": "Which events are coming up? Show them in a table.",
    "automations": "Which automations do I have, and when do they run next?",
}
"""Words that ask a question of their own; what stands behind them is added."""
_HELP: Final = (
    "*What you can ask me*",
    "• mention me with a question, in a channel I am in; go on in the thread without mentioning me",
    "• `{command} ask …` – any question",
    "• `{command} find …` – people",
    "• `{command} donations`, `{command} signups`, `{command} events`, `{command} automations` – what is new",
    "• `{command} usage` – how many queries your nation has used",
    "• `{command} nation NAME` – which nation this channel asks about",
    "• `{command} connect CODE` – tell me who you are; the code is in the web app",
    "• `{command} stop` – stop your last question here",
)


PROMPTS: Final = (
    {"title": "Donations this week", "message": ASKED["donations"]},
    {"title": "New people this week", "message": ASKED["signups"]},
    {"title": "Events that are coming up", "message": ASKED["events"]},
    {"title": "My automations", "message": ASKED["automations"]},
)
"""What the pane of agents offers; Slack takes four."""


def greeting(command: str, *, known: bool) -> str:
    """What somebody reads who opens the pane for the first time."""
    then = (
        "Ask me anything about your nation."
        if known
        else "First tell me who you are: in the web app, under *Settings → Connections*, you get a code for "
        f"`{command} connect CODE`."
    )
    return f"Hello! {then} `{command} help` says what I can do."


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
