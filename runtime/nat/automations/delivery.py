"""How a run reaches people: its answer goes where the automation says, trouble goes to who made it.

Each place is told under a claim of its own (`nat.notices.receipts`), so a place that fails keeps no other
from the answer, and an announcement that comes again tells nobody twice. What became of each delivery stands
in the run. An answer that a place did not take goes to another one, if the person chose one; who made the
automation hears of it, by email or, if their address takes none, in Slack.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from nat.automations.answer_mail import mail_of
from nat.automations.automation import Automation, Automations, Delivery, DeliveryKind
from nat.automations.messages import (
    RunMessage,
    answer_message,
    outcome_message,
    post_of,
    trouble_message,
    unreachable_message,
)
from nat.automations.runs import Delivered, Run, RunLedger, RunState, Why, answer_of
from nat.aws.store import Store
from nat.channels.brands import Brand, Brands
from nat.channels.email import Mail
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.channels.slack_posts import NotPosted, SlackPosts
from nat.conversations.history import History
from nat.errors import AddressRefuses, BadRequest, MailNotSent, NotFound
from nat.ids import NationSlug, UserId
from nat.nations.record import Nations
from nat.notices.nation_event import NationEvent
from nat.notices.receipts import NotAllTold, NoticeReceipts, tell_each
from nat.notices.slack_channels import tell_channels
from nat.people.memberships import Memberships
from nat.people.users import Users
from nat.roles import Role
from nat.wording import Worded

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_NO_MEMBER: Final = Worded("delivery.no_member")
_TROUBLE: Final = frozenset({RunState.FAILED, RunState.SKIPPED, RunState.MISSED})

_log = logging.getLogger(__name__)


class NotDelivered(Exception):
    """A message that did not reach its place. `problem` says why, in words for who made the automation;
    `later`: it may be tried again."""

    def __init__(self, problem: str, *, later: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.later = later


class RunDelivery:
    """Tells people of runs, on given storage, emails and Slack."""

    def __init__(self, store: Store, mail: "SESV2Client", *, brands: Brands, slack: SlackPosts) -> None:
        self._automations = Automations(store)
        self._runs = RunLedger(store)
        self._nations = Nations(store)
        self._history = History(store)
        self._memberships = Memberships(store)
        self._users = Users(store)
        self._told = NoticeReceipts(store)
        self._refused = RefusedMail(store)
        self._mail = mail
        self._brands = brands
        self._slack = slack

    def take(self, happening: NationEvent) -> int:
        """Tell of one end of a run; gives how many places were reached. Raises `NotAllTold` when some
        were not and may be later."""
        slug, about = happening.nation_slug, happening.about
        nation = self._nations.get(slug)
        try:
            automation = self._automations.get(slug, about["task"])
            run = self._runs.of_item(slug, about["run"])
        except NotFound:  # deleted meanwhile: nobody waits for it
            return 0
        if nation is None:
            return 0
        brand = self._brands.at(nation.web_app)
        state = RunState(about["state"])
        if state in _TROUBLE:
            return self._tell_of_trouble(automation, run, brand)
        if run.why is not None and state is RunState.DONE:
            message = outcome_message(automation, run)
        else:
            message = answer_message(automation, run, answer_of(self._history, run) or "")
        if message is None:
            return 0
        return self._deliver(automation, run, f"{run.item}#{state}", message, brand)

    def _deliver(
        self, automation: Automation, run: Run, incident: str, message: RunMessage, brand: Brand
    ) -> int:
        def to(place: Delivery, refused: Callable[[str, str], int]) -> int:
            return self._place(automation, run, incident, message, brand, place, refused)

        def elsewhere(recipient: str, problem: str) -> int:
            """A place took nothing: it goes where it goes otherwise, and who made it hears of it."""
            other = automation.otherwise
            reached = 0 if other is None or other in automation.deliveries else to(other, lambda *_: 0)
            self._tell_of_problem(automation, run, recipient, problem, brand)
            return reached

        reached = missing = 0
        for each in automation.deliveries:
            try:
                reached += to(each, elsewhere)
            except (NotDelivered, NotAllTold):
                missing += 1
        if missing:
            raise NotAllTold(missing)
        return reached

    def _place(
        self,
        automation: Automation,
        run: Run,
        incident: str,
        message: RunMessage,
        brand: Brand,
        place: Delivery,
        refused: Callable[[str, str], int],
    ) -> int:
        """Deliver to one place, once; gives how many places were reached. `refused` is done, with the
        recipient and the problem, where it takes nothing. Raises `NotDelivered` or `NotAllTold` for what may
        be tried again."""
        recipient = f"{place.kind}#{place.to}"
        if not self._told.begin(incident, recipient):
            return 0
        problem: str | None = None
        try:
            try:
                self._send(automation, place, message, brand)
                reached = 1
            except NotDelivered as failed:
                if failed.later:
                    raise
                problem = failed.problem
                reached = refused(recipient, problem)
        except (NotDelivered, NotAllTold):
            self._told.failed(incident, recipient)
            raise
        self._runs.note(run, Delivered(place, problem))
        self._told.done(incident, recipient)
        return reached

    def _tell_of_problem(
        self, automation: Automation, run: Run, recipient: str, problem: str, brand: Brand
    ) -> None:
        """Tell who made the automation of a place that took no answer, once."""
        kept = self._runs.of_item(automation.nation_slug, run.item).delivered
        other = automation.otherwise
        elsewhere = any(each.delivery == other and each.problem is None for each in kept)
        message = unreachable_message(automation, problem, elsewhere=elsewhere)
        self._tell_owner(automation, f"{automation.task_id}#unreachable#{recipient}", message, brand)

    def _send(self, automation: Automation, delivery: Delivery, message: RunMessage, brand: Brand) -> None:
        slug = automation.nation_slug
        if delivery.channel is not None:
            home, channel = delivery.channel
            self._posted(lambda: self._slack.to_channel(slug, home, channel, post_of(message, brand)))
        elif delivery.kind is DeliveryKind.SLACK:
            self._write_to(slug, UserId(delivery.to), message, brand)
        else:
            reason = f"You get this because an automation of the nation {slug} goes to you."
            self._mail_to(slug, UserId(delivery.to), message, brand, reason)

    def _write_to(self, slug: NationSlug, user_id: UserId, message: RunMessage, brand: Brand) -> None:
        """A direct message to a member. Raises `NotDelivered`."""
        if self._memberships.get(slug, user_id) is None:
            raise NotDelivered(_NO_MEMBER)
        post = post_of(message, brand)
        self._posted(lambda: self._slack.to_member(slug, user_id, post, customer=brand.customer))

    def _posted(self, post: Callable[[], None]) -> None:
        try:
            post()
        except NotPosted as failed:
            raise NotDelivered(failed.problem, later=failed.later) from failed

    def _mail_to(
        self, slug: NationSlug, user_id: UserId, message: RunMessage, brand: Brand, reason: str
    ) -> None:
        """Mail to a member's proven address. Raises `NotDelivered`."""
        if self._memberships.get(slug, user_id) is None:
            raise NotDelivered(_NO_MEMBER)
        user = self._users.get(user_id)
        if user is None or user.email is None:
            raise NotDelivered(Worded("delivery.no_address"))
        try:
            Mail(self._mail, brand).send(user.email, mail_of(message, brand, reason))
        except AddressRefuses as refused:
            self._refused.note(user.email, MailRefusal(refused.why))
            raise NotDelivered(Worded("delivery.comes_back")) from None
        except BadRequest:
            raise NotDelivered(Worded("delivery.no_such_address")) from None
        except MailNotSent:
            raise NotDelivered(Worded("delivery.not_sent"), later=True) from None

    def _reach(
        self, slug: NationSlug, user_id: UserId, message: RunMessage, brand: Brand, reason: str
    ) -> None:
        """Tell a member, whichever way reaches them. Raises `NotDelivered`."""
        try:
            self._mail_to(slug, user_id, message, brand, reason)
        except NotDelivered as failed:
            if failed.later:
                raise
            self._write_to(slug, user_id, message, brand)

    def _tell_of_trouble(self, automation: Automation, run: Run, brand: Brand) -> int:
        """Once for each run; of a limit once in a billing period, for it stops every run until the next."""
        incident = run.item
        if run.why == Why.LIMIT.value:
            nation = self._nations.require(automation.nation_slug)
            incident = f"{automation.task_id}#limit#{nation.billing_period_start.isoformat()}"
        message = trouble_message(automation, run)
        return tell_each(
            lambda: self._tell_owner(automation, incident, message, brand),
            lambda: self._tell_channels(automation, incident, message, brand),
        )

    def _tell_channels(self, automation: Automation, incident: str, message: RunMessage, brand: Brand) -> int:
        """Post where the nation's notices go. What cannot be posted was told to its owner by email."""
        return tell_channels(
            self._slack, self._told, automation.nation_slug, incident, post_of(message, brand), brand
        )

    def _tell_owner(self, automation: Automation, incident: str, message: RunMessage, brand: Brand) -> int:
        """Tell who made the automation, or the nation's admins once they are gone: by email, or in Slack
        where their address takes none."""
        slug, owner = automation.nation_slug, automation.owner_id
        if self._memberships.get(slug, UserId(owner)) is not None:
            whom, reason = [owner], "You get this because you made this automation."
        else:
            whom = [each.user_id for each in self._memberships.of_nation(slug) if _administers(each.role)]
            reason = f"You get this because you administer the nation {slug}."
        told = missing = 0
        for user_id in whom:
            recipient = f"user#{user_id}"
            if not self._told.begin(incident, recipient):
                continue
            try:
                self._reach(slug, UserId(user_id), message, brand, reason)
            except NotDelivered as failed:
                if failed.later:
                    self._told.failed(incident, recipient)
                    missing += 1
                    continue
                _log.warning("nobody to tell", extra={"nation": slug, "task": automation.task_id})
            else:
                told += 1
            self._told.done(incident, recipient)
        if missing:
            raise NotAllTold(missing)
        return told


def _administers(role: Role) -> bool:
    return role.at_least(Role.ADMIN)
