"""What people read: for each happening a letter, short and plain, with what to do.

A letter names the nation and nothing of its supporters. No plan is named to customers either, for plans carry
the name of the service, which a brand of its own does not mention.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nat.aws.items import moment
from nat.channels.brands import Brand
from nat.channels.mail_page import Button, MailContent
from nat.names import Bus
from nat.nations.plans import UNLIMITED, Plans
from nat.nations.record import SubscriptionStatus
from nat.nations.web_pages import BILLING_PAGE, CONNECTIONS_PAGE
from nat.notices.nation_event import NationEvent
from nat.people.invitations import Invitation
from nat.people.ownership import CLAIM_WAITS
from nat.roles import Role

MEMBERS_PAGE: Final = "/team"


@dataclass(frozen=True)
class NoticeMessage:
    """An email before it has a recipient. `owner_button` takes the button's place for the nation's owner.

    `incident` names what it tells where several happenings may tell the same.
    """

    subject: str
    paragraphs: tuple[str, ...]
    button: Button | None = None
    owner_button: Button | None = None
    incident: str | None = None

    def content(self, reason: str, *, owner: bool = False) -> MailContent:
        """The email for one recipient; `reason` is why they get it."""
        button = self.owner_button if owner and self.owner_button is not None else self.button
        return MailContent(self.subject, self.paragraphs, button, reason=reason)


_IN_HUNDREDTHS: Final = frozenset({"usd", "eur", "gbp", "cad", "aud", "nzd", "chf"})
"""Currencies whose amounts Stripe counts in hundredths and that we print; of others the invoice tells."""
_REASONS: Final = {
    "invalid_grant": "NationBuilder no longer accepts the access that it gave: somebody took it away there, "
    "or it ended.",
    "no_answer": "NationBuilder gave no clear answer when access was to be renewed. {brand} goes on trying, "
    "and writes to you if it succeeds.",
}
_REASON: Final = "NationBuilder no longer accepts the access that it gave."
_PAYMENTS: Final = {
    "payment_failed": (
        "A payment for {slug} failed",
        "A payment{amount} for the nation {slug} failed. The card may have ended or been declined.",
        "It is tried again during the next days. Use another card, or pay the invoice.",
    ),
    "action_required": (
        "A payment for {slug} waits for confirmation",
        "The bank asks for a confirmation of a payment{amount} for the nation {slug}.",
        "Open the invoice and confirm the payment there.",
    ),
    "checkout_failed": (
        "The first payment for {slug} failed",
        "The payment with which the nation {slug} was to be subscribed failed, so it is not subscribed.",
        "Subscribe once more, with another way to pay.",
    ),
}
_OWNER_PAYS: Final = "Only the nation's owner can pay and change the card."


def message_for(happening: NationEvent, brand: Brand, plans: Plans) -> NoticeMessage | None:
    """What a nation's admins are told, or None where nothing happened that they have to know."""
    return _LETTERS[happening.event](happening, brand, plans)


def invitation_mail(
    invitation: Invitation, brand: Brand, button: Button, *, inviter: str | None
) -> MailContent:
    """What somebody gets who is invited to a nation; `inviter` is the address of who invites."""
    article = "an" if invitation.role is Role.ADMIN else "a"
    return MailContent(
        f"Invitation to {invitation.nation_slug} on {brand.name}",
        (
            f"{inviter or 'An admin'} invites you to work in the nation {invitation.nation_slug} with "
            f"{brand.name}, as {article} {invitation.role}.",
            "Sign in, or sign up, with this email address to accept. The invitation is good for seven days "
            "and for you alone.",
            "If you do not know what this is about, you need not do anything.",
        ),
        button,
        reason=f"You get this once, because somebody invited this address to {brand.name}.",
    )


def fair_use_message(happening: NationEvent, plans: Plans) -> NoticeMessage:
    """What the operator is told of a nation that asks more than fair use."""
    about = happening.about
    plan = plans.get(about.get("plan"))
    allowed = "fair use" if plan is None or plan.fair_use is None else f"the fair use of {plan.fair_use:,}"
    return NoticeMessage(
        f"Above fair use: {happening.nation_slug}",
        (
            f"The nation {happening.nation_slug} has asked {_count(about, 'used')} queries in its period "
            f"since {_day(about['period_start'])}. That is above {allowed} of its plan, {about.get('plan')}.",
            "Nothing was stopped. Agree with the nation on what it needs, or find out what asks so much.",
        ),
    )


def _lost(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug = happening.nation_slug
    reason = _REASONS.get(str(happening.about.get("reason")), _REASON).format(brand=brand.name)
    return NoticeMessage(
        f"{brand.name} lost access to {slug}",
        (
            f"{brand.name} lost access to your NationBuilder, the nation {slug}, on {_time(happening.at)}.",
            reason,
            f"Until it is reconnected, {brand.name} cannot answer questions about {slug} or change anything "
            "there, and nothing runs by itself. Nothing is lost meanwhile.",
            "The nation's owner and its admins can reconnect it.",
        ),
        Button("Reconnect", _at(brand, CONNECTIONS_PAGE)),
    )


def _back(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug = happening.nation_slug
    return NoticeMessage(
        f"{brand.name} has access to {slug} again",
        (
            f"{brand.name} has access to your NationBuilder, the nation {slug}, again, since "
            f"{_time(happening.at)}.",
            "There is nothing left to do: everything goes on.",
        ),
        Button(f"Open {brand.name}", brand.app_url),
    )


def _usage(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug, about = happening.nation_slug, happening.about
    used, limit = _count(about, "used"), _count(about, "limit")
    soft = about.get("cap") == "soft"
    button = Button("See the plans", _at(brand, BILLING_PAGE))
    if about.get("of") == "cost":
        return _cost(slug, int(about.get("percent") or 0), button)
    if about.get("percent") != 100:
        goes_on = (
            "Questions go on beyond it." if soft else "At the limit questions stop until the next period."
        )
        return NoticeMessage(
            f"{slug} has used {about.get('percent')} % of its queries",
            (
                f"The nation {slug} has used {used} of the {limit} queries of its period since "
                f"{_day(about['period_start'])}.",
                f"{goes_on} The nation's owner can change the plan at any time.",
            ),
            button,
        )
    goes_on = (
        "Questions go on; consider a larger plan."
        if soft
        else "Nobody in the nation can ask until the next period begins or the owner changes the plan."
    )
    return NoticeMessage(
        f"{slug} has used all its queries",
        (
            f"The nation {slug} has used all {limit} queries of its period since "
            f"{_day(about['period_start'])}.",
            goes_on,
        ),
        button,
    )


def _cost(slug: str, percent: int, button: Button) -> NoticeMessage:
    """Of what the model may cost in a period; what that is in money is the operator's business."""
    if percent < 100:
        return NoticeMessage(
            f"{slug} has used {percent} % of its computing",
            (
                f"The nation {slug} has used {percent} % of the computing that its plan includes in a period."
                " Long answers and large files use more of it than short questions.",
                "When all of it is used, nobody in the nation can ask until the next period begins or the "
                "owner changes the plan.",
            ),
            button,
        )
    return NoticeMessage(
        f"{slug} has used all its computing",
        (
            f"The nation {slug} has used all the computing that its plan includes in a period. What ran was "
            "finished; nothing is lost.",
            "Nobody in the nation can ask until the next period begins or the owner changes the plan. "
            "Support can open it sooner.",
        ),
        button,
    )


def _payment(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage | None:
    about, kind = happening.about, str(happening.about.get("kind"))
    if kind not in _PAYMENTS:
        return None
    subject, what, to_do = (
        each.format(slug=happening.nation_slug, amount=_amount(about)) for each in _PAYMENTS[kind]
    )
    billing = Button("Open billing", _at(brand, BILLING_PAGE))
    invoice = about.get("url")
    return NoticeMessage(
        subject,
        (what, to_do, _OWNER_PAYS),
        billing,
        # The invoice says who pays and how, which is the owner's business.
        Button("Open the invoice", invoice) if invoice else billing,
    )


def _trial(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug = happening.nation_slug
    return NoticeMessage(
        f"The trial of {slug} ends soon",
        (
            f"The trial of {brand.name} for the nation {slug} ends in a few days.",
            "With a card on file the subscription then goes on and is paid. Without one it ends, and nobody "
            "in the nation can ask any more. The nation's owner can add a card or cancel.",
        ),
        Button("Open billing", _at(brand, BILLING_PAGE)),
    )


def _subscription(happening: NationEvent, brand: Brand, plans: Plans) -> NoticeMessage | None:
    slug, about = happening.nation_slug, happening.about
    before, after = (
        SubscriptionStatus(about.get(name) or SubscriptionStatus.NONE) for name in ("status_before", "status")
    )
    button = Button("Open billing", _at(brand, BILLING_PAGE))
    if before.usable and about.get("past_due_until") and not after.usable:
        return NoticeMessage(
            f"The subscription of {slug} is on hold",
            (
                f"An invoice of {brand.name} for the nation {slug} is still not paid, so nobody in it can "
                "ask any more.",
                "Everything goes on as soon as it is paid. " + _OWNER_PAYS,
            ),
            button,
        )
    if before.usable and not after.usable:
        return NoticeMessage(
            f"The subscription of {slug} has ended",
            (
                f"The subscription of {brand.name} for the nation {slug} has ended. Nobody in the nation can "
                "ask any more.",
                "Conversations, settings and the audit log stay. The nation's owner can subscribe again.",
            ),
            button,
        )
    if after.usable and about.get("cancel_at"):
        return NoticeMessage(
            f"The subscription of {slug} is cancelled",
            (
                f"The subscription of {brand.name} for the nation {slug} is cancelled and ends on "
                f"{_day(about['cancel_at'])}. Until then everything works as before.",
                "The nation's owner can take the cancellation back.",
            ),
            button,
            # The subscription may change in other ways until then.
            incident=f"cancelled#{slug}#{about['cancel_at']}",
        )
    limits = [_limit(plans, about.get(name)) for name in ("plan_before", "plan")]
    if before.usable and after.usable and about.get("plan") != about.get("plan_before") and all(limits):
        return NoticeMessage(
            f"The plan of {slug} was changed",
            (
                f"The plan of the nation {slug} was changed: from {limits[0]} to {limits[1]}.",
                "If nobody of you wanted this, look at the audit log, which says who did it.",
            ),
            button,
        )
    return None


def _joined(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug, became = happening.nation_slug, str(happening.about.get("became"))
    button = Button("See the members", _at(brand, MEMBERS_PAGE))
    if became == "waiting":
        return NoticeMessage(
            f"Somebody waits to join {slug}",
            (
                f"Somebody who uses the control panel of your NationBuilder wants to join the nation {slug} "
                f"on {brand.name}.",
                "They see nothing until an admin lets them in.",
            ),
            button,
        )
    return NoticeMessage(
        f"Somebody has joined {slug}",
        (
            f"Somebody who uses the control panel of your NationBuilder has joined the nation {slug} on "
            f"{brand.name}, as a {became}.",
            "An admin can give them another role, or remove them: who is removed stays out.",
        ),
        button,
    )


def _claimed(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug, until = happening.nation_slug, happening.at + CLAIM_WAITS
    return NoticeMessage(
        f"Is {slug} your nation?",
        (
            f"You pay for the nation {slug} on {brand.name}. Somebody of its control panel has connected it "
            "to NationBuilder, and NationBuilder has not named you yet.",
            f"To own the nation, prove by {until.day} {until:%B %Y} that you use its control panel, or say "
            "that you keep it. Otherwise the ownership, and the billing with it, passes to who connected it.",
        ),
        Button("Answer", _at(brand, CONNECTIONS_PAGE)),
        incident=f"claim#{slug}#{happening.about.get('by')}",
    )


def _passed(happening: NationEvent, brand: Brand, _: Plans) -> NoticeMessage:
    slug = happening.nation_slug
    return NoticeMessage(
        f"The ownership of {slug} has passed on",
        (
            f"Who paid for the nation {slug} on {brand.name} did not answer for 14 days, so the ownership "
            "has passed to who connected it to NationBuilder.",
            "The subscription goes on. The new owner can take another card for it, or end it.",
        ),
        Button("Open billing", _at(brand, BILLING_PAGE)),
    )


_LETTERS: Final[Mapping[Bus, Callable[[NationEvent, Brand, Plans], NoticeMessage | None]]] = {
    Bus.NATION_NEEDS_REAUTH: _lost,
    Bus.NATION_CONNECTED: _back,
    Bus.USAGE_WARNING: _usage,
    Bus.PAYMENT_PROBLEM: _payment,
    Bus.TRIAL_ENDING: _trial,
    Bus.SUBSCRIPTION_CHANGED: _subscription,
    Bus.MEMBER_JOINED: _joined,
    Bus.OWNERSHIP_CLAIMED: _claimed,
    Bus.OWNERSHIP_PASSED: _passed,
}


def _at(brand: Brand, page: str) -> str:
    return f"{brand.app_url.rstrip('/')}{page}"


def _count(about: Mapping[str, Any], name: str) -> str:
    return f"{int(about.get(name) or 0):,}"


def _limit(plans: Plans, name: str | None) -> str:
    plan = plans.get(name)
    if plan is None:
        return ""
    return (
        "unlimited queries" if plan.queries_limit >= UNLIMITED else f"{plan.queries_limit:,} queries a period"
    )


def _amount(about: Mapping[str, Any]) -> str:
    cents, currency = about.get("amount_cents"), str(about.get("currency") or "")
    if cents is None or currency not in _IN_HUNDREDTHS:
        return ""
    whole, rest = divmod(int(cents), 100)
    return f" of {whole:,}.{rest:02d} {currency.upper()}"


def _day(text: str) -> str:
    found = moment(text)
    return f"{found.day} {found:%B %Y}"


def _time(found: datetime) -> str:
    return f"{found.day} {found:%B %Y} at {found:%H:%M} UTC"
