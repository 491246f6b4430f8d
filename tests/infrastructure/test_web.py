"""What a brand's front promises: everything under its own name, no other brand's name anywhere."""

import json
import re
from typing import Any

import pytest

from config import load_customer, load_environment
from tests.infrastructure.synthesis import ALL, REVIEWED, synthesise


def distribution(environment: str, customer: str = "nat") -> dict[str, Any]:
    """The distribution's configuration."""
    (found,) = synthesise(environment, customer).resources("AWS::CloudFront::Distribution").values()
    config: dict[str, Any] = found["Properties"]["DistributionConfig"]
    return config


def origin_of(config: dict[str, Any], path: str) -> str:
    """The output that names the origin behind a path."""
    behaviour = next(each for each in config["CacheBehaviors"] if each["PathPattern"] == path)
    origin = next(each for each in config["Origins"] if each["Id"] == behaviour["TargetOriginId"])
    name: str = origin["DomainName"]["Fn::GetStackOutput"]["OutputName"]
    return name


def test_app_apis_sockets_and_streams_are_under_one_name() -> None:
    config = distribution("prod")

    assert config["Aliases"] == ["app.nat.nationbuilder.tools", "api.nat.nationbuilder.tools"]
    assert origin_of(config, "/v1/*") == "ApiHost"
    assert origin_of(config, "/oauth/callback") == "ApiHost"
    assert origin_of(config, "/v1/stream") == "StreamHost"
    assert origin_of(config, "/socket") == "SocketHost"


def test_the_stream_comes_before_the_apis_that_its_path_is_among() -> None:
    paths = [each["PathPattern"] for each in distribution("prod")["CacheBehaviors"]]

    assert paths.index("/v1/stream") < paths.index("/v1/*")


def test_requests_to_the_stream_are_signed() -> None:
    config = distribution("prod")
    stream = next(each for each in config["CacheBehaviors"] if each["PathPattern"] == "/v1/stream")
    origin = next(each for each in config["Origins"] if each["Id"] == stream["TargetOriginId"])
    controls = synthesise("prod").resources("AWS::CloudFront::OriginAccessControl")

    signer = controls[f"Nat-prod-Web/{origin['OriginAccessControlId']['Fn::GetAtt'][0]}"]["Properties"]

    assert signer["OriginAccessControlConfig"]["OriginAccessControlOriginType"] == "lambda"
    assert signer["OriginAccessControlConfig"]["SigningBehavior"] == "always"


@pytest.mark.parametrize("path", ["/v1/*", "/v1/stream", "/socket", "/oauth/callback"])
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

    labelled, elsewhere = rules["LargeBodies"]["Statement"]["AndStatement"]["Statements"]

    assert common["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    assert labelled["LabelMatchStatement"]["Key"].endswith("SizeRestrictions_Body")
    assert elsewhere["NotStatement"]["Statement"]["ByteMatchStatement"]["SearchString"] == "/v1/stream"
    assert rules["LargeBodies"]["Action"] == {"Block": {}}


def test_a_shared_brand_stands_behind_the_platforms_firewall() -> None:
    acl = distribution("prod", "civic-desk")["WebACLId"]

    assert acl == {
        "Fn::GetStackOutput": {
            "StackName": "Nat-prod-Web",
            "Region": "us-east-1",
            "OutputName": "FirewallArn",
        }
    }


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_every_output_that_a_front_reads_exists_on_the_platform(environment: str, customer: str) -> None:
    owner = "nat" if load_customer(customer).platform == "shared" else customer
    platform = synthesise(environment, owner).templates
    front = json.dumps(synthesise(environment, customer).part("Web"))

    read = {
        (json.loads(each)["StackName"], json.loads(each)["OutputName"])
        for each in re.findall(r'"Fn::GetStackOutput": (\{[^{}]*\})', front)
    }

    assert read
    assert [each for each in read if each[1] not in platform[each[0]]["Outputs"]] == []


def test_no_other_brands_name_is_in_what_a_brand_shows() -> None:
    functions = synthesise("prod", "civic-desk").resources("AWS::CloudFront::Function")
    (settings,) = [
        json.dumps(each["Properties"]["FunctionCode"])
        for name, each in functions.items()
        if "Settings" in name
    ]

    shown = re.sub(r'\\?"Fn::GetStackOutput\\?": \{[^{}]*\}', "", settings)

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
