"""The way through NationBuilder's consent page: to connect a nation, or to prove that one belongs to it.

    oauth.begin(…)                  a signed-in person; gives NationBuilder's address and the browser's secret
    oauth.returned(state, cookie)   the state, used up by this
    oauth.complete(begun, code)     the code is exchanged once, NationBuilder is asked who consented

`connect` keeps the nation's tokens. An admin or the owner may begin it, or anybody as long as nobody proven
administers the nation; who connects is an admin from then on. Whether they may is asked again when they come
back. `join` reads who consented and gives its tokens back: those of the nation are never touched; it makes a
viewer, or what the nation has set. In both only a control-panel user counts (`/signups/me`, `is_cpu`), asked
of the nation's own host with the token that this host gave, and one read of each area of the data is tried:
what NationBuilder refuses the person is kept with their membership (`nat.nationbuilder.areas`).

A code of another nation is refused there, because it is exchanged at the host that the signed state names.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.audit.people import PeopleLog
from nat.aws.isolation import nation
from nat.connections.apps import App, Apps
from nat.connections.connector import Connector, ConnectorRows
from nat.connections.oauth_state import Begun, Departure, OAuthState, OAuthStates, Purpose
from nat.connections.outbox import Outbox
from nat.connections.refresh import Refresher
from nat.connections.token_endpoint import AnswerUnclear, GrantRefused, RequestRefused, TokenEndpoint
from nat.connections.tokens import NbTokens
from nat.errors import (
    BadRequest,
    CodeRefused,
    ConsentDenied,
    NatError,
    NationBuilderDown,
    NationBuilderError,
    NotConnected,
    NotControlPanelUser,
    PermissionDenied,
    RemovedFromNation,
    RoleInsufficient,
    StateInvalid,
    TokenRejected,
)
from nat.ids import NationSlug, UserId
from nat.names import OAUTH_CALLBACK, Bus
from nat.nationbuilder import NationBuilder
from nat.nationbuilder.permissions import refused_areas
from nat.nations.record import role_of_joiners
from nat.people.members import Arriving, Members
from nat.people.memberships import Membership, Standing
from nat.people.ownership import Ownership, Settled
from nat.roles import Role
from nat.wording import Worded

if TYPE_CHECKING:
    from nat.nationbuilder.transport import Sessions

CALLBACK_PATH: Final = OAUTH_CALLBACK.partition(" ")[2]
PATIENCE: Final = timedelta(seconds=15)
"""How long a callback waits for a refresh that is under way; API Gateway waits 30 seconds for it."""
PROOF_TIMEOUT: Final = (3.05, 8.0)
"""Seconds to connect and to wait for `/signups/me`."""
_LONGEST_CODE: Final = 2_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrival:
    """What came of it. `role` is `None` for who waits until an admin lets them in."""

    begun: Begun
    role: Role | None
    joined: bool


@dataclass(frozen=True)
class NationPeople:
    """Who belongs to nations: what the way needs of that room."""

    members: Members
    ownership: Ownership


class OAuth:
    """Both ends of the way, and the end of a connection. Acts for many nations, each within
    `nation(slug)`."""

    def __init__(
        self,
        *,
        states: OAuthStates,
        apps: Apps,
        endpoint: TokenEndpoint,
        refresher: Refresher,
        connected: ConnectorRows,
        people: NationPeople,
        audit: Audit,
        announcements: Outbox,
        base_url: str,
        sessions: "Sessions",
        now: Callable[[], datetime],
    ) -> None:
        """`base_url` is NationBuilder's, with a place for the slug."""
        self._states = states
        self._apps = apps
        self._endpoint = endpoint
        self._refresher = refresher
        self.connected = connected
        self._people = people
        self._audit = audit
        self._announcements = announcements
        self._base_url = base_url
        self._sessions = sessions
        self._now = now

    def begin(
        self,
        nation_slug: NationSlug,
        user_id: UserId,
        purpose: Purpose,
        *,
        web_app: str,
        customer: str | None = None,
        browser: str | None = None,
    ) -> Departure:
        """Send somebody to NationBuilder, from the web app at `web_app`, one of ours, of a customer's brand.
        `browser` is the secret that the browser has from an earlier way, if it has one.

        Who has nothing to do with the nation is always sent: whether it is a customer they are told when
        they come back and NationBuilder has named them as one of its control panel.

        Raises `NationUnknown`, `NotAMember`, `RoleInsufficient` and `RemovedFromNation` for who may not
        connect or join, `BadRequest` for who joins a nation they belong to, `Unauthenticated` for who deleted
        their account, `AppUnknown`.
        """
        with nation(nation_slug):
            record = self._people.members.nations.get(nation_slug)
            self._people.members.memberships.require_living(user_id)
            if not self._is_stranger(nation_slug, user_id):
                self._people.members.nations.require(nation_slug)
                if purpose is Purpose.CONNECT:
                    self._require_may_connect(nation_slug, user_id)
                else:
                    self._require_may_join(nation_slug, user_id)
            joins_connected = purpose is Purpose.JOIN and record is not None and record.nb_connected
            own_app = record.nb_app if record is not None and joins_connected else None
            name = own_app or self._apps.choose(nation_slug, customer)
            app = self._apps.credentials(nation_slug, name)
        begun, state, secret = self._states.begin(
            nation_slug, user_id, purpose, app=name, web_app=web_app, browser=browser, now=self._now()
        )
        query = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": _redirect_uri(begun),
            "state": state,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
        }
        host = self._base_url.replace("{slug}", nation_slug).rstrip("/")
        return Departure(f"{host}/oauth/authorize?{urlencode(query)}", secret)

    def read(self, state: str) -> OAuthState:
        """The state that somebody brings back, unused yet. Raises `StateInvalid`, `StateExpired`."""
        found = self._states.read(state, self._now())
        if found.purpose is Purpose.SLACK:
            raise StateInvalid
        return found

    def returned(self, state: OAuthState, browser: str | None) -> Begun:
        """Use the state up, in the browser that began. Raises `StateInvalid`, `OtherBrowser`."""
        return self._states.finish(state, browser)

    def complete(self, begun: Begun, *, code: str | None, error: str | None = None) -> Arrival:
        """Do what the person went for. `code` and `error` are the query's.

        Raises `ConsentDenied`, `CodeRefused`, `NotControlPanelUser`, `NotConnected`; `NationUnknown`,
        `RoleInsufficient` and `NotAMember` if they may not connect (any more), to somebody who had nothing to
        do with the nation once they are proven; `NationBuilderDown`; `SeatsTaken` and other errors of
        joining. Whatever it raises before the tokens are stored, it has given them back.
        """
        state = begun.state
        if error is not None:
            raise ConsentDenied if error == "access_denied" else NotConnected
        if not code or len(code) > _LONGEST_CODE:
            raise StateInvalid
        with nation(state.nation_slug):
            connects = state.purpose is Purpose.CONNECT
            if connects and not self._is_stranger(state.nation_slug, state.user_id):
                self._require_may_connect(state.nation_slug, state.user_id)
            app = self._apps.credentials(state.nation_slug, begun.app)
            tokens = self._exchange(begun, code, app)
            try:
                proven = self._prove(tokens, state.user_id)
                self._people.members.nations.require(state.nation_slug)
                if connects:
                    self._require_may_connect(state.nation_slug, state.user_id)
                    self._refresher.connect(tokens, begun.app, patience=PATIENCE)
            except NatError:
                self._endpoint.revoke(tokens, app)
                raise
            if connects:
                return self._settle(begun, proven)
            self._endpoint.revoke(tokens, app)
            return self._join(begun, proven)

    def disconnect(self, admin: Membership) -> None:
        """Take a nation's tokens away and revoke them at NationBuilder, as well as can be. May be repeated.

        Workers remember a pair for five minutes at most; one that NationBuilder has revoked is no use to
        them.

        Raises `NationUnknown`, `NationBuilderDown` while a refresh is under way.
        """
        slug = admin.nation_slug
        with nation(slug):
            before = self._people.members.nations.require(slug)
            tokens = self._refresher.disconnect(slug, patience=PATIENCE)
            revoked = tokens is not None and self._revoked(tokens, before.nb_app)
            self.connected.remove(slug)
        if tokens is not None or before.nb_connected or before.nb_needs_reauth:
            self._audit.append(
                slug,
                AuditKind.REVOKED,
                by=admin.user_id,
                about="nationbuilder",
                summary="Disconnected NationBuilder",
                details={"revoked_at_nationbuilder": revoked},
            )

    def _is_stranger(self, nation_slug: NationSlug, user_id: UserId) -> bool:
        """Whether somebody has nothing to do with a nation: no member, not waiting, not removed."""
        memberships = self._people.members.memberships
        return (
            memberships.known(nation_slug, user_id) is None
            and memberships.outsider(nation_slug, user_id) is None
        )

    def _require_may_connect(self, nation_slug: NationSlug, user_id: UserId) -> None:
        if self._people.ownership.may_begin(nation_slug, user_id):
            return
        self._refuse_removed(nation_slug, user_id)
        self._people.members.memberships.require(nation_slug, user_id)
        raise RoleInsufficient

    def _require_may_join(self, nation_slug: NationSlug, user_id: UserId) -> None:
        known = self._people.members.memberships.known(nation_slug, user_id)
        if known is not None and not known.unproven:
            raise BadRequest(Worded("form.member_already"))
        self._refuse_removed(nation_slug, user_id)

    def _refuse_removed(self, nation_slug: NationSlug, user_id: UserId) -> None:
        outsider = self._people.members.memberships.outsider(nation_slug, user_id)
        if outsider is not None and outsider.standing is Standing.REMOVED:
            raise RemovedFromNation

    def _exchange(self, begun: Begun, code: str, app: App) -> NbTokens:
        slug = begun.state.nation_slug
        try:
            return self._endpoint.exchange(slug, code, _redirect_uri(begun), begun.verifier, app)
        except GrantRefused:
            raise CodeRefused from None
        except RequestRefused as refusal:
            _log.error("code not accepted", extra={"nation": slug, "code": refusal.code})
            self._apps.forget()
            raise NotConnected from None
        except AnswerUnclear:
            raise NationBuilderDown from None

    def _prove(self, tokens: NbTokens, user_id: UserId) -> Connector:
        """Who consented, and what NationBuilder refuses them. Raises `NotControlPanelUser`, and errors of the
        `NationBuilderError` family."""
        try:
            with NationBuilder(
                tokens.nation_slug,
                token=lambda: tokens.access_token,
                base_url=self._base_url,
                session=self._sessions(),
                timeout=PROOF_TIMEOUT,
            ) as client:
                me = client.show("signups", "me", fields={"signups": ("id", "full_name", "is_cpu")}).record
                if me["is_cpu"] is not True:
                    raise NotControlPanelUser
                refused = refused_areas(client)
        except (PermissionDenied, TokenRejected):
            raise NotControlPanelUser from None  # the token is new, so it is the person who is not let in
        name = me.text("full_name") or None
        return Connector(tokens.nation_slug, user_id, me.id, name, self._now(), refused)

    def _settle(self, begun: Begun, proven: Connector) -> Arrival:
        """What follows once the tokens are stored."""
        state = begun.state
        self.connected.put(proven)
        # People of the nation hear from the brand whose web app this is.
        nations = self._people.members.nations
        nations.update(state.nation_slug, {"web_app": begun.web_app}, now=self._now())
        self._audit.append(
            state.nation_slug,
            AuditKind.CONNECTED,
            by=state.user_id,
            about="nationbuilder",
            summary="Connected NationBuilder",
            details={"app": begun.app, "signup_id": proven.signup_id},
            once=f"oauth#{state.id}",
        )
        settled = self._people.ownership.connected(state.nation_slug, state.user_id)
        self._note(settled, proven)
        if settled.claims:
            about = {"by": state.user_id}
            self._announcements.add(Bus.OWNERSHIP_CLAIMED, state.nation_slug, about)
        self._link(state)
        return Arrival(begun, None if settled.membership is None else settled.membership.role, joined=False)

    def _join(self, begun: Begun, proven: Connector) -> Arrival:
        state, members = begun.state, self._people.members
        settled = self._people.ownership.proved(state.nation_slug, state.user_id)
        if settled.membership is not None:
            self._note(settled, proven)
            self._link(state)
            return Arrival(begun, settled.membership.role, joined=settled.owns)
        role = role_of_joiners(members.nations.require(state.nation_slug))
        log = PeopleLog(self._audit)
        if role is None:
            members.wait(Arriving(state.nation_slug, state.user_id, proven.refused))
            log.waits(state.nation_slug, state.user_id)
            self._tell_admins(state, "waiting")
            return Arrival(begun, None, joined=False)
        joined = members.join(state.nation_slug, state.user_id, role, refused=proven.refused)
        if joined.new:
            log.proved(joined.membership)
            self._tell_admins(state, joined.membership.role.value)
        return Arrival(begun, joined.membership.role, joined=joined.new)

    def _note(self, settled: Settled, proven: Connector) -> None:
        """Keep what NationBuilder refuses the person, and note who they have become."""
        if settled.membership is not None:
            self._people.members.memberships.noting(settled.membership, proven.refused)
        PeopleLog(self._audit).settled(proven.nation_slug, settled)

    def _tell_admins(self, state: OAuthState, became: str) -> None:
        self._announcements.add(
            Bus.MEMBER_JOINED, state.nation_slug, {"user_id": state.user_id, "became": became}
        )

    def _link(self, state: OAuthState) -> None:
        """The nation becomes the primary one of who has none."""
        user = self._people.members.users.get(state.user_id)
        if user is None or user.nation_slug is None:
            self._people.members.link(state.nation_slug, state.user_id)

    def _revoked(self, tokens: NbTokens, app: str | None) -> bool:
        try:
            return self._endpoint.revoke(tokens, self._apps.credentials(tokens.nation_slug, app))
        except NationBuilderError:  # the app's credentials are not there any more
            return False


def _redirect_uri(begun: Begun) -> str:
    return f"{begun.web_app}{CALLBACK_PATH}"
