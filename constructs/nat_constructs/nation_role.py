"""The role that reaches nations' rows and secrets, narrowed to one nation whenever it is used."""

from collections.abc import Iterable
from typing import Final

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.names import Secret

from .acknowledge import acknowledge_resource
from .data_key import KEY_USE, DataKey
from .table import APPEND, READ, WRITE, NatTable

SECRETS: Final = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
)
"""Reading a nation's tokens and, when they are due, storing the pair that replaces them."""


APPS: Final = ("secretsmanager:GetSecretValue",)
"""Reading the NationBuilder app that a nation registered itself."""


class NationRole(iam.Role):
    """Assumed by the worker for a turn, always with a session policy that names one nation.

    A session policy holds at most 2,048 characters. So it keeps resources as `*` and conditions the keys, and
    this role bounds the tables, the secrets' path and the key. Nobody else may assume it. Free of charge.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        worker: iam.IRole,
        tables: Iterable[NatTable],
        key: DataKey,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            assumed_by=iam.ArnPrincipal(worker.role_arn),
            description="Nat: one nation's rows and secrets, by session policy",
            max_session_duration=Duration.hours(1),  # the longest that role chaining allows
        )
        stack = Stack.of(self)
        prefix = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:"
        secrets = (Secret.NATION_PATTERN, Secret.NATION_KEY_PATTERN)
        # No index: those of these tables cut across nations, and a turn reads by key.
        rows: dict[bool, list[str]] = {False: [], True: []}
        for table in tables:
            rows[table.append_only].append(table.table_arn)
        for sid, actions, resources in (
            ("Rows", [*READ, *WRITE], rows[False]),
            ("Log", [*READ, *APPEND], rows[True]),
            ("Secrets", list(SECRETS), [prefix + pattern for pattern in secrets]),
            ("Apps", list(APPS), [prefix + Secret.NATION_APP_PATTERN]),
            ("Key", list(KEY_USE), [key.key_arn]),
        ):
            if resources:
                self.add_to_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=resources))
        for pattern in (*secrets, Secret.NATION_APP_PATTERN):
            acknowledge_resource(
                self, "Secrets of every nation: the session policy narrows them to one.", prefix + pattern
            )
