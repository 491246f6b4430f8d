"""Decisions sent to the platform, and the events of what comes of them."""

from pathlib import Path

import pytest

from nat.cli.decisions import (
    Approve,
    Decision,
    Edit,
    PendingProposal,
    Reject,
    Retry,
    Undo,
)
from nat.cli.platform import PlatformClient, PlatformError
from nat.contract.events import ApprovalUpdated, Event, TurnFinished, TurnStarted
from tests.unit.nat.cli.platform_server import Platform, answering, running_platform, session
from tests.unit.nat.cli.test_platform import QUICK

WAITING = PendingProposal("P1", {"fingerprint": "f1"}, "2026-11-22T09:45:00+00:00")
APPROVALS = "/v1/conversations/C/approvals"
CHANGE = "/v1/conversations/C/changes/T1%23000%23c"
DONE: tuple[Event, ...] = (TurnStarted(), TurnFinished("Done: 3 of 3."))


def decide(platform: Platform, folder: Path, decision: Decision) -> list[Event]:
    with PlatformClient(platform.profile(folder), session(), timing=QUICK) as client:
        return [each.event for each in client.decide("demo", "C", decision)]


@pytest.mark.parametrize(
    ("decision", "path", "body"),
    [
        (Approve(WAITING), f"{APPROVALS}/P1/approve", {"fingerprint": "f1"}),
        (Approve(WAITING, ("a",)), f"{APPROVALS}/P1/approve", {"fingerprint": "f1", "records": ["a"]}),
        (
            Edit(WAITING, {"tag": "x"}),
            f"{APPROVALS}/P1/edit",
            {"fingerprint": "f1", "values": {"tag": "x"}},
        ),
        (Retry("P1"), f"{APPROVALS}/P1/retry", {}),
        (Retry(change="T1#000#c"), f"{CHANGE}/retry", {}),
        (Undo(change="T1#000#c"), f"{CHANGE}/undo", {}),
    ],
)
def test_a_decision_is_posted_and_its_turn_followed(
    tmp_path: Path, decision: Decision, path: str, body: dict[str, object]
) -> None:
    with running_platform(answering(*DONE)) as platform:
        platform.answers[path] = {"state": "queued"}

        events = decide(platform, tmp_path, decision)

    ((posted_to, posted),) = platform.posted
    assert (posted_to, {name: each for name, each in posted.items() if name != "decision"}) == (path, body)
    assert events == list(DONE)
    assert platform.received[0]["turn"] == posted["decision"]


def test_an_approved_change_is_taken_back_by_its_own_name(tmp_path: Path) -> None:
    with running_platform(answering(*DONE)) as platform:
        platform.answers = {f"{APPROVALS}/P1": {"change": "T1#000#c"}, f"{CHANGE}/undo": {}}

        events = decide(platform, tmp_path, Undo(approval="P1"))

    assert [path for path, _ in platform.posted] == [f"{APPROVALS}/P1", f"{CHANGE}/undo"]
    assert events == list(DONE)


def test_a_no_ends_at_once(tmp_path: Path) -> None:
    with running_platform() as platform:
        platform.answers[f"{APPROVALS}/P1/reject"] = {"state": "rejected"}

        assert decide(platform, tmp_path, Reject(WAITING)) == [ApprovalUpdated("P1", "rejected")]
    assert platform.opened == 0


def test_a_decision_whose_answer_was_lost_is_sent_again_under_its_id(tmp_path: Path) -> None:
    with running_platform(answering(*DONE)) as platform:
        platform.answers[f"{APPROVALS}/P1/approve"] = {"state": "queued"}
        platform.lose_answers = 1

        events = decide(platform, tmp_path, Approve(WAITING))

    first, second = platform.posted
    assert first == second
    assert events == list(DONE)


def test_a_decision_that_is_refused_says_why(tmp_path: Path) -> None:
    with running_platform() as platform, pytest.raises(PlatformError, match="Nothing here"):
        decide(platform, tmp_path, Approve(WAITING))


def test_what_waits_in_a_conversation_is_listed(tmp_path: Path) -> None:
    entry = {"approval": "P1", "card": {"fingerprint": "f1"}, "expires_at": WAITING.expires_at}
    with running_platform() as platform:
        platform.answers[APPROVALS] = {
            "approvals": [{**entry, "state": "pending"}, {**entry, "approval": "P0", "state": "done"}]
        }
        with PlatformClient(platform.profile(tmp_path), session(), timing=QUICK) as client:
            assert client.waiting("demo", "C") == [WAITING]
