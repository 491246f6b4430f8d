"""The V2 client of a nation, with the nation's token from the vault, refreshed when it is needed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from nat.connections.refresh import Refresher
from nat.errors import NationBuilderError, PermissionDenied, Reconnect, TokenExpired, TokenRejected
from nat.ids import NationSlug
from nat.nationbuilder import Limiter, NationBuilder, pooled_session

if TYPE_CHECKING:
    import requests

TRUSTED: Final = timedelta(minutes=5)
"""How long a token that NationBuilder has just accepted for `/signups/me` is not asked about again."""


class NationAccess:
    """Makes V2 clients that share one limiter and one pool. `base_url` may have a `{slug}` place."""

    def __init__(
        self,
        refresher: Refresher,
        *,
        base_url: str,
        now: Callable[[], datetime],
        limiter: Limiter | None = None,
        session: "requests.Session | None" = None,
    ) -> None:
        self._refresher = refresher
        self._base_url = base_url
        self._now = now
        self._limiter = limiter or Limiter()
        self._session = session or pooled_session()

    @contextmanager
    def client(
        self,
        nation_slug: NationSlug,
        time_zone: str,
        *,
        withheld: frozenset[str] = frozenset(),
        as_of: datetime | None = None,
    ) -> Iterator[NationBuilder]:
        """The client of one nation, for somebody to whom areas of it are `withheld`. With `as_of` "this week"
        and the like are those of that moment; records are as they are now.

        Raises `Reconnect` when the nation has no tokens, or none that can be used.
        """
        token = _Token(self._refresher, nation_slug, self._accepted, self._now)
        token.current()
        with NationBuilder(
            nation_slug,
            token=token.current,
            renew=token.renewed,
            refused=token.replaced,
            base_url=self._base_url,
            limiter=self._limiter,
            time_zone=time_zone,
            now=self._now if as_of is None else lambda: as_of,
            session=self._session,
            withheld=withheld,
        ) as client:
            yield client

    def _accepted(self, nation_slug: NationSlug, access_token: str) -> bool | None:
        """Whether NationBuilder lets this token in at all; None if it does not say.

        Everybody whose token it is may read `/signups/me`. So a refusal there is one of the token, which a
        refusal elsewhere need not be: V2 says 401 `unauthorized` to missing permissions too, and 403 to
        somebody who is no longer in the control panel (API facts §4).
        """
        with NationBuilder(
            nation_slug,
            token=lambda: access_token,
            base_url=self._base_url,
            limiter=self._limiter,
            session=self._session,
        ) as client:
            try:
                client.show("signups", "me", fields={"signups": ("id",)})
            except (TokenRejected, PermissionDenied, TokenExpired):
                return False
            except NationBuilderError:
                return None
        return True


class _Token:
    """The access token of one nation, as the client asks for it before each request.

    Called from the threads that tools run on; they carry a copy of the context that entered the nation.
    """

    def __init__(
        self,
        refresher: Refresher,
        nation_slug: NationSlug,
        accepted: Callable[[NationSlug, str], bool | None],
        now: Callable[[], datetime],
    ) -> None:
        self._refresher = refresher
        self._nation_slug = nation_slug
        self._accepted = accepted
        self._now = now
        self._lock = threading.Lock()
        self._given = ""
        self._trusted: tuple[str, datetime] | None = None

    def current(self) -> str:
        """The token to send. Raises `Reconnect`, `NationBuilderDown`."""
        self._given = self._refresher.tokens(self._nation_slug).access_token
        return self._given

    def renewed(self) -> str:
        """The token to send after V2 called one expired. Raises `Reconnect`, `NationBuilderDown`."""
        return self._after(self._given)

    def replaced(self, refused: str) -> bool:
        """After a refusal that may be one of the token: whether there is another token to send now.

        False if the token is good, so that the refusal is one of permission. Raises `Reconnect` if the
        nation has to be connected anew, which its record then says, and `NationBuilderDown`.
        """
        with self._lock:
            if self._trusted is not None and self._trusted[0] == refused and self._now() < self._trusted[1]:
                return False
            if self.current() != refused:
                return True
            if self._accepted(self._nation_slug, refused) is not False:
                self._trusted = refused, self._now() + TRUSTED
                return False
            fresh = self._after(refused)
            if self._accepted(self._nation_slug, fresh) is False:
                self._refresher.lost(self._nation_slug, "token_refused")
                raise Reconnect
            self._trusted = fresh, self._now() + TRUSTED
            return True

    def _after(self, refused: str) -> str:
        return self._refresher.tokens(self._nation_slug, refused=refused).access_token
