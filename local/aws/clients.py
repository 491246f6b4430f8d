"""Clients of the embedded AWS: as its root for deploying, seeding and looking, or as a role for proving."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import boto3

from local.environment import ROOT_KEY
from local.places import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

UNNARROWED: Final = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
)
"""A session policy that leaves a role what it has."""


@dataclass(frozen=True)
class Clients:
    """Clients of one embedded AWS. Without other credentials they act as its root and may do everything."""

    url: str
    access_key: str = ROOT_KEY
    secret_key: str = field(default=ROOT_KEY, repr=False)
    token: str | None = field(default=None, repr=False)

    def acting_as(self, role_arn: str, *, name: str, policy: str = UNNARROWED) -> "Clients":
        """Clients in a session of a role, narrowed by an inline session policy."""
        answer = self.sts.assume_role(RoleArn=role_arn, RoleSessionName=name, Policy=policy)
        given = answer["Credentials"]
        return Clients(self.url, given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """Stacks."""
        return self._session.client("cloudformation", endpoint_url=self.url)

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        """Distributions, and what they answer with."""
        return self._session.client("cloudfront", endpoint_url=self.url)

    @cached_property
    def cognito(self) -> "CognitoIdentityProviderClient":
        """The user pool."""
        return self._session.client("cognito-idp", endpoint_url=self.url)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Tables."""
        return self._session.client("dynamodb", endpoint_url=self.url)

    @cached_property
    def ecs(self) -> "ECSClient":
        """The task definition."""
        return self._session.client("ecs", endpoint_url=self.url)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda functions."""
        return self._session.client("lambda", endpoint_url=self.url)

    @cached_property
    def kms(self) -> "KMSClient":
        """Keys."""
        return self._session.client("kms", endpoint_url=self.url)

    @cached_property
    def mail(self) -> "SESV2Client":
        """Emails."""
        return self._session.client("sesv2", endpoint_url=self.url)

    @cached_property
    def s3(self) -> "S3Client":
        """Files."""
        return self._session.client("s3", endpoint_url=self.url)

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        """Secrets."""
        return self._session.client("secretsmanager", endpoint_url=self.url)

    @cached_property
    def sqs(self) -> "SQSClient":
        """Queues."""
        return self._session.client("sqs", endpoint_url=self.url)

    @cached_property
    def sts(self) -> "STSClient":
        """Role sessions."""
        return self._session.client("sts", endpoint_url=self.url)

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token,
            region_name=REGION,
        )
