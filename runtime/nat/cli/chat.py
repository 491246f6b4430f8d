"""`nat chat`: one question or a conversation, through the platform or in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.text import Text

from nat.cli.cards import as_panel, label, numbered
from nat.cli.decisions import Agenda, Approve, Decision, Edit, PendingProposal, Reject
from nat.cli.render import Screen
from nat.cli.terminal import CommandFailed, Interrupt, watching
from nat.contract.events import Event
from nat.errors import NatError

LEAVE: Final = frozenset({"/quit", "/exit", "/q"})
HELP: Final = (
    "/approve and /cancel decide about what waits, /undo takes the last change back, /retry tries again what "
    "was not done, /new starts a new conversation, /quit leaves. Ctrl-C stops an answer; twice leaves."
)
_ASK: Final = "[bold]Proceed?[/] yes, no, some of it, edit, or later \\[y/n/s/e/Enter] "
_TRUTH: Final = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


@dataclass(frozen=True)
class Wanted:
    """What the person asked for on the command line."""

    nation: str
    profile: Path | None = None
    message: str | None = None
    new: bool = False
    conversation: str | None = None
    browser: bool = True


class Talk(Protocol):
    """Something that answers: the platform, or the agent in this process."""

    def ask(self, question: str, show: Callable[[Event], None], stopped: Interrupt) -> None:
        """Answer a question, showing its events."""
        ...

    def decide(self, decision: Decision, show: Callable[[Event], None], stopped: Interrupt) -> None:
        """Carry out what the person decided, showing its events."""
        ...

    def waiting(self) -> list[PendingProposal]:
        """Proposals of the conversation that wait, from before this process too."""
        ...

    def begin_again(self) -> None:
        """Forget the conversation."""
        ...

    def who(self) -> str | None:
        """As whom the person talks; `None` where that cannot be told now."""
        ...

    def warning(self) -> str | None:
        """What the person should know before they ask."""
        ...


def run(talk: Talk, wanted: Wanted, console: Console) -> None:
    """One question if there is one, else questions until the person leaves. Raises `CommandFailed`."""
    chat = Chat(talk, console)
    if wanted.message is not None:
        chat.ask(wanted.message)
        return
    if who := talk.who():
        console.print(Text(f"{wanted.nation}, as {who}", style="dim"))
    console.print(Text(HELP, style="dim"))
    if warning := talk.warning():
        console.print(Text(f"! {warning}", style="yellow"))
    while True:
        try:
            line = console.input("\n[bold]> [/]").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if line in LEAVE:
            return
        try:
            chat.do(line)
        except (CommandFailed, NatError) as error:
            console.print(Text(error.message, style="red"))


class Chat:
    """A conversation in a terminal: what is typed, what is shown, what waits for a decision."""

    def __init__(self, talk: Talk, console: Console) -> None:
        self._talk = talk
        self._console = console
        self._agenda = Agenda()

    def do(self, line: str) -> None:
        """A question or a command. Raises `CommandFailed` and what the talk raises."""
        match line:
            case "":
                return
            case "/new":
                self._talk.begin_again()
                self._agenda = Agenda()
                self._say("A new conversation.")
            case "/help" | "/?":
                self._say(HELP)
            case "/approve":
                for each in self._waiting():
                    self._decide_about(each)
            case "/cancel":
                for each in self._waiting():
                    self.decide(Reject(each))
            case "/undo":
                self._go(self._agenda.undo, "There is nothing here that can be taken back.")
            case "/retry":
                self._go(self._agenda.retry, "There is nothing to try again here.")
            case _ if line.startswith("/"):
                raise CommandFailed(f"There is no command {line.split()[0]}. {HELP}")
            case _:
                self.ask(line)

    def ask(self, question: str) -> None:
        """Ask and show, then decide about what was proposed. Raises `CommandFailed` also when the turn
        failed."""
        self._show(lambda show, interrupt: self._talk.ask(question, show, interrupt))
        self._decide_now()

    def decide(self, decision: Decision) -> None:
        """Carry a decision out and show what comes of it. Raises what `ask` raises."""
        self._show(lambda show, interrupt: self._talk.decide(decision, show, interrupt))
        if self._agenda.retry is not None:
            self._say("/retry tries the rest again.")
        self._decide_now()

    def _decide_now(self) -> None:
        """Ask about proposals that are new, where there is somebody to ask."""
        fresh = self._agenda.fresh()
        if self._console.is_interactive:
            for each in fresh:
                self._decide_about(each)

    def _go(self, decision: Decision | None, nothing: str) -> None:
        if decision is None:
            raise CommandFailed(nothing)
        self.decide(decision)

    def _waiting(self) -> list[PendingProposal]:
        """What waits: known from the events, else asked for. Raises `CommandFailed` if nothing does."""
        known = list(self._agenda.waiting.values())
        if known:
            return known
        found = self._talk.waiting()
        if not found:
            raise CommandFailed("Nothing waits for your approval.")
        for each in found:
            self._agenda.waiting[each.approval] = each
            self._console.print(as_panel(each.card))
        return found

    def _decide_about(self, waiting: PendingProposal) -> None:
        decision = self._answer(waiting)
        if decision is None:
            self._say("It waits. /approve or /cancel decide about it.")
        else:
            self.decide(decision)

    def _answer(self, waiting: PendingProposal) -> Decision | None:
        while True:
            try:
                said = self._console.input(_ASK).strip().lower()
            except (EOFError, KeyboardInterrupt):
                self._console.print()
                return None
            if said in {"", "l", "later"}:
                return None
            if said in {"y", "yes"}:
                return Approve(waiting)
            if said in {"n", "no"}:
                return Reject(waiting)
            if said in {"s", "some"}:
                keys = self._choose(waiting)
                if keys:
                    return Approve(waiting, keys)
            if said in {"e", "edit"}:
                values = self._edit(waiting)
                if values:
                    return Edit(waiting, values)

    def _choose(self, waiting: PendingProposal) -> tuple[str, ...]:
        """The records that the person picks among those on the card; none if they pick nothing."""
        for line in numbered(waiting.card):
            self._console.print(Text(line))
        try:
            said = self._console.input("Which of them? Numbers such as 1,3-5: ")
        except (EOFError, KeyboardInterrupt):
            return ()
        sample = waiting.card["sample"]
        try:
            return tuple(str(sample[number - 1]["key"]) for number in numbers(said, len(sample)))
        except ValueError as error:
            self._console.print(Text(str(error), style="red"))
            return ()

    def _edit(self, waiting: PendingProposal) -> dict[str, Any]:
        """The values that the person changes; none if they keep all."""
        fields = waiting.card.get("editable") or []
        if not fields:
            self._say("Nothing on this card can be edited. Ask for it in other words.")
        changed: dict[str, Any] = {}
        for each in fields:
            try:
                said = self._console.input(Text(f"{label(each)}: ")).strip()
            except (EOFError, KeyboardInterrupt):
                return {}
            if not said:
                continue
            try:
                changed[each["name"]] = value_of(said, each["type"])
            except ValueError as error:
                self._console.print(Text(str(error), style="red"))
                return {}
        return changed

    def _show(self, go: Callable[[Callable[[Event], None], Interrupt], None]) -> None:
        screen = Screen(self._console)

        def show(event: Event) -> None:
            self._agenda.take(event)
            screen.show(event)

        with watching() as interrupt:
            try:
                go(show, interrupt)
            finally:
                screen.finish()
        if screen.failed is not None:
            raise CommandFailed(screen.failed.message)

    def _say(self, text: str) -> None:
        self._console.print(Text(text, style="dim"))


def value_of(said: str, kind: str) -> Any:
    """What was typed as a value of a JSON type. Raises `ValueError`."""
    match kind:
        case "integer":
            return int(said)
        case "number":
            return float(said)
        case "boolean":
            if said.lower() not in _TRUTH:
                raise ValueError(f"{said} is neither yes nor no.")
            return _TRUTH[said.lower()]
        case _:
            return said


def numbers(text: str, last: int) -> list[int]:
    """The numbers of "1,3-5", ascending. Raises `ValueError` for anything but numbers from 1 to `last`."""
    found: set[int] = set()
    for part in filter(None, (each.strip() for each in text.split(","))):
        low, dash, high = (each.strip() for each in part.partition("-"))
        upper = high if dash else low
        if not (low.isdecimal() and upper.isdecimal()):
            raise ValueError(f"{part} is no number.")
        span = range(int(low), int(upper) + 1)
        if not span or span[0] < 1 or span[-1] > last:
            raise ValueError(f"Choose numbers from 1 to {last}.")
        found.update(span)
    return sorted(found)
