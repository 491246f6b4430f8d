"""`nat chat`: one question or a conversation, through the platform or in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from rich.console import Console
from rich.text import Text

from nat.cli.failure import CommandFailed
from nat.cli.interrupt import Interrupt, watching
from nat.cli.render import Screen
from nat.errors import NatError
from nat.events import Event

LEAVE: Final = frozenset({"/quit", "/exit", "/q"})
HELP: Final = "/new starts a new conversation, /quit leaves. Ctrl-C stops an answer; twice leaves."


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

    def begin_again(self) -> None:
        """Forget the conversation."""
        ...


def run(talk: Talk, wanted: Wanted, console: Console) -> None:
    """One question if there is one, else questions until the person leaves. Raises `CommandFailed`."""
    if wanted.message is not None:
        one_turn(talk, wanted.message, console)
        return
    console.print(Text(HELP, style="dim"))
    while True:
        try:
            question = console.input("\n[bold]> [/]").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if question in LEAVE:
            return
        if question == "/new":
            talk.begin_again()
            console.print(Text("A new conversation.", style="dim"))
        elif question in {"/help", "/?"}:
            console.print(Text(HELP, style="dim"))
        elif question:
            try:
                one_turn(talk, question, console)
            except (CommandFailed, NatError) as error:
                console.print(Text(error.message, style="red"))


def one_turn(talk: Talk, question: str, console: Console) -> None:
    """Ask and show. Raises `CommandFailed` also when the turn failed."""
    screen = Screen(console)
    with watching() as interrupt:
        try:
            talk.ask(question, screen.show, interrupt)
        finally:
            screen.finish()
    if screen.failed is not None:
        raise CommandFailed(screen.failed.message)
