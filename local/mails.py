"""Every email of a brand on one page, to look at: `python -m local.mails [CUSTOMER] [FOLDER]`."""

import html
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from config import load_customer
from nat.aws.items import timestamp
from nat.channels.brands import Brand
from nat.channels.mail_page import Button, MailContent, as_html, as_text
from nat.ids import NationSlug
from nat.names import Bus
from nat.nations.plans import Plan, Plans
from nat.notices.messages import fair_use_message, invitation_mail, message_for
from nat.notices.nation_event import NationEvent
from nat.people.invitations import Invitation
from nat.roles import Role

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLANS: Final = Plans([Plan("nat", 2900, 500, "hard"), Plan("nat_pro", 7900, 999_999, "hard")])
_PERIOD: Final = {"period_start": timestamp(NOW - timedelta(days=20)), "used": 400, "limit": 500}
_EVENTS: Final[tuple[tuple[str, Bus, dict[str, Any]], ...]] = (
    ("access lost", Bus.NATION_NEEDS_REAUTH, {"reason": "invalid_grant"}),
    ("access is back", Bus.NATION_CONNECTED, {}),
    ("80 % used", Bus.USAGE_WARNING, {**_PERIOD, "percent": 80}),
    ("all used", Bus.USAGE_WARNING, {**_PERIOD, "used": 500, "percent": 100}),
    (
        "payment failed",
        Bus.PAYMENT_PROBLEM,
        {"kind": "payment_failed", "amount_cents": 2900, "currency": "usd", "url": "https://pay.example/i/1"},
    ),
    ("payment wants confirmation", Bus.PAYMENT_PROBLEM, {"kind": "action_required"}),
    ("trial ends", Bus.TRIAL_ENDING, {}),
    (
        "plan changed",
        Bus.SUBSCRIPTION_CHANGED,
        {"status_before": "active", "status": "active", "plan_before": "nat", "plan": "nat_pro"},
    ),
    ("subscription ended", Bus.SUBSCRIPTION_CHANGED, {"status_before": "active", "status": "cancelled"}),
)


def brand_of(customer: str) -> Brand:
    """A customer's brand as the mails have it."""
    found = load_customer(customer).brand
    return Brand(
        found.name,
        found.sender,
        ("https://app.example",),
        customer,
        found.colours.primary,
        found.colours.on_primary,
    )


def samples(brand: Brand) -> dict[str, MailContent]:
    """One of each email, by what it is about."""
    made: dict[str, MailContent] = {}
    for name, event, about in _EVENTS:
        happened = NationEvent("incident", event, NationSlug("demo"), NOW, about)
        message = message_for(happened, brand, PLANS)
        if message is not None:
            made[name] = message.content("You get this because you administer the nation demo.", owner=True)
    heavy = {**_PERIOD, "used": 10_200, "plan": "nat_pro"}
    fair = NationEvent("incident", Bus.FAIR_USE_EXCEEDED, NationSlug("demo"), NOW, heavy)
    made["fair use"] = fair_use_message(fair, PLANS).content("You get this because you run the service.")
    invitation = Invitation(
        id="1",
        nation_slug=NationSlug("demo"),
        role=Role.ADMIN,
        email="ann@example.org",
        invited_by="bob",
        created_at=NOW,
        expires_at=NOW + timedelta(days=7),
        most_uses=1,
    )
    button = Button("Accept the invitation", f"{brand.app_url}/join#invitation=…")
    made["invitation"] = invitation_mail(invitation, brand, button, inviter="bob@example.org")
    return made


def page(brand: Brand) -> str:
    """All of them below each other, each in a frame of its own, with its text beside it."""
    parts = [
        f"<section><h2>{html.escape(name)}: {html.escape(mail.subject)}</h2>"
        f'<iframe title="{html.escape(name)}" srcdoc="{html.escape(as_html(mail, brand))}"></iframe>'
        f"<pre>{html.escape(as_text(mail, brand))}</pre></section>"
        for name, mail in samples(brand).items()
    ]
    style = (
        "body{font:15px sans-serif;margin:2rem}section{display:grid;grid-template-columns:3fr 2fr;gap:1rem}"
        "h2{grid-column:1/3;font-size:1rem}iframe{width:100%;height:34rem;border:1px solid #ccc}"
        "pre{white-space:pre-wrap}"
    )
    head = (
        f"<!doctype html><meta charset=utf-8><title>{html.escape(brand.name)}</title><style>{style}</style>"
    )
    return head + "".join(parts)


def main() -> None:
    """Write the page and say where."""
    customer = sys.argv[1] if len(sys.argv) > 1 else "nat"
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else ".local")
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / f"mails-{customer}.html"
    written.write_text(page(brand_of(customer)), encoding="utf-8")
    print(written.resolve().as_uri())


if __name__ == "__main__":
    main()
