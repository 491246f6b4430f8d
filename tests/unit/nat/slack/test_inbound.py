"""What of Slack's requests is for Nat, where it is at home, and what makes two of them the same."""

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest

from nat.errors import BadRequest
from nat.slack.inbound import Inbound, Kind, read


def event(changes: dict[str, Any] | None = None, **body: Any) -> Inbound | None:
    """A mention with some things otherwise, and what is read of it."""
    said = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1", "text": "<@U0> hi"}
    whole = {"team_id": "T1", "event_id": "E1", "event": {**said, **(changes or {})}, **body}
    return read(Kind.EVENT, json.dumps(whole).encode())


def test_in_a_shared_channel_the_app_that_is_meant_counts_and_not_where_the_sender_is() -> None:
    authorized = [{"team_id": "T2", "enterprise_id": None, "is_enterprise_install": False}]

    found = event(authorizations=authorized)

    assert found is not None
    assert (found.home, found.key) == ("T2", "slack-message#T2#C1#1.1")


@pytest.mark.parametrize(("org_wide", "home"), [(True, "E9"), (False, "T1")])
def test_an_installation_of_a_whole_organisation_is_at_home_in_it(org_wide: bool, home: str) -> None:
    authorized = [{"team_id": "T1", "enterprise_id": "E9", "is_enterprise_install": org_wide}]
    form = {
        "team_id": "T1",
        "enterprise_id": "E9",
        "is_enterprise_install": str(org_wide).lower(),
        "channel_id": "C1",
        "user_id": "U1",
        "trigger_id": "t1",
        "text": "help",
    }
    click = {
        "type": "block_actions",
        "team": {"id": "T1"},
        "enterprise": {"id": "E9"},
        "is_enterprise_install": org_wide,
        "channel": {"id": "C1"},
        "message": {"ts": "1.1"},
        "trigger_id": "t1",
    }
    payload = urlencode({"payload": json.dumps(click)}).encode()

    found = [
        event(authorizations=authorized, enterprise_id="E9"),
        read(Kind.COMMAND, urlencode(form).encode()),
        read(Kind.INTERACTION, payload),
    ]

    assert [each.home for each in found if each is not None] == [home] * 3


def test_apps_of_two_brands_in_one_workspace_take_nothing_from_each_other() -> None:
    body = json.dumps(
        {
            "team_id": "T1",
            "event_id": "E1",
            "event": {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "1.1"},
        }
    ).encode()

    keys = {found.key for each in (None, "civic-desk") if (found := read(Kind.EVENT, body, each))}

    assert len(keys) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B1"},
        {"user": None},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"edited": {"ts": "1.2"}},
        {"type": "reaction_added"},
        {"type": "message"},
        {"type": "app_home_opened", "tab": "home"},
    ],
)
def test_what_nobody_says_to_nat_is_left_alone(changes: dict[str, Any]) -> None:
    assert event(changes) is None


@pytest.mark.parametrize("changes", [{"subtype": "file_share"}, {"subtype": "thread_broadcast"}])
def test_a_message_with_a_file_and_one_that_is_shown_in_the_channel_too_are_said(
    changes: dict[str, Any],
) -> None:
    assert event(changes) is not None


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"payload=",
        b"payload=[]",
        b"payload=%7B%7D",
        b'{"event": 1}',
        b'{"event": {"type": "message"}}',
        b"payload=%7B%22type%22%3A%22view_submission%22%7D",
    ],
)
def test_what_slack_would_not_send_is_refused_or_left_alone(kind: Kind, body: bytes) -> None:
    with suppress(BadRequest):
        assert read(kind, body) is None
