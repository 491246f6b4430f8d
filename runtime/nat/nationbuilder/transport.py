"""One HTTP request to V2: headers, token, rate limit, retries, errors.

What is repeated, and what never is:

- 401 `token_expired`: renewed once, then sent again; nothing had happened.
- any other 401 or 403: sent again once if the token was at fault and there is another one now.
- 429: waited for as long as `Retry-After` says, within `PATIENCE`; nothing had happened.
- 5xx, no connection, no answer in time: repeated for GET only, with growing, jittered pauses. A write may
  have been done, so it raises `WriteUncertain` and is left to the caller.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from urllib3.exceptions import MaxRetryError, NewConnectionError

from nat.errors import (
    NationBuilderDown,
    PermissionDenied,
    RateLimited,
    TokenExpired,
    TokenRejected,
    WriteUncertain,
)
from nat.nationbuilder.limits import Limiter
from nat.nationbuilder.query import Parameters
from nat.nationbuilder.refusals import read_json, refusal
from nat.waiting import Backoff

if TYPE_CHECKING:
    import requests

    Sessions: TypeAlias = Callable[[], requests.Session]
    """The session of a process, made when somebody asks NationBuilder something: importing `requests` takes
    a third of what boto3 does, and most routes of the functions that may need it do not."""

ATTEMPTS: Final = 3
READ_AGAIN: Final = Backoff(tries=ATTEMPTS, first=0.75, least=1 / 3)
"""How often a GET is tried."""
PATIENCE: Final = 30.0
"""Seconds that one request may spend waiting for V2's rate limit, in all."""
TIMEOUT: Final = (5.0, 30.0)
"""Seconds to connect, and between two bytes of an answer. To-many includes can take long."""
POOL_SIZE: Final = 32
MEDIA_TYPE: Final = "application/vnd.api+json"

_log = logging.getLogger(__name__)


def pooled_sessions(size: int = POOL_SIZE) -> "Sessions":
    """Gives one `pooled_session`, the same each time."""
    return cache(lambda: pooled_session(size))


def pooled_session(size: int = POOL_SIZE) -> "requests.Session":
    """A session for all threads and nations of a process: pooled connections, no cookies, and nothing read
    from the environment (a `.netrc` would replace the token)."""
    import requests
    from requests.adapters import HTTPAdapter

    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=size, pool_maxsize=size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = False
    return session


class Bearer:
    """The token of one nation, renewed at most once for each token that has expired."""

    def __init__(
        self,
        token: Callable[[], str],
        renew: Callable[[], str] | None,
        refused: Callable[[str], bool] | None = None,
    ) -> None:
        self._token = token
        self._renew = renew
        self._refused = refused
        self._lock = threading.Lock()
        self._expired = ""
        self._fresh = ""

    def current(self) -> str:
        """The token to send."""
        token = self._token()
        return self._fresh if self._fresh and token == self._expired else token

    def renewed(self, expired: str) -> bool:
        """Renew a token that V2 called expired, unless another thread did meanwhile. False if nobody can."""
        if self._renew is None:
            return False
        with self._lock:
            if self.current() == expired:
                source = self._token()
                self._fresh = self._renew()
                self._expired = source
        return True

    def replaced(self, token: str) -> bool:
        """Whether a refusal was one of this token and another can be sent. Raises what `refused` raises."""
        return self._refused is not None and self._refused(token)


class Transport:
    """Sends requests for one nation."""

    def __init__(
        self,
        nation: str,
        api: str,
        bearer: Bearer,
        session: "requests.Session",
        limiter: Limiter | None,
        timeout: tuple[float, float],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._nation = nation
        self._api = api
        self._bearer = bearer
        self._session = session
        self._limiter = limiter
        self._timeout = timeout
        self._sleep = sleep

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Parameters | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Any:
        """The JSON of the answer. `path` is below `/api/v2/`. Raises errors of the `NationBuilderError`
        family, nothing of `requests`."""
        return self.exchange(method, path, query=query, body=body)[1]

    def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Parameters | None = None,
        body: Mapping[str, object] | None = None,
    ) -> tuple[int, object]:
        """Status and JSON of the answer; otherwise as `send`."""
        attempt, waited, renewed, replaced = 1, 0.0, False, False
        while True:
            if self._limiter is not None:
                self._limiter.acquire(self._nation)
            token = self._bearer.current()
            try:
                return self._once(method, path, query, body, token)
            except TokenExpired:
                if renewed or not self._bearer.renewed(token):
                    raise
                renewed = True
            except (PermissionDenied, TokenRejected):
                if replaced or not self._bearer.replaced(token):
                    raise
                replaced = True
            except RateLimited as limited:
                waited += limited.retry_after
                if waited > PATIENCE:
                    raise
                self._pause(limited.retry_after)
            except NationBuilderDown:
                if method != "GET" or attempt >= ATTEMPTS:
                    raise
                self._sleep(READ_AGAIN.pause(attempt - 1))
                attempt += 1

    def _once(
        self,
        method: str,
        path: str,
        query: Parameters | None,
        body: Mapping[str, object] | None,
        token: str,
    ) -> tuple[int, object]:
        import requests

        started = time.monotonic()
        try:
            response = self._session.request(
                method,
                f"{self._api}/{path}",
                params=query or None,
                json=body,
                headers={
                    "Authorization": f"Bearer {token}",
                    "Accept": f"{MEDIA_TYPE}, application/json",
                    "Content-Type": MEDIA_TYPE,
                },
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            harmless = method == "GET" or _never_sent(error)
            raise (NationBuilderDown if harmless else WriteUncertain) from None
        # No query: it holds names and addresses that people typed.
        _log.debug(
            "v2 request",
            extra={
                "nation": self._nation,
                "method": method,
                "path": path,
                "status": response.status_code,
                "milliseconds": round((time.monotonic() - started) * 1000),
            },
        )
        self._observe(response.headers)
        try:
            if 200 <= response.status_code < 300:
                return response.status_code, read_json(response)
            raise refusal(response)
        except NationBuilderDown:
            raise (NationBuilderDown if method == "GET" else WriteUncertain) from None

    def _pause(self, seconds: float) -> None:
        """Wait after a 429, and let nobody else of this nation run into the next one."""
        if self._limiter is None:
            self._sleep(seconds)
        else:
            self._limiter.hold(self._nation, seconds)

    def _observe(self, headers: Mapping[str, str]) -> None:
        if self._limiter is None:
            return
        # Old texts of the vendor show the headers with an X- in front.
        remaining = headers.get("RateLimit-Remaining") or headers.get("X-RateLimit-Remaining") or ""
        reset = headers.get("RateLimit-Reset") or headers.get("X-RateLimit-Reset") or ""
        if remaining.isdecimal() and reset.isdecimal():
            self._limiter.observe(self._nation, int(remaining), float(reset))


def _never_sent(error: "requests.RequestException") -> bool:
    """Whether no connection came about, so that NationBuilder cannot have seen the request."""
    import requests

    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
