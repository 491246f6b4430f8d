"""boto3 clients: built once per process, pooled, with short time-outs.

The endpoint comes from the environment as boto3 itself reads it (`AWS_ENDPOINT_URL`): the same code talks to
AWS and to an embedded AWS. Clients are thread-safe; sessions and resources are not, so there are none here.
"""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

POOL_CONNECTIONS = 64
"""boto3's default of 10 makes threads wait for each other."""

CONFIG = Config(
    max_pool_connections=POOL_CONNECTIONS,
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent=f"Nat Boto3/{boto3.__version__}",  # boto3 builds its own for each request: a fifth of the call
)
BRIEF_CONFIG = CONFIG.merge(
    Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})
)
"""For what has to be answered soon or not at all."""
FILES_CONFIG = CONFIG.merge(
    Config(
        signature_version="s3v4",
        read_timeout=60,
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
)
"""Buckets by their regional name: the global one leads a new bucket's signed address elsewhere, where the
signature no longer holds (docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html)."""
LONG_POLL_CONFIG = CONFIG.merge(Config(read_timeout=30))


@cache
def dynamodb() -> "DynamoDBClient":
    """DynamoDB with the process's own role."""
    return boto3.client("dynamodb", config=CONFIG)


@cache
def brief_dynamodb() -> "DynamoDBClient":
    """DynamoDB with the process's own role, for what can go on without it."""
    return boto3.client("dynamodb", config=BRIEF_CONFIG)


@cache
def sqs() -> "SQSClient":
    """SQS; reads wait longer than a long poll's 20 seconds."""
    return boto3.client("sqs", config=LONG_POLL_CONFIG)


@cache
def secrets() -> "SecretsManagerClient":
    """Secrets Manager with the process's own role: platform secrets only."""
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def s3() -> "S3Client":
    """S3 with the process's own role. Version 4 signatures, which addresses of encrypted files need."""
    return boto3.client("s3", config=FILES_CONFIG)


@cache
def sts() -> "STSClient":
    """Security tokens, for assuming the nation role."""
    return boto3.client("sts", config=CONFIG)


@cache
def kms() -> "KMSClient":
    """The key service with the process's own role."""
    return boto3.client("kms", config=CONFIG)


@cache
def mail() -> "SESV2Client":
    """SES, for emails to people."""
    return boto3.client("sesv2", config=CONFIG)


@cache
def cloudfront() -> "CloudFrontClient":
    """CloudFront, to have it fetch a page anew."""
    return boto3.client("cloudfront", config=CONFIG)


@cache
def user_pools() -> "CognitoIdentityProviderClient":
    """Cognito, for the account of somebody who is deleted."""
    return boto3.client("cognito-idp", config=CONFIG)


@cache
def events() -> "EventBridgeClient":
    """EventBridge, for announcing what happened."""
    return boto3.client("events", config=CONFIG)


@cache
def scheduler() -> "EventBridgeSchedulerClient":
    """EventBridge Scheduler, for the schedules of automations."""
    return boto3.client("scheduler", config=CONFIG)
