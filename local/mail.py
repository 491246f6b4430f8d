"""Emails of the embedded AWS: it takes them and keeps them, and delivers none."""

import json
import urllib.request
from typing import Any, Final

from config import load_customers
from local.aws.clients import Clients

PATIENCE: Final = 10
"""Seconds."""


def verify_senders(clients: Clients) -> None:
    """Let SES know the domains that the brands write from. In the cloud a brand's zone proves them."""
    mail = clients.mail
    known = {each["IdentityName"] for each in mail.list_email_identities()["EmailIdentities"]}
    for domain in {each.brand.sender.partition("@")[2] for each in load_customers()} - known:
        mail.create_email_identity(EmailIdentity=domain)


def kept(aws_url: str) -> list[dict[str, Any]]:
    """Every email, the oldest of a sender first, with `Source`, `To`, `Subject`, `BodyText`, `BodyHtml`;
    files stand below the text."""
    with urllib.request.urlopen(f"{aws_url}/_ministack/ses/messages", timeout=PATIENCE) as answer:
        found = json.loads(answer.read())["messages"]
    return [each for messages in found.values() for each in messages]


def sent(clients: Clients, to: str) -> list[dict[str, Any]]:
    """Emails to one address, the oldest first."""
    return [each for each in kept(clients.url) if each["To"] == [to]]
