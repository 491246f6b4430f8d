"""A conversation in a terminal: questions, proposals and what the person decides about them."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console

from nat.cli.chat import Wanted, numbers, run
from nat.cli.decisions import (
    Approve,
    Decision,
    Edit,
    PendingProposal,
    Reject,
    Retry,
    Undo,
)
from nat.cli.terminal import Interrupt
from nat.contract.events import (
    ApprovalRequested,
    ApprovalUpdated,
    Event,
    TextDelta,
    ToolFinished,
    TurnFinished,
)

EXPIRES = "2026-11-22T09:45:00+00:00"


def card(**changes: Any) -> dict[str, Any]:
    """A card as `nat.changes.card` makes it: two of three people in the sample."""
    return {
        "tool": "bulk_tag_people",
        "effect": "bulk",
        "sends": False,
        "role": "admin",
        "summary": "Tag 3 people as major donor",
        "filter": "donated over $100",
        "count": 3,
        "people": 3,
        "sample": [
            {
                "key": f"tagging-{number}",
                "type": "signups",
                "id": str(number),
                "name": name,
                "url": None,
                "method": "POST",
                "before": {"major_donor": None},
                "after": {"major_donor": True},
            }
            for number, name in ((1, "Ana Lima"), (2, "Ben\x1b[2J Ode"))
        ],
        "more": 1,
        "touched": [],
        "skipped": {"count": 1, "reasons": [{"why": "already tagged", "count": 1}], "sample": []},
        "warnings": ["One of them has no email address."],
        "undo": "all",
        "fingerprint": "f1",
        **changes,
    }


PROPOSED = ApprovalRequested("P1", card(), EXPIRES)


@dataclass
class ScriptedTalk:
    """Answers with given events and keeps what was decided."""

    answers: list[Event] = field(default_factory=list)
    outcomes: list[Event] = field(default_factory=list)
    stored: list[PendingProposal] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)
    known: str | None = None

    def ask(self, question: str, show: Callable[[Event], None], stopped: Interrupt) -> None:
        self.asked.append(question)
        for event in self.answers:
            show(event)

    def decide(self, decision: Decision, show: Callable[[Event], None], stopped: Interrupt) -> None:
        self.decided.append(decision)
        for event in self.outcomes:
            show(event)

    def waiting(self) -> list[PendingProposal]:
        return self.stored

    def begin_again(self) -> None:
        self.asked.append("(new)")

    def who(self) -> str | None:
        return "ann@example.org"

    def warning(self) -> str | None:
        return self.known


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a conversation with these lines typed; what stood on the screen."""

    def converse(talk: ScriptedTalk, *lines: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        file = io.StringIO()
        console = Console(
            file=file, force_terminal=True, force_interactive=True, width=100, color_system=None
        )
        run(talk, Wanted("demo"), console)
        return file.getvalue()

    return converse


def test_what_has_to_be_known_stands_before_the_first_question(typed: Callable[..., str]) -> None:
    screen = typed(ScriptedTalk(known="Nat lost access to your NationBuilder."))

    assert "! Nat lost access to your NationBuilder." in screen


WAITING = PendingProposal("P1", PROPOSED.card, EXPIRES)


@pytest.mark.parametrize(
    ("said", "decision"),
    [
        (["y"], Approve(WAITING)),
        (["YES"], Approve(WAITING)),
        (["n"], Reject(WAITING)),
        (["maybe", "yes"], Approve(WAITING)),
        (["s", "2"], Approve(WAITING, ("tagging-2",))),
        (["s", "1-2"], Approve(WAITING, ("tagging-1", "tagging-2"))),
        (["s", "7", "s", "1"], Approve(WAITING, ("tagging-1",))),
    ],
)
def test_a_proposal_is_decided_right_where_it_was_made(
    typed: Callable[..., str], said: list[str], decision: Decision
) -> None:
    talk = ScriptedTalk([PROPOSED, TurnFinished("")])

    typed(talk, "Tag them", *said)

    assert talk.decided == [decision]


def test_the_card_says_what_happens_to_whom(typed: Callable[..., str]) -> None:
    screen = typed(ScriptedTalk([PROPOSED, TurnFinished("")]), "Tag them", "")

    for part in (
        "Tag 3 people as major donor",
        "Who: donated over $100",
        "3 people",
        "major donor: empty → yes",
        "… and 1 more",
        "1 × already tagged",
        "! One of them has no email address.",
        "All of it can be undone.",
    ):
        assert part in screen
    assert "\x1b[2J Ode" not in screen


def test_what_was_left_waiting_can_be_decided_later(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk([PROPOSED, TurnFinished("")])

    screen = typed(talk, "Tag them", "later", "/approve", "y")

    assert "It waits." in screen
    assert talk.decided == [Approve(WAITING)]


EDITABLE = card(
    editable=[
        {"name": "tag", "type": "string", "value": "major donor"},
        {"name": "guests", "type": "integer", "value": 1},
        {"name": "private", "type": "boolean", "value": False},
    ]
)


def test_values_are_edited_and_the_new_proposal_is_asked_about(typed: Callable[..., str]) -> None:
    first, second = ApprovalRequested("P1", EDITABLE, EXPIRES), ApprovalRequested("P2", card(), EXPIRES)
    talk = ScriptedTalk([first, TurnFinished("")], [ApprovalUpdated("P1", "superseded"), second])

    screen = typed(talk, "Tag them", "e", "patron", "3", "yes", "n")

    edit, reject = talk.decided
    assert edit == Edit(
        PendingProposal("P1", EDITABLE, EXPIRES), {"tag": "patron", "guests": 3, "private": True}
    )
    assert isinstance(reject, Reject)
    assert reject.waiting.approval == "P2"
    assert "tag (now major donor; Enter keeps it)" in screen


def test_a_value_of_the_wrong_kind_changes_nothing(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk([ApprovalRequested("P1", EDITABLE, EXPIRES), TurnFinished("")])

    typed(talk, "Tag them", "e", "", "many", "later")

    assert talk.decided == []


def test_what_waits_from_before_is_asked_for(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk(stored=[WAITING])

    screen = typed(talk, "/cancel")

    assert "Tag 3 people" in screen
    assert talk.decided == [Reject(WAITING)]


def test_an_approved_change_is_taken_back(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk(
        [PROPOSED, TurnFinished("")], [ApprovalUpdated("P1", "done"), TurnFinished("Done: 3 of 3.")]
    )

    typed(talk, "Tag them", "y", "/undo")

    assert talk.decided == [Approve(WAITING), Undo(approval="P1")]


def test_what_was_not_done_is_tried_again(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk([PROPOSED, TurnFinished("")], [ApprovalUpdated("P1", "partly"), TurnFinished("")])

    screen = typed(talk, "Tag them", "y", "/retry")

    assert "/retry tries the rest again." in screen
    assert talk.decided[-1] == Retry(approval="P1")


def test_a_change_that_ran_at_once_is_taken_back_by_its_name(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk(
        [ToolFinished("t", "x", "Tagged Ana", ok=True, change="T1#000#t"), TurnFinished("Done.")]
    )

    typed(talk, "Tag Ana", "/undo")

    assert talk.decided == [Undo(change="T1#000#t")]


def test_a_change_that_ran_at_once_is_tried_again_by_its_name(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk(
        [ToolFinished("t", "x", "Tagged", ok=False, retry="T1#000#t"), TurnFinished("Partly.")]
    )

    typed(talk, "Tag Ana", "/retry")

    assert talk.decided == [Retry(change="T1#000#t")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/approve", "Nothing waits for your approval."),
        ("/cancel", "Nothing waits for your approval."),
        ("/undo", "There is nothing here that can be taken back."),
        ("/retry", "There is nothing to try again here."),
        ("/approove", "There is no command /approove."),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_asks_nothing(
    typed: Callable[..., str], line: str, said: str
) -> None:
    talk = ScriptedTalk()

    screen = typed(talk, line)

    assert said in screen
    assert (talk.asked, talk.decided) == ([], [])


def test_a_new_conversation_forgets_what_waits(typed: Callable[..., str]) -> None:
    talk = ScriptedTalk([PROPOSED, TurnFinished("")])

    screen = typed(talk, "Tag them", "", "/new", "/approve")

    assert "Nothing waits" in screen
    assert talk.decided == []


def test_nobody_is_asked_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    file = io.StringIO()
    talk = ScriptedTalk([PROPOSED, TextDelta("It waits."), TurnFinished("It waits.")])

    run(talk, Wanted("demo", message="Tag them"), Console(file=file, force_terminal=False))

    assert (file.getvalue(), talk.decided) == ("It waits.\n", [])
    assert "- Ana Lima: major donor: empty → yes" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0", "3", "a", "2-1", "1-", "-1", "1..2"])
def test_what_is_no_choice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|Choose"):
        numbers(text, 2)


def test_numbers_and_ranges_make_a_choice() -> None:
    assert numbers("1, 3-5,4", 9) == [1, 3, 4, 5]
