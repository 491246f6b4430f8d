"""A DynamoDB table in the house flavour."""

from collections.abc import Iterable
from functools import cached_property

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import SCHEMAS, TTL_ATTRIBUTE, Table

from .acknowledge import acknowledge
from .data_key import DataKey

READ = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
)
"""By key or index only: nothing scans on a request path."""

APPEND = ("dynamodb:PutItem",)
"""What adds a row. It could also replace one: the audit log's chain of hashes shows that."""

WRITE = (
    *APPEND,
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:UpdateItem",
)


class NatTable(dynamodb.Table):
    """One table of `nat.names.SCHEMAS`: on demand, encrypted with the data key, expiring items where the
    schema says so; with point-in-time recovery and deletion protection where the environment keeps data.

    Costs $0.625 per million writes, $0.125 per million reads, $0.25 per GB a month after the first 25 GB, and
    $0.20 per GB for point-in-time recovery.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        table: Table,
        key: DataKey,
        keeps_data: bool,
    ) -> None:
        schema = SCHEMAS[table]
        super().__init__(
            scope,
            construct_id,
            partition_key=_text(schema.partition),
            sort_key=_text(schema.sort) if schema.sort else None,
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            time_to_live_attribute=TTL_ATTRIBUTE if schema.ttl else None,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=keeps_data
            ),
            deletion_protection=keeps_data,
            removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
        )
        for index in schema.indexes:
            self.add_global_secondary_index(
                index_name=index.name,
                partition_key=_text(index.partition),
                sort_key=_text(index.sort) if index.sort else None,
            )
        if not keeps_data:
            acknowledge(self, "Nothing in this environment is worth a copy.", "AwsSolutions-DDB3")
        self._indexes = tuple(index.name for index in schema.indexes)
        self.append_only = schema.append_only

    @cached_property
    def row_arns(self) -> list[str]:
        """The table and each of its indexes, by name and without a wildcard."""
        arn = self.table_arn
        return [arn, *(f"{arn}/index/{name}" for name in self._indexes)]


def grant_rows(grantee: iam.IGrantable, tables: Iterable[NatTable], *, write: bool) -> None:
    """Allow to read the rows of some tables, and with `write` to change them; to add some, where a table is
    append-only."""
    wanted = list(tables)
    for append_only, changing in ((False, WRITE), (True, APPEND)):
        rows = [arn for table in wanted if table.append_only is append_only for arn in table.row_arns]
        if rows:
            actions = [*READ, *changing] if write else list(READ)
            iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=rows)


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
