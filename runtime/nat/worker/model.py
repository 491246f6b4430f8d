"""The model that this process asks: Anthropic's API with the platform's key, or Amazon Bedrock."""

from typing import TYPE_CHECKING

from nat import settings
from nat.agent.models.claude import DEFAULT_MODEL, AnthropicModel, BedrockModel, Clients
from nat.names import Secret, Variable
from nat.settings import SettingMissing

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

    from nat.agent.ports import Model


def configured_model(secrets: "SecretsManagerClient", region: str) -> "Model":
    """The model of the environment. Reads the platform's key once: a new key needs a new deployment.

    Raises `SettingMissing` for an unknown provider or an empty secret, `ClientError` when it cannot be read.
    """
    model = settings.read_optional(Variable.MODEL_ID, DEFAULT_MODEL)
    url = settings.read_optional(Variable.ANTHROPIC_URL)
    provider = settings.read_optional(Variable.MODEL_PROVIDER, "anthropic")
    if provider == "bedrock":
        return BedrockModel(region, model)
    if provider != "anthropic":
        raise SettingMissing(f"{Variable.MODEL_PROVIDER} is {provider}; it can be anthropic or bedrock.")
    name = settings.read_optional(Variable.ANTHROPIC_SECRET, Secret.ANTHROPIC)
    key = secrets.get_secret_value(SecretId=name).get("SecretString", "").strip()
    if not key:
        raise SettingMissing(f"The secret {name} holds no API key.")
    return AnthropicModel(Clients(url), key, model)
