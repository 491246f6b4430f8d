"""What the API stack promises: nobody gets in without the scope, a ticket or a signature."""

import json
import re
from typing import Any

import pytest

from config import load_environment
from nat.handlers.description import all_endpoints
from nat.names import (
    OAUTH_CALLBACK,
    REPORTS_OFF,
    SCOPE,
    SLACK_CALLBACK,
    SLACK_COMMANDS,
    SLACK_EVENTS,
    SLACK_INTERACTIONS,
    STRIPE_WEBHOOK,
    Header,
    SocketAction,
    SocketRoute,
)
from tests.infrastructure.policies import Statement, actions, listed, statements, tables
from tests.infrastructure.synthesis import ALL, PLATFORMS, synthesise, with_examples
from tests.unit.nat.handlers.test_front import HANDLERS as GUARDED

ORIGIN_KEY = "arn:aws:secretsmanager:us-east-1:333333333333:secret:nat/platform/origin-key/us-east-1-??????"


def found(environment: str, kind: str, customer: str = "nat") -> list[dict[str, Any]]:
    """Properties of all resources of a type."""
    return [each["Properties"] for each in synthesise(environment, customer).resources(kind).values()]


PUBLIC = (
    STRIPE_WEBHOOK,
    OAUTH_CALLBACK,
    SLACK_EVENTS,
    SLACK_COMMANDS,
    SLACK_INTERACTIONS,
    SLACK_CALLBACK,
    f"GET {REPORTS_OFF}",
    f"POST {REPORTS_OFF}",
)
"""Routes whose callers are proven by a signature, or by a state and a cookie."""


def routes(environment: str, customer: str = "nat") -> dict[str, dict[str, Any]]:
    """Routes of both APIs by key."""
    return {each["RouteKey"]: each for each in found(environment, "AWS::ApiGatewayV2::Route", customer)}


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_http_route_demands_a_token_with_the_scope(environment: str, customer: str) -> None:
    http = {key: route for key, route in routes(environment, customer).items() if " " in key}
    for public in PUBLIC:
        assert http.pop(public)["AuthorizationType"] == "NONE"

    assert set(http) == {each.key for each in all_endpoints()}
    assert {(each["AuthorizationType"], *each["AuthorizationScopes"]) for each in http.values()} == {
        ("JWT", SCOPE)
    }
    assert all("AuthorizerId" in each for each in http.values())


def test_tokens_of_every_brands_app_are_accepted_and_of_nobody_else() -> None:
    platform = with_examples("prod")
    (authorizer,) = platform.resources("AWS::ApiGatewayV2::Authorizer").values()
    clients = platform.resources("AWS::Cognito::UserPoolClient")

    assert len(authorizer["Properties"]["JwtConfiguration"]["Audience"]) == len(clients) == 5


def test_sockets_have_a_route_for_every_action() -> None:
    sockets = {key for key in routes("prod") if " " not in key}

    assert sockets == {*SocketRoute, *SocketAction}


def test_no_access_log_holds_a_query_string() -> None:
    stages = found("prod", "AWS::ApiGatewayV2::Stage")

    formats = [each["AccessLogSettings"]["Format"] for each in stages]

    assert len(formats) == 2
    assert not [each for each in formats if "querystring" in each.lower() or "path" in each.lower()]


def test_apis_are_throttled() -> None:
    stages = found("prod", "AWS::ApiGatewayV2::Stage")

    assert {
        (
            each["DefaultRouteSettings"]["ThrottlingRateLimit"],
            each["DefaultRouteSettings"]["ThrottlingBurstLimit"],
        )
        for each in stages
    } == {(200, 400)}


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_the_streaming_url_takes_signed_requests_only(environment: str, customer: str) -> None:
    (url,) = found(environment, "AWS::Lambda::Url", customer)

    assert (url["AuthType"], url["InvokeMode"]) == ("AWS_IAM", "RESPONSE_STREAM")


def test_browsers_may_send_the_bodys_hash_and_the_token_past_the_signature() -> None:
    (url,) = found("prod", "AWS::Lambda::Url")

    allowed = {each.lower() for each in url["Cors"]["AllowHeaders"]}

    assert {"x-amz-content-sha256", Header.AUTHORIZATION.lower(), "last-event-id"} <= allowed


def test_browsers_may_send_the_headers_that_select_a_nation() -> None:
    (api,) = [each for each in found("prod", "AWS::ApiGatewayV2::Api") if each["ProtocolType"] == "HTTP"]

    assert {each.lower() for each in Header} <= set(api["CorsConfiguration"]["AllowHeaders"])


def test_only_pages_of_known_brands_may_call_from_a_browser() -> None:
    platform = with_examples("prod")
    (url,) = platform.resources("AWS::Lambda::Url").values()
    http, socket = sorted(
        platform.resources("AWS::ApiGatewayV2::Api").values(),
        key=lambda api: api["Properties"]["ProtocolType"],
    )
    pages = ["https://app.nat.nationbuilder.tools", "https://app.civicdesk.example"]

    assert url["Properties"]["Cors"]["AllowOrigins"] == pages
    assert http["Properties"]["CorsConfiguration"]["AllowOrigins"] == pages
    assert "CorsConfiguration" not in socket["Properties"]


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_no_template_names_an_extension_as_an_origin(environment: str, customer: str) -> None:
    """API Gateway takes `http://` and `https://` origins only; an extension's worker needs no permission."""
    assert "chrome-extension:" not in json.dumps(synthesise(environment, customer).templates)


def test_only_this_accounts_cloudfront_may_invoke_the_streaming_host() -> None:
    permissions = [
        each
        for each in found("prod", "AWS::Lambda::Permission")
        if each["Principal"] == "cloudfront.amazonaws.com"
    ]

    assert {each["Action"] for each in permissions} == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
    assert {each["SourceArn"] for each in permissions} == {"arn:aws:cloudfront::333333333333:distribution/*"}


@pytest.mark.parametrize(
    ("role", "read", "changed"),
    [
        (
            "RequestsFunctionRole",
            {
                "Memberships",
                "Nations",
                "Conversations",
                "Once",
                "Users",
                "Sockets",
                "Usage",
                "Actions",
                "Audit",
                "Automations",
                "Connections",
                "Installations",
            },
            {
                "Memberships",
                "Nations",
                "Conversations",
                "Once",
                "Users",
                "Sockets",
                "Usage",
                "Actions",
                "Audit",
                "Automations",
                "Connections",
            },
        ),
        (
            "SocketFunctionRole",
            {
                "Memberships",
                "Nations",
                "Conversations",
                "Once",
                "Users",
                "Sockets",
                "Usage",
                "Actions",
                "Audit",
            },
            {"Nations", "Conversations", "Once", "Users", "Sockets", "Usage", "Actions", "Audit"},
        ),
        (
            "StreamHostRole",
            {"Memberships", "Nations", "Conversations", "Once", "Users", "Sockets", "Usage"},
            {"Nations", "Conversations", "Once", "Users", "Sockets", "Usage"},
        ),
    ],
)
def test_a_function_reaches_the_tables_it_uses(role: str, read: set[str], changed: set[str]) -> None:
    own = statements(synthesise("prod").part("Api"), role)

    assert tables(own, "GetItem") == read
    assert tables(own, "PutItem") == changed


@pytest.mark.parametrize("role", ["RequestsFunctionRole", "SocketFunctionRole"])
def test_the_audit_log_is_added_to_and_never_changed(role: str) -> None:
    own = statements(synthesise("prod").part("Api"), role)

    assert "Audit" in tables(own, "PutItem")
    for action in ("UpdateItem", "DeleteItem", "BatchWriteItem"):
        assert "Audit" not in tables(own, action)


@pytest.mark.parametrize(
    ("role", "read"),
    [
        ("RequestsFunctionRole", {ORIGIN_KEY}),
        ("SocketFunctionRole", {ORIGIN_KEY}),
        ("StreamHostRole", set()),
    ],
)
def test_no_door_reads_a_secret_of_anybody_or_takes_a_turn(role: str, read: set[str]) -> None:
    own = statements(synthesise("prod").part("Api"), role)

    assert _readable(own) == read
    assert actions(own, "dynamodb").isdisjoint({"Scan", "DeleteTable"})
    assert actions(own, "sqs") <= {"SendMessage", "GetQueueAttributes", "GetQueueUrl"}


def _readable(own: list[Statement]) -> set[str]:
    """Secrets that may be read."""
    return {
        resource if isinstance(resource, str) else json.dumps(resource)
        for each in own
        if "GetSecretValue" in actions([each], "secretsmanager")
        for resource in listed(each["Resource"])
    }


def test_the_http_api_stores_nations_model_keys_and_touches_no_other_secret() -> None:
    own = statements(synthesise("prod").part("Api"), "RequestsFunctionRole")

    secrets = [each for each in own if actions([each], "secretsmanager") and each["Resource"] != ORIGIN_KEY]
    assert actions(secrets, "secretsmanager") == {"CreateSecret", "DeleteSecret", "PutSecretValue"}
    assert {resource for each in secrets for resource in listed(each["Resource"])} == {
        "arn:aws:secretsmanager:us-east-1:333333333333:secret:nat/nation/*/anthropic-key-??????",
        "arn:aws:secretsmanager:us-east-1:333333333333:secret:nat/nation/*/anthropic-key",
    }
    assert tuple(
        actions([each], "secretsmanager") for each in secrets if not str(each["Resource"]).endswith("-??????")
    ) == ({"CreateSecret"},)


def test_who_takes_decisions_sends_them_on_and_tells_of_a_no() -> None:
    own = statements(synthesise("prod").part("Api"), "RequestsFunctionRole")

    assert "SendMessage" in actions(own, "sqs")
    assert actions(own, "execute-api") == {"ManageConnections"}


def test_the_streaming_host_pushes_to_nobody() -> None:
    template = synthesise("prod").part("Api")

    pushing = [
        role
        for role in ("RequestsFunctionRole", "SocketFunctionRole", "StreamHostRole")
        if actions(statements(template, role), "execute-api")
    ]

    assert pushing == ["RequestsFunctionRole", "SocketFunctionRole"]


def test_a_function_is_told_the_tables_it_may_reach() -> None:
    functions = synthesise("prod").part("Api")["Resources"]
    told = next(
        value["Properties"]["Environment"]["Variables"]
        for name, value in functions.items()
        if name.startswith("Socket") and value["Type"] == "AWS::Lambda::Function"
    )

    assert {name for name in told if name.endswith("_TABLE")} == {
        "NATIONS_TABLE",
        "USERS_TABLE",
        "MEMBERSHIPS_TABLE",
        "CONVERSATIONS_TABLE",
        "ONCE_TABLE",
        "SOCKETS_TABLE",
        "USAGE_TABLE",
        "ACTIONS_TABLE",
        "AUDIT_TABLE",
    }


def test_apis_of_the_embedded_aws_are_reached_by_path() -> None:
    outputs = synthesise("local").part("Api")["Outputs"]

    prefix = {
        name: outputs[name]["Value"]["Fn::Join"][1][0] for name in ("ApiUrl", "SocketUrl", "SocketEndpoint")
    }

    assert prefix == {
        "ApiUrl": "http://127.0.0.1:4566/_aws/execute-api/",
        "SocketUrl": "ws://127.0.0.1:4566/_aws/execute-api/",
        "SocketEndpoint": "http://127.0.0.1:4566/_aws/execute-api/",
    }


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_function_behind_an_api_asks_for_what_cloudfront_shows(environment: str, customer: str) -> None:
    assembly = synthesise(environment, customer)
    region = re.search(r"origin-key/([a-z0-9-]+)", json.dumps(assembly.part("Web")))
    functions = {
        name: each["Properties"]
        for template in assembly.templates.values()
        for name, each in template["Resources"].items()
        if each["Type"] == "AWS::Lambda::Function" and "Handler" in each["Properties"]
    }
    behind = {
        name
        for each in assembly.resources("AWS::ApiGatewayV2::Integration").values()
        for name in functions
        if f'"{name}"' in json.dumps(each["Properties"]["IntegrationUri"])
    }

    assert region
    assert {functions[name]["Handler"] for name in behind} <= set(GUARDED)
    assert len(behind) >= 8
    for name, function in functions.items():
        told = function.get("Environment", {}).get("Variables", {}).get("NAT_ORIGIN_KEY")
        assert told == (f"nat/platform/origin-key/{region[1]}" if name in behind else None), name
        role = function["Role"]["Fn::GetAtt"][0]
        reads = any(
            "/origin-key/" in each
            for template in assembly.templates.values()
            for each in _readable(statements(template, role))
        )
        assert reads == (name in behind), name


def test_the_key_of_cloudfront_is_made_by_aws_and_copied_to_where_fronts_are() -> None:
    for environment, copied in (("prod", None), ("prod-eu", [{"Region": "us-east-1"}])):
        secrets = [
            each
            for each in found(environment, "AWS::SecretsManager::Secret")
            if "/origin-key/" in each["Name"]
        ]
        (secret,) = secrets

        assert secret.get("ReplicaRegions") == copied
        assert secret["GenerateSecretString"]["PasswordLength"] == 64
        assert "SecretString" not in secret


QUOTED = ("error.message", "error.messageString", "authorizer.error", "integrationErrorMessage")
"""Variables whose values hold quotation marks, or bring their own."""


def test_a_line_about_an_error_is_json() -> None:
    for stage in found("prod", "AWS::ApiGatewayV2::Stage"):
        text = stage["AccessLogSettings"]["Format"]
        names = set(re.findall(r"\$context\.([\w.]+)", text))

        assert names.isdisjoint(QUOTED)
        assert json.loads(re.sub(r"\$context\.[\w.]+", "-", text))


def test_streams_cannot_take_all_of_the_accounts_concurrency() -> None:
    functions = synthesise("prod").resources("AWS::Lambda::Function")

    reserved = {
        name: each["Properties"]["ReservedConcurrentExecutions"]
        for name, each in functions.items()
        if "ReservedConcurrentExecutions" in each["Properties"]
    }

    assert [name.split("/")[1][:-8] for name in reserved] == ["StreamHost"]
    assert set(reserved.values()) == {load_environment("prod").functions.streams}
