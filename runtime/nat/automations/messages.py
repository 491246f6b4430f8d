"""What people read of runs: the answer, what became of what it proposed, and what went wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nat.automations.automation import Automation
from nat.automations.runs import FAILURES_ALLOWED, Run, RunState, Why
from nat.channels.brands import Brand
from nat.channels.slack_posts import SlackPost
from nat.contract.messages import ApprovalState
from nat.names import MOST_DECIDE_MINUTES
from nat.wording import Worded

CONVERSATION_PAGE: Final = "/c/"
"""Of the web app: a conversation, by its id."""
APPROVALS_PAGE: Final = "/approvals"
BEGINNING: Final = "/"


@dataclass(frozen=True)
class RunMessage:
    """What is told of a run in any channel. `answer` is Markdown as the agent wrote it, empty where there is
    none; `facts` are sentences of ours, which say the rest. `page` is one of the web app, `label` what its
    link says."""

    title: str
    facts: tuple[str, ...]
    page: str
    label: str
    answer: str = ""


_BECAME: Final = {
    ApprovalState.DONE.value: "Somebody approved the change that “{name}” proposed. It was carried out.",
    ApprovalState.PARTLY.value: "Somebody approved the change that “{name}” proposed. It was carried out in "
    "part; what was not done can be tried again.",
    ApprovalState.FAILED.value: "Somebody approved the change that “{name}” proposed. Nothing of it could be "
    "done.",
    ApprovalState.REJECTED.value: "Somebody said no to the change that “{name}” proposed. Nothing was "
    "changed.",
    Why.MIXED.value: "Everything that “{name}” proposed is decided, and not all came to the same end: some "
    "was carried out, some was not. The conversation says which.",
    ApprovalState.EXPIRED.value: "Nobody decided about the change that “{name}” proposed, so it has lapsed. "
    "Nothing was changed.",
}
_SKIPPED: Final = {
    Why.OWNER_LEFT.value: Worded("form.run_owner_left"),
    Why.SUBSCRIPTION.value: Worded("form.run_subscription"),
    Why.CONNECTION.value: Worded("form.run_connection"),
    Why.LIMIT.value: Worded("form.run_limit"),
    Why.PAUSED.value: Worded("form.run_paused"),
}
_RESUMES: Final = frozenset({Why.SUBSCRIPTION.value, Why.CONNECTION.value})
"""What passes: `nat.automations.resuming` goes on then."""


_HOURS: Final = MOST_DECIDE_MINUTES // 60


def not_asked(why: str) -> Worded:
    """Why a run was not asked, in a sentence."""
    return _SKIPPED.get(why, Worded("form.run_not_asked"))


def answer_message(automation: Automation, run: Run, answer: str) -> RunMessage:
    """The answer of a run, and the change that it proposes if it does."""
    facts = []
    if run.state is RunState.WAITING:
        facts.append(
            f"It proposes a change that waits for a yes: for {_HOURS} hours, then it lapses."
            if len(run.approval_ids) == 1
            else f"It proposes {len(run.approval_ids)} changes that wait for a yes each: for {_HOURS} hours, "
            "then they lapse."
        )
    facts.append(f"This was one query of the nation. {_next(automation)}")
    waits = run.state is RunState.WAITING
    return RunMessage(
        title=f"{_name(automation)}, {_day(automation, run.scheduled_for)}",
        facts=tuple(facts),
        page=APPROVALS_PAGE if waits else f"{CONVERSATION_PAGE}{run.conversation_id}",
        label="Decide about it" if waits else "Open the conversation",
        answer=answer,
    )


def outcome_message(automation: Automation, run: Run) -> RunMessage | None:
    """What became of what a run proposed; `None` where another proposal has taken its place."""
    became = _BECAME.get(run.why or "")
    if became is None:
        return None
    return RunMessage(
        title=f"{_name(automation)}: what became of the proposal",
        facts=(became.format(name=_name(automation)),),
        page=f"{CONVERSATION_PAGE}{run.conversation_id}",
        label="Open the conversation",
    )


def trouble_message(automation: Automation, run: Run) -> RunMessage:
    """Why a run gave no answer, and what becomes of the automation."""
    name, day = _name(automation), _day(automation, run.scheduled_for)
    match run.state:
        case RunState.SKIPPED:
            happened, why = "did not run", str(not_asked(run.why or ""))
        case RunState.MISSED:
            happened, why = "was missed", "Its time came and went without it. Run it by hand to catch up."
        case _:
            happened, why = "failed", "No answer came about. You can run it by hand."
    return RunMessage(
        title=f"{name} {happened}",
        facts=(f"“{name}” {happened} on {day}.", why, _goes_on(automation)),
        page=BEGINNING,
        label="Open the web app",
    )


def post_of(message: RunMessage, brand: Brand) -> SlackPost:
    """The same in Slack."""
    page = f"{brand.app_url}{message.page}"
    return SlackPost(message.title, message.facts, message.label, page, message.answer)


def unreachable_message(automation: Automation, problem: str, *, elsewhere: bool) -> RunMessage:
    """That an answer could not be delivered to one place; `elsewhere`: it went where it goes otherwise."""
    return RunMessage(
        title=f"{_name(automation)} could not be delivered",
        facts=(
            f"An answer of “{_name(automation)}” could not be delivered to one of its places: {problem}",
            "It was delivered where you chose that it goes otherwise. Choose another place in the automation."
            if elsewhere
            else "The answer stands in its conversation. Choose another place in the automation.",
        ),
        page=BEGINNING,
        label="Open the web app",
    )


def _goes_on(automation: Automation) -> str:
    if automation.enabled:
        return _next(automation)
    if automation.paused_why == Why.FAILURES.value:
        return f"It failed {FAILURES_ALLOWED} times in a row and is paused. Enable it again yourself."
    if automation.paused_why in _RESUMES:
        return "It is paused, and goes on by itself once that has passed."
    return "It is paused."


def _next(automation: Automation) -> str:
    if not automation.enabled or automation.next_run is None:
        return "It is paused, so there is no next run."
    return f"The next run is on {_day(automation, automation.next_run)}."


def _name(automation: Automation) -> str:
    """The name as one line."""
    return "".join(each if each.isprintable() else " " for each in automation.name)


def _day(automation: Automation, moment: datetime) -> str:
    local = moment.astimezone(automation.schedule.tzinfo)
    return f"{local:%A} {local.day} {local:%B %Y} at {local:%H:%M} ({automation.schedule.zone})"
