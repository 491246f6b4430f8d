"""What the routes work with: repositories on the storage of this process, each built when first used."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from nat import settings
from nat.aws import clients
from nat.aws.store import Store
from nat.errors import RoleInsufficient
from nat.handlers.request import HttpRequest
from nat.names import Variable
from nat.nations import plans as plans_module
from nat.nations.plans import Plans
from nat.nations.record import Nations
from nat.nations.subscription import SubscriptionCheck
from nat.people.memberships import Membership, Memberships
from nat.people.session import Caller, caller_of
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Services:
    """The storage, the plans and the clock of the routes, and the checks that most of them begin with.

    A room that only one route module needs is imported and built there.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        plans: Plans,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        app_url: str = "",
    ) -> None:
        self.client = client
        self.tables = tables
        self.plans = plans
        self.clock = clock
        self.store = Store(client, tables, clock)
        self.nations = Nations(self.store)
        self.app_url = app_url
        self.check = SubscriptionCheck(self.nations, plans, clock=clock, app_url=app_url)
        self.memberships = Memberships(self.store)

    @classmethod
    def of_process(cls) -> "Services":
        """The services that this process's environment names. Raises `SettingMissing`."""
        return cls(
            clients.dynamodb(),
            TableNames.read(),
            plans_module.read(),
            app_url=settings.read_optional(Variable.APP_URL),
        )

    @cached_property
    def users(self) -> Users:
        """The people."""
        return Users(self.store)

    def caller(self, request: HttpRequest) -> Caller:
        """The person of the token in the nation that the headers select; no membership is checked.

        Raises `Unauthenticated`, `BadRequest`, `Forbidden`.
        """
        return caller_of(request.claims, request.headers)

    def member(
        self, request: HttpRequest, *, at_least: Role = Role.VIEWER, active: bool = True
    ) -> Membership:
        """The caller's membership, if the role is enough and, with `active`, the nation may use Nat now.

        `active=False` is for what works without a subscription: checkout, portal, connect, export, delete.
        Raises what `caller` raises, `NotAMember`, `RoleInsufficient`, and what the subscription check raises.
        """
        caller = self.caller(request)
        membership = self.memberships.require(caller.user_id, caller.nation_slug)
        if active:
            self.check.verify(caller.user_id, caller.nation_slug)
        if not membership.role.at_least(at_least):
            raise RoleInsufficient
        return membership
