"""Weekly reports: on Monday morning to the admins of each nation that wants them, and to the operator.

A run may come every hour and at any time. Each nation has its turn on its own clock, the operator at UTC's;
each person is told under a claim of their own (`nat.notices.receipts`), so a run that comes again mails
nobody twice.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from nat.aws import log
from nat.aws.store import Store
from nat.channels.brands import Brands
from nat.channels.email import Mail
from nat.channels.mail_page import MailContent
from nat.errors import BadRequest, MailNotSent
from nat.ids import NationSlug, UserId
from nat.names import REPORTS_OFF
from nat.nations.figures import figures_of
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations
from nat.nations.spending import Spending, Spendings, Spent
from nat.notices.receipts import NoticeReceipts
from nat.notices.report_tokens import ReportTokens
from nat.notices.weekly_messages import PersonWeek, Week, nation_report, operator_report
from nat.people.memberships import Memberships
from nat.people.users import Users
from nat.roles import Role

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

MONDAY: Final = 0
HOURS: Final = range(8, 12)
"""Of the morning in which reports go out; a run that failed is followed by others."""
OPERATOR: Final = "operator"
AT_ONCE: Final = 8
_UTC: Final = ZoneInfo("UTC")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reporting:
    """What reports are made and sent with. `operator` is an address or None, `margin_percent` what is aimed
    at."""

    store: Store
    mail: "SESV2Client"
    brands: Brands
    plans: Plans
    tokens: ReportTokens
    operator: str | None
    margin_percent: float


class WeeklyReports:
    """Reports of all nations, with a role that reaches them all."""

    def __init__(self, reporting: Reporting) -> None:
        self._with = reporting
        store = reporting.store
        self._nations = Nations(store)
        self._spendings = Spendings(store)
        self._memberships = Memberships(store)
        self._users = Users(store)
        self._told = NoticeReceipts(store)

    def run(self, at: datetime | None = None) -> int:
        """Send what is due at a moment, now unless it is said; gives how many emails went out. What fails for
        one nation is logged, and left to the next run."""
        now = at or self._with.store.clock()
        nations = list(self._nations.every())
        sent = 0
        for nation in nations:
            week = _due(now, _zone(nation.time_zone))
            if week is None or not nation.weekly_report or not nation.subscription_status.usable:
                continue
            try:
                sent += self._tell_admins(nation, week)
            except Exception as error:
                log.defect(error, nation=nation.nation_slug)
        week = _due(now, _UTC)
        if week is not None and self._with.operator is not None:
            sent += self._tell_operator(self._with.operator, nations, week)
        return sent

    def _tell_admins(self, nation: Nation, week: Week) -> int:
        slug = nation.nation_slug
        refused = self._memberships.without_reports(slug)
        admins = [
            UserId(each.user_id)
            for each in self._memberships.of_nation(slug)
            if each.role.at_least(Role.ADMIN) and not each.unproven and each.user_id not in refused
        ]
        incident = f"weekly#{slug}#{week.first.isoformat()}"
        waiting = [each for each in admins if self._told.begin(incident, f"user#{each}")]
        if not waiting:
            return 0
        brand = self._with.brands.at(nation.web_app)
        spending = self._spendings.between(slug, week.first, week.last)
        earlier = self._spendings.between(slug, week.earlier.first, week.earlier.last).total
        people = self._people(spending)
        sent = 0
        for user_id in waiting:
            user = self._users.get(user_id)
            token = self._with.tokens.make(slug, user_id)
            content = nation_report(
                nation,
                week,
                spending.total,
                earlier,
                people,
                brand,
                unsubscribe=brand.app_url + REPORTS_OFF.replace("{token}", token),
            )
            address = None if user is None else user.email
            sent += self._send(incident, f"user#{user_id}", address, content, Mail(self._with.mail, brand))
        return sent

    def _tell_operator(self, operator: str, nations: list[Nation], week: Week) -> int:
        incident = f"weekly-operator#{week.first.isoformat()}"
        if not self._told.begin(incident, OPERATOR):
            return 0
        now, aim = self._with.store.clock(), self._with.margin_percent
        figures = [figures_of(each, self._with.plans, margin_percent=aim, now=now) for each in nations]
        slugs = [each.nation_slug for each in nations]
        spent: dict[NationSlug, Spent] = {}
        heavy: list[tuple[NationSlug, PersonWeek]] = []
        earlier = Spent()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for slug, spending, before in pool.map(lambda slug: self._weeks(slug, week), slugs):
                spent[slug] = spending.total
                earlier += before
                heavy += [(slug, PersonWeek(user, each)) for user, each in spending.people.items()]
        heavy.sort(key=lambda each: (-each[1].spent.queries, each[1].name))
        brand = self._with.brands.own
        content = operator_report(
            week,
            sorted(figures, key=lambda each: each.nation.nation_slug),
            {slug: each for slug, each in spent.items() if each.queries},
            earlier,
            heavy,
            brand,
        )
        return self._send(incident, OPERATOR, operator, content, Mail(self._with.mail, brand))

    def _weeks(self, slug: NationSlug, week: Week) -> tuple[NationSlug, Spending, Spent]:
        """What a nation spent in a week, and in all in the one before."""
        before = self._spendings.between(slug, week.earlier.first, week.earlier.last).total
        return slug, self._spendings.between(slug, week.first, week.last), before

    def _people(self, spending: Spending) -> list[PersonWeek]:
        users = self._users.get_many(spending.people)
        found = [PersonWeek(_name(users.get(each), each), spent) for each, spent in spending.people.items()]
        return sorted(found, key=lambda each: (-each.spent.queries, each.name))

    def _send(
        self, incident: str, recipient: str, address: str | None, content: MailContent, mail: Mail
    ) -> int:
        """Send one report under its claim; gives how many went out."""
        sent = 0
        try:
            if address is not None:
                mail.send(address, content)
                sent = 1
        except BadRequest:
            _log.warning("address cannot be written to", extra={"recipient": recipient})
        except MailNotSent:
            self._told.failed(incident, recipient)
            return 0
        self._told.done(incident, recipient)
        return sent


def _name(user: object, user_id: str) -> str:
    return getattr(user, "email", None) or user_id


def _due(now: datetime, zone: tzinfo) -> Week | None:
    """The week that is reported at this moment in a zone; `None` when it is not a Monday morning there."""
    local = now.astimezone(zone)
    if local.weekday() != MONDAY or local.hour not in HOURS:
        return None
    return Week.before(local.date())


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return _UTC
