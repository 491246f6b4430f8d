"""Clients of the embedded AWS as its root, which may do everything: for deploying, seeding and looking only."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

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
        return self._client("cloudformation")

    @cached_property
    def cognito(self) -> "CognitoIdentityProviderClient":
        """The user pool."""
        return self._client("cognito-idp")

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """Tables."""
        return self._client("dynamodb")

    @cached_property
    def ecs(self) -> "ECSClient":
        """The task definition."""
        return self._client("ecs")

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda functions."""
        return self._client("lambda")

    @cached_property
    def secrets(self) -> "SecretsManagerClient":
        """Secrets."""
        return self._client("secretsmanager")

    @cached_property
    def sqs(self) -> "SQSClient":
        """Queues."""
        return self._client("sqs")

    @cached_property
    def sts(self) -> "STSClient":
        """Role sessions."""
        return self._client("sts")

    def _client(self, service: Any) -> Any:
        return boto3.Session(
            aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION
        ).client(service, endpoint_url=self.url, config=Config(retries={"mode": "standard"}))
