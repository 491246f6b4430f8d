"""A new nation as its first person makes it, without a browser: paid on Stripe's page, connected on
NationBuilder's. Only the stand-ins' pages can be gone through like this."""

import time
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import requests

from local.deployment import Deployment
from nat.cli.platform import PlatformClient
from nat.cli.profile import SignInSession
from nat.names import OAUTH_CALLBACK, Header

TIMEOUT: Final = 60
"""Seconds for one answer: a function that is called first has to start."""
PATIENCE: Final = 60.0
"""Seconds for Stripe's news to arrive."""
_POLL: Final = 0.1


class PageFailed(RuntimeError):
    """A vendor's page did not lead where it must."""


def submit(url: str, form: Mapping[str, str]) -> str:
    """Send a form of Stripe's pages; gives where the browser is sent. Raises `PageFailed`."""
    answer = requests.post(url, data=form, allow_redirects=False, timeout=TIMEOUT)
    if answer.status_code != requests.codes.see_other:
        raise PageFailed(f"Stripe's page answered {answer.status_code}.")
    return answer.headers["location"]


def subscribe(client: PlatformClient, nation: str, plan: str) -> None:
    """Subscribe a nation on Stripe's page and wait until Nat knows of it. Raises `PageFailed`, and
    `PlatformError` as the command line would."""
    page = client.call(*_split("POST /v1/billing/checkout"), nation, {"plan": plan})
    submit(page["url"], {"do": "pay", "card": "ok"})
    end = time.monotonic() + PATIENCE
    while not client.call(*_split("GET /v1/nation"), nation)["active"]:
        if time.monotonic() > end:
            raise PageFailed(f"Stripe was paid for {nation}, and Nat does not know of it.")
        time.sleep(_POLL)


class Browser:
    """Somebody's browser on the way to NationBuilder and back.

    It keeps the one cookie itself: the deployed API has no host name of its own here, and the web app's,
    under which NationBuilder sends people back, is only imitated.
    """

    def __init__(self, deployment: Deployment, session: SignInSession, nation: str) -> None:
        self._api_url = deployment.api_url
        self._headers = {
            "Authorization": f"Bearer {session.access_token}",
            Header.NATION_SLUG.value: nation,
        }
        self._cookies: dict[str, str] = {}

    def call(self, route: str) -> tuple[int, dict[str, Any]]:
        """Status and body of a call of the HTTP API."""
        method, path = _split(route)
        answer = requests.request(method, f"{self._api_url}{path}", headers=self._headers, timeout=TIMEOUT)
        if "set-cookie" in answer.headers:
            jar = SimpleCookie(answer.headers["set-cookie"])
            self._cookies = {name: each.value for name, each in jar.items()}
        return answer.status_code, answer.json()

    def go(self, route: str, *, user: str | None = None, decision: str = "allow") -> requests.Response:
        """Begin, decide on NationBuilder's page, and come back; gives where that leads. `user` decides, by
        default the nation's first control-panel user. Raises `PageFailed`."""
        status, body = self.call(route)
        if status != requests.codes.ok:
            raise PageFailed(f"The way to NationBuilder was refused: {body}")
        chosen = {"decision": decision} if user is None else {"decision": decision, "user": user}
        consent = requests.get(f"{body['url']}&{urlencode(chosen)}", allow_redirects=False, timeout=TIMEOUT)
        address = urlsplit(consent.headers.get("location", ""))
        if address.path != _split(OAUTH_CALLBACK)[1]:
            raise PageFailed(
                f"NationBuilder's page answered {consent.status_code} and led to {address.path}."
            )
        return self.arrive(address.query)

    def arrive(self, query: str) -> requests.Response:
        """Come back to us."""
        return requests.get(
            f"{self._api_url}{_split(OAUTH_CALLBACK)[1]}?{query}",
            headers={"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())},
            allow_redirects=False,
            timeout=TIMEOUT,
        )


def connect(deployment: Deployment, session: SignInSession, nation: str) -> None:
    """Connect a nation on NationBuilder's consent page. Raises `PageFailed`."""
    arrived = Browser(deployment, session, nation).go("POST /v1/nationbuilder/connect")
    if arrived.status_code != requests.codes.found:
        raise PageFailed(f"The way back from NationBuilder ended with {arrived.status_code}.")


def _split(route: str) -> tuple[str, str]:
    """Method and path of a route."""
    method, _, path = route.partition(" ")
    return method, path
