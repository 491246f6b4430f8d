"""Which model a worker asks, by its environment."""

import uuid

import pytest

from nat.agent.models.claude import AnthropicModel, BedrockModel, Clients
from nat.aws import clients
from nat.names import Variable
from nat.settings import SettingMissing
from nat.worker.model import configured_model

CLIENTS = Clients("http://127.0.0.1:9")


@pytest.fixture
def secret(embedded_aws: object, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"nat/platform/test-{uuid.uuid4().hex[:8]}"
    monkeypatch.setenv(Variable.ANTHROPIC_SECRET, name)
    return name


def test_the_platforms_key_is_read_from_its_secret(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clients.secrets().create_secret(Name=secret, SecretString="key\n")
    monkeypatch.setenv(Variable.MODEL_ID, "claude-haiku-5-5")

    model = configured_model(clients.secrets(), "us-east-1", CLIENTS)

    assert isinstance(model, AnthropicModel)
    assert model.model == "claude-haiku-5-5"


def test_an_empty_key_is_refused_by_name(secret: str) -> None:
    clients.secrets().create_secret(Name=secret, SecretString=" ")

    with pytest.raises(SettingMissing, match=secret):
        configured_model(clients.secrets(), "us-east-1", CLIENTS)


def test_bedrock_needs_no_key(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(Variable.MODEL_PROVIDER, "bedrock")

    assert isinstance(configured_model(clients.secrets(), "eu-central-1", CLIENTS), BedrockModel)


def test_an_unknown_provider_is_refused_by_name(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(Variable.MODEL_PROVIDER, "oracle")

    with pytest.raises(SettingMissing, match="oracle"):
        configured_model(clients.secrets(), "us-east-1", CLIENTS)
