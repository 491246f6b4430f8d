"""Whether what was deployed answers as it should, from the outside and without signing in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import requests

TIMEOUT: Final = 20


@dataclass(frozen=True)
class DoorCheck:
    """What one address answered, and whether that is right."""

    what: str
    well: bool
    told: str


PUBLIC: Final = "the payment provider's door"
"""Who asks there needs no token, and the function says who may."""
CHECKS: Final[Mapping[str, tuple[str, str, Callable[[requests.Response], bool]]]] = {
    "the web app": ("GET", "/", lambda answer: answer.ok and "<html" in answer.text.lower()),
    "its settings": ("GET", "/config.json", lambda answer: answer.ok and "brand" in answer.json()),
    # Whoever has no token is asked for one by the API, and not by the bucket, which would say 403.
    "the HTTP API": ("GET", "/v1/me", lambda answer: answer.status_code == 401),
    PUBLIC: ("POST", "/webhooks/stripe", lambda answer: answer.status_code == 400),
    "NationBuilder's way back": ("GET", "/oauth/callback", lambda answer: answer.status_code in {302, 400}),
    # A socket opens with a ticket.
    "the sockets' door": ("GET", "/socket", lambda answer: answer.status_code in {400, 401, 403, 426}),
}
"""What to ask under the app's address, and what shows that the right thing has answered."""


def smoke(app_url: str, api_url: str = "") -> list[DoorCheck]:
    """Ask every door once, and with `api_url`, where the HTTP API answers past CloudFront, whether it refuses
    there."""
    found = [
        _ask(what, method, f"{app_url.rstrip('/')}{path}", right)
        for what, (method, path, right) in CHECKS.items()
    ]
    if api_url:
        method, path, _ = CHECKS[PUBLIC]
        found.append(_ask("the way past CloudFront", method, f"{api_url.rstrip('/')}{path}", _refuses))
    return found


def _refuses(answer: requests.Response) -> bool:
    return bool(answer.status_code == requests.codes.forbidden)


def _ask(what: str, method: str, url: str, right: Callable[[requests.Response], bool]) -> DoorCheck:
    try:
        answer = requests.request(method, url, timeout=TIMEOUT, allow_redirects=False)
        return DoorCheck(what, right(answer), f"{answer.status_code} of {url}")
    except (requests.RequestException, ValueError) as error:
        return DoorCheck(what, False, f"{type(error).__name__} of {url}")
