"""The refresher of a process, from its environment: the same for workers, jobs and the API."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nat import settings
from nat.aws import clients
from nat.aws.isolation import NationCredentials
from nat.aws.store import Store
from nat.connections.apps import Apps
from nat.connections.refresh import Refresher
from nat.connections.refresh_rows import RefreshRows
from nat.connections.seal import Seal
from nat.connections.status import NbStatus
from nat.connections.token_endpoint import TokenEndpoint
from nat.connections.vault import TokenVault, token_vault
from nat.names import Variable
from nat.nationbuilder import pooled_sessions
from nat.nationbuilder.client import BASE_URL
from nat.settings import TableNames

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from nat.nationbuilder.transport import Sessions


def now() -> datetime:
    """The clock of a process."""
    return datetime.now(UTC)


class ConnectionServices:
    """What keeps nations connected, on given clients. `secrets`, `dynamodb` and `kms` reach the nations;
    `own_secrets` the platform's and customers' secrets."""

    def __init__(
        self,
        tables: TableNames,
        *,
        dynamodb: "DynamoDBClient",
        secrets: "SecretsManagerClient",
        kms: "KMSClient",
        own_secrets: "SecretsManagerClient",
        sessions: "Sessions | None" = None,
        clock: Callable[[], datetime] = now,
    ) -> None:
        """Raises `SettingMissing`."""
        key_arn = settings.read(Variable.DATA_KEY_ARN)
        self.seal = Seal(kms, key_arn)
        store = Store(dynamodb, tables, clock)
        self.vault: TokenVault = token_vault(
            settings.read_optional(Variable.TOKEN_STORE, "secretsmanager"),
            secrets=secrets,
            store=store,
            seal=self.seal,
            key_arn=key_arn,
        )
        self.status = NbStatus(store)
        self.rows = RefreshRows(store, uuid.uuid4().hex)
        self.apps = Apps(own_secrets, secrets, clock)
        self.endpoint = TokenEndpoint(
            settings.read_optional(Variable.NATIONBUILDER_URL, BASE_URL), sessions or pooled_sessions(), clock
        )
        self.refresher = Refresher(
            vault=self.vault,
            rows=self.rows,
            status=self.status,
            seal=self.seal,
            endpoint=self.endpoint,
            apps=self.apps,
            now=clock,
        )

    @classmethod
    def of_nation_role(cls, tables: TableNames, isolation: NationCredentials) -> "ConnectionServices":
        """In a worker: nations by the nation role, the platform's secrets by its own."""
        return cls(
            tables,
            dynamodb=isolation.client("dynamodb", clients.CONFIG),
            secrets=isolation.client("secretsmanager", clients.CONFIG),
            kms=isolation.client("kms", clients.CONFIG),
            own_secrets=clients.secrets(),
        )

    @classmethod
    def of_process(
        cls,
        tables: TableNames,
        sessions: "Sessions | None" = None,
        clock: Callable[[], datetime] = now,
    ) -> "ConnectionServices":
        """In a function that serves all nations with its own role."""
        return cls(
            tables,
            dynamodb=clients.dynamodb(),
            secrets=clients.secrets(),
            kms=clients.kms(),
            own_secrets=clients.secrets(),
            sessions=sessions,
            clock=clock,
        )
