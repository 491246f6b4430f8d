"""URLs of the control panel. Only patterns that several public sources confirm: a wrong link is worse than
none.

There is no confirmed URL for paths, memberships, automations, mailings, surveys or a single donation.
"""

from collections.abc import Mapping
from typing import Final

PATTERNS: Final[Mapping[str, str]] = {
    "dashboard": "/admin",
    "person": "/admin/signups/{id}",
    "lists": "/admin/custom_lists",
    "list": "/admin/custom_lists/{id}",
    "tags": "/admin/signup_tags",
    "finances": "/admin/financial_transactions",
    "page": "/admin/sites/{site_id}/pages/{id}",
}
"""Paths by kind. An event or a petition is reached through its page."""


def panel_path(kind: str, record_id: str | None = None, *, site_id: str | None = None) -> str | None:
    """The path of a record or list in the control panel; None when no URL is known, or an id is missing."""
    pattern = PATTERNS.get(kind)
    if pattern is None:
        return None
    places = {"id": record_id, "site_id": site_id}
    for place, value in places.items():
        if f"{{{place}}}" in pattern and (value is None or not value.isdecimal()):
            return None
    return pattern.format(**places)
