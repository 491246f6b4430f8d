"""The V2 client of a nation, with the nation's token from the vault."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import requests

from nat.connections.vault import TokenVault, renewed_access_token
from nat.nationbuilder import Limiter, NationBuilder, pooled_session


class NationAccess:
    """Makes V2 clients that share one limiter and one pool. `base_url` may have a `{slug}` place."""

    def __init__(
        self,
        vault: TokenVault,
        *,
        base_url: str,
        now: Callable[[], datetime],
        limiter: Limiter | None = None,
        session: requests.Session | None = None,
    ) -> None:
        self._vault = vault
        self._base_url = base_url
        self._now = now
        self._limiter = limiter or Limiter()
        self._session = session or pooled_session()

    @contextmanager
    def client(self, nation_slug: str, time_zone: str) -> Iterator[NationBuilder]:
        """The client of one nation. Raises `Reconnect` when it has no tokens."""
        token = _Token(self._vault, nation_slug)
        token.current()
        with NationBuilder(
            nation_slug,
            token=token.current,
            renew=token.renewed,
            base_url=self._base_url,
            limiter=self._limiter,
            time_zone=time_zone,
            now=self._now,
            session=self._session,
        ) as client:
            yield client


class _Token:
    """The access token of one nation, as the client asks for it before each request.

    Called from the threads that tools run on; they carry a copy of the context that entered the nation.
    """

    def __init__(self, vault: TokenVault, nation_slug: str) -> None:
        self._vault = vault
        self._nation_slug = nation_slug
        self._given = ""

    def current(self) -> str:
        self._given = self._vault.get_nb_tokens_by_nation(self._nation_slug).access_token
        return self._given

    def renewed(self) -> str:
        return renewed_access_token(self._vault, self._nation_slug, self._given)
