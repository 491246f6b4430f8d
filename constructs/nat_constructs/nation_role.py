"""The role that reaches nations' rows and secrets, narrowed to one nation whenever it is used."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from .data_key import KEY_USE
from .data_store import DataStore
from .table import APPEND, READ, WRITE


class NationRole(iam.Role):
    """Assumed by the worker for a turn, always with a session policy that names one nation.

    A session policy holds at most 2,048 characters. So it keeps resources as `*` and conditions the keys, and
    this role bounds the tables, the secrets' path and the key. Nobody else may assume it. Free of charge.
    """

    def __init__(self, scope: Construct, construct_id: str, *, worker: iam.IRole, store: DataStore) -> None:
        super().__init__(
            scope,
            construct_id,
            assumed_by=iam.ArnPrincipal(worker.role_arn),
            description="Nat: one nation's rows and secrets, by session policy",
            max_session_duration=Duration.hours(1),  # the longest that role chaining allows
        )
        # No index: those of these tables cut across nations, and a turn reads by key.
        rows: dict[bool, list[str]] = {False: [], True: []}
        for table in store.nation_tables:
            rows[table.append_only].append(table.table_arn)
        for sid, actions, resources in (
            ("Rows", [*READ, *WRITE], rows[False]),
            ("Log", [*READ, *APPEND], rows[True]),
            ("Key", list(KEY_USE), [store.key.key_arn]),
        ):
            self.add_to_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=resources))
        store.nation_secrets.grant_turn(self)
        store.files.grant_keep(self)
