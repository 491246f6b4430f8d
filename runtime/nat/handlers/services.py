"""What the routes work with: repositories on the storage of this process, each built when first used."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from nat import settings
from nat.aws import clients
from nat.aws.store import Store
from nat.names import Variable
from nat.nations import plans as plans_module
from nat.nations.plans import Plans
from nat.nations.record import Nations
from nat.nations.subscription import SubscriptionCheck
from nat.people.memberships import Memberships
from nat.people.person_limits import PersonLimits
from nat.people.users import Users
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Services:
    """The storage, the plans and the clock of the routes, and what the checks before them need.

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

    @cached_property
    def limits(self) -> PersonLimits:
        """How often a person may do what is not for nothing."""
        return PersonLimits(self.store)
