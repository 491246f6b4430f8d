"""The role that reaches nations' rows and secrets, narrowed to one nation whenever it is used."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.ids import NationSlug
from nat.names import NATION_TAG, SEALED_FOR, Secret

from .data_key import KEY_USE, SEAL, SERVICES
from .data_store import DataStore
from .table import APPEND, READ, WRITE


class NationRole(iam.Role):
    """Assumed by the worker for a turn, always tagged with one nation and under a session policy for it.

    The tag is demanded: who assumes the role without one is refused, and every row, secret, file and sealed
    token is bounded by it, so that a session reaches one nation even with no session policy at all. Where
    `session_tags` is False (an embedded AWS that compares no tags) the session policy alone narrows it.
    Nobody but the worker may assume it. Free of charge.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        worker: iam.IRole,
        store: DataStore,
        session_tags: bool,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            assumed_by=_trust(worker, session_tags=session_tags),
            description="Nat: one nation's rows and secrets, by session tag",
            max_session_duration=Duration.hours(1),  # the longest that role chaining allows
        )
        nation = f"${{aws:PrincipalTag/{NATION_TAG}}}" if session_tags else "*"
        # No index: those of these tables cut across nations, and a turn reads by key.
        rows: dict[bool, list[str]] = {False: [], True: []}
        for table in store.nation_tables:
            rows[table.append_only].append(table.table_arn)
        own_rows = {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [nation, f"{nation}#*"]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        }
        sealed = Secret.nation_context_pattern(NationSlug(nation))
        for sid, actions, resources, conditions in (
            ("Rows", [*READ, *WRITE], rows[False], own_rows),
            ("Log", [*READ, *APPEND], rows[True], own_rows),
            ("Key", list(KEY_USE), [store.key.key_arn], {"StringLike": {"kms:ViaService": list(SERVICES)}}),
            (
                "Seal",
                list(SEAL),
                [store.key.key_arn],
                {"StringLike": {f"kms:EncryptionContext:{SEALED_FOR}": sealed}},
            ),
        ):
            self.add_to_policy(
                iam.PolicyStatement(
                    sid=sid,
                    actions=actions,
                    resources=resources,
                    conditions=conditions if session_tags or sid in {"Key", "Seal"} else None,
                )
            )
        store.nation_secrets.grant_turn(self, nation)
        store.files.grant_keep(self, nation)

    def let_assume(self, worker: iam.IRole) -> None:
        """Allow the worker to assume it, and to say for which nation."""
        iam.Grant.add_to_principal(
            grantee=worker, actions=["sts:AssumeRole", "sts:TagSession"], resource_arns=[self.role_arn]
        )


def _trust(worker: iam.IRole, *, session_tags: bool) -> iam.IPrincipal:
    principal = iam.ArnPrincipal(worker.role_arn)
    if not session_tags:
        return principal.with_session_tags()
    return iam.PrincipalWithConditions(
        principal,
        {
            "StringLike": {f"aws:RequestTag/{NATION_TAG}": "?*"},
            "ForAllValues:StringEquals": {"aws:TagKeys": [NATION_TAG]},
        },
    ).with_session_tags()
