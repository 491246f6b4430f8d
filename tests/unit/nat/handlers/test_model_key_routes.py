"""The routes of a nation's own Anthropic key: for admins, and without ever giving one away."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.claude import RunningClaude, running_claude
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import NationSlug
from nat.names import Variable
from nat.nations.record import SubscriptionStatus
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.api_event import api_event
from tests.unit.nat.handlers.test_imports import HEAVY, loaded_by
from tests.unit.nat.world import PLANS, Clock, nation, store_members, store_nation

KEY = "sk-ant-api03-abcdefgh-WXYZ"
NONE = {"model_key": None}
STORED = {"model_key": {"last_four": "WXYZ", "stored_at": "2026-11-22T09:30:00.000Z"}}


@dataclass
class Settings:
    """The routes, called by ann, who is admin of `demo`, unless somebody else is named."""

    api: Api
    claude: RunningClaude

    def call(
        self, route: str, body: Any = None, *, user: str = "ann", slug: str = "demo"
    ) -> tuple[int, dict[str, Any]]:
        answer = self.api(api_event(route, user=user, slug=slug, body=body))
        return answer["statusCode"], json.loads(answer["body"])


@pytest.fixture
def settings(tables: TableNames, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    store_nation(tables, nation())
    store_nation(tables, nation("late", subscription_status=SubscriptionStatus.CANCELLED))
    for slug in ("demo", "late"):
        store_members(tables, slug, ["ann"], Role.ADMIN)
        store_members(tables, slug, ["bob"])
    with running_claude() as claude:
        monkeypatch.setenv(Variable.ANTHROPIC_URL, claude.base_url)
        monkeypatch.setenv(Variable.MODEL_ID, "claude-haiku-4-5")
        monkeypatch.setenv(Variable.MODEL_PROVIDER, "anthropic")
        monkeypatch.delenv(Variable.DATA_KEY_ARN, raising=False)
        made = Settings(Api(Services(clients.dynamodb(), tables, PLANS, clock=Clock())), claude)
        yield made
        made.call("DELETE /v1/settings/model-key")


def test_a_nation_has_no_key_of_its_own_at_first(settings: Settings) -> None:
    assert settings.call("GET /v1/settings/model-key") == (200, NONE)


def test_a_stored_key_is_told_by_its_end_and_date_only(settings: Settings) -> None:
    assert settings.call("PUT /v1/settings/model-key", {"api_key": KEY}) == (200, STORED)
    assert settings.call("GET /v1/settings/model-key") == (200, STORED)


def test_a_key_that_does_not_work_is_refused_and_nothing_is_stored(settings: Settings) -> None:
    status, body = settings.call("PUT /v1/settings/model-key", {"api_key": "sk-ant-invalid-key"})

    assert (status, body["error"]["code"]) == (422, "model_key_invalid")
    assert "sk-ant-invalid-key" not in str(body)
    assert settings.call("GET /v1/settings/model-key") == (200, NONE)


def test_a_key_is_removed(settings: Settings) -> None:
    settings.call("PUT /v1/settings/model-key", {"api_key": KEY})

    assert settings.call("DELETE /v1/settings/model-key") == (200, NONE)
    assert settings.call("GET /v1/settings/model-key") == (200, NONE)


def test_who_stored_and_who_removed_a_key_is_in_the_audit_log(settings: Settings, tables: TableNames) -> None:
    settings.call("PUT /v1/settings/model-key", {"api_key": KEY})
    settings.call("DELETE /v1/settings/model-key")

    entries = Audit(Store(clients.dynamodb(), tables)).page(NationSlug("demo")).entries
    assert [(each.by, each.about, dict(each.details)) for each in reversed(entries)] == [
        ("ann", "model_key", {"last_four": "WXYZ"}),
        ("ann", "model_key", {}),
    ]
    assert KEY not in str(entries)


@pytest.mark.parametrize(
    "route", ["GET /v1/settings/model-key", "PUT /v1/settings/model-key", "DELETE /v1/settings/model-key"]
)
@pytest.mark.parametrize("user", ["bob", "stranger"])
def test_only_admins_come_here(settings: Settings, route: str, user: str) -> None:
    status, _ = settings.call(route, {"api_key": KEY}, user=user)

    assert status == 403
    assert settings.claude.requests == []


@pytest.mark.parametrize("body", [None, {}, {"api_key": 5}, {"api_key": None}])
def test_a_body_without_a_key_is_refused(settings: Settings, body: Any) -> None:
    status, answer = settings.call("PUT /v1/settings/model-key", body)

    assert (status, answer["error"]["code"]) == (400, "bad_request")


def test_without_a_subscription_a_key_can_be_removed_but_not_stored(settings: Settings) -> None:
    assert settings.call("PUT /v1/settings/model-key", {"api_key": KEY}, slug="late")[0] == 402
    assert settings.call("DELETE /v1/settings/model-key", slug="late") == (200, NONE)


def test_on_bedrock_no_key_is_taken(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(Variable.MODEL_PROVIDER, "bedrock")

    status, body = settings.call("PUT /v1/settings/model-key", {"api_key": KEY})

    assert (status, body["error"]["code"]) == (422, "model_key_invalid")
    assert settings.claude.requests == []


def test_the_routes_load_no_heavy_library() -> None:
    assert not loaded_by("nat.handlers.routes.model_key") & HEAVY
