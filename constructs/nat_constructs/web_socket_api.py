"""The WebSocket API: one function behind every route, answers pushed through `@connections`."""

from collections.abc import Iterable

from aws_cdk import Fn, RemovalPolicy, Stack
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_iam as iam
from constructs import Construct

from .acknowledge import acknowledge, acknowledge_resource
from .function import PythonFunction
from .gateway import SOCKET_FIELDS, GatewayDefaults, log_access
from .output import exported, output

API_ID_OUTPUT = "SocketApiId"
LOG_POLICY = "AmazonAPIGatewayPushToCloudWatchLogs"

STAGE = "socket"
"""The stage is the path: CloudFront sends `wss://<brand's domain>/socket` here unchanged."""


class WebSocketApi(Construct):
    """Sockets for streaming answers: $1 per million messages of 32 KB, $0.25 per million connection minutes.

    A connection opens with a one-time ticket, which the `$connect` function consumes: browsers cannot set
    headers on a WebSocket, and a token in a URL would end up in logs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        defaults: GatewayDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self._embedded_aws = defaults.embedded_aws
        self._origin_key = defaults.origin_key
        self.api = apigateway.WebSocketApi(
            self,
            "Api",
            description="Nat: WebSocket API",
            route_selection_expression="$request.body.action",
        )
        self.stage = apigateway.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            throttle=defaults.throttle,
        )
        output(Stack.of(self), API_ID_OUTPUT, self.api.api_id, "WebSocket API", export=True)
        log_access(self.stage, retention=defaults.log_retention, fields=SOCKET_FIELDS)
        self.stage.node.add_dependency(self._log_permission())

    def _log_permission(self) -> rest.CfnAccount:
        """WebSocket stages log through one role per account and region, unlike HTTP APIs."""
        role = iam.Role(
            self,
            "LogRole",
            assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(f"service-role/{LOG_POLICY}")],
        )
        acknowledge(
            role,
            "The account's setting accepts only a role with this policy.",
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/{LOG_POLICY}]",
        )
        account = rest.CfnAccount(self, "LogAccount", cloud_watch_role_arn=role.role_arn)
        # Other APIs of the account and region may rely on the setting by the time this stack goes.
        account.apply_removal_policy(RemovalPolicy.RETAIN)
        role.apply_removal_policy(RemovalPolicy.RETAIN)
        return account

    @property
    def url(self) -> str:
        """Where clients connect, without the ticket."""
        if self._embedded_aws:
            return f"{self._embedded_aws.replace('http', 'ws', 1)}/_aws/execute-api/{self.api.api_id}/{STAGE}"
        return f"wss://{self.host}/{STAGE}"

    @property
    def endpoint(self) -> str:
        """The `@connections` endpoint, through which answers are pushed."""
        if self._embedded_aws:
            return f"{self._embedded_aws}/_aws/execute-api/{self.api.api_id}/{STAGE}"
        return f"https://{self.host}/{STAGE}"

    @property
    def host(self) -> str:
        """The API's own host name, for CloudFront."""
        stack = Stack.of(self)
        return f"{self.api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def serve(self, function: PythonFunction, routes: Iterable[str]) -> None:
        """Let a function answer the given route keys. Nothing is returned on the route itself."""
        self._origin_key.demand(function)
        integration = integrations.WebSocketLambdaIntegration(f"{function.node.id}Integration", function)
        for route in routes:
            added = self.api.add_route(route, integration=integration)
            acknowledge(
                added,
                "A connection opens with a one-time ticket that the $connect function consumes; a "
                "route without a connection cannot be reached.",
                "AwsSolutions-APIG4",
            )

    def grant_push(self, role: iam.IRole, *, hang_up: bool = False) -> None:
        """Allow to send to connections, with `hang_up` also to end them, and nothing else of `execute-api`.
        The role may be in another stack."""
        consumer, own = Stack.of(role), Stack.of(self)
        api_id = self.api.api_id
        if consumer is not own:
            # By an export with a name of its own, so that cdk-nag's finding is known and acknowledged.
            api_id = Fn.import_value(exported(own.stack_name, API_ID_OUTPUT))
            consumer.add_stack_dependency(own)
        for method in ("POST", "DELETE") if hang_up else ("POST",):
            connections = own.format_arn(
                service="execute-api", resource=api_id, resource_name=f"{STAGE}/{method}/@connections/*"
            )
            iam.Grant.add_to_principal(
                grantee=role, actions=["execute-api:ManageConnections"], resource_arns=[connections]
            )
            acknowledge_resource(role, "Connections have names that only API Gateway knows.", connections)
