"""Pages of the web app that billing sends people to."""

from typing import Final

BILLING_PAGE: Final = "/settings/billing"
"""Plan, card and invoices; where a plan is changed."""
