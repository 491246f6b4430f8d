"""The APIs answer what came through the front, and nothing that was sent to them directly."""

import pytest
import requests
import websocket

from local.machine import Machine
from local.places import REGION
from nat.aws.origin_key import OriginKey
from nat.names import OAUTH_CALLBACK, ORIGIN_KEY_HEADER, STRIPE_WEBHOOK, Header, Secret
from tests.integration.conftest import NATION, PATIENCE, Person, Socket

ROUTES = (
    "GET /v1/me",
    "GET /v1/billing",
    "GET /v1/connections",
    "GET /v1/privacy/none",
    OAUTH_CALLBACK,
    STRIPE_WEBHOOK,
)
"""One of each function behind the HTTP API."""


def key_of(machine: Machine) -> OriginKey:
    """What the APIs take now."""
    secret = machine.deployment.root.secrets.get_secret_value(SecretId=Secret.origin_key(REGION))
    return OriginKey.parsed(secret["SecretString"])


def status(address: str, route: str, person: Person, shown: str | None = None) -> int:
    """What one call of an address is answered with, showing a key or none."""
    method, _, path = route.partition(" ")
    headers = {"Authorization": f"Bearer {person.session.access_token}", Header.NATION_SLUG.value: NATION}
    if shown is not None:
        headers[ORIGIN_KEY_HEADER] = shown
    return requests.request(method, f"{address}{path}", headers=headers, timeout=PATIENCE).status_code


def test_no_function_behind_the_http_api_answers_past_the_front(machine: Machine, person: Person) -> None:
    past = machine.deployment.origin_api_url

    assert {route: status(past, route, person) for route in ROUTES} == dict.fromkeys(ROUTES, 403)
    assert status(past, ROUTES[0], person, "guessed") == 403
    assert status(past, ROUTES[0], person, key_of(machine).current) == 200


def test_the_front_replaces_what_a_client_sends_in_the_keys_place(machine: Machine, person: Person) -> None:
    assert status(machine.app_url, ROUTES[0], person, "guessed") == 200


def test_a_socket_opens_through_the_front_only(machine: Machine, person: Person) -> None:
    ticket = person.ticket()

    with pytest.raises(websocket.WebSocketBadStatusException):
        websocket.create_connection(
            f"{machine.deployment.origin_socket_url}?ticket={ticket}", timeout=PATIENCE
        )

    with Socket(machine, ticket):  # which the refused one has not used up
        pass
