"""One tool call from the model's wish to the end, as the model and the person see it, on a nation in which
things go wrong on demand."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.store import Nation
from nat.agent.calls import ToolCalls
from nat.agent.ports import Block
from nat.agent.results import CLOSE, OPEN
from nat.agent.tool import Effect
from nat.changes.executor import AT_ONCE, commit
from nat.changes.journal import EntryState
from nat.changes.plan import Change
from nat.changes.policy import Gated, Rights
from nat.changes.report import ChangeReport
from nat.changes.said import Said, Schema
from nat.contract.events import ApprovalRequested, Event, ToolFinished
from nat.nationbuilder import NationBuilder
from nat.roles import Role
from tests.unit.nat.agent.tools.every_tool import TOOLS, Arguments
from tests.unit.nat.changes.bench import QUICK, SLUG
from tests.unit.nat.changes.kept import NOW, KeptChanges, KeptJournal

CALL: Final = "toolu_1"


class _EverythingSaid(Said):
    """Whatever a call may do unasked, it may do here: the rule itself has tests of its own."""

    def covers(self, change: Change, tool: Gated, schema: Schema) -> bool:
        return True


EVERYTHING_SAID: Final = _EverythingSaid("", NOW)


@dataclass
class Seen:
    """What became of a call. `block` is what the model got, `events` what the person saw; where a person had
    to say yes, `report` is what became of it then."""

    block: Block
    events: list[Event]
    journal: KeptJournal | None = None
    change: Change | None = None
    card: Mapping[str, Any] | None = None
    report: ChangeReport | None = None

    @property
    def finished(self) -> ToolFinished:
        """How the call ended on the person's screen."""
        (event,) = (each for each in self.events if isinstance(each, ToolFinished))
        return event

    @property
    def error(self) -> str | None:
        """What the model was told of a call that did not come about."""
        if not self.block.get("is_error"):
            return None
        text = str(self.block["content"])
        if not text.startswith(OPEN):
            return text
        return str(json.loads(text.removeprefix(OPEN).removesuffix(CLOSE))["error"])

    @property
    def answer(self) -> dict[str, Any]:
        """What the model was told of a call that came about."""
        text = str(self.block["content"]).removeprefix(OPEN).removesuffix(CLOSE)
        found: dict[str, Any] = json.loads(text)
        return found

    @property
    def told(self) -> Mapping[str, Any]:
        """What was told of a change in the end: to the model, or to the person who said yes."""
        data: Mapping[str, Any] = self.answer["data"] if self.report is None else self.report.as_data()
        return data

    @property
    def states(self) -> dict[str, EntryState]:
        """What the journal says of each operation."""
        return {} if self.journal is None else {key: e.state for key, e in self.journal.entries.items()}


@dataclass
class Scene:
    """The nation and a client of it. `waits` are the seconds that the client would have slept."""

    server: RunningNationBuilder
    nation: NationBuilder
    pool: ThreadPoolExecutor
    log: Path
    start: int
    waits: list[float] = field(default_factory=list)
    renewals: list[str] = field(default_factory=list)

    @property
    def records(self) -> Nation:
        """The nation's own records."""
        return self.server.nation(SLUG)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What went over the wire since the scene began."""
        with self.log.open("rb") as file:
            file.seek(self.start)
            return [json.loads(line) for line in file]

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The requests that write."""
        return [each for each in self.requests if each["method"] != "GET"]

    def fail(self, kind: str, *, methods: tuple[str, ...], count: int = 1000, **details: Any) -> None:
        """Let the next requests with these methods fail."""
        for method in methods:
            self.server.fault(kind, method=method, count=count, **details)

    def call(self, tool: str, arguments: Arguments, said: Said = EVERYTHING_SAID) -> Seen:
        """The model calls a tool in an owner's turn, who said it, and says yes where that is asked for."""
        events: list[Event] = []
        actions = KeptChanges()
        calls = ToolCalls(
            TOOLS,
            v2=self.nation,
            rights=Rights(Role.OWNER),
            said=said,
            emit=events.append,
            stopped=lambda: False,
            result_characters=40_000,
            pool=self.pool,
            changes=actions,
            pace=QUICK,
        )
        use = {"type": "tool_use", "id": CALL, "name": tool, "input": dict(arguments)}
        (block,) = calls.run([use], step=0, allowed=1).blocks
        planned = actions.plans.get((0, CALL))
        seen = Seen(block, events, actions.journals.get((0, CALL)))
        if planned is None:
            return seen
        seen.change = planned.change
        if planned.proposal is not None:
            seen.card = planned.proposal.card
            assert self.writes == [], "something was written before anybody said yes"
            assert any(isinstance(each, ApprovalRequested) for each in events)
            seen.journal = KeptJournal("turn-2")
            seen.report = commit(
                planned.change,
                v2=self.nation,
                journal=seen.journal,
                emit=events.append,
                stopped=lambda: False,
                at_once=AT_ONCE if TOOLS[tool].effect is Effect.BULK else 1,
                pace=QUICK,
            )
        return seen


@contextmanager
def scene(
    server: RunningNationBuilder, log: Path, pool: ThreadPoolExecutor, *, stale: bool = False
) -> Iterator[Scene]:
    """A scene; with `stale` its token has expired. The client sleeps only in name."""
    token = server.issue(SLUG, seconds=-1 if stale else None).access_token
    waits: list[float] = []
    renewals: list[str] = []

    def renew() -> str:
        renewals.append("renewed")
        return server.access_token(SLUG)

    with NationBuilder(
        SLUG, token=lambda: token, renew=renew, base_url=server.base_url, sleep=waits.append
    ) as nation:
        yield Scene(server, nation, pool, log, log.stat().st_size, waits, renewals)
