"""Clients of the embedded AWS as its root, which may do everything: for deploying, seeding and looking."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from local.environment import ROOT_KEY
from local.places import REGION

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient


@dataclass(frozen=True)
class Root:
    """One embedded AWS, by its URL."""

    url: str

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """Stacks."""
        return self._session.client("cloudformation", endpoint_url=self.url)

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
        return boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION)
