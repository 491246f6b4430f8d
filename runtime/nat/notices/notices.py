"""Telling people what happened: a nation's admins by email, its members on their open sockets, the channel in
Slack that an admin chose; the operator by email.

Each person is told for themselves, under a claim of their own: an address that fails keeps nobody else from
the notice, and the next delivery of the same message reaches only those who were not.
"""

import json
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.channels.brands import Brand, Brands
from nat.channels.email import Mail
from nat.channels.mail_page import MailContent
from nat.channels.push import PushFailed
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.channels.slack_posts import SlackPost, SlackPosts
from nat.channels.websocket import PushCall, Sockets
from nat.contract.events import VERSION, Notice
from nat.errors import AddressRefuses, BadRequest, MailNotSent
from nat.ids import NationSlug, UserId
from nat.names import Bus
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations
from nat.nations.web_pages import reconnect_page
from nat.notices.messages import NoticeMessage, fair_use_message, message_for
from nat.notices.nation_event import NationEvent
from nat.notices.receipts import NotAllTold, NoticeReceipts, tell_each
from nat.notices.slack_channels import tell_channels
from nat.people.memberships import Membership, Memberships
from nat.people.ownership import Ownership
from nat.people.users import Users
from nat.roles import Role
from nat.wording import Worded

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

OPERATOR: Final = "operator"
SOCKETS: Final = "sockets"
IN_SLACK: Final = frozenset({Bus.NATION_NEEDS_REAUTH, Bus.NATION_CONNECTED, Bus.USAGE_WARNING})
"""What a channel is told of that an admin chose: what all hear of who ask there. Money and members are
the admins' own."""

_log = logging.getLogger(__name__)


class Notices:
    """Tells people, on given storage, emails and sockets. `operator` is an address, or None."""

    def __init__(
        self,
        store: Store,
        mail: "SESV2Client",
        push: PushCall,
        *,
        brands: Brands,
        plans: Plans,
        slack: SlackPosts,
        operator: str | None,
    ) -> None:
        self._nations = Nations(store)
        self._memberships = Memberships(store)
        self._users = Users(store)
        self._ownership = Ownership(store)
        self._sockets = Sockets(store)
        self._told = NoticeReceipts(store)
        self._refused = RefusedMail(store)
        self._mail = mail
        self._push = push
        self._brands = brands
        self._plans = plans
        self._slack = slack
        self._operator = operator

    def take(self, happening: NationEvent) -> int:
        """Tell everybody whom it concerns and who was not told; gives how many emails and posts went
        out.

        Raises `NotAllTold` when some could not be told and may be later, and errors of the storage.
        """
        nation = self._nations.get(happening.nation_slug)
        if nation is None or not _still_so(happening, nation):
            _log.info("notice is out of date", extra=_about(happening))
            return 0
        if happening.event is Bus.FAIR_USE_EXCEEDED:
            return self._tell_operator(happening)
        brand = self._brands.at(nation.web_app)
        written = message_for(happening, brand, self._plans)
        if written is None:
            return 0
        self._tell_sockets(happening, brand)
        return tell_each(
            lambda: self._tell_admins(happening, written, brand),
            lambda: self._tell_slack(happening, written, brand),
        )

    def _tell_slack(self, happening: NationEvent, written: NoticeMessage, brand: Brand) -> int:
        if happening.event not in IN_SLACK:
            return 0
        incident, button = written.incident or happening.incident, written.button
        label, url = (None, None) if button is None else (button.label, button.url)
        post = SlackPost(written.subject, written.paragraphs, label, url)
        return tell_channels(self._slack, self._told, happening.nation_slug, incident, post, brand)

    def _tell_admins(self, happening: NationEvent, written: NoticeMessage, brand: Brand) -> int:
        mail = Mail(self._mail, brand)
        sent = missing = 0
        incident = written.incident or happening.incident
        for user_id in self._whom(happening):
            try:
                sent += self._tell(happening, incident, UserId(user_id), written, mail)
            except MailNotSent:
                missing += 1
        if missing:
            raise NotAllTold(missing)
        return sent

    def _whom(self, happening: NationEvent) -> list[UserId]:
        """Owner and admins. That access is back hear those who know that it was lost."""
        slug = happening.nation_slug
        admins = [each.user_id for each in self._memberships.of_nation(slug) if _concerns(happening, each)]
        if happening.event is Bus.OWNERSHIP_PASSED and (former := happening.about.get("former")):
            return [*admins, UserId(former)]
        if happening.event is not Bus.NATION_CONNECTED:
            return admins
        knowing = self._told.who_knows_of_loss(slug)
        self._told.back(slug, knowing.difference(admins))
        return [each for each in admins if each in knowing]

    def _tell(
        self, happening: NationEvent, incident: str, user_id: UserId, written: NoticeMessage, mail: Mail
    ) -> bool:
        """Send the letter to one person. False if they were told, left meanwhile, or have no proven address.

        Raises `MailNotSent`: they are told when the message comes again.
        """
        slug, recipient = happening.nation_slug, f"user#{user_id}"
        membership = self._memberships.known(slug, user_id)
        user = self._users.get(user_id)
        if user is None or user.email is None:
            return False
        was_owner = happening.event is Bus.OWNERSHIP_PASSED and happening.about.get("former") == user_id
        if not was_owner and (membership is None or not _concerns(happening, membership)):
            return False
        if not self._told.begin(incident, recipient):
            return False
        reason = f"You get this because you administer the nation {slug}."
        owner = membership is not None and membership.role is Role.OWNER
        content = written.content(reason, owner=owner)
        try:
            reached = self._send(happening, incident, recipient, user.email, content, mail)
        except AddressRefuses as refused:
            self._refused.note(user.email, MailRefusal(refused.why))
            reached = False
        if happening.event is Bus.NATION_NEEDS_REAUTH and reached:
            self._told.lost(slug, user_id)
        elif happening.event is Bus.NATION_CONNECTED:
            self._told.back(slug, [user_id])
        elif happening.event is Bus.OWNERSHIP_CLAIMED and reached:
            self._ownership.mailed(slug, str(happening.about["by"]))
        self._told.done(incident, recipient)
        return reached

    def _tell_operator(self, happening: NationEvent) -> int:
        if self._operator is None:
            _log.error("no operator to tell", extra=_about(happening))
            return 0
        if not self._told.begin(happening.incident, OPERATOR):
            return 0
        content = fair_use_message(happening, self._plans).content(
            "You get this because you run the service."
        )
        mail = Mail(self._mail, self._brands.own)
        try:
            sent = self._send(happening, happening.incident, OPERATOR, self._operator, content, mail)
        except AddressRefuses:
            sent = False
        except MailNotSent:
            raise NotAllTold(1) from None
        self._told.done(happening.incident, OPERATOR)
        return int(sent)

    def _send(
        self,
        happening: NationEvent,
        incident: str,
        recipient: str,
        to: str,
        content: MailContent,
        mail: Mail,
    ) -> bool:
        """Send one email under a claim. False for an address that nothing can be sent to.

        Raises `AddressRefuses`, and `MailNotSent` with the claim given back.
        """
        try:
            mail.send(to, content)
        except AddressRefuses:
            _log.warning("address refuses emails", extra={**_about(happening), "recipient": recipient})
            raise
        except BadRequest:
            _log.warning("address cannot be written to", extra={**_about(happening), "recipient": recipient})
            return False
        except MailNotSent:
            self._told.failed(incident, recipient)
            _log.warning("notice not sent", extra={**_about(happening), "recipient": recipient})
            raise
        return True

    def _tell_sockets(self, happening: NationEvent, brand: Brand) -> None:
        """Push to what the nation's members have open. Whoever it does not reach reads the nation's state."""
        notice = _pushed(happening, brand)
        if notice is None or not self._told.begin(happening.incident, SOCKETS):
            return
        payload = json.dumps(
            {
                "v": VERSION,
                "type": notice.type,
                "nation": happening.nation_slug,
                **msgspec.to_builtins(notice),
            },
            ensure_ascii=False,
        )
        for connection in self._open(happening.nation_slug):
            try:
                if not self._push(connection, payload):
                    self._sockets.close(connection)
            except PushFailed as failed:
                _log.warning(
                    "push failed",
                    extra={**_about(happening), "connection": connection, "reason": str(failed)},
                )
        self._told.done(happening.incident, SOCKETS)

    def _open(self, nation_slug: NationSlug) -> Iterator[str]:
        for member in self._memberships.of_nation(nation_slug):
            yield from self._sockets.of_person(nation_slug, member.user_id)


def _pushed(happening: NationEvent, brand: Brand) -> Notice | None:
    """What every member sees at once; the rest is for those who administer the nation."""
    match happening.event:
        case Bus.NATION_NEEDS_REAUTH:
            return Notice.of("reconnect", Worded("notice.reconnect"), reconnect_page(None, brand.app_url))
        case Bus.NATION_CONNECTED:
            return Notice.of("reconnected", Worded("notice.reconnected"))
        case _:
            return None


def _still_so(happening: NationEvent, nation: Nation) -> bool:
    """Whether it is worth telling: what has passed meanwhile is not."""
    about = happening.about
    match happening.event:
        case Bus.NATION_NEEDS_REAUTH:
            return nation.nb_needs_reauth
        case Bus.NATION_CONNECTED:
            return nation.nb_connected and not nation.nb_needs_reauth
        case Bus.USAGE_WARNING:
            pool = (timestamp(nation.billing_period_start), nation.queries_limit)
            return (about.get("period_start"), about.get("limit")) == pool
        case Bus.SUBSCRIPTION_CHANGED:
            return about.get("status") == nation.subscription_status.value
        case Bus.OWNERSHIP_CLAIMED:
            return about.get("by") == nation.owner_claimed_by
        case _:
            return True


def _concerns(happening: NationEvent, membership: Membership) -> bool:
    """Whether it is told to somebody: to owner and admins. Who only pays is not told who joins; of a claim
    hears only who owns the nation."""
    match happening.event:
        case Bus.MEMBER_JOINED:
            return membership.role.at_least(Role.ADMIN) and not membership.unproven
        case Bus.OWNERSHIP_CLAIMED:
            return membership.role is Role.OWNER
        case _:
            return membership.role.at_least(Role.ADMIN)


def _about(happening: NationEvent) -> dict[str, str]:
    return {
        "nation": happening.nation_slug,
        "event_type": happening.event.value,
        "incident": happening.incident,
    }
