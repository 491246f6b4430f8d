"""Pages of the web app that a nation's connections send people to."""

from typing import Final

CONNECTIONS_PAGE: Final = "/settings/connections"
"""NationBuilder: connect, reconnect."""


def reconnect_page(app_url: str) -> str | None:
    """Where an admin connects the nation anew; None where no web app is known."""
    return f"{app_url.rstrip('/')}{CONNECTIONS_PAGE}" if app_url else None
