"""Who may store nations' own model keys."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam

from nat.names import Secret

from .acknowledge import acknowledge_resource
from .data_key import DataKey

ACTIONS: Final = (
    "secretsmanager:CreateSecret",
    "secretsmanager:DeleteSecret",
    "secretsmanager:PutSecretValue",
)
"""What storing and removing needs. Reading is the nation role's alone."""
MAKE: Final = ("secretsmanager:CreateSecret",)


def grant_model_keys(role: iam.Role, key: DataKey) -> None:
    """Allow to make, replace and delete nations' own model keys, and not to read one. A secret costs $0.40 a
    month."""
    stack = Stack.of(role)
    arn = f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:"
    # A secret that is being made has no random suffix yet.
    for name, actions in ((Secret.NATION_KEY_PATTERN, ACTIONS), (Secret.NEW_NATION_KEY_PATTERN, MAKE)):
        iam.Grant.add_to_principal(grantee=role, actions=list(actions), resource_arns=[f"{arn}{name}"])
        acknowledge_resource(role, "Keys of every nation: each of them may bring its own.", f"{arn}{name}")
    key.grant_use(role, write=True)
