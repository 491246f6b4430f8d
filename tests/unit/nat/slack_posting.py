"""Posting into the stand-in's workspace, which is linked to a nation."""

from local.slack import RunningSlack
from local.slack.state import BOT, BOT_TOKEN, TEAM
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.slack_client import Bots
from nat.channels.slack_posts import SlackPosts
from nat.connections.seal import Seal
from nat.connections.slack_workspaces import BotToken, Workspace, Workspaces
from nat.ids import NationSlug, UserId
from nat.names import Secret

CHANNEL = "C0GENERAL"
PLACE = f"{TEAM}/{CHANNEL}"
NOT_IN = f"{TEAM}/C0ELSEWHERE"


def posting(store: Store, slack: RunningSlack, nation: str, **people: str) -> SlackPosts:
    """Posts for a nation; `people` are its users, by who they are in Slack."""
    key = clients.kms().create_key()["KeyMetadata"]["Arn"]
    workspaces = Workspaces(store, Seal(clients.kms(), key, Secret.slack_tokens))
    workspaces.install(Workspace(TEAM, "Demo", BOT, store.clock()), BotToken(BOT_TOKEN))
    workspaces.link(TEAM, "Demo", NationSlug(nation), by="ann")
    for slack_user, user_id in people.items():
        workspaces.know(TEAM, UserId(user_id), slack_user=slack_user)
    return SlackPosts(Bots(store, workspaces, slack.api_url))


def written(slack: RunningSlack, channel: str = CHANNEL) -> list[str]:
    """What Nat wrote in a channel, the oldest first."""
    return [each["text"] for each in slack.workspace.messages.get(channel, []) if each["user"] == BOT]
