"""What people entrust to a platform, and who may touch it."""

from collections.abc import Iterable

from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import SCHEMAS, Table

from .backup import Backup
from .data_key import DataKey
from .file_bucket import FileBucket
from .nation_secrets import NationSecrets
from .origin_key import OriginKey
from .platform_secrets import PlatformSecrets
from .slack_queue import SlackQueue
from .table import NatTable, grant_rows
from .turn_queue import TurnQueue


class DataStore(Construct):
    """The data key, every table of `nat.names.SCHEMAS`, the platform's secrets, the rights on nations'
    secrets, the bucket of people's files, and the queues of their questions and of Slack. What each costs is
    said there."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        keeps_data: bool,
        weekly_copies: bool,
        emptied_buckets: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.key = DataKey(self, "Key", keeps_data=keeps_data)
        self.tables = {
            table: NatTable(self, table.value, table=table, key=self.key, keeps_data=keeps_data)
            for table in Table
        }
        self.secrets = PlatformSecrets(self, "Secrets", key=self.key, keeps_data=keeps_data)
        self.origin_key = OriginKey(self, "OriginKey", key=self.key, keeps_data=keeps_data)
        self.nation_secrets = NationSecrets(self, "NationSecrets", key=self.key)
        self.has_copies = keeps_data and weekly_copies
        if self.has_copies:
            Backup(self, "Backup", tables=self.tables.values(), key=self.key)
        self.files = FileBucket(self, "Files", key=self.key, emptied=emptied_buckets)
        self.turns = TurnQueue(self, "Turns")
        self.slack = SlackQueue(self, "Slack")

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

    def variables(self, *tables: Table) -> dict[str, str]:
        """Environment variables that carry the names of `tables`."""
        return {table.variable: self.tables[table].table_name for table in tables}
