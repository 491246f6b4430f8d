"""What the identity stack promises: verified people, public apps without secrets, a neutral login."""

import json
from typing import Any

import pytest

from tests.infrastructure.synthesis import (
    ALL,
    CONTEXT,
    EXAMPLES,
    PLATFORMS,
    Assembly,
    synthesise,
    with_examples,
)

# isort: split
import aws_cdk as cdk
from aws_cdk.assertions import Template

from config import environment_names, load_customer, load_environment
from config.customer import Google, Saml, SignInBy
from stacks.deployment import Deployment
from stacks.identity import IdentityStack


def pool(environment: str, customer: str = "nat") -> dict[str, Any]:
    """The user pool's resource."""
    (found,) = synthesise(environment, customer).resources("AWS::Cognito::UserPool").values()
    return found


def clients(environment: str, customer: str = "nat") -> dict[str, dict[str, Any]]:
    """App clients by what their logical id says."""
    return clients_of(synthesise(environment, customer))


def clients_of(assembly: Assembly) -> dict[str, dict[str, Any]]:
    """The same of an assembly."""
    return {
        name.split("/")[1].removeprefix("SignInPool")[:-8]: each["Properties"]
        for name, each in assembly.resources("AWS::Cognito::UserPoolClient").items()
    }


def test_people_sign_up_with_an_address_they_prove() -> None:
    properties = pool("prod")["Properties"]

    assert properties["UsernameAttributes"] == ["email"]
    assert properties["AutoVerifiedAttributes"] == ["email"]
    assert properties["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is False


def test_passwords_are_long_and_a_second_factor_is_offered() -> None:
    properties = pool("prod")["Properties"]

    assert properties["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert (properties["MfaConfiguration"], properties["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_accounts_are_kept_where_data_is_kept(environment: str, customer: str) -> None:
    kept = load_environment(environment, environ={}).keeps_data

    found = pool(environment, customer)

    assert found["DeletionPolicy"] == ("Retain" if kept else "Delete")
    assert found["Properties"]["DeletionProtection"] == ("ACTIVE" if kept else "INACTIVE")


@pytest.mark.parametrize(("environment", "customer"), PLATFORMS)
def test_every_app_is_public_and_uses_the_code_grant_alone(environment: str, customer: str) -> None:
    for properties in clients(environment, customer).values():
        assert properties["GenerateSecret"] is False
        assert properties["AllowedOAuthFlows"] == ["code"]
        assert properties["RefreshTokenRotation"] == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
        assert properties["PreventUserExistenceErrors"] == "ENABLED"
        assert str(properties["AllowedOAuthScopes"]).count("/use") == 1


def test_each_brand_has_a_web_app_and_an_extension_and_the_platform_a_command_line() -> None:
    assert set(clients("prod")) == {"Web", "Extension", "Cli"}
    assert set(clients_of(with_examples("prod"))) == {
        "Web",
        "Extension",
        "WebCivicDesk",
        "ExtensionCivicDesk",
        "Cli",
    }


def test_answers_of_the_login_go_to_known_places_only() -> None:
    callbacks = {name: each["CallbackURLs"] for name, each in clients_of(with_examples("prod")).items()}

    assert callbacks["Web"] == ["https://app.nat.nationbuilder.tools/callback"]
    assert callbacks["WebCivicDesk"] == ["https://app.civicdesk.example/callback"]
    assert callbacks["Cli"] == ["https://app.nat.nationbuilder.tools/cli/callback"]
    assert callbacks["Extension"][0].endswith(".chromiumapp.org/")


def test_a_development_server_signs_in_only_in_development() -> None:
    developers = {
        environment
        for environment in environment_names()
        if "http://localhost:5173/callback" in clients(environment)["Web"]["CallbackURLs"]
    }

    assert developers == {
        name for name in environment_names() if load_environment(name, environ={}).developer_callbacks
    }
    assert "prod" not in developers


def test_the_login_that_brands_share_names_none_of_them() -> None:
    (domain,) = synthesise("prod").resources("AWS::Cognito::UserPoolDomain").values()

    host = domain["Properties"]["Domain"]

    assert not {"nat", "civic", "desk"} & set(host.split("-"))


def test_the_login_page_wears_the_colours_of_the_app_that_asks() -> None:
    brandings = with_examples("prod").resources("AWS::Cognito::ManagedLoginBranding")

    colours = {
        name.split("SignIn")[1].split("Branding")[0]: each["Properties"]["Settings"]["components"][
            "primaryButton"
        ]["lightMode"]["defaults"]["backgroundColor"]
        for name, each in brandings.items()
    }

    assert colours == {
        "Web": "0b5cadff",
        "Extension": "0b5cadff",
        "Cli": "0b5cadff",
        "WebCivicDesk": "7a1f3dff",
        "ExtensionCivicDesk": "7a1f3dff",
    }


@pytest.mark.parametrize(
    ("customer", "domain"), [("nat", "nat.nationbuilder.tools"), ("civic-desk", "civicdesk.example")]
)
def test_mail_of_each_brand_is_signed_by_its_own_domain_in_its_own_stack(customer: str, domain: str) -> None:
    """So that one brand's wrong zone cannot fail the platform's stack."""
    resources = synthesise("prod", customer).part("Identity")["Resources"].values()

    domains = {
        each["Properties"]["EmailIdentity"] for each in resources if each["Type"] == "AWS::SES::EmailIdentity"
    }
    records = [each["Properties"]["Type"] for each in resources if each["Type"] == "AWS::Route53::RecordSet"]

    assert domains == {domain}
    assert records == ["CNAME"] * 3


def test_no_zone_of_a_shared_brand_is_in_the_platforms_templates() -> None:
    """A record in a zone that is not there fails the whole stack."""
    zones = {
        each["Properties"]["HostedZoneId"]
        for each in with_examples("prod").resources("AWS::Route53::RecordSet").values()
    }

    assert zones == {"Z00000000000000PROD"}


@pytest.mark.parametrize(("environment", "customer"), ALL)
def test_nobody_is_sent_back_to_this_machine_outside_of_development(environment: str, customer: str) -> None:
    if load_environment(environment, environ={}).developer_callbacks:
        return

    templates = synthesise(environment, customer).templates

    for part, template in templates.items():
        for name, resource in template["Resources"].items():
            if resource["Type"] != "AWS::CloudFront::Function":  # it leads a terminal's sign-in there
                assert "http://localhost" not in json.dumps(resource), f"{part}/{name}"


def test_access_tokens_say_which_address_is_proven() -> None:
    properties = pool("prod")["Properties"]
    functions = synthesise("prod").resources("AWS::Lambda::Function")

    trigger = properties["LambdaConfig"]["PreTokenGenerationConfig"]
    (function,) = (each for name, each in functions.items() if "/SignInTokenClaims" in name)

    assert (trigger["LambdaVersion"], properties["UserPoolTier"]) == ("V2_0", "ESSENTIALS")
    assert function["Properties"]["Handler"] == "nat.handlers.token_claims.handler"
    assert function["Properties"]["Timeout"] == 5


GOOGLE = Google(client_id="1-a.apps.googleusercontent.com", secret_name="nat/google")
SAML = Saml(name="Party", metadata_url="https://id.party.example/metadata", email_domains=("party.example",))


def identity(environment: str) -> dict[str, Any]:
    """Resources of an identity stack whose platform and shared brand have providers of their own."""
    owner = load_customer("nat").model_copy(update={"sign_in": SignInBy(google=GOOGLE)})
    shared = load_customer("civic-desk", EXAMPLES).model_copy(
        update={"sign_in": SignInBy(google=GOOGLE, saml=(SAML,))}
    )
    app = cdk.App(context={**CONTEXT, "aws:cdk:bundling-stacks": []}, analytics_reporting=False)
    stack = IdentityStack(app, deployment=Deployment(load_environment(environment), owner, (shared,)))
    found: dict[str, Any] = Template.from_stack(stack).to_json()["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """Properties of the resources of one type."""
    return [each["Properties"] for each in resources.values() if each["Type"] == kind]


@pytest.fixture(scope="module")
def with_providers() -> dict[str, Any]:
    return identity("prod")


def test_each_brand_offers_its_own_providers_and_no_others(with_providers: dict[str, Any]) -> None:
    clients = {name: each for name, each in with_providers.items() if each["Type"].endswith("PoolClient")}

    offered = {
        name.removeprefix("SignInPool")[:-8]: len(each["Properties"]["SupportedIdentityProviders"])
        for name, each in clients.items()
    }

    assert offered == {"Web": 2, "Extension": 2, "Cli": 2, "WebCivicDesk": 3, "ExtensionCivicDesk": 3}


def test_googles_secret_is_a_reference_and_its_word_on_an_address_is_kept(
    with_providers: dict[str, Any],
) -> None:
    providers = of_type(with_providers, "AWS::Cognito::UserPoolIdentityProvider")

    by_google = {each["ProviderName"]: each for each in providers if each["ProviderType"] != "SAML"}

    assert {name: each["ProviderType"] for name, each in by_google.items()} == {
        "Google": "Google",
        "GoogleCivicDesk": "OIDC",
    }
    assert by_google["Google"]["AttributeMapping"]["email_verified"] == "email_verified"
    assert by_google["GoogleCivicDesk"]["ProviderDetails"]["oidc_issuer"] == "https://accounts.google.com"
    for each in by_google.values():
        assert each["ProviderDetails"]["client_secret"] == (
            "{{resolve:secretsmanager:nat/google:SecretString:client_secret::}}"
        )


def test_a_saml_provider_vouches_for_its_own_domains_only(with_providers: dict[str, Any]) -> None:
    providers = of_type(with_providers, "AWS::Cognito::UserPoolIdentityProvider")
    (saml,) = (each for each in providers if each["ProviderType"] == "SAML")
    (function,) = of_type(with_providers, "AWS::Lambda::Function")

    assert "email_verified" not in saml["AttributeMapping"]
    assert saml["ProviderDetails"]["MetadataURL"] == SAML.metadata_url
    assert function["Environment"]["Variables"]["NAT_TRUSTED_DOMAINS"] == '{"Party":["party.example"]}'


def test_an_environment_without_providers_signs_in_by_email_alone() -> None:
    resources = identity("local")

    assert not of_type(resources, "AWS::Cognito::UserPoolIdentityProvider")
    assert all(
        each["SupportedIdentityProviders"] == ["COGNITO"]
        for each in of_type(resources, "AWS::Cognito::UserPoolClient")
    )


def test_codes_of_sign_up_come_from_ses_once_the_identity_stands() -> None:
    environment = load_environment("prod").model_copy(update={"sign_in_mail": "ses"})
    app = cdk.App(context={**CONTEXT, "aws:cdk:bundling-stacks": []}, analytics_reporting=False)
    stack = IdentityStack(app, deployment=Deployment(environment, load_customer("nat"), ()))

    resources = Template.from_stack(stack).to_json()["Resources"]
    (found,) = [each for each in resources.values() if each["Type"] == "AWS::Cognito::UserPool"]
    (sender,) = [name for name, each in resources.items() if each["Type"] == "AWS::SES::EmailIdentity"]

    mail = found["Properties"]["EmailConfiguration"]
    assert (mail["EmailSendingAccount"], mail["From"]) == ("DEVELOPER", "Nat <nat@nat.nationbuilder.tools>")
    assert mail["SourceArn"] == "arn:aws:ses:us-east-1:333333333333:identity/nat.nationbuilder.tools"
    assert sender in found["DependsOn"]


def test_the_first_deployment_waits_for_no_identity() -> None:
    """It is not verified by then, and Cognito would refuse it."""
    assert "EmailConfiguration" not in pool("prod")["Properties"]
