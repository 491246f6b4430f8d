"""What a brand's front promises: everything under its own name, no other brand's name anywhere."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from config import load_customer, load_environment
from nat_constructs.web_build import HAS_FILE
from tests.infrastructure.synthesis import ALL, REVIEWED, folder_of, synthesise, with_examples


def distribution(environment: str, customer: str = "nat") -> dict[str, Any]:
    """The distribution's configuration."""
    (found,) = synthesise(environment, customer).resources("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["Properties"]["DistributionConfig"]
    return config


def behind(config: dict[str, Any], path: str) -> dict[str, Any]:
    """The behaviour that answers a path: the first whose pattern fits, as CloudFront looks them up."""
    for behaviour in config["CacheBehaviors"]:
        if fnmatchcase(path, behaviour["PathPattern"]):
            found: dict[str, Any] = behaviour
            return found
    default: dict[str, Any] = config["DefaultCacheBehavior"]
    return default


def origin_of(config: dict[str, Any], path: str) -> str:
    """The output that names the origin behind a path, or `files`."""
    target = behind(config, path)["TargetOriginId"]
    name = next(each for each in config["Origins"] if each["Id"] == target)["DomainName"]
    return str(name["Fn::ImportValue"]).partition(":")[2] if "Fn::ImportValue" in name else "files"


def test_app_apis_sockets_and_streams_are_under_one_name() -> None:
    config = distribution("prod")

    assert config["Aliases"] == ["app.nat.nationbuilder.tools", "api.nat.nationbuilder.tools"]
    assert origin_of(config, "/v1/me") == "ApiHost"
    assert origin_of(config, "/oauth/callback") == "ApiHost"
    assert origin_of(config, "/v1/stream") == "StreamHost"
    assert origin_of(config, "/socket") == "SocketHost"


@pytest.mark.parametrize("customer", ["nat", "civic-desk", "volksstimme"])
def test_every_route_of_the_http_api_is_reached_through_every_brands_distribution(customer: str) -> None:
    """Stripe's events would end in the bucket otherwise."""
    owner = "nat" if load_customer(customer, folder_of(customer)).platform == "shared" else customer
    keys = [
        each["Properties"]["RouteKey"]
        for each in synthesise("prod", owner).resources("AWS::ApiGatewayV2::Route").values()
    ]
    paths = {re.sub(r"\{\w+\}", "x", key.partition(" ")[2]) for key in keys if " " in key}
    config = distribution("prod", customer)

    assert {"/webhooks/stripe", "/oauth/callback", "/slack/events", "/v1/me"} <= paths
    if owner == "nat":
        assert {origin_of(config, path) for path in paths} == {"ApiHost"}
    for path in paths:
        behaviour = behind(config, path)
        assert {"POST", "GET", "DELETE"} <= set(behaviour["AllowedMethods"]), path
        assert behaviour["ViewerProtocolPolicy"] == "https-only"


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_the_apis_are_shown_that_a_request_came_through_here(environment: str, customer: str) -> None:
    """CloudFormation looks the key up when it deploys the front: no template holds it."""
    region = (
        load_customer(customer, folder_of(customer))
        .environment(load_environment(environment, environ={}))
        .region
    )
    config = distribution(environment, customer)
    shown = {
        origin["Id"]: {each["HeaderName"]: each["HeaderValue"] for each in origin["OriginCustomHeaders"]}
        for origin in config["Origins"]
        if "OriginCustomHeaders" in origin
    }
    key = f"{{{{resolve:secretsmanager:nat/platform/origin-key/{region}:SecretString:current::}}}}"

    apis = {behind(config, path)["TargetOriginId"] for path in ("/v1/me", "/oauth/callback", "/socket")}
    assert shown == {each: {"x-nat-origin-key": key} for each in apis}


def test_requests_to_the_stream_are_signed() -> None:
    config = distribution("prod")
    stream = next(each for each in config["CacheBehaviors"] if each["PathPattern"] == "/v1/stream")
    origin = next(each for each in config["Origins"] if each["Id"] == stream["TargetOriginId"])
    controls = synthesise("prod").resources("AWS::CloudFront::OriginAccessControl")

    signer = controls[f"Nat-prod-Web/{origin['OriginAccessControlId']['Fn::GetAtt'][0]}"]["Properties"]

    assert signer["OriginAccessControlConfig"]["OriginAccessControlOriginType"] == "lambda"
    assert signer["OriginAccessControlConfig"]["SigningBehavior"] == "always"


@pytest.mark.parametrize("path", ["/v1/*", "/v1/stream", "/socket", "/oauth/callback", "/webhooks/*"])
def test_what_people_send_is_passed_on_and_never_cached(path: str) -> None:
    behaviour = next(each for each in distribution("prod")["CacheBehaviors"] if each["PathPattern"] == path)

    # CloudFront's managed policies CachingDisabled and AllViewerExceptHostHeader.
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert behaviour["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert behaviour["ViewerProtocolPolicy"] == "https-only"


@pytest.mark.parametrize(("environment", "customer"), REVIEWED)
def test_old_tls_is_refused_wherever_there_is_a_name(environment: str, customer: str) -> None:
    config = distribution(environment, customer)

    if "Aliases" in config:
        assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    else:
        assert load_environment(environment, environ={}).domain is None


def test_every_name_answers_over_both_protocols() -> None:
    resources = synthesise("prod").part("Web")["Resources"].values()
    records = [each["Properties"] for each in resources if each["Type"] == "AWS::Route53::RecordSet"]

    assert {(each["Name"], each["Type"]) for each in records} == {
        (f"{host}.nat.nationbuilder.tools.", kind) for host in ("app", "api") for kind in ("A", "AAAA")
    }


def test_long_questions_pass_the_firewall_and_other_large_bodies_do_not() -> None:
    (acl,) = synthesise("prod").resources("AWS::WAFv2::WebACL").values()
    rules = {each["Name"]: each for each in acl["Properties"]["Rules"]}
    common = rules["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]

    labelled, *elsewhere = rules["LargeBodies"]["Statement"]["AndStatement"]["Statements"]
    passing = [each["NotStatement"]["Statement"]["ByteMatchStatement"] for each in elsewhere]

    assert common["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    assert labelled["LabelMatchStatement"]["Key"].endswith("SizeRestrictions_Body")
    assert {(each["PositionalConstraint"], each["SearchString"]) for each in passing} == {
        ("EXACTLY", "/v1/stream"),
        ("STARTS_WITH", "/webhooks/"),
    }
    assert rules["LargeBodies"]["Action"] == {"Block": {}}


def test_a_shared_brand_stands_behind_the_platforms_firewall() -> None:
    acl = distribution("prod", "civic-desk")["WebACLId"]

    assert acl == {"Fn::ImportValue": "Nat-prod-Web:FirewallArn"}


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_every_output_that_a_front_reads_exists_on_the_platform(environment: str, customer: str) -> None:
    shared = load_customer(customer, folder_of(customer)).platform == "shared"
    platform = (with_examples(environment) if shared else synthesise(environment, customer)).templates
    front = json.dumps(synthesise(environment, customer).part("Web"))

    read = {
        (json.loads(each)["StackName"], json.loads(each)["OutputName"])
        for each in re.findall(r'"Fn::GetStackOutput": (\{[^{}]*\})', front)
    }
    imported = {tuple(each.split(":")) for each in re.findall(r'"Fn::ImportValue": "([^"]*)"', front)}
    exported = {
        output["Export"]["Name"]
        for template in platform.values()
        for output in template.get("Outputs", {}).values()
        if "Export" in output
    }

    assert read | imported
    assert [each for each in read if each[1] not in platform[each[0]]["Outputs"]] == []
    assert {":".join(each) for each in imported} <= exported


def test_no_other_brands_name_is_in_what_a_brand_shows() -> None:
    functions = synthesise("prod", "civic-desk").resources("AWS::CloudFront::Function")
    (settings,) = [
        json.dumps(each["Properties"]["FunctionCode"])
        for name, each in functions.items()
        if "Settings" in name
    ]

    shown = re.sub(r'"Fn::ImportValue": "[^"]*"', "", settings)

    assert "Civic Desk" in shown
    assert not re.search(r"\bNat\b|nationbuilder\.tools|Volksstimme", shown)


def test_pages_cannot_be_framed_and_load_nothing_from_elsewhere() -> None:
    (policy,) = synthesise("prod").resources("AWS::CloudFront::ResponseHeadersPolicy").values()
    headers = policy["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    content = json.dumps(headers["ContentSecurityPolicy"])

    assert "default-src 'none'" in content
    assert "frame-ancestors 'none'" in content
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in content
    assert "unsafe" not in content
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000


def test_the_app_is_put_into_the_brands_own_bucket_with_no_wider_right() -> None:
    assembly = synthesise("prod", "civic-desk")
    (files,) = assembly.resources("Custom::SiteFiles").values()
    bucket = files["Properties"]["Bucket"]["Ref"]
    statements = [
        statement
        for name, policy in assembly.resources("AWS::IAM::Policy").items()
        if "AppPut" in name
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]

    rights = {statement["Action"]: json.dumps(statement["Resource"]) for statement in statements[1:]}

    assert set(rights) == {"s3:GetObject", "s3:PutObject", "cloudfront:CreateInvalidation"}
    assert bucket in rights["s3:PutObject"]
    assert ".zip" in rights["s3:GetObject"]


def test_a_missing_part_is_never_answered_with_a_page() -> None:
    pages = ["/", "/usage", "/c/01JABC", "/files/01JABC/01JDEF", "/setup/success"]
    parts = ["/assets/index-abc.js", "/favicon.svg", "/index.html"]

    assert [re.search(HAS_FILE, path) for path in pages] == [None] * len(pages)
    assert all(re.search(HAS_FILE, path) for path in parts)
