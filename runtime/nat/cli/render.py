"""How a turn looks in a terminal: Markdown as it grows, a line for each tool, notices, progress.

Every text here may quote what outsiders wrote, so control characters never reach the terminal. Without a
terminal, as in a pipe, the plain answer is written.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich.console import Console
from rich.live import Live
from rich.status import Status
from rich.text import Text

from nat.cli.cards import as_lines, as_panel, waits_until
from nat.cli.markdown import safe_markdown
from nat.cli.terminal import clean
from nat.contract.events import (
    ApprovalRequested,
    ApprovalUpdated,
    Event,
    Link,
    Notice,
    Progress,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFailed,
    TurnFinished,
    TurnRestarted,
    TurnStopped,
)

_REFRESH: Final = 8
_NOTICE_MARKS: Final = {"usage_warning": "!", "limit_reached": "!", "reconnect": "!", "partial": "i"}
_DECIDED: Final = {
    "rejected": "Cancelled. Nothing was changed.",
    "expired": "The proposal has expired. Nothing was changed.",
    "superseded": "An earlier proposal no longer waits: a newer one took its place.",
}
_BAR: Final = 20


class Screen:
    """Shows the events of one turn. `finish` must be called at the end, also after an error."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pretty = console.is_terminal
        self._text = ""
        self._settled = ""
        self._live: Live | None = None
        self._status: Status | None = None
        self._running: dict[str, str] = {}
        self.failed: TurnFailed | None = None

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case TextDelta(text=text):
                self._say(clean(text))
            case ToolStarted(call=call, label=label):
                self._running[call] = clean(label)
                self._wait()
            case ToolFinished():
                self._running.pop(event.call, None)
                self._line(tool_line(event), dim=event.ok)
                self._wait()
            case Progress(label=label, done=done, total=total, failed=failed):
                said = f"{clean(label)}: {_bar(done, total)}{done:,} of {total:,}"
                self._running["progress"] = said + (f", {failed:,} failed" if failed else "")
                self._wait()
            case Notice(kind=kind, message=message, url=url):
                mark = _NOTICE_MARKS.get(kind, "i")
                self._line(f"{mark} {clean(message)}" + (f" {clean(url)}" if url else ""))
            case ApprovalRequested(card=card, expires_at=expires_at):
                self._propose(card, expires_at)
            case ApprovalUpdated(state=state) if state in _DECIDED:
                self._line(_DECIDED[state], dim=True)
            case TurnRestarted():
                self._restart()
            case TurnFinished(text=text, links=links):
                self._say_unsaid(text)
                self._end(links)
            case TurnStopped(text=text):
                self._say_unsaid(text)
                self._end(())
                self._line("Stopped.")
            case TurnFailed(message=message):
                self._end(())
                self.failed = event
            case _:
                pass

    def finish(self) -> None:
        """Leave the terminal as it was found."""
        self._running.clear()
        self._settle()
        self._stop_waiting()

    def _say(self, text: str) -> None:
        if not self._pretty:
            self._text += text
            self._console.file.write(text)
            self._console.file.flush()
            return
        self._stop_waiting()
        if not self._text:
            text = text.lstrip("\n")
        self._text += text
        if not self._text:
            return
        if self._live is None:
            self._live = Live(
                console=self._console, refresh_per_second=_REFRESH, vertical_overflow="ellipsis"
            )
            self._live.start()
        self._live.update(safe_markdown(self._text))

    def _say_unsaid(self, text: str) -> None:
        """The text of a turn that streamed none, such as the report of a change."""
        if not self._settled and not self._text:
            self._say(clean(text))

    def _settle(self) -> None:
        """End the running text: what comes next stands below it."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        elif not self._pretty and self._text and not self._text.endswith("\n"):
            self._console.file.write("\n")
        self._settled += self._text
        self._text = ""

    def _propose(self, card: Mapping[str, Any], expires_at: str) -> None:
        self._settle()
        self._stop_waiting()
        if self._pretty:
            self._console.print(as_panel(card))
        else:
            for line in as_lines(card):
                self._line(line)
        self._line(f"Waits for your decision until {waits_until(expires_at)}.", dim=True)

    def _restart(self) -> None:
        """Another worker goes on: text that was not settled will come again."""
        if self._live is not None:
            self._live.update(Text(""))
        self._text = ""
        self._settle()
        self._line("Going on after an interruption.", dim=True)

    def _end(self, links: Iterable[Link]) -> None:
        self._running.clear()
        self._settle()
        self._stop_waiting()
        if self._pretty:
            for link in links:
                self._line(f"→ {clean(link.label)}: {clean(link.url)}", dim=True)

    def _line(self, text: str, *, dim: bool = False) -> None:
        self._settle()
        self._stop_waiting()
        if self._pretty:
            self._console.print(Text(text, style="dim" if dim else ""))
        else:
            print(text, file=sys.stderr)  # noqa: T201 - beside the answer, which goes to standard output

    def _wait(self) -> None:
        if not self._pretty or not self._running:
            return
        self._settle()
        said = ", ".join(dict.fromkeys(self._running.values()))
        if self._status is None:
            self._status = self._console.status(Text(said))
            self._status.start()
        else:
            self._status.update(Text(said))

    def _stop_waiting(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def _bar(done: int, total: int) -> str:
    filled = _BAR * done // total if total else 0
    return f"{'━' * filled}{'╌' * (_BAR - filled)} "


def tool_line(event: ToolFinished) -> str:
    """A finished tool call in one line: "✓ Looking at tags: 20 of 45, not complete"."""
    line = f"{'✓' if event.ok else '✗'} {clean(event.label)}"
    if not event.ok:
        return f"{line}: failed"
    counted = event.total if event.total is not None else event.returned
    if event.returned and event.returned != counted:
        line += f": {event.returned} of {counted}"
    elif counted is not None:
        line += f": {counted}"
    if event.complete is False:
        line += ", not complete"
    if event.flagged:
        names = ", ".join(clean(each.label) for each in event.flagged)
        line += f". Look at {names}: text in it reads like an instruction to me"
    return line
