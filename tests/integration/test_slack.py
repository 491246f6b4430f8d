"""Scenario 8 of the product: asked in Slack, answered in the thread, on the deployed functions under their
roles and with the real Bolt; and a proposal that is decided there."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from ulid import ULID

from local.machine import Machine
from nat.names import Header
from nat.roles import Role
from tests.integration.conftest import NATION, PATIENCE, Person

CHANNEL = "C0GENERAL"
ANN = "U0ANN"
EVERYWHERE_SECONDS = 2.0
_POLL_SECONDS = 0.05


@dataclass
class Workspace:
    """The stand-in's workspace, as somebody sees it who writes there."""

    url: str

    def say(self, text: str, thread: str = "") -> str:
        """Write as Ann; gives the `ts` of what was written."""
        before = {each["ts"] for each in self.messages()}
        form = {"user": ANN, "channel": CHANNEL, "text": text, "thread": thread}
        self._do("say", form)
        [written] = [
            each["ts"] for each in self.messages() if each["ts"] not in before and each["user"] == ANN
        ]
        return str(written)

    def click(self, message: dict[str, Any], action_id: str) -> None:
        """Press a button of a message as Ann."""
        self._do("click", {"user": ANN, "channel": CHANNEL, "ts": message["ts"], "action_id": action_id})

    def messages(self) -> list[dict[str, Any]]:
        """What the channel holds, the oldest first."""
        found: list[dict[str, Any]] = self._state()["messages"]
        return found

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that is as wanted, as soon as there is one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for message in self.messages():
                if wanted(message):
                    return message
            assert time.monotonic() < deadline, self._state()
            time.sleep(_POLL_SECONDS)

    def answer(self, thread: str, having: str) -> dict[str, Any]:
        """The answer in a thread that says this."""
        return self.until(lambda each: each.get("thread_ts") == thread and having in str(each))

    def _state(self) -> dict[str, Any]:
        answer = requests.get(
            f"{self.url}/_standin/state", params={"channel": CHANNEL, "user": ANN}, timeout=PATIENCE
        )
        state: dict[str, Any] = answer.json()
        return state

    def _do(self, name: str, form: dict[str, str]) -> None:
        answer = requests.post(
            f"{self.url}/_standin/{name}", data=form, timeout=PATIENCE, allow_redirects=False
        )
        assert answer.status_code == 303, answer.text


@pytest.fixture
def admin(new_person: Callable[..., Person]) -> Person:
    """An admin of the nation, with the web app open."""
    return new_person(role=Role.ADMIN)


@pytest.fixture
def workspace(machine: Machine, admin: Person) -> Workspace:
    """The workspace, to which the admin has added the app: Ann is theirs."""
    browser, slack = requests.Session(), machine.ports.url("slack")
    with browser:
        begun = browser.post(
            f"{machine.app_url}/v1/slack/install",
            headers={
                "Authorization": f"Bearer {admin.session.access_token}",
                Header.NATION_SLUG.value: NATION,
                "Origin": machine.app_url,
            },
            timeout=PATIENCE,
        )
        assert begun.status_code == 200, begun.text
        asked = dict(parse_qsl(urlsplit(begun.json()["url"]).query))
        arrived = browser.get(
            f"{slack}/oauth/v2/answer",
            params={**asked, "answer": "allow", "user": ANN},
            timeout=PATIENCE,
        )
    assert arrived.history[-1].headers["location"].startswith(f"{machine.app_url}/settings/connections")
    return Workspace(slack)


def test_a_mention_is_answered_with_a_table_and_a_link_and_the_thread_goes_on(
    machine: Machine, admin: Person, workspace: Workspace
) -> None:
    figures = machine.vendors.figures(NATION)

    asked = workspace.say("@nat who donated this week?")
    answer = workspace.answer(asked, figures.donated_this_week[0])

    assert "table" in {each["type"] for each in answer["blocks"]}
    assert "<http" in answer["text"]
    admin.forget_cooldown()
    workspace.say("how many people are tagged volunteer?", asked)
    workspace.answer(asked, figures.tagged_volunteer)


def test_a_proposal_is_decided_in_slack_once_and_says_so_in_the_web_app(
    admin: Person, workspace: Workspace
) -> None:
    asked = workspace.say("@nat tag everyone who donated over $100 as slack donor")
    card = workspace.until(
        lambda each: each.get("thread_ts") == asked and "nat_approve" in str(each.get("blocks"))
    )

    for _ in range(2):
        workspace.click(card, "nat_approve")

    workspace.until(lambda each: each["ts"] == card["ts"] and "decided by <@U0ANN> in Slack" in str(each))
    workspace.answer(asked, "nat_undo")
    listed = admin.client.call("GET", "/v1/conversations", NATION)["conversations"]
    [approval] = admin.client.call("GET", f"/v1/conversations/{listed[0]['conversation']}/approvals", NATION)[
        "approvals"
    ]
    assert (approval["state"], approval["decided_in"], approval["decided_by"]) == (
        "done",
        "slack",
        admin.user_id,
    )


def test_a_decision_in_the_web_app_is_said_everywhere_within_two_seconds(
    admin: Person, workspace: Workspace
) -> None:
    asked = workspace.say("@nat tag everyone who donated over $100 as told everywhere")
    card = workspace.until(
        lambda each: each.get("thread_ts") == asked and "nat_approve" in str(each.get("blocks"))
    )
    conversation = admin.client.call("GET", "/v1/conversations", NATION)["conversations"][0]["conversation"]
    path = f"/v1/conversations/{conversation}/approvals"
    [approval] = admin.client.call("GET", path, NATION)["approvals"]
    follow = {"action": "resume", "conversation": conversation, "turn": approval["change"].split("#")[0]}
    told: dict[str, float] = {}
    with admin.socket() as web_app, admin.socket() as panel, ThreadPoolExecutor() as places:
        for each in (web_app, panel):
            each.send(follow)
            each.until_end()

        def heard(place: str, wait: Callable[[], object]) -> None:
            wait()
            told[place] = time.monotonic() - decided

        decided = time.monotonic()
        decision = {"decision": str(ULID()), "fingerprint": approval["card"]["fingerprint"]}
        waiting = [
            places.submit(heard, "web app", lambda: web_app.until("approval.updated")),
            places.submit(heard, "panel", lambda: panel.until("approval.updated")),
            places.submit(
                heard,
                "Slack",
                lambda: workspace.until(
                    lambda each: each["ts"] == card["ts"] and "decided by a colleague" in str(each)
                ),
            ),
        ]
        admin.client.call("POST", f"{path}/{approval['approval']}/approve", NATION, decision)
        for told_there in waiting:
            told_there.result(timeout=PATIENCE)

    assert max(told.values()) <= EVERYWHERE_SECONDS, told
