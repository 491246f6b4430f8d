"""Configuration is refused in one line that names what is allowed."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import (
    ConfigurationError,
    Customer,
    Environment,
    customer_names,
    environment_names,
    load_customer,
    load_customers,
    load_environment,
    load_models,
    load_plans,
    models_json,
    plans_json,
)
from config.colour import contrast
from config.customer import FOLDER as CUSTOMERS
from config.customer import SignInBy
from config.environment import FOLDER as ENVIRONMENTS
from config.loading import load, parse, read_toml
from nat.agent.pricing import ModelPrices
from nat.agent.values import Usage
from nat.nations.plans import parse as parse_plans
from stacks.deployment import Deployment
from tests.infrastructure.synthesis import EXAMPLES


def environment(**changes: object) -> dict[str, Any]:
    """Production's values, changed."""
    return {**read_toml(ENVIRONMENTS / "prod.toml"), "name": "prod", **changes}


def customer(**changes: object) -> dict[str, Any]:
    """A customer's values, changed."""
    brand = {
        "name": "Acme",
        "tagline": "Ask.",
        "support_email": "help@acme.example",
        "sender": "nat@acme.example",
        "extension_name": "Acme",
        "slack_app_name": "Acme",
        "colours": {"primary": "#0b5cad", "on_primary": "#ffffff"},
    }
    return {"slug": "acme", "platform": "shared", "brand": brand, **changes}


def refusal(model: type[Any], values: dict[str, Any]) -> str:
    """What a person reads."""
    with pytest.raises(ConfigurationError) as refused:
        parse(model, values, "file.toml")
    return str(refused.value)


def test_an_unknown_environment_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_environment("prd")

    known = ", ".join(environment_names())
    assert str(refused.value) == f'Unknown environment "prd". Known: {known}.'
    assert "prod" in environment_names()


def test_an_unknown_customer_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_customer("acme")

    known = ", ".join(customer_names())
    assert str(refused.value) == f'Unknown customer "acme". Known: {known}.'
    assert "nat" in customer_names()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"regoin": "us-east-1"}, ['unknown key "regoin"', "region"]),
        ({"worker": {"cpus": 512}}, ['unknown key "worker.cpus"', "Known: cpu, image, memory_mib"]),
        ({"features": {"firewal": True}}, ['unknown key "features.firewal"', "firewall"]),
        ({"worker": {"cpu": 500}}, ['"worker.cpu" cannot be 500', "256, 512, 1024, 2048 or 4096"]),
        ({"log_retention_days": 8}, ['"log_retention_days" cannot be 8']),
        ({"agent": {"provider": "openai"}}, ["'anthropic' or 'bedrock'"]),
        ({"account": "12"}, ['"account" cannot be "12"']),
        ({"region": "Frankfurt"}, ['"region" cannot be "Frankfurt"']),
        ({"sign_in_prefix": "my-cognito"}, ["Cognito refuses"]),
        ({"worker": {"tasks": 5, "tasks_max": 2}}, ["tasks_max is smaller than tasks"]),
        ({"endpoints": {"app": "http://localhost:1"}}, ["without a domain"]),
        (
            {"domain": {"zone": "a.example", "zone_id": "Z123456", "app": "b.example", "api": "c.a.example"}},
            ["b.example is not inside the zone a.example"],
        ),
    ],
)
def test_a_wrong_environment_is_refused_in_one_line(changes: dict[str, Any], words: list[str]) -> None:
    line = refusal(Environment, environment(**changes))

    assert "\n" not in line
    assert line.startswith("file.toml: ")
    assert all(each in line for each in words), line


def test_a_missing_key_is_named() -> None:
    values = environment()
    del values["owner"]

    assert refusal(Environment, values) == 'file.toml: the key "owner" is missing.'


def test_further_problems_are_counted() -> None:
    line = refusal(Environment, environment(account="1", region="2"))

    assert line.endswith("(and 1 more)")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "acme.toml"
    path.write_text("platform = shared")

    with pytest.raises(ConfigurationError, match=r"^acme\.toml is not valid TOML"):
        load(Customer, path)


@pytest.mark.parametrize("slug", ["Acme", "9acme", "a", "acme_eu", "a" * 32, "acme/eu"])
def test_a_slug_that_cannot_be_a_name_is_refused(slug: str) -> None:
    assert f'"slug" cannot be "{slug}"' in refusal(Customer, customer(slug=slug))


def test_a_brand_that_nobody_can_read_is_refused() -> None:
    values = customer()
    values["brand"]["colours"] = {"primary": "#ffcc00", "on_primary": "#ffffff"}

    line = refusal(Customer, values)

    assert "on_primary on primary has a contrast of 1.5; at least 4.5 is readable" in line


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_a_shared_customer_has_no_place_of_its_own() -> None:
    place = {"account": "555555555555", "region": "eu-central-1", "sign_in_prefix": "x"}

    assert "dedicated" in refusal(Customer, customer(places={"prod": place}))


def test_a_sender_outside_of_the_customers_zone_is_refused() -> None:
    domain = {
        "zone": "other.example",
        "zone_id": "Z123456",
        "app": "a.other.example",
        "api": "b.other.example",
    }

    line = refusal(Customer, customer(domains={"prod": domain}))

    assert "the sender nat@acme.example is not inside the zone other.example" in line


@pytest.mark.parametrize(
    "sign_in",
    [
        {"google": {"client_id": "not-of-google", "secret_name": "nat/google"}},
        {"google": {"client_id": "1-a.apps.googleusercontent.com", "secret_name": "two words"}},
        {"saml": [{"name": "nb", "metadata_url": "https://id.example", "email_domains": ["a.example"]}]},
        {"saml": [{"name": "Google2", "metadata_url": "https://id.example", "email_domains": ["a.example"]}]},
        {"saml": [{"name": "Party", "metadata_url": "http://id.example", "email_domains": ["a.example"]}]},
        {"saml": [{"name": "Party", "metadata_url": "https://id.example", "email_domains": []}]},
        {"saml": [{"name": "Party", "metadata_url": "https://id.example", "email_domains": ["A.example"]}]},
        {"saml": [{"name": "Party", "metadata_url": "https://id.example", "email_domains": ["example"]}]},
        {
            "saml": [
                {"name": "Party", "metadata_url": "https://id.a.example", "email_domains": ["a.example"]}
            ]
            * 2
        },
    ],
)
def test_a_provider_that_cannot_be_one_is_refused(sign_in: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SignInBy.model_validate(sign_in)


def test_every_brand_of_the_repository_is_valid() -> None:
    for folder in (CUSTOMERS, EXAMPLES):
        assert [each.slug for each in load_customers(folder)] == list(customer_names(folder))


def test_no_example_is_among_the_customers_of_the_service() -> None:
    zones = {domain.zone for each in load_customers() for domain in each.domains.values()}

    assert not [zone for zone in zones if zone.endswith((".example", ".test", ".invalid"))]


def test_two_environments_never_share_a_hosted_zone() -> None:
    """Accounts cannot both own one; a sub-zone is delegated to each."""
    domains = [load_environment(name, environ={}).domain for name in environment_names()]
    zones = [domain.zone for domain in domains if domain]

    assert len(set(zones)) == len(zones) > 1


def test_a_platform_that_nobody_would_find_is_refused(tmp_path: Path) -> None:
    text = (EXAMPLES / "volksstimme.toml").read_text()
    (tmp_path / "acme.toml").write_text(text.partition("[domains.prod]")[0])

    with pytest.raises(ConfigurationError, match="acme has no domain in prod"):
        Deployment.load("prod", "acme", customers=tmp_path)


def test_configuration_cannot_be_changed_once_read() -> None:
    prod = load_environment("prod")

    with pytest.raises(ValidationError):
        prod.region = "eu-west-1"


def test_development_takes_the_account_of_the_credentials_in_use() -> None:
    environ = {"CDK_DEFAULT_ACCOUNT": "999999999999", "CDK_DEFAULT_REGION": "eu-west-1"}

    dev = load_environment("dev", environ=environ)

    assert (dev.account, dev.region) == ("999999999999", "eu-west-1")


@pytest.mark.parametrize("name", [each for each in environment_names() if each != "dev"])
def test_no_other_environment_lets_credentials_choose_the_account(name: str) -> None:
    environ = {"CDK_DEFAULT_ACCOUNT": "999999999999", "CDK_DEFAULT_REGION": "ap-south-1"}

    assert load_environment(name, environ=environ) == load_environment(name, environ={})


def test_an_address_that_is_known_only_at_start_can_be_given() -> None:
    local = load_environment("local", overrides={"endpoints.aws": "http://127.0.0.1:9999"})

    assert local.endpoints.aws == "http://127.0.0.1:9999"
    assert local.endpoints.app == "http://localhost:5173"


def test_nothing_else_can_be_given_on_the_command_line() -> None:
    with pytest.raises(ConfigurationError, match=r"^Unknown setting"):
        load_environment("local", overrides={"account": "111111111111"})


@pytest.mark.parametrize(
    ("plan", "terms"),
    {
        "nat": (2_900, 500, "hard", None),
        "nat_pro": (7_900, 999_999, "soft", None),
        "starter": (4_900, 500, "soft", 1),
        "team": (14_900, 2_000, "soft", 5),
        "organization": (39_900, 999_999, "soft", 15),
    }.items(),
)
def test_a_plan_that_was_promised_keeps_its_terms(plan: str, terms: tuple[int, int, str, int | None]) -> None:
    found = load_plans()[plan]

    assert (found.price_cents, found.queries, found.cap, found.seats) == terms


def test_the_runtime_reads_the_plans() -> None:
    plan = parse_plans(plans_json(load_plans())).get("nat")

    assert plan is not None
    assert (plan.queries_limit, plan.cap, plan.seats) == (500, "hard", None)


@pytest.mark.parametrize(
    ("model", "micros"), [("claude-haiku-4-5", 1_000_000 + 5_000_000), ("claude-haiku-5-5", 3_000_000)]
)
def test_the_runtime_reads_the_prices(model: str, micros: int) -> None:
    prices = ModelPrices.from_json(json.loads(models_json(load_models())))

    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)

    assert prices.cost_micros(usage, model) == micros


def test_a_dedicated_customer_has_its_own_account_region_and_sign_in() -> None:
    deployment = Deployment.load("prod", "volksstimme", customers=EXAMPLES)

    own = deployment.environment

    assert (own.account, own.region, own.sign_in_prefix) == (
        "555555555555",
        "eu-central-1",
        "members-volksstimme",
    )
    assert deployment.app_url == "https://assistent.volksstimme.example"


def test_a_shared_customer_stays_on_the_platforms_account() -> None:
    deployment = Deployment.load("prod", "civic-desk", customers=EXAMPLES)

    assert deployment.environment == load_environment("prod")
    assert not deployment.is_platform
