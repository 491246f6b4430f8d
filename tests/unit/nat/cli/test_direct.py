"""`nat chat --direct` and `nat tool call` against the stand-ins for NationBuilder and Claude."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from local.claude import RunningClaude, running_claude
from local.nationbuilder.figures import people_with_tag
from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from nat.cli.decisions import Agenda, Approve, Reject, Undo
from nat.cli.direct import DirectChat
from nat.cli.nation import open_nation
from nat.contract.events import Event, TurnFinished
from nat.errors import ApprovalClosed, NotFound
from nat.ids import NationSlug


@dataclass(frozen=True)
class Here:
    """Both stand-ins, and the command among them."""

    nationbuilder: RunningNationBuilder
    claude: RunningClaude

    def nat(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from nat.cli import main; main()", *arguments, "-n", "demo"],
            env={
                **os.environ,
                "NAT_V2_TOKEN": self.nationbuilder.access_token("demo"),
                "NAT_NATIONBUILDER_URL": self.nationbuilder.base_url,
                "NAT_ANTHROPIC_URL": self.claude.base_url,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def volunteers(self) -> int:
        """How many there are, counted in the stand-in's own data."""
        return len(people_with_tag(self.nationbuilder.nation("demo"), "volunteer"))


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with running_nationbuilder() as nationbuilder, running_claude() as claude:
        yield Here(nationbuilder, claude)


def test_a_question_is_answered_with_the_nations_own_number(here: Here) -> None:
    done = here.nat("chat", "--direct", "-m", "How many people are tagged volunteer?")

    assert (done.returncode, f"{here.volunteers()} people" in done.stdout) == (0, True)
    assert done.stderr.startswith("✓ ")


def test_one_tool_by_hand_gives_data_counts_and_links(here: Here) -> None:
    done = here.nat("tool", "call", "list_tags", '{"query": "volunteer", "limit": 1}')

    given = json.loads(done.stdout)
    assert given["data"]["items"][0]["people"] == here.volunteers()
    assert given["links"]


def test_what_nationbuilder_does_not_have_is_one_line(here: Here) -> None:
    done = here.nat("tool", "call", "get_person", '{"person_id": "999999999"}')

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in done.stderr


@dataclass
class Conversation:
    """A chat in this process, and what its events said."""

    chat: DirectChat
    agenda: Agenda = field(default_factory=Agenda)
    events: list[Event] = field(default_factory=list)

    def show(self, event: Event) -> None:
        self.events.append(event)
        self.agenda.take(event)

    def ask(self, question: str) -> None:
        self.chat.ask(question, self.show, lambda: False)

    def decide(self, decision: Approve | Reject | Undo) -> str:
        self.chat.decide(decision, self.show, lambda: False)
        last = self.events[-1]
        return last.text if isinstance(last, TurnFinished) else ""


@contextmanager
def conversation(here: Here, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    monkeypatch.setenv("NAT_ANTHROPIC_URL", here.claude.base_url)
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    token, url = here.nationbuilder.access_token("demo"), here.nationbuilder.base_url
    with open_nation("demo", token, url) as nation:
        chat = DirectChat(nation, NationSlug("demo"), "UTC")
        try:
            yield Conversation(chat)
        finally:
            chat.close()


def test_a_bulk_change_waits_is_approved_and_is_taken_back(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(people_with_tag(here.nationbuilder.nation("demo"), "major donor"))
    with conversation(here, monkeypatch) as talk:
        talk.ask("Tag everyone who donated over $100 as major donor")
        (waiting,) = talk.agenda.waiting.values()
        count = waiting.card["count"]
        assert len(people_with_tag(here.nationbuilder.nation("demo"), "major donor")) == before

        said = talk.decide(Approve(waiting))
        tagged = len(people_with_tag(here.nationbuilder.nation("demo"), "major donor"))
        with pytest.raises(ApprovalClosed):
            talk.decide(Approve(waiting))
        undo = talk.agenda.undo
        assert undo is not None
        talk.decide(undo)

    assert said.startswith(f"Done: {count} of {count}.")
    assert tagged > before
    assert len(people_with_tag(here.nationbuilder.nation("demo"), "major donor")) == before


def test_a_rejected_proposal_changes_nothing(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(people_with_tag(here.nationbuilder.nation("demo"), "major donor"))
    with conversation(here, monkeypatch) as talk:
        talk.ask("Tag everyone who donated over $100 as major donor")
        (waiting,) = talk.agenda.waiting.values()

        talk.decide(Reject(waiting))

        with pytest.raises(ApprovalClosed, match="rejected"):
            talk.decide(Approve(waiting))
        with pytest.raises(NotFound):
            talk.decide(Undo(approval=waiting.approval))
    assert len(people_with_tag(here.nationbuilder.nation("demo"), "major donor")) == before
