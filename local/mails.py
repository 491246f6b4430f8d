"""Every email of a brand on one page, to look at: `python -m local.mails [CUSTOMER] [FOLDER]`."""

import html
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from config import load_customer
from nat.automations.answer_mail import mail_of
from nat.automations.automation import Automation, Delivery, DeliveryKind
from nat.automations.messages import answer_message, outcome_message, trouble_message, unreachable_message
from nat.automations.runs import Run, RunState, Why
from nat.automations.schedule import AutomationSchedule
from nat.aws.items import timestamp
from nat.channels.brands import Brand
from nat.channels.mail_page import Button, MailContent, as_html, as_text
from nat.channels.slack_posts import NOT_IN_CHANNEL
from nat.contract.messages import ApprovalState
from nat.ids import ApprovalId, ConversationId, NationSlug
from nat.names import REPORTS_OFF, Bus
from nat.nations.figures import figures_of
from nat.nations.plans import Plan, Plans
from nat.nations.record import Nation, SubscriptionStatus
from nat.nations.spending import Spent
from nat.notices.messages import fair_use_message, invitation_mail, message_for
from nat.notices.nation_event import NationEvent
from nat.notices.weekly_messages import PersonWeek, Week, nation_report, operator_report
from nat.people.invitations import Invitation
from nat.roles import Role

NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLANS: Final = Plans([Plan("nat", 2900, 500, "hard"), Plan("nat_pro", 7900, 999_999, "hard")])
_TALK: Final = ConversationId("01HZX")
_ANSWER: Final = """\
**23 people** gave $1,840.00 last week.

| Person | Amount |
| --- | --- |
| Maria Lopez | $500.00 |
| Jo Park | $250.00 |
"""
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
    made |= _automations(brand)
    made |= _reports(brand)
    button = Button("Accept the invitation", f"{brand.app_url}/join#invitation=…")
    made["invitation"] = invitation_mail(invitation, brand, button, inviter="bob@example.org")
    return made


def _automations(brand: Brand) -> dict[str, MailContent]:
    """What an automation's people get: answers, proposals that wait, and what went wrong."""
    automation = Automation.new(
        nation_slug=NationSlug("demo"),
        owner_id="ann",
        name="Monday figures",
        prompt="Who donated last week?",
        schedule=AutomationSchedule.of(
            {"kind": "weekly", "time": "09:00", "zone": "Europe/Berlin", "days": ["MON"]}
        ),
        deliveries=(Delivery(DeliveryKind.EMAIL, "ann"),),
        now=NOW,
    ).edited(NOW, enabled=True)
    done = Run(automation.nation_slug, automation.task_id, NOW, RunState.DONE, conversation_id=_TALK)
    waiting = replace(done, state=RunState.WAITING, approval_ids=(ApprovalId("1"), ApprovalId("2")))
    expired = replace(done, why=ApprovalState.EXPIRED.value)
    told = {
        "automation: result": answer_message(automation, done, _ANSWER),
        "automation: approval waits": answer_message(automation, waiting, "Two people have no tag yet."),
        "automation: what became of it": outcome_message(automation, expired),
        "automation: failure": trouble_message(automation, replace(done, state=RunState.FAILED)),
        "automation: missed": trouble_message(automation, replace(done, state=RunState.MISSED)),
        "automation: skipped": trouble_message(
            replace(automation, enabled=False, paused_why=Why.CONNECTION.value),
            replace(done, state=RunState.SKIPPED, why=Why.CONNECTION.value),
        ),
        "automation: not delivered": unreachable_message(automation, NOT_IN_CHANNEL, elsewhere=False),
        "automation: delivered elsewhere": unreachable_message(automation, NOT_IN_CHANNEL, elsewhere=True),
    }
    reason = "You get this because an automation of the nation demo goes to you."
    return {name: mail_of(each, brand, reason) for name, each in told.items() if each is not None}


def _reports(brand: Brand) -> dict[str, MailContent]:
    """Weekly reports, to a nation's admins and to the operator."""
    week = Week.before(NOW.date())
    busy = Nation(
        nation_slug=NationSlug("demo"),
        created_at=NOW,
        updated_at=NOW,
        billing_period_start=NOW - timedelta(days=20),
        subscription_status=SubscriptionStatus.ACTIVE,
        subscription_plan="nat",
        queries_used_this_period=400,
        queries_limit=500,
        cost_micros_this_period=9_400_000,
    )
    people = [
        PersonWeek("ann@example.org", Spent(queries=61, cost_micros=910_000)),
        PersonWeek("bob@example.org", Spent(queries=12, cost_micros=180_000)),
    ]
    total, earlier = people[0].spent + people[1].spent, Spent(queries=58)
    off = f"{brand.app_url}{REPORTS_OFF.replace('{token}', '…')}"
    figures = [figures_of(busy, PLANS, margin_percent=85, now=NOW)]
    heavy = [(busy.nation_slug, replace(each, name="01HZX…")) for each in people]
    return {
        "weekly report": nation_report(busy, week, total, earlier, people, brand, unsubscribe=off),
        "weekly report, operator": operator_report(
            week, figures, {busy.nation_slug: total}, earlier, heavy, brand
        ),
    }


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
