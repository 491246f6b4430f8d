"""What the stages of API Gateway have in common: throttles, access logs, and how they are reached."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_logs as logs
from constructs import Construct

from .origin_key import OriginKey

HTTP_FIELDS: Final = {
    "request": "$context.requestId",
    "route": "$context.routeKey",
    "status": "$context.status",
    "milliseconds": "$context.responseLatency",
    "error": "$context.error.responseType",
    "integration": "$context.integrationStatus",
}
SOCKET_FIELDS: Final = {
    "request": "$context.requestId",
    "connection": "$context.connectionId",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "status": "$context.status",
    "error": "$context.error.responseType",
}
"""Who asked for what and how it went. No query string (it holds the socket ticket), no address, no header.

Only numbers, ids and fixed words: a message of API Gateway's holds quotation marks, and `messageString`
brings its own, so that a line with an error would be no JSON
(docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html)."""


@dataclass(frozen=True, kw_only=True)
class GatewayDefaults:
    """What both APIs share. `rate` and `burst` are requests a second, `embedded_aws` is the address of an AWS
    on this machine, if there is one."""

    rate: int
    burst: int
    log_retention: logs.RetentionDays
    embedded_aws: str | None
    origin_key: OriginKey

    @property
    def throttle(self) -> apigateway.ThrottleSettings:
        """Of a stage."""
        return apigateway.ThrottleSettings(rate_limit=self.rate, burst_limit=self.burst)


def log_access(
    stage: apigateway.HttpStage | apigateway.WebSocketStage,
    *,
    retention: logs.RetentionDays,
    fields: Mapping[str, str],
) -> None:
    """Write one JSON line per request into a log group beside the stage."""
    scope = cast(Construct, stage.node.scope)
    group = logs.LogGroup(scope, "AccessLogs", retention=retention, removal_policy=RemovalPolicy.DESTROY)
    cast(
        apigateway.CfnStage, stage.node.default_child
    ).access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
        destination_arn=group.log_group_arn, format=json.dumps(dict(fields))
    )
