"""Pages of the web app that a nation's plan sends people to."""

from typing import Final

from nat.nations.record import Nation

BILLING_PAGE: Final = "/settings/billing"
"""Plan, card and invoices; where a plan is changed."""


def billing_page(nation: Nation, app_url: str) -> str | None:
    """Where a nation's plan is changed: in the web app of its brand, else in the one at `app_url`. None where
    no web app is known."""
    web_app = nation.web_app or app_url
    return f"{web_app.rstrip('/')}{BILLING_PAGE}" if web_app else None
