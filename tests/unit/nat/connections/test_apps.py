"""Which app a nation is connected and refreshed with."""

import json
import uuid

import pytest

from nat.aws import clients
from nat.aws.isolation import nation
from nat.connections.apps import App, Apps, AppUnknown
from nat.ids import NationSlug
from nat.names import Secret
from tests.unit.nat.connections.keeping import put_platform_app
from tests.unit.nat.world import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def apps(embedded_aws: object, clock: Clock) -> Apps:
    return Apps(clients.secrets(), clients.secrets(), clock)


@pytest.fixture
def name(embedded_aws: object) -> str:
    """Of a nation, and of a customer, that no other test knows."""
    return f"n-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def platform(embedded_aws: object) -> App:
    """The platform's app."""
    put_platform_app("platform", "s")
    return App("platform", "s")


def put(secret: str, client_id: str) -> None:
    value = json.dumps({"client_id": client_id, "client_secret": "s"})
    clients.secrets().create_secret(Name=secret, SecretString=value)


@pytest.mark.parametrize("recorded", [None, "platform"])
def test_a_record_that_names_no_app_means_the_platforms(
    apps: Apps, platform: App, name: str, recorded: str | None
) -> None:
    with nation(name):
        assert apps.credentials(NationSlug(name), recorded) == platform


def test_a_customers_app_is_found_by_its_name(apps: Apps, name: str) -> None:
    put(Secret.customer_app(name), "customers")

    with nation("demo"):
        assert apps.credentials(NationSlug("demo"), f"customer:{name}").client_id == "customers"


def test_a_nations_own_app_is_found_by_its_slug(apps: Apps, name: str) -> None:
    put(Secret.nation_app(NationSlug(name)), "own")

    with nation(name):
        assert apps.credentials(NationSlug(name), "nation").client_id == "own"


def test_a_nation_is_connected_with_its_own_app_before_the_customers_before_the_platforms(
    apps: Apps, name: str
) -> None:
    with nation(name):
        assert apps.choose(NationSlug(name), name) == "platform"
        put(Secret.customer_app(name), "customers")
        assert apps.choose(NationSlug(name), name) == f"customer:{name}"
        put(Secret.nation_app(NationSlug(name)), "own")
        assert apps.choose(NationSlug(name), name) == "nation"
        assert apps.choose(NationSlug("another"), None) == "platform"


@pytest.mark.parametrize("text", ["unset", "{}", "[]", '{"client_id": "a"}'])
def test_an_app_that_was_not_set_up_is_unknown(apps: Apps, name: str, text: str) -> None:
    clients.secrets().create_secret(Name=Secret.customer_app(name), SecretString=text)

    with nation("demo"), pytest.raises(AppUnknown):
        apps.credentials(NationSlug("demo"), f"customer:{name}")


def test_a_changed_app_is_seen_after_five_minutes_or_when_it_is_forgotten(
    apps: Apps, name: str, clock: Clock
) -> None:
    secret = Secret.customer_app(name)
    put(secret, "first")
    with nation("demo"):
        apps.credentials(NationSlug("demo"), f"customer:{name}")
        clients.secrets().put_secret_value(
            SecretId=secret, SecretString='{"client_id": "second", "client_secret": "s"}'
        )
        assert apps.credentials(NationSlug("demo"), f"customer:{name}").client_id == "first"

        clock.advance(minutes=6)

        assert apps.credentials(NationSlug("demo"), f"customer:{name}").client_id == "second"


def test_an_app_shows_no_secret_when_it_is_printed() -> None:
    assert "hidden" not in repr(App("id", "hidden"))
