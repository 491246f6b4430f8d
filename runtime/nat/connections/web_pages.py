"""Pages of the web app that a nation's connections send people to."""

from typing import Final
from urllib.parse import urlsplit

from nat.nations.record import Nation

CONNECTIONS_PAGE: Final = "/settings/connections"
"""NationBuilder: connect, reconnect."""


def app_hosts(nation: Nation, app_url: str) -> frozenset[str]:
    """The hosts of the web app in which people of this nation read answers."""
    hosts = (urlsplit(each or "").hostname for each in (nation.web_app, app_url))
    return frozenset(each for each in hosts if each)


def reconnect_page(nation: Nation | None, app_url: str) -> str | None:
    """Where an admin connects the nation anew: in the web app of its brand, else in the one at `app_url`.
    None where no web app is known."""
    web_app = (nation.web_app if nation is not None else None) or app_url
    return f"{web_app.rstrip('/')}{CONNECTIONS_PAGE}" if web_app else None
