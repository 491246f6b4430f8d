"""The entry point that tells people what happened."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from nat.aws import clients
from nat.aws.store import Store
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.handlers import notices
from nat.ids import UserId
from nat.names import SES_BOUNCED, SES_SOURCE, Bus, Variable
from nat.roles import Role
from nat.settings import TableNames
from tests.embedded import EmbeddedAws
from tests.unit.nat.gateway import running_gateway
from tests.unit.nat.notices.bureau import BRANDS, Bureau, body


@pytest.fixture
def bureau(
    embedded_aws: EmbeddedAws, tables: TableNames, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bureau]:
    """A nation with an admin, and a function that has just been started."""
    with running_gateway() as gateway:
        made = Bureau(embedded_aws.url, tables, gateway)
        made.add("adam", Role.ADMIN)
        brands = [{"name": each.name, "sender": each.sender, "apps": each.apps} for each in BRANDS.known]
        monkeypatch.setenv(Variable.BRANDS, json.dumps(brands))
        monkeypatch.setenv(Variable.PLANS, "[]")
        monkeypatch.setenv(Variable.DATA_KEY_ARN, "of tokens, and no workspace is linked")
        monkeypatch.setenv(Variable.SOCKET_ENDPOINT, gateway.url)
        monkeypatch.setenv(Variable.OPERATOR_EMAIL, made.address("operator"))
        for each in (notices.notices, notices.refused):
            each.cache_clear()
        yield made
        for each in (notices.notices, notices.refused):
            each.cache_clear()


def deliver(*bodies: str) -> list[str]:
    """Bring messages; gives the ids of those that are to come again."""
    records = [{"messageId": f"message-{at}", "body": each} for at, each in enumerate(bodies)]
    answer: dict[str, Any] = notices.handler({"Records": records}, None)
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_messages_of_the_bus_are_told_and_acknowledged(bureau: Bureau) -> None:
    lost = body(Bus.NATION_NEEDS_REAUTH, "demo", "incident-1", bureau.clock)

    assert deliver(lost, lost) == []

    assert bureau.subjects("adam") == ["Nat lost access to demo"]


def test_fair_use_goes_to_the_address_of_the_environment(bureau: Bureau) -> None:
    about = {"used": 10_001, "period_start": "2026-11-20T00:00:00.000Z", "plan": "nat_pro"}

    deliver(body(Bus.FAIR_USE_EXCEEDED, "demo", "incident-1", bureau.clock, **about))

    assert bureau.subjects("operator") == ["Above fair use: demo"]


def test_a_message_that_cannot_be_told_comes_again_and_the_others_do_not(bureau: Bureau) -> None:
    lost = body(Bus.NATION_NEEDS_REAUTH, "demo", "incident-1", bureau.clock)

    assert deliver("no announcement", lost) == ["message-0"]

    assert bureau.subjects("adam") == ["Nat lost access to demo"]


def test_what_ses_tells_of_an_address_is_noted(bureau: Bureau) -> None:
    bounced = {
        "source": SES_SOURCE,
        "detail-type": SES_BOUNCED,
        "detail": {
            "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "adam@x.example"}]}
        },
    }

    assert deliver(json.dumps(bounced)) == []

    noted = RefusedMail(Store(clients.dynamodb(), bureau.tables))
    assert noted.of([(UserId("adam"), "adam@x.example")]) == {UserId("adam"): MailRefusal.BOUNCE}
