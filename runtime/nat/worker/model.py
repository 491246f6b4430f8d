"""The models that this process asks: with the platform's key, or with that which a nation has brought."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nat import settings
from nat.agent.loop import Agent
from nat.agent.models.claude import DEFAULT_MODEL, AnthropicModel, BedrockModel, Clients
from nat.agent.models.failures import KeyLimitReached, KeyRateLimited, KeyRefused, ModelWithheld
from nat.agent.ports import ModelReply, ModelRequest
from nat.errors import ModelKeyRejected, ModelOverloaded
from nat.names import Secret, Variable
from nat.settings import SettingMissing
from nat.wording import Worded

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from nat.agent.ports import Model
    from nat.connections.model_keys import NationKeys
    from nat.nations.record import Nation

ANTHROPIC = "anthropic"
BEDROCK = "bedrock"


def configured_model(secrets: "SecretsManagerClient", region: str, clients: Clients) -> "Model":
    """The model of the environment. Reads the platform's key once: a new key needs a new deployment.

    Raises `SettingMissing` for an unknown provider or an empty secret, `ClientError` when it cannot be read.
    """
    model = settings.read_optional(Variable.MODEL_ID, DEFAULT_MODEL)
    if provider() == BEDROCK:
        return BedrockModel(region, model)
    name = settings.read_optional(Variable.ANTHROPIC_SECRET, Secret.ANTHROPIC)
    key = secrets.get_secret_value(SecretId=name).get("SecretString", "").strip()
    if not key:
        raise SettingMissing(f"The secret {name} holds no API key.")
    return AnthropicModel(clients, key, model)


def provider() -> str:
    """Who serves the model: `anthropic` or `bedrock`. Raises `SettingMissing` for another."""
    chosen = settings.read_optional(Variable.MODEL_PROVIDER, ANTHROPIC)
    if chosen not in (ANTHROPIC, BEDROCK):
        raise SettingMissing(f"{Variable.MODEL_PROVIDER} is {chosen}; it can be {ANTHROPIC} or {BEDROCK}.")
    return chosen


@dataclass(frozen=True)
class OwnKeyModel:
    """The environment's model with a nation's own key. What is the key's fault fails the turn by its name,
    and nothing is asked with another one."""

    model: AnthropicModel

    def stream(
        self, request: ModelRequest, *, on_text: Callable[[str], None], stopped: Callable[[], bool]
    ) -> ModelReply:
        """Stream one message. Raises `ModelKeyRejected`, and what `AnthropicModel.stream` raises."""
        try:
            return self.model.stream(request, on_text=on_text, stopped=stopped)
        except KeyLimitReached:
            raise ModelKeyRejected(Worded("refused.own_key_limit")) from None
        except KeyRefused:
            raise ModelKeyRejected from None
        except ModelWithheld:
            raise ModelKeyRejected(Worded("refused.own_key_no_model", model=self.model.model)) from None
        except KeyRateLimited:
            raise ModelOverloaded(Worded("refused.own_key_busy")) from None


class OwnAgents:
    """The agents of nations that brought a key. Called within the nation."""

    def __init__(
        self, keys: "NationKeys", clients: Clients, agent_with: Callable[["Model"], Agent], provider: str
    ) -> None:
        self._keys = keys
        self._clients = clients
        self._agent_with = agent_with
        self._model = settings.read_optional(Variable.MODEL_ID, DEFAULT_MODEL)
        self._provider = provider

    def __call__(self, nation: "Nation") -> Agent | None:
        """The agent of a nation with a key of its own; `None` for all others.

        Raises `ModelKeyRejected` for a key that cannot be read, and where Bedrock serves the model, which
        takes no keys: there the nation's choice cannot be kept.
        """
        key = self._keys.key_of(nation)
        if key is None:
            return None
        if self._provider != ANTHROPIC:
            raise ModelKeyRejected
        return self._agent_with(OwnKeyModel(AnthropicModel(self._clients, key, self._model)))
