"""Notices reach the channel that an admin chose, once; one that takes none keeps nobody from an email."""

from collections.abc import Iterator

import pytest

from local.slack import RunningSlack, running_slack
from local.slack.state import TEAM
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack_posts import NOT_IN_CHANNEL
from nat.ids import NationSlug
from nat.names import Bus
from nat.notices.receipts import NotAllTold
from nat.roles import Role
from tests.unit.nat.notices.bureau import Bureau
from tests.unit.nat.slack_posting import CHANNEL, posting, written

DEMO = NationSlug("demo")


@pytest.fixture
def slack() -> Iterator[RunningSlack]:
    with running_slack() as running:
        yield running


@pytest.fixture
def told(bureau: Bureau, slack: RunningSlack) -> Bureau:
    """A nation whose notices go to a channel too."""
    bureau.add("olga", Role.OWNER)
    store = Store(clients.dynamodb(), bureau.tables, bureau.clock)
    bureau.posts = posting(store, slack, "demo")
    bureau.posts.workspaces.send_notices(TEAM, DEMO, channel=CHANNEL)
    return bureau


def problem(bureau: Bureau) -> str | None:
    assert bureau.posts is not None
    [link] = bureau.posts.workspaces.links_of(DEMO)
    return link.notices_problem


def test_a_notice_is_posted_once_with_its_button(told: Bureau, slack: RunningSlack) -> None:
    assert [told.take(Bus.NATION_NEEDS_REAUTH) for _ in range(2)] == [2, 0]

    [message] = slack.workspace.messages[CHANNEL]
    assert "*Nat lost access to demo*" in message["text"]
    assert "https://app.nat.example" in message["blocks"][-1]["elements"][0]["url"]


def test_who_joins_is_told_to_admins_alone(told: Bureau, slack: RunningSlack) -> None:
    told.take(Bus.MEMBER_JOINED, user="mia")

    assert written(slack) == []


def test_a_channel_that_is_closed_to_nat_keeps_nobody_and_says_so_until_it_is_open(
    told: Bureau, slack: RunningSlack
) -> None:
    slack.workspace.channels.discard(CHANNEL)
    assert told.take(Bus.NATION_NEEDS_REAUTH, "first") == 1
    assert problem(told) == NOT_IN_CHANNEL

    slack.workspace.channels.add(CHANNEL)
    assert told.take(Bus.NATION_NEEDS_REAUTH, "second") == 2
    assert problem(told) is None


def test_what_slack_cannot_take_now_comes_again_and_mails_nobody_twice(
    told: Bureau, slack: RunningSlack
) -> None:
    slack.api.faults["chat.postMessage"] = ["internal_error"]
    with pytest.raises(NotAllTold):
        told.take(Bus.NATION_NEEDS_REAUTH)

    assert told.take(Bus.NATION_NEEDS_REAUTH) == 1

    assert len(written(slack)) == len(told.mails("olga")) == 1


def test_a_workspace_that_is_linked_again_keeps_its_channel(told: Bureau) -> None:
    assert told.posts is not None
    told.posts.workspaces.link(TEAM, "Demo", DEMO, by="olga")

    [link] = told.posts.workspaces.links_of(DEMO)
    assert link.notices == CHANNEL
