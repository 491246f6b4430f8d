"""What the identity stack promises: verified people, public apps without secrets, a neutral login."""

from typing import Any

import pytest

from tests.infrastructure.synthesis import PLATFORMS, synthesise


def pool(environment: str, customer: str = "nat") -> dict[str, Any]:
    """The user pool's resource."""
    (found,) = synthesise(environment, customer).resources("AWS::Cognito::UserPool").values()
    return found


def clients(environment: str, customer: str = "nat") -> dict[str, dict[str, Any]]:
    """App clients by what their logical id says."""
    return {
        name.split("/")[1].removeprefix("SignInPool")[:-8]: each["Properties"]
        for name, each in synthesise(environment, customer).resources("AWS::Cognito::UserPoolClient").items()
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
    kept = environment in {"staging", "prod", "prod-eu"}

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
    assert set(clients("prod")) == {"Web", "Extension", "WebCivicDesk", "ExtensionCivicDesk", "Cli"}


def test_answers_of_the_login_go_to_known_places_only() -> None:
    callbacks = {name: each["CallbackURLs"] for name, each in clients("prod").items()}

    assert callbacks["Web"] == ["https://app.nat.nationbuilder.tools/callback"]
    assert callbacks["WebCivicDesk"] == ["https://app.civicdesk.example/callback"]
    assert callbacks["Cli"] == ["http://localhost:8976/callback"]
    assert callbacks["Extension"][0].endswith(".chromiumapp.org/")


def test_a_development_server_signs_in_only_in_development() -> None:
    developers = {
        environment
        for environment in ("local", "dev", "staging", "prod", "prod-eu")
        if "http://localhost:5173/callback" in clients(environment)["Web"]["CallbackURLs"]
    }

    assert developers == {"local", "dev"}


def test_the_login_that_brands_share_names_none_of_them() -> None:
    (domain,) = synthesise("prod").resources("AWS::Cognito::UserPoolDomain").values()

    host = domain["Properties"]["Domain"]

    assert not {"nat", "civic", "desk"} & set(host.split("-"))


def test_the_login_page_wears_the_colours_of_the_app_that_asks() -> None:
    brandings = synthesise("prod").resources("AWS::Cognito::ManagedLoginBranding")

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


def test_mail_of_each_brand_is_signed_by_its_own_domain() -> None:
    resources = synthesise("prod").part("Identity")["Resources"].values()

    domains = {
        each["Properties"]["EmailIdentity"] for each in resources if each["Type"] == "AWS::SES::EmailIdentity"
    }
    records = [each["Properties"]["Type"] for each in resources if each["Type"] == "AWS::Route53::RecordSet"]

    assert domains == {"nat.nationbuilder.tools", "civicdesk.example"}
    assert records == ["CNAME"] * 6
