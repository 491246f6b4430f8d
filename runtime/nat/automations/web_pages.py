"""Pages of the web app that automations send people to."""

from typing import Final

AUTOMATIONS_PAGE: Final = "/automations"
"""All of a nation's; below it one of each, by its id."""


def automation_page(app_url: str, task_id: str) -> str:
    """Where an automation is tried, enabled and edited."""
    return f"{app_url.rstrip('/')}{AUTOMATIONS_PAGE}/{task_id}"
