"""The subscription check: any user authenticated to a nation can use Nat if that nation subscribes.

It runs on every API call and socket action except sign-in, the subscription state itself, checkout, portal,
connect, export and delete.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Concatenate, Final, Generic, ParamSpec, Protocol, TypeVar

import msgspec

from nat import settings
from nat.aws import clients
from nat.aws.store import Store, utc_now
from nat.errors import BadRequest, CostCeilingReached, LimitReached, SubscriptionInactive, Unauthenticated
from nat.ids import NationSlug, UserId
from nat.names import SLUG_PATTERN, Variable
from nat.nations import plans as plans_module
from nat.nations.ceilings import is_over_ceiling
from nat.nations.plans import Plans
from nat.nations.record import Nation, Nations, SubscriptionStatus
from nat.nations.usage import in_period
from nat.nations.web_pages import billing_page
from nat.settings import TableNames
from nat.wording import Worded

_SLUG: Final = re.compile(SLUG_PATTERN)

AnyCaller = TypeVar("AnyCaller", bound="NationCaller")
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class NationCaller(Protocol):
    """Whoever asks, and for which nation; both already proven."""

    @property
    def user_id(self) -> UserId: ...

    @property
    def nation_slug(self) -> NationSlug: ...


class SubscriptionState(msgspec.Struct, frozen=True):
    """What a client needs to know about a nation's subscription and connection.

    `known` is False for a nation without a record.
    """

    nation_slug: NationSlug
    status: SubscriptionStatus
    known: bool = True
    plan: str | None = None
    queries_used: int = 0
    queries_limit: int = 0
    period_start: datetime | None = None
    limit_reached: bool = False
    nb_connected: bool = False
    nb_needs_reauth: bool = False

    @classmethod
    def unknown(cls, nation_slug: NationSlug) -> "SubscriptionState":
        """That of a nation without a record. Raises `BadRequest` for a bad slug."""
        return cls(NationSlug(valid_slug(nation_slug)), SubscriptionStatus.NONE, known=False)


class SubscriptionCheck:
    """The check on given storage and plans."""

    def __init__(
        self, nations: Nations, plans: Plans, *, clock: Callable[[], datetime] = utc_now, app_url: str = ""
    ) -> None:
        """`app_url` is the web app to which nations are sent that have none of their own."""
        self._app_url = app_url
        self._nations = nations
        self._plans = plans
        self._clock = clock

    @classmethod
    def of_process(cls) -> "SubscriptionCheck":
        """The check on what this process's environment names. Raises `SettingMissing`."""
        return cls(
            Nations(Store(clients.dynamodb(), TableNames.read())),
            plans_module.read(),
            app_url=settings.read_optional(Variable.APP_URL),
        )

    def state(self, nation_slug: NationSlug) -> SubscriptionState:
        """The state of one nation; `none` for one without a record. Raises `BadRequest` for a bad slug."""
        nation = self._nations.get(NationSlug(valid_slug(nation_slug)))
        if nation is None:
            return SubscriptionState.unknown(nation_slug)
        return self.state_of(nation)

    def state_of(self, nation: Nation) -> SubscriptionState:
        """The state of a record that was just read. A period that is over counts as over, also while nobody
        has asked in the new one."""
        nation = in_period(nation, self._clock())
        return SubscriptionState(
            nation_slug=nation.nation_slug,
            status=nation.subscription_status,
            plan=nation.subscription_plan,
            queries_used=nation.queries_used_this_period,
            queries_limit=nation.queries_limit,
            period_start=nation.billing_period_start,
            limit_reached=self.exhausted(nation) or self.over_ceiling(nation),
            nb_connected=nation.nb_connected,
            nb_needs_reauth=nation.nb_needs_reauth,
        )

    def exhausted(self, nation: Nation) -> bool:
        """True if a further query would be refused."""
        return (
            nation.queries_used_this_period >= nation.queries_limit
            and nation.subscription_plan not in self._plans.soft
        )

    def over_ceiling(self, nation: Nation) -> bool:
        """True if a further query would be refused for what the model has cost in the period."""
        return is_over_ceiling(nation, self._plans)

    def verify(self, nation_slug: NationSlug, user_id: UserId, *, query: bool = False) -> Nation:
        """The record of a nation that may use Nat now; with `query`, that may also ask one more question.

        That the user belongs to the nation is shown by the session, which comes first.
        Raises `Unauthenticated`, `BadRequest` for the slug, `NationUnknown`, `SubscriptionInactive`,
        `LimitReached`.
        """
        if not user_id:
            raise Unauthenticated
        nation = self._nations.require(NationSlug(valid_slug(nation_slug)))
        self.verify_record(nation, query=query)
        return nation

    def verify_record(self, nation: Nation, *, query: bool = False) -> None:
        """The same on a record that was just read. Raises `SubscriptionInactive`, `LimitReached`."""
        if not nation.subscription_status.usable:
            raise SubscriptionInactive(url=billing_page(nation, self._app_url))
        if query:
            current = in_period(nation, self._clock())
            if self.over_ceiling(current):
                raise self.ceiling_reached(nation)
            if self.exhausted(current):
                raise self.limit_reached(nation)

    def ceiling_reached(self, nation: Nation) -> CostCeilingReached:
        """What a nation is told whose period has cost what its plan allows, with the way to an upgrade."""
        return CostCeilingReached(url=billing_page(nation, self._app_url))

    def limit_reached(self, nation: Nation) -> LimitReached:
        """What a nation is told whose pool is used up, with the way to an upgrade."""
        return LimitReached(url=billing_page(nation, self._app_url))


class NationSubscriptionMiddleware(Generic[AnyCaller, Parameters, Result]):
    """Puts the check before a function whose first argument is the caller.

    `query=True` is for what counts as a query: the limit is checked as well.
    """

    def __init__(
        self,
        call_next: Callable[Concatenate[AnyCaller, Parameters], Result],
        check: SubscriptionCheck,
        *,
        query: bool = False,
    ) -> None:
        self._call_next = call_next
        self._check = check
        self._query = query

    def __call__(self, caller: AnyCaller, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Check, then go on. Raises what `SubscriptionCheck.verify` raises."""
        self._check.verify(caller.nation_slug, caller.user_id, query=self._query)
        return self._call_next(caller, *args, **kwargs)


def valid_slug(nation_slug: NationSlug) -> str:
    """The slug, if it is one. Raises `BadRequest`."""
    if not _SLUG.fullmatch(nation_slug):
        raise BadRequest(Worded("form.address"))
    return nation_slug


def get_nation_subscription(
    nation_slug: NationSlug, check: SubscriptionCheck | None = None
) -> SubscriptionState:
    """A nation's subscription state; status `none` for a nation that Nat does not know."""
    return (check or SubscriptionCheck.of_process()).state(nation_slug)


def verify_nation_subscription(
    user_id: UserId, nation_slug: NationSlug, check: SubscriptionCheck | None = None, *, query: bool = False
) -> Nation:
    """The nation's record, if it may use Nat. Raises what `SubscriptionCheck.verify` raises."""
    return (check or SubscriptionCheck.of_process()).verify(nation_slug, user_id, query=query)


def _now() -> datetime:
    return datetime.now(UTC)
