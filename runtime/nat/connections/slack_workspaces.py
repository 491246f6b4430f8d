"""Slack workspaces: where the app is installed, for which nations, and who their people are.

    <team>  installation        the bot's token, sealed; `<team>` is the enterprise of an org-wide install,
                                and begins with the customer where the app is a brand's own
    <team>  nation#<slug>       an admin of the nation linked the workspace to it, and perhaps chose the
                                channel that gets its notices
    <team>  channel#<channel>   the nation that questions in a channel are about, where there are several
    <team>  person#<user>       a person of the workspace, who has proven to be a user of Nat
    user#<id>  <team>#<user>    the same, found by the user

A row of the table names the nation it is about in `nation_slug`, so who deletes a nation finds
them.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from boto3.dynamodb.conditions import Attr, Key

from nat.aws.items import Row, epoch_ms, moment
from nat.aws.store import Store
from nat.aws.writes import Delete, Put, Update
from nat.connections.seal import Seal
from nat.errors import SlackCodeInvalid, SlackNotInstalled
from nat.ids import NationSlug, UserId
from nat.names import INSTALLATIONS_BY_NATION, TTL_ATTRIBUTE, Table

CODE_LIFE: Final = timedelta(minutes=10)
CODE_LETTERS: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""None that is read as another."""
CODE_LENGTH: Final = 8
GREETED: Final = timedelta(days=90)
"""How long it is known that somebody was greeted."""
ROTATED_BEFORE: Final = timedelta(hours=1)
"""A token that ends is renewed this long before. Slack's live twelve hours (docs.slack.dev, Token
rotation)."""
ROTATION: Final = timedelta(seconds=30)
"""How long one process may take to renew a token before another tries."""
_INSTALLATION: Final = "installation"
_NATION: Final = "nation#"
_CHANNEL: Final = "channel#"
_PERSON: Final = "person#"

Renew = Callable[[str, str], "BotToken"]
"""Trades the refresh token of a workspace (the second) for a new pair."""


@dataclass(frozen=True)
class BotToken:
    """A bot's token; with rotation it ends, and `refresh` is good for one new pair."""

    token: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Workspace:
    """A workspace, or a whole organisation on Enterprise Grid, in which the app is installed."""

    key: str
    name: str
    bot_user: str
    installed_at: datetime


@dataclass(frozen=True)
class WorkspaceLink:
    """A workspace that an admin linked to a nation. `notices` is the channel that gets the nation's notices,
    `notices_problem` why the last one did not arrive there."""

    team: str
    nation_slug: NationSlug
    name: str
    linked_by: str
    linked_at: datetime
    notices: str | None = None
    notices_problem: str | None = None


@dataclass(frozen=True)
class SlackAccount:
    """Who a user of Nat is in a workspace."""

    home: str
    slack_user: str


class Workspaces:
    """Workspaces and what is remembered of them."""

    def __init__(self, store: Store, seal: Seal | None = None) -> None:
        """Tokens are only reached with `seal`."""
        self._store = store
        self._seal = seal

    def install(self, workspace: Workspace, token: BotToken) -> None:
        """Keep an installation, in place of an earlier one."""
        self._store.write(
            Put(
                Table.INSTALLATIONS,
                {
                    **_key(workspace.key, _INSTALLATION),
                    "name": workspace.name,
                    "bot_user": workspace.bot_user,
                    "installed_at": workspace.installed_at,
                    **self._sealed(workspace.key, token),
                },
            )
        )

    def installed(self, home: str) -> Workspace:
        """The installation in a workspace. Raises `SlackNotInstalled`."""
        return _workspace(self._row(home))

    def has(self, home: str) -> bool:
        """Whether the app is in a workspace."""
        return self._store.get(Table.INSTALLATIONS, _key(home, _INSTALLATION)) is not None

    def token(self, renew: Renew, home: str) -> str:
        """The bot's token, renewed before it ends, by one process at a time. Raises `SlackNotInstalled`, and
        what `renew` raises."""
        row = self._row(home)
        now = self._store.clock()
        held = self._opened(row)
        if held.expires_at is None or held.refresh is None or held.expires_at - now > ROTATED_BEFORE:
            return held.token
        key = _key(row["team_id"], _INSTALLATION)
        free = Attr("renewing_ms").not_exists() | Attr("renewing_ms").lt(epoch_ms(now))
        claimed = Update(
            Table.INSTALLATIONS,
            key,
            set={"renewing_ms": epoch_ms(now + ROTATION)},
            when=Attr("team_id").exists() & free & Attr("tokens").eq(row["tokens"]),
        )
        if not self._store.claim(claimed):
            return self._opened(self._row(row["team_id"])).token
        fresh = renew(row["team_id"], held.refresh)
        self._store.write(
            Update(
                Table.INSTALLATIONS,
                key,
                set={**self._sealed(row["team_id"], fresh), "renewing_ms": None},
                when=Attr("team_id").exists(),
            )
        )
        return fresh.token

    def forget(self, key: str) -> None:
        """Nat was taken out of a workspace: nothing of it is kept."""
        names = ("team_id", "item", "user_id")
        rows = list(self._store.query(Table.INSTALLATIONS, Key("team_id").eq(key), attributes=names))
        backward = [
            _account_key(row["user_id"], key, row["item"].removeprefix(_PERSON))
            for row in rows
            if row["item"].startswith(_PERSON)
        ]
        self._store.delete_many(
            Table.INSTALLATIONS, [*backward, *(_key(row["team_id"], row["item"]) for row in rows)]
        )

    def link(self, team: str, name: str, nation_slug: NationSlug, *, by: str) -> None:
        """Let people of a workspace ask about a nation. Linked again, its notices go where they went."""
        self._store.write(
            Update(
                Table.INSTALLATIONS,
                _key(team, f"{_NATION}{nation_slug}"),
                set={
                    "nation_slug": nation_slug,
                    "name": name,
                    "linked_by": by,
                    "linked_at": self._store.clock(),
                },
            )
        )

    def unlink(self, team: str, nation_slug: NationSlug) -> bool:
        """End that; False if it was not linked. Channels forget the nation too."""
        rows = [
            row
            for row in self._store.query(
                Table.INSTALLATIONS, Key("team_id").eq(team), attributes=("team_id", "item", "nation_slug")
            )
            if row.get("nation_slug") == nation_slug
        ]
        self._store.delete_many(
            Table.INSTALLATIONS, [{"team_id": row["team_id"], "item": row["item"]} for row in rows]
        )
        return any(row["item"].startswith(_NATION) for row in rows)

    def send_notices(self, team: str, nation_slug: NationSlug, *, channel: str | None) -> bool:
        """Let a channel get the notices of a nation, or none; False if the workspace is not linked to it."""
        return self._store.write(
            Update(
                Table.INSTALLATIONS,
                _key(team, f"{_NATION}{nation_slug}"),
                set={"notices": channel, "notices_problem": None},
                when=Attr("nation_slug").exists(),
            )
        )

    def note_problem(self, link: WorkspaceLink, problem: str | None) -> None:
        """Remember why a channel did not take a notice, or that it did."""
        self._store.write(
            Update(
                Table.INSTALLATIONS,
                _key(link.team, f"{_NATION}{link.nation_slug}"),
                set={"notices_problem": problem},
                when=Attr("notices").eq(link.notices),
            )
        )

    def links_of(self, nation_slug: NationSlug) -> list[WorkspaceLink]:
        """The workspaces of a nation; a moment behind."""
        rows = self._store.query(
            Table.INSTALLATIONS, Key("nation_slug").eq(nation_slug), index=INSTALLATIONS_BY_NATION
        )
        return [_link(row) for row in rows if row["item"].startswith(_NATION)]

    def nations(self, team: str) -> list[str]:
        """The nations that a workspace is linked to, strongly consistent."""
        where = Key("team_id").eq(team) & Key("item").begins_with(_NATION)
        rows = self._store.query(Table.INSTALLATIONS, where, attributes=("nation_slug",), consistent=True)
        return [row["nation_slug"] for row in rows]

    def nation_of_channel(self, team: str, *, channel: str) -> str | None:
        """The nation that was chosen for a channel."""
        row = self._store.get(Table.INSTALLATIONS, _key(team, f"{_CHANNEL}{channel}"))
        return None if row is None else str(row["nation_slug"])

    def choose(self, team: str, nation_slug: NationSlug, *, channel: str) -> None:
        """Let a channel ask about this nation from now on."""
        item = {**_key(team, f"{_CHANNEL}{channel}"), "nation_slug": nation_slug}
        self._store.write(Put(Table.INSTALLATIONS, item))

    def release(self, team: str, nation_slug: NationSlug, *, channel: str) -> None:
        """Let a channel forget this nation; nothing happens if it has another."""
        theirs = Attr("nation_slug").eq(nation_slug)
        self._store.write(Delete(Table.INSTALLATIONS, _key(team, f"{_CHANNEL}{channel}"), when=theirs))

    def channels(self, team: str, nation_slug: NationSlug) -> list[str]:
        """Channels for which a nation was chosen."""
        where = Key("team_id").eq(team) & Key("item").begins_with(_CHANNEL)
        rows = self._store.query(Table.INSTALLATIONS, where, attributes=("item", "nation_slug"))
        return [row["item"].removeprefix(_CHANNEL) for row in rows if row["nation_slug"] == nation_slug]

    def person(self, team: str, *, slack_user: str) -> str | None:
        """Who somebody of a workspace is: a user id."""
        row = self._store.get(Table.INSTALLATIONS, _key(team, f"{_PERSON}{slack_user}"))
        return None if row is None else str(row["user_id"])

    def new_code(self, user_id: UserId) -> str:
        """A code that proves to be this person, typed in Slack once within ten minutes.

        It goes from the web app to Slack and not the other way: a link made in Slack could be sent to
        somebody else, whose sign-in would then serve who sent it.
        """
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        expires = self._store.clock() + CODE_LIFE
        row = {
            "key": _code_key(code),
            "user_id": user_id,
            "expires_ms": epoch_ms(expires),
            TTL_ATTRIBUTE: int(expires.timestamp()) + 1,
        }
        self._store.write(Put(Table.ONCE, row))
        return code

    def prove(self, team: str, code: str, *, slack_user: str) -> str:
        """Use a code up: this person of the workspace is the one to whom it was given. Gives the user id.
        Raises `SlackCodeInvalid`."""
        typed = code.strip().upper().replace("-", "")
        in_time = Attr("expires_ms").gt(epoch_ms(self._store.clock()))
        row = self._store.take(Table.ONCE, {"key": _code_key(typed)}, when=in_time)
        if row is None:
            raise SlackCodeInvalid
        self.know(team, UserId(row["user_id"]), slack_user=slack_user)
        return str(row["user_id"])

    def know(self, team: str, user_id: UserId, *, slack_user: str) -> None:
        """Somebody of a workspace has proven to be this user, whoever they were before."""
        self.forget_person(team, slack_user=slack_user)
        since = {"user_id": user_id, "linked_at": self._store.clock()}
        self._store.transact(
            [
                Put(Table.INSTALLATIONS, {**_key(team, f"{_PERSON}{slack_user}"), **since}),
                Put(Table.INSTALLATIONS, {**_account_key(user_id, team, slack_user), **since}),
            ]
        )

    def of_user(self, user_id: UserId) -> list[SlackAccount]:
        """Who a user is in workspaces."""
        where = Key("team_id").eq(_user_key(user_id))
        rows = self._store.query(Table.INSTALLATIONS, where, attributes=("item",))
        return [SlackAccount(*row["item"].rsplit("#", 1)) for row in rows]

    def greet(self, team: str, *, slack_user: str) -> bool:
        """Whether somebody is to be greeted: they have not been for a while."""
        forgotten = int((self._store.clock() + GREETED).timestamp())
        row = {**_greeted_key(team, slack_user), TTL_ATTRIBUTE: forgotten}
        return self._store.write(Put(Table.ONCE, row, when=Attr("key").not_exists()))

    def forget_person(self, team: str, *, slack_user: str) -> None:
        """Somebody of a workspace is nobody's user any more."""
        user_id = self.person(team, slack_user=slack_user)
        if user_id is not None:
            self._store.delete_many(
                Table.INSTALLATIONS,
                [_key(team, f"{_PERSON}{slack_user}"), _account_key(user_id, team, slack_user)],
            )

    def forget_user(self, user_id: UserId) -> None:
        """A user is nobody in any workspace any more, and was never greeted."""
        for each in self.of_user(user_id):
            self._store.write(Delete(Table.ONCE, _greeted_key(each.home, each.slack_user)))
            self.forget_person(each.home, slack_user=each.slack_user)

    def _row(self, home: str) -> Row:
        row = self._store.get(Table.INSTALLATIONS, _key(home, _INSTALLATION))
        if row is None:
            raise SlackNotInstalled
        return row

    def _sealed(self, key: str, token: BotToken) -> dict[str, object]:
        assert self._seal is not None
        refresh = None if token.refresh is None else self._seal.close(NationSlug(key), token.refresh)
        return {
            "tokens": self._seal.close(NationSlug(key), token.token),
            "refresh": refresh,
            "ends_at": token.expires_at,
        }

    def _opened(self, row: Row) -> BotToken:
        assert self._seal is not None
        key, refresh, ends = row["team_id"], row.get("refresh"), row.get("ends_at")
        return BotToken(
            self._seal.open(key, row["tokens"]),
            None if refresh is None else self._seal.open(key, refresh),
            None if ends is None else moment(ends),
        )


def _key(team: str, item: str) -> dict[str, str]:
    return {"team_id": team, "item": item}


def _greeted_key(team: str, slack_user: str) -> dict[str, str]:
    return {"key": f"slack-greeted#{team}#{slack_user}"}


def _user_key(user_id: str) -> str:
    return f"user#{user_id}"


def _account_key(user_id: str, team: str, user: str) -> dict[str, str]:
    return _key(_user_key(user_id), f"{team}#{user}")


def _code_key(code: str) -> str:
    return f"slack-code#{sha256(code.encode(errors='replace')).hexdigest()}"


def _workspace(row: Row) -> Workspace:
    return Workspace(row["team_id"], row["name"], row["bot_user"], moment(row["installed_at"]))


def _link(row: Row) -> WorkspaceLink:
    return WorkspaceLink(
        row["team_id"],
        row["nation_slug"],
        row["name"],
        row["linked_by"],
        moment(row["linked_at"]),
        row.get("notices"),
        row.get("notices_problem"),
    )
