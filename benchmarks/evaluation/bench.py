"""Runs one task: the agent as `nat chat --direct` runs it, on a freshly seeded nation."""

from benchmarks.evaluation.seeded import remember
from benchmarks.evaluation.task import Rows, Seen, Task
from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.store import Nation
from nat.agent.ports import OpenPage
from nat.cli.decisions import Agenda, Approve, Reject
from nat.cli.direct import DirectChat
from nat.cli.nation import open_nation
from nat.contract.events import ApprovalRequested, Event, TextDelta, ToolStarted
from nat.errors import NatError


def run(task: Task, server: RunningNationBuilder) -> list[str]:
    """Run a task; what is wrong with what came of it. An error of the agent is wrong too."""
    server.standin.reset()
    nation = server.nation(task.nation)
    remember(nation)
    seen = Seen(nation, _rows(nation), members_before=_members(nation))
    talk = _Talk(seen)
    try:
        _converse(task, server, talk)
    except NatError as error:
        return [f"failed: {error.message}"]
    seen.after = _rows(nation)
    return [problem for check in task.checks for problem in check(seen)]


def _converse(task: Task, server: RunningNationBuilder, talk: "_Talk") -> None:
    nation = talk.seen.nation
    page = None
    if task.opened is not None:
        kind, record = task.opened(nation)
        page = OpenPage(kind, record)
    token, zone = server.access_token(task.nation), str(nation.zone)
    with open_nation(task.nation, token, server.base_url, zone) as client:
        chat = DirectChat(client, task.nation, zone, task.role)
        try:
            for words in task.says:
                talk.begin()
                chat.ask(words if isinstance(words, str) else words(nation), talk.hear, _never, page)
                talk.end()
                for waiting in talk.agenda.fresh():
                    if task.decides == "yes":
                        chat.decide(Approve(waiting), talk.agenda.take, _never)
                    elif task.decides == "no":
                        chat.decide(Reject(waiting), talk.agenda.take, _never)
        finally:
            chat.close()


class _Talk:
    """Listens to the events of a task."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.agenda = Agenda()
        self._version = 0

    def begin(self) -> None:
        """A question goes out."""
        self.seen.answers.append("")
        self._version = self.seen.nation.version

    def end(self) -> None:
        """Its answer is complete; only now is anything decided."""
        if self.seen.cards:
            self.seen.unasked += self.seen.nation.version - self._version

    def hear(self, event: Event) -> None:
        """Note what an event says."""
        self.agenda.take(event)
        match event:
            case TextDelta(text=text):
                self.seen.answers[-1] += text
            case ToolStarted(tool=tool):
                self.seen.tools.append(tool)
            case ApprovalRequested(card=card):
                self.seen.cards.append(card)


def _never() -> bool:
    return False


def _rows(nation: Nation) -> Rows:
    """The records as they are now. Rows are replaced, never changed in place, so this keeps them."""
    return {kind: dict(table.rows) for kind, table in nation.tables.items()}


def _members(nation: Nation) -> dict[str, frozenset[str]]:
    return {each: frozenset(found) for each, found in nation.list_members.items()}
