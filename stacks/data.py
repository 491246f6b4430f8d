"""What people entrust to Nat, and the queue of their questions."""

from collections.abc import Iterable

from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import SCHEMAS, Table
from nat_constructs.backup import Backup
from nat_constructs.data_key import DataKey
from nat_constructs.file_bucket import FileBucket
from nat_constructs.platform_secrets import PlatformSecrets
from nat_constructs.table import NatTable, grant_rows
from nat_constructs.turn_queue import TurnQueue
from stacks.deployment import Deployment
from stacks.stack import NatStack


class DataStack(NatStack):
    """The data key, every table of `nat.names.SCHEMAS`, the platform's secrets, the bucket of people's files,
    and the turn queue."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(
            scope,
            "Data",
            deployment=deployment,
            description="Nat: tables, key, secrets and the turn queue",
            stateful=True,
        )
        keeps_data = deployment.environment.keeps_data
        self.key = DataKey(self, "Key", keeps_data=keeps_data)
        self.tables = {
            table: NatTable(self, table.value, table=table, key=self.key, keeps_data=keeps_data)
            for table in Table
        }
        self.secrets = PlatformSecrets(self, "Secrets", key=self.key, keeps_data=keeps_data)
        if keeps_data and deployment.environment.features.backup_plan:
            Backup(self, "Backup", tables=self.tables.values(), key=self.key)
        self.files = FileBucket(self, "Files", key=self.key)
        turns = TurnQueue(self, "Turns")
        self.queue = turns.queue
        self.dead_letters = turns.dead_letters
        self._publish()

    @property
    def nation_tables(self) -> tuple[NatTable, ...]:
        """Tables whose keys begin with the nation, reached by the worker only through the nation role."""
        return tuple(self.tables[table] for table in Table if SCHEMAS[table].nation_scoped)

    def grant_rows(
        self, grantee: iam.IGrantable, *, read: Iterable[Table] = (), write: Iterable[Table] = ()
    ) -> None:
        """Allow to read the rows of some tables, and to read and change those of others, through their
        key."""
        changed = tuple(write)
        grant_rows(grantee, [self.tables[table] for table in read], write=False)
        grant_rows(grantee, [self.tables[table] for table in changed], write=True)
        self.key.grant_use(grantee, write=bool(changed))

    def table_variables(self, *tables: Table) -> dict[str, str]:
        """Environment variables that carry the names of `tables`."""
        return {table.variable: self.tables[table].table_name for table in tables}

    def _publish(self) -> None:
        for table, construct in self.tables.items():
            self.publish(f"{table.value}TableName", construct.table_name, f"Table of {table.value.lower()}")
        self.publish("DataKeyArn", self.key.key_arn, "Key of tables and secrets")
        self.publish("TurnQueueUrl", self.queue.queue_url, "Questions on their way to a worker")
        self.publish("TurnDeadLettersUrl", self.dead_letters.queue_url, "Questions that no worker could take")
