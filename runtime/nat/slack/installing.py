"""Installing the app: an admin of a nation goes to Slack's consent and comes back, in the same browser.

Whoever consents may let apps into the workspace, for Slack asks nobody else. The workspace is linked to the
nation for which the admin left, and the Slack account that consented is known as theirs from then on: both
are the one browser's. Going the way again renews the token and links one more nation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urljoin

from slack_sdk.errors import SlackApiError, SlackClientError

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws.store import Store
from nat.channels.slack_client import client, token_of
from nat.connections.oauth_state import Begun, Departure, OAuthStates, Purpose
from nat.connections.slack_app import SCOPES, SlackApps, home_of
from nat.connections.slack_workspaces import Workspace, Workspaces
from nat.errors import (
    ConsentDenied,
    RoleInsufficient,
    SlackError,
    SlackRefused,
    StateInvalid,
)
from nat.ids import UserId
from nat.names import SLACK_CALLBACK
from nat.people.memberships import Membership, Memberships
from nat.roles import Role
from nat.wording import Worded

CALLBACK_PATH: Final = SLACK_CALLBACK.partition(" ")[2]
_LONGEST_CODE: Final = 2_000


@dataclass(frozen=True)
class Installed:
    """What came of it."""

    begun: Begun
    workspace: Workspace


class Installing:
    """Both ends of the way."""

    def __init__(
        self,
        store: Store,
        states: OAuthStates,
        apps: Callable[[], SlackApps],
        workspaces: Workspaces,
        *,
        url: str,
    ) -> None:
        """`apps` reads the apps, `url` is that of Slack's Web API."""
        self._store = store
        self._states = states
        self._apps = apps
        self._workspaces = workspaces
        self._memberships = Memberships(store)
        self._audit = Audit(store)
        self._url = url

    def begin(
        self, admin: Membership, *, web_app: str, customer: str | None, browser: str | None
    ) -> Departure:
        """Send an admin to Slack, from the web app at `web_app`, one of ours, of a customer's brand.
        `browser` is the secret that the browser has from an earlier way. Raises `SlackAppMissing`."""
        app = self._apps().of(customer)
        begun, state, secret = self._states.begin(
            admin.nation_slug,
            admin.user_id,
            Purpose.SLACK,
            app=customer or "",
            web_app=web_app,
            browser=browser,
            now=self._store.clock(),
        )
        query = {
            "client_id": app.client_id,
            "scope": ",".join(SCOPES),
            "state": state,
            "redirect_uri": _redirect_uri(begun),
        }
        return Departure(f"{urljoin(self._url, '/oauth/v2/authorize')}?{urlencode(query)}", secret)

    def returned(self, state: str, browser: str | None) -> Begun:
        """Use a state up, in the browser that began. Raises `StateInvalid` and `OtherBrowser`."""
        read = self._states.read(state, self._store.clock())
        if read.purpose is not Purpose.SLACK:
            raise StateInvalid
        return self._states.finish(read, browser)

    def complete(self, begun: Begun, *, code: str | None, error: str | None) -> Installed:
        """Keep the app's token and link the workspace. `code` and `error` are the query's.

        Raises `ConsentDenied`, `SlackRefused`, `SlackError`, `StateInvalid`, `SlackAppMissing`, and
        `NotAMember` or `RoleInsufficient` if they administer the nation no longer.
        """
        if error is not None:
            raise ConsentDenied(Worded("form.slack_denied"))
        if not code or len(code) > _LONGEST_CODE:
            raise StateInvalid
        state = begun.state
        if not self._memberships.require(state.nation_slug, state.user_id).role.at_least(Role.ADMIN):
            raise RoleInsufficient
        answer = self._exchange(begun, code)
        now = self._store.clock()
        org_wide = bool(answer.get("is_enterprise_install"))
        place = (answer.get("enterprise") if org_wide else answer.get("team")) or {}
        home = home_of(begun.app or None, place["id"])
        workspace = Workspace(home, place.get("name") or place["id"], answer["bot_user_id"], now)
        self._workspaces.install(workspace, token_of(answer, now))
        self._workspaces.link(home, workspace.name, state.nation_slug, by=state.user_id)
        person = (answer.get("authed_user") or {}).get("id")
        if person:
            self._workspaces.know(home, UserId(state.user_id), slack_user=person)
        self._audit.append(
            state.nation_slug,
            AuditKind.CONNECTED,
            by=state.user_id,
            about=f"slack:{home}",
            summary=f"Connected the Slack workspace {workspace.name}",
            surface="web",
        )
        return Installed(begun, workspace)

    def _exchange(self, begun: Begun, code: str) -> Any:
        app = self._apps().of(begun.app or None)
        try:
            answer = client("", self._url).oauth_v2_access(
                client_id=app.client_id,
                client_secret=app.client_secret,
                code=code,
                redirect_uri=_redirect_uri(begun),
            )
        except SlackApiError as refused:
            raise SlackRefused from refused
        except (SlackClientError, OSError) as broken:
            raise SlackError(Worded("form.slack_silent")) from broken
        return answer.data


def _redirect_uri(begun: Begun) -> str:
    return f"{begun.web_app}{CALLBACK_PATH}"
