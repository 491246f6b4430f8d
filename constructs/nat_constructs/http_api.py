"""The HTTP API: every route behind a JWT authorizer that requires the scope, but for those that say so."""

from collections.abc import Iterable, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from constructs import Construct

from nat.names import ANSWER_HEADERS, SCOPE, Header

from .acknowledge import acknowledge
from .function import PythonFunction
from .gateway import HTTP_FIELDS, GatewayDefaults, log_access

STAGE = "$default"


class NatHttpApi(Construct):
    """The API that clients call, $1 per million requests. A request without a valid token and the scope
    `nat/use` never reaches code, an unknown path never starts a function, and functions answer only what came
    through CloudFront."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        issuer: str,
        audience: Sequence[str],
        allowed_origins: Sequence[str],
        defaults: GatewayDefaults,
    ) -> None:
        super().__init__(scope, construct_id)
        self._embedded_aws = defaults.embedded_aws
        self._origin_key = defaults.origin_key
        self.api = apigateway.HttpApi(
            self,
            "Api",
            description="Nat: HTTP API",
            create_default_stage=False,
            default_authorizer=authorizers.HttpJwtAuthorizer(
                "Authorizer", issuer, jwt_audience=list(audience)
            ),
            default_authorization_scopes=[SCOPE],
            cors_preflight=_cors(allowed_origins) if allowed_origins else None,
        )
        self.stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            throttle=defaults.throttle,
        )
        log_access(self.stage, retention=defaults.log_retention, fields=HTTP_FIELDS)

    @property
    def url(self) -> str:
        """Base URL, without a slash at the end."""
        if self._embedded_aws:
            return f"{self._embedded_aws}/_aws/execute-api/{self.api.api_id}/{STAGE}"
        return self.api.api_endpoint

    @property
    def host(self) -> str:
        """The API's own host name, for CloudFront."""
        stack = Stack.of(self)
        return f"{self.api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    def serve(
        self, function: PythonFunction, routes: Iterable[str], *, scope: Construct | None = None
    ) -> None:
        """Let a function answer the given route keys, such as `GET /v1/me`. A function of a later stack says
        its `scope`, for the API must not refer to it."""
        self._origin_key.demand(function)
        integration = integrations.HttpLambdaIntegration(
            f"{function.node.id}Integration", function, scope_permission_to_route=False
        )
        for route in routes:
            method, _, path = route.partition(" ")
            if scope is None:
                self.api.add_routes(
                    path=path, methods=[apigateway.HttpMethod[method]], integration=integration
                )
                continue
            apigateway.HttpRoute(
                scope,
                f"{method} {path}".replace("/", "-"),
                http_api=self.api,
                route_key=apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method]),
                integration=integration,
                authorizer=self.api.default_authorizer,
                authorization_scopes=[SCOPE],
            )

    def serve_public(self, function: PythonFunction, route: str, *, scope: Construct | None = None) -> None:
        """Let a function answer a route key without a token: it proves its callers in another way. A function
        of a later stack says its `scope`, for the API must not refer to it."""
        method, _, path = route.partition(" ")
        self._origin_key.demand(function)
        if scope is not None:
            made = apigateway.HttpRoute(
                scope,
                route.replace("/", "-"),
                http_api=self.api,
                route_key=apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method]),
                integration=integrations.HttpLambdaIntegration(
                    f"{function.node.id}{method}Integration", function
                ),
                authorizer=apigateway.HttpNoneAuthorizer(),
                authorization_scopes=[],
            )
            acknowledge(made, "The function checks its callers' signature.", "AwsSolutions-APIG4")
            return
        integration = integrations.HttpLambdaIntegration(f"{function.node.id}Integration", function)
        for made in self.api.add_routes(
            path=path,
            methods=[apigateway.HttpMethod[method]],
            integration=integration,
            authorizer=apigateway.HttpNoneAuthorizer(),
            authorization_scopes=[],
        ):
            acknowledge(made, "The function checks its callers' signature.", "AwsSolutions-APIG4")


def _cors(origins: Sequence[str]) -> apigateway.CorsPreflightOptions:
    return apigateway.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_methods=[
            apigateway.CorsHttpMethod.GET,
            apigateway.CorsHttpMethod.POST,
            apigateway.CorsHttpMethod.PUT,
            apigateway.CorsHttpMethod.PATCH,
            apigateway.CorsHttpMethod.DELETE,
        ],
        expose_headers=list(ANSWER_HEADERS),
        allow_headers=["authorization", "content-type", *(header.value.lower() for header in Header)],
        max_age=Duration.hours(1),
    )
