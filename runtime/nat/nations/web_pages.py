"""Pages of the web app that people are sent to, in the web app of their nation's brand."""

from typing import Final
from urllib.parse import urlsplit

from nat.nations.record import Nation

BILLING_PAGE: Final = "/settings/billing"
"""Plan, card and invoices; where a plan is changed."""
CONNECTIONS_PAGE: Final = "/settings/connections"
"""NationBuilder: connect, reconnect."""
AUTOMATIONS_PAGE: Final = "/automations"
"""All of a nation's; below it one of each, by its id."""


def billing_page(nation: Nation, app_url: str) -> str | None:
    """Where a nation's plan is changed."""
    return _page(nation, app_url, BILLING_PAGE)


def reconnect_page(nation: Nation | None, app_url: str) -> str | None:
    """Where an admin connects the nation anew."""
    return _page(nation, app_url, CONNECTIONS_PAGE)


def automation_page(app_url: str, task_id: str) -> str:
    """Where an automation is tried, enabled and edited."""
    return f"{app_url.rstrip('/')}{AUTOMATIONS_PAGE}/{task_id}"


def app_hosts(nation: Nation, app_url: str) -> frozenset[str]:
    """The hosts of the web app in which people of this nation read answers."""
    hosts = (urlsplit(each or "").hostname for each in (nation.web_app, app_url))
    return frozenset(each for each in hosts if each)


def _page(nation: Nation | None, app_url: str, path: str) -> str | None:
    """In the web app of the nation's brand, else in the one at `app_url`. None where no web app is known."""
    web_app = (nation.web_app if nation is not None else None) or app_url
    return f"{web_app.rstrip('/')}{path}" if web_app else None
