"""The key with which CloudFront shows APIs that a request came through it."""

from typing import Final

from aws_cdk import RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from nat.names import EDGE_REGION, ORIGIN_KEY_HEADER, Secret, Variable

from .acknowledge import acknowledge
from .data_key import DataKey
from .function import PythonFunction

CHARACTERS: Final = 64


class OriginKey(Construct):
    """Made by Secrets Manager and in no template: $0.40 a month, and as much again for its copy where fronts
    are deployed, if the platform lies elsewhere. `nat ops rotate-origin-key` replaces it."""

    def __init__(self, scope: Construct, construct_id: str, *, key: DataKey, keeps_data: bool) -> None:
        super().__init__(scope, construct_id)
        self._key = key
        region = Stack.of(self).region
        secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=Secret.origin_key(region),
            description="Nat: shows that a request came through CloudFront",
            encryption_key=key,
            replica_regions=(
                None if region == EDGE_REGION else [secretsmanager.ReplicaRegion(region=EDGE_REGION)]
            ),
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",
                generate_string_key="current",
                password_length=CHARACTERS,
                exclude_punctuation=True,
            ),
            # Its name is fixed: a first attempt that failed must not leave it behind.
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if keeps_data else RemovalPolicy.DESTROY,
        )
        acknowledge(
            secret,
            "Fronts are told of a new one by the command that replaces it, once their places all know it.",
            "AwsSolutions-SMG4",
        )

    def demand(self, function: PythonFunction) -> None:
        """Have a function answer only what shows the key, and let it read it."""
        stack = Stack.of(self)
        name = Secret.origin_key(stack.region)
        function.add_environment(Variable.ORIGIN_KEY, name)
        iam.Grant.add_to_principal(
            grantee=function,
            actions=["secretsmanager:GetSecretValue"],
            resource_arns=[
                f"arn:{stack.partition}:secretsmanager:{stack.region}:{stack.account}:secret:{name}-??????"
            ],
        )
        self._key.grant_use(function, write=False)


def origin_headers(region: str) -> dict[str, str]:
    """What CloudFront adds to each request to a platform in `region`. CloudFormation looks the key up when it
    deploys the front."""
    key = SecretValue.secrets_manager(Secret.origin_key(region), json_field="current")
    return {ORIGIN_KEY_HEADER: key.unsafe_unwrap()}
