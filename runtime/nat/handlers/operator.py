"""The operator's pages: how the service stands against what it aims at, its nations, and failed jobs.

For people of the user pool's group `operators`, who see figures of nations and nothing of what these hold. A
function of its own answers, because no other one may read all nations, or send dead letters back.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nat import settings
from nat.aws import clients, log
from nat.aws.failed_messages import DeadLetterQueue, FailedMessages, read_queues
from nat.aws.items import timestamp
from nat.contract.fields import Count, Moment, ResponseBody, Slug, one_of
from nat.errors import NotFound, NotReplayable
from nat.handlers.api import Api
from nat.handlers.endpoints import OperatorCall, answering, operation
from nat.handlers.front import behind_front
from nat.handlers.request import Lambda, LambdaEvent
from nat.handlers.services import Services
from nat.ids import NationSlug
from nat.names import UNLIMITED, Variable
from nat.nations.ceilings import MICROS_IN_A_CENT, ceiling_of
from nat.nations.figures import NationFigures, Outlier, figures_of
from nat.nations.record import SubscriptionStatus
from nat.nations.spending import Spendings, Spent
from nat.parallel import together
from nat.people.nps import NpsSurvey, NpsTally, quarters_until

DAYS: Final = 30
"""Of which figures by day are shown, today included."""
WEEK: Final = 7
"""Full days over which questions a day are averaged."""
QUARTERS: Final = 4
MOST_NATIONS: Final = 5_000
"""In one answer, which holds at most 6 MB."""
REPLAYED_AT_ONCE: Final = 100
AT_ONCE: Final = 16

Percent = Annotated[float, Meta(description="Per cent, to a tenth.")]


class TargetsBody(ResponseBody, frozen=True, kw_only=True):
    """What the service aims at (`config/targets.toml`)."""

    customers: Count
    queries_a_day: Count
    mrr_cents: Count
    margin_percent: Percent
    cost_micros_per_query: Count
    nps: int


class ServiceDay(ResponseBody, frozen=True, kw_only=True):
    """One UTC day of all nations."""

    day: date
    queries: Count
    cost_micros: Count


class NpsQuarter(ResponseBody, frozen=True, kw_only=True):
    """What people said in one quarter about recommending the service."""

    quarter: str
    score: int | None
    """From -100 to 100; null as long as nobody has said anything."""
    promoters: Count
    passives: Count
    detractors: Count
    unsaid: Count


class Overview(ResponseBody, frozen=True, kw_only=True):
    """How the service stands, and what it aims at."""

    at: Moment
    customers: Count
    """Nations that pay or try."""
    trials: Count
    mrr_cents: Count
    """Monthly revenue: what nations pay now, without those that try."""
    queries_a_day: Percent
    """The mean of the last seven full days (UTC)."""
    margin_percent: Percent | None
    """What all paying nations leave of their prices after the model's cost of their period so far."""
    cost_micros_per_query: Count | None
    """Of the days shown; null if nobody asked."""
    needs_reauth: Count
    """Nations that have to be connected anew."""
    outliers: Count
    days: list[ServiceDay]
    nps: list[NpsQuarter]
    """The oldest quarter first; the last one is running."""
    targets: TargetsBody


class OperatedNation(ResponseBody, frozen=True, kw_only=True):
    """One nation: what it brings, costs and uses in its period so far."""

    nation_slug: Slug
    plan: str | None
    status: Annotated[str, one_of(SubscriptionStatus)]
    price_cents: Count
    """A month; 0 in a trial."""
    cost_micros: Count
    ceiling_cents: Count | None
    """What the model may cost; null where there is no limit, as with an own key."""
    margin_percent: Percent | None
    queries_used: Count
    queries_limit: Count | None
    """Null is unlimited."""
    period_start: Moment
    created_at: Moment
    nb_connected: bool
    nb_needs_reauth: bool
    outliers: list[Annotated[str, one_of(Outlier)]]


class OperatedNations(ResponseBody, frozen=True, kw_only=True):
    """The nations, those that cost most first."""

    nations: list[OperatedNation]
    complete: bool
    """False if there are more than one answer holds."""


class FailedJob(ResponseBody, frozen=True, kw_only=True):
    """A message that nobody could act on. What it says is not told."""

    sent_at: Moment
    receives: Count
    reason: str | None


class FailedJobsOf(ResponseBody, frozen=True, kw_only=True):
    """A queue of dead letters, and some of them."""

    queue: str
    title: str
    count: Count
    replayable: bool
    jobs: list[FailedJob]


class FailedJobs(ResponseBody, frozen=True, kw_only=True):
    """Every queue of dead letters."""

    queues: list[FailedJobsOf]


class Replayed(ResponseBody, frozen=True, kw_only=True):
    """What was sent back to be tried again."""

    moved: Count
    left: Count
    """About: SQS counts with a delay."""


class OperatorRoutes:
    """The routes."""

    def __init__(self, dead_letters: FailedMessages, targets: Mapping[str, object]) -> None:
        self._dead_letters = dead_letters
        self._targets = msgspec.convert(targets, TargetsBody)

    @operation("GET /v1/operator/overview", tag="Operator")
    def get_operator_overview(self, call: OperatorCall) -> Overview:
        """How the service stands against what it aims at.

        Revenue, customers, questions and cost by day, and what people say about recommending it.
        """
        services, now = call.services, call.services.clock()
        found = self._figures(services, now)
        days = _by_day(services, [each.nation.nation_slug for each in found], now)
        queries = sum(each.queries for each in days.values())
        paying = [each for each in found if each.price_cents]
        full = [each.queries for day, each in days.items() if day < now.astimezone(UTC).date()][-WEEK:]
        tallies = NpsSurvey(services.store).tallies(quarters_until(now, QUARTERS))
        return Overview(
            at=timestamp(now),
            customers=sum(each.is_customer for each in found),
            trials=sum(each.nation.subscription_status is SubscriptionStatus.TRIALING for each in found),
            mrr_cents=sum(each.price_cents for each in paying),
            queries_a_day=round(sum(full) / WEEK, 1),
            margin_percent=_margin_of_all(paying),
            cost_micros_per_query=sum(each.cost_micros for each in days.values()) // queries
            if queries
            else None,
            needs_reauth=sum(each.nation.nb_needs_reauth for each in found),
            outliers=sum(bool(each.outliers) for each in found),
            days=[
                ServiceDay(day=day, queries=each.queries, cost_micros=each.cost_micros)
                for day, each in days.items()
            ],
            nps=list(map(_nps, tallies)),
            targets=self._targets,
        )

    @operation("GET /v1/operator/nations", tag="Operator")
    def list_operated_nations(self, call: OperatorCall) -> OperatedNations:
        """Every nation: plan, use, cost, margin, and why one would look at it."""
        services = call.services
        found = sorted(
            self._figures(services, services.clock()), key=lambda each: -each.nation.cost_micros_this_period
        )
        return OperatedNations(
            nations=[_nation(each, services) for each in found[:MOST_NATIONS]],
            complete=len(found) <= MOST_NATIONS,
        )

    @operation("GET /v1/operator/jobs", tag="Operator")
    def list_failed_jobs(self, call: OperatorCall) -> FailedJobs:  # noqa: ARG002 # who may, not for what
        """What nobody could act on: how many messages, since when, and why if that is known."""
        calls = [partial(self._failed, each) for each in self._dead_letters]
        return FailedJobs(queues=together(calls, AT_ONCE))

    @operation("POST /v1/operator/jobs/{queue}/replay", tag="Operator", raises=(NotFound, NotReplayable))
    def replay_failed_jobs(self, call: OperatorCall) -> Replayed:
        """Send up to a hundred failed jobs of a queue back, to be tried again."""
        queue = self._dead_letters.get(call.path["queue"])
        if queue is None:
            raise NotFound
        if queue.target is None:
            raise NotReplayable
        moved = self._dead_letters.replay(queue, REPLAYED_AT_ONCE)
        log.structured().info(
            "failed jobs replayed", extra={"queue": queue.name, "moved": moved, "by": call.person.user_id}
        )
        return Replayed(moved=moved, left=self._dead_letters.count(queue))

    def _figures(self, services: Services, now: datetime) -> list[NationFigures]:
        aim = self._targets.margin_percent
        return [
            figures_of(each, services.plans, margin_percent=aim, now=now) for each in services.nations.every()
        ]

    def _failed(self, queue: DeadLetterQueue) -> FailedJobsOf:
        count = self._dead_letters.count(queue)
        some = self._dead_letters.some(queue) if count else []
        return FailedJobsOf(
            queue=queue.name,
            title=queue.title,
            count=max(count, len(some)),
            replayable=queue.target is not None,
            jobs=[
                FailedJob(sent_at=timestamp(each.sent_at), receives=each.receives, reason=each.reason)
                for each in some
            ],
        )


def _by_day(services: Services, slugs: Iterable[NationSlug], now: datetime) -> dict[date, Spent]:
    """What all nations used, by day, the oldest first. A query for each nation, several at once."""
    last = now.astimezone(UTC).date()
    first = last - timedelta(days=DAYS - 1)
    days = {first + timedelta(days=each): Spent() for each in range(DAYS)}
    spendings = Spendings(services.store)
    for spent in together([partial(spendings.daily, slug, first, last) for slug in slugs], AT_ONCE):
        for day, each in spent.items():
            days[day] += each
    return days


def _margin_of_all(paying: Iterable[NationFigures]) -> float | None:
    found = list(paying)
    price = sum(each.price_cents for each in found)
    if not price:
        return None
    cost = sum(each.nation.cost_micros_this_period for each in found)
    return round(100 * (1 - cost / MICROS_IN_A_CENT / price), 1)


def _nation(figures: NationFigures, services: Services) -> OperatedNation:
    nation = figures.nation
    unlimited = nation.queries_limit >= UNLIMITED
    return OperatedNation(
        nation_slug=nation.nation_slug,
        plan=nation.subscription_plan,
        status=nation.subscription_status,
        price_cents=figures.price_cents,
        cost_micros=nation.cost_micros_this_period,
        ceiling_cents=ceiling_of(nation, services.plans),
        margin_percent=figures.margin_percent,
        queries_used=nation.queries_used_this_period,
        queries_limit=None if unlimited else nation.queries_limit,
        period_start=timestamp(nation.billing_period_start),
        created_at=timestamp(nation.created_at),
        nb_connected=nation.nb_connected,
        nb_needs_reauth=nation.nb_needs_reauth,
        outliers=list(figures.outliers),
    )


def _nps(tally: NpsTally) -> NpsQuarter:
    return NpsQuarter(
        quarter=tally.quarter,
        score=tally.score,
        promoters=tally.promoters,
        passives=tally.passives,
        detractors=tally.detractors,
        unsaid=tally.unsaid,
    )


@cache
def api() -> Api:
    """The routes of this process, from its environment."""
    queues = read_queues(settings.read(Variable.DEAD_LETTERS))
    routes = OperatorRoutes(FailedMessages(clients.sqs(), queues), settings.read_json(Variable.TARGETS))
    return Api(Services.of_process(), answering(routes).get)


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)
