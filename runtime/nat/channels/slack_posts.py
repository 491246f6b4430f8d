"""What Nat says in Slack without having been asked there: answers of automations, and notices.

It goes to a channel of a workspace that is linked to the nation, or to a member of the nation in a direct
message, where it is known who they are there. Whether it arrived is told to who calls: nothing is kept here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from slack_sdk.errors import SlackApiError, SlackClientError

from nat.aws.store import Store
from nat.channels.slack_cards import OPEN, label
from nat.channels.slack_client import Bots
from nat.channels.slack_sending import PASSING, with_blocks
from nat.channels.slack_text import Block, blocks, escaped, fallback, section
from nat.connections.slack_app import customer_of
from nat.errors import SlackNotInstalled
from nat.ids import NationSlug, UserId
from nat.wording import Worded

NOT_THERE: Final = frozenset({"channel_not_found", "not_in_channel", "is_archived"})
"""What Slack says where the bot is in no such channel."""
NOT_IN_CHANNEL: Final = Worded("delivery.not_in_channel")
GONE: Final = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_revoked", "team_not_found"})
"""What Slack says where the app is no more."""
NOT_CONNECTED: Final = Worded("delivery.not_connected")
NOT_LINKED: Final = Worded("delivery.not_linked")
NOT_KNOWN: Final = Worded("delivery.not_known")


class NotPosted(Exception):
    """A message that did not reach its place. `problem` says why, in words for people; `later`: it may be
    tried again."""

    def __init__(self, problem: str, *, later: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.later = later


@dataclass(frozen=True)
class SlackPost:
    """A message: a title, Markdown, sentences of ours below it, and where its button leads. A long answer is
    cut, and the button leads to the whole."""

    title: str
    facts: Sequence[str]
    label: str | None = None
    url: str | None = None
    answer: str = ""

    @property
    def text(self) -> str:
        """The whole as one text."""
        parts = [f"*{escaped(self.title)}*", fallback(self.answer, self.url) if self.answer else ""]
        parts += [escaped(each) for each in self.facts]
        parts.append(f"<{self.url}|{escaped(self.label)}>" if self.url and self.label else "")
        return "\n\n".join(each for each in parts if each)

    @property
    def blocks(self) -> list[Block]:
        """The same within Block Kit's limits."""
        made = [section(f"*{escaped(self.title)}*")]
        if self.answer:
            made += blocks(self.answer, self.url)
        if self.facts:
            made.append(section("\n".join(escaped(each) for each in self.facts)))
        if self.url and self.label:
            button = {
                "type": "button",
                "action_id": OPEN,
                "url": self.url,
                "text": label(self.label[:75]),
            }
            made.append({"type": "actions", "elements": [button]})
        return made


class SlackPosts:
    """Posts with the bots' tokens."""

    def __init__(self, bots: Bots) -> None:
        self._bots = bots
        self.workspaces = bots.workspaces

    @classmethod
    def of_process(cls, store: Store) -> "SlackPosts":
        """Posts of this process. Raises `SettingMissing`."""
        return cls(Bots.of_process(store))

    def to_channel(self, nation_slug: NationSlug, home: str, channel: str, post: SlackPost) -> None:
        """Post into a channel of a workspace of the nation. Raises `NotPosted`."""
        if nation_slug not in self.workspaces.nations(home):
            raise NotPosted(NOT_LINKED)
        self._post(home, channel, post)

    def to_member(
        self, nation_slug: NationSlug, user_id: UserId, post: SlackPost, *, customer: str | None
    ) -> None:
        """Write to a member, as their nation's brand, in the first workspace of the nation in which it is
        known who they are. That they are a member is the caller's to know. Raises `NotPosted`."""
        linked = {each.team for each in self.workspaces.links_of(nation_slug)}
        accounts = [
            each
            for each in self.workspaces.of_user(user_id)
            if each.home in linked and customer_of(each.home) == customer
        ]
        if not accounts:
            raise NotPosted(NOT_KNOWN)
        self._post(accounts[0].home, accounts[0].slack_user, post)

    def _post(self, home: str, channel: str, post: SlackPost) -> None:
        try:
            with_blocks(
                self._bots(home).chat_postMessage,
                post.text,
                post.blocks,
                channel=channel,
                unfurl_links=False,
                unfurl_media=False,
            )
        except SlackNotInstalled:
            raise NotPosted(NOT_CONNECTED) from None
        except SlackApiError as error:
            raise _not_posted(str(error.response["error"])) from error
        except (SlackClientError, OSError) as error:
            raise NotPosted(Worded("delivery.silent"), later=True) from error


def _not_posted(error: str) -> NotPosted:
    if error in NOT_THERE:
        return NotPosted(NOT_IN_CHANNEL)
    if error in GONE:
        return NotPosted(NOT_CONNECTED)
    return NotPosted(f"Slack does not take this ({error}).", later=error in PASSING)
