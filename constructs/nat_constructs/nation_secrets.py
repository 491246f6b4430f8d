"""Secrets of nations: every right on them that anybody has is granted here."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from nat.ids import NationSlug
from nat.names import Secret

from .acknowledge import acknowledge_resource
from .data_key import DataKey

GET: Final = "secretsmanager:GetSecretValue"
PUT: Final = "secretsmanager:PutSecretValue"
CREATE: Final = "secretsmanager:CreateSecret"
DELETE: Final = "secretsmanager:DeleteSecret"
DESCRIBE: Final = "secretsmanager:DescribeSecret"


class NationSecrets(Construct):
    """Nations' tokens, model keys and apps, and the apps of customers. The secrets are data that the runtime
    makes, at $0.40 a month each; what stands here is who may do what with them.

    Names end in a hyphen and six characters already, so resources are written with `-??????` and never as a
    partial ARN.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: DataKey) -> None:
        super().__init__(scope, construct_id)
        self._key = key

    def grant_turn(self, role: iam.Role, nation: str) -> None:
        """For the role of a turn of one nation (`nation` is the slug, or what stands for it in a policy):
        read its tokens, store the pair that replaces them, read its model key and its own app."""
        reason = "Secrets of the session's nation: AWS adds six characters to each name."
        tokens = (Secret.NATION_PATTERN, Secret.NATION_KEY_PATTERN)
        for sid, actions, patterns in (
            ("Secrets", [DESCRIBE, GET, PUT], tokens),
            ("Apps", [GET], (Secret.NATION_APP_PATTERN,)),
        ):
            resources = [self._arn(pattern.replace("*", nation, 1)) for pattern in patterns]
            role.add_to_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=resources))
            for resource in resources:
                acknowledge_resource(role, reason, resource)

    def grant_refresh(self, role: iam.IRole) -> None:
        """For who refreshes: read and replace every nation's token pair, wherever it lies."""
        self._grant(
            role, "Tokens of every nation: it refreshes what is due.", Secret.NATION_PATTERN, GET, PUT
        )
        self._grant_nation_apps(role)
        self._key.grant_use(role, write=True)
        self._key.grant_seal(role, Secret.nation_context_pattern(NationSlug("*")))

    def grant_connect(self, role: iam.IRole) -> None:
        """For who connects a nation: store its pair, and read none."""
        reason = "Tokens of every nation: each of them may be connected."
        self._grant(role, reason, Secret.NATION_PATTERN, PUT)
        # A secret that is being made has no random suffix yet.
        self._grant(role, reason, Secret.NEW_NATION_PATTERN, CREATE)
        self._grant(role, reason, Secret.NATION_PATTERN, CREATE)
        self._grant_nation_apps(role)
        self._key.grant_use(role, write=True)
        self._key.grant_seal(role, Secret.nation_context_pattern(NationSlug("*")))

    def grant_disconnect(self, role: iam.IRole) -> None:
        """For who disconnects a nation: read its pair, so that it can be revoked, and delete it."""
        reason = "Tokens of every nation: each may be disconnected."
        self._grant(role, reason, Secret.NATION_PATTERN, GET, DELETE)
        self._grant_nation_apps(role)
        self._key.grant_use(role, write=True)
        self._key.grant_seal(role, Secret.nation_context_pattern(NationSlug("*")))

    def grant_apps(self, role: iam.IRole) -> None:
        """For who talks to `/oauth/token`: read the app credentials of the platform and of customers."""
        resource = self._arn(f"{Secret.NATIONBUILDER_APP}-??????")
        iam.Grant.add_to_principal(grantee=role, actions=[GET], resource_arns=[resource])
        self._grant(role, "Apps of customers that have their own.", Secret.CUSTOMER_APP_PATTERN, GET)
        self._key.grant_use(role, write=False)

    def grant_model_keys(self, role: iam.IRole) -> None:
        """For who stores nations' own model keys: make, replace and delete them, and read none."""
        reason = "Keys of every nation: each of them may bring its own."
        self._grant(role, reason, Secret.NATION_KEY_PATTERN, CREATE, DELETE, PUT)
        # A secret that is being made has no random suffix yet.
        self._grant(role, reason, Secret.NEW_NATION_KEY_PATTERN, CREATE)
        self._key.grant_use(role, write=True)

    def grant_removal(self, role: iam.IRole) -> None:
        """For who deletes a nation whole: delete every secret it has, and read none."""
        for pattern in (Secret.NATION_PATTERN, Secret.NATION_KEY_PATTERN, Secret.NATION_APP_PATTERN):
            self._grant(role, "Secrets of every nation: each may be deleted.", pattern, DESCRIBE, DELETE)

    def _grant_nation_apps(self, role: iam.IRole) -> None:
        self._grant(role, "Apps of nations that registered their own.", Secret.NATION_APP_PATTERN, GET)

    def _grant(self, role: iam.IRole, reason: str, pattern: str, *actions: str) -> None:
        resource = self._arn(pattern)
        iam.Grant.add_to_principal(grantee=role, actions=list(actions), resource_arns=[resource])
        acknowledge_resource(role, reason, resource)

    def _arn(self, pattern: str) -> str:
        stack = Stack.of(self)
        return f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{pattern}"
