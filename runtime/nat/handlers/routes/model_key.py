"""The nation's own Anthropic key: admins bring, replace and remove it. Nobody is ever shown one."""

from functools import cache
from typing import Final

from nat import settings
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.items import timestamp
from nat.connections.model_keys import KeyNote, ModelKeys, note_of, proof_over_http
from nat.contract.fields import Moment, RequestBody, ResponseBody
from nat.errors import ModelKeyInvalid, ModelUnavailable, NationUnknown
from nat.handlers.endpoints import MemberCall, operation
from nat.handlers.services import Services
from nat.names import Variable
from nat.roles import Role
from nat.wording import Worded

ANTHROPIC_URL: Final = "https://api.anthropic.com"


class ModelKeyNote(ResponseBody, frozen=True, kw_only=True):
    """What is told of a key: never the key."""

    last_four: str
    stored_at: Moment


class ModelKey(ResponseBody, frozen=True, kw_only=True):
    """The nation's own Anthropic key, if it has one."""

    model_key: ModelKeyNote | None


class ModelKeyWanted(RequestBody, frozen=True, kw_only=True):
    """An Anthropic key."""

    api_key: str


@operation("GET /v1/settings/model-key", tag="Nation", role=Role.ADMIN, active=False, raises=(NationUnknown,))
def get_model_key(call: MemberCall) -> ModelKey:
    """Whether the nation has its own Anthropic key.

    Its last four characters, and since when.
    """
    return _told(note_of(call.services.nations.require(call.nation_slug)))


@operation(
    "PUT /v1/settings/model-key",
    tag="Nation",
    role=Role.ADMIN,
    example=ModelKeyWanted(api_key="sk-ant-your-own-key"),
    raises=(ModelKeyInvalid, ModelUnavailable),
)
def store_model_key(call: MemberCall, body: ModelKeyWanted) -> ModelKey:
    """Bring an Anthropic key of the nation's own.

    The key is tried out by one small call; a bad one changes nothing.
    """
    if settings.read(Variable.MODEL_PROVIDER) != "anthropic":
        raise ModelKeyInvalid(Worded("form.key_on_bedrock"))
    note = _keys(call.services).store(call.nation_slug, body.api_key, call.services.clock())
    _log(call, "Stored the nation's own Anthropic key", {"last_four": note.last_four})
    return _told(note)


@operation(
    "DELETE /v1/settings/model-key", tag="Nation", role=Role.ADMIN, active=False, raises=(NationUnknown,)
)
def remove_model_key(call: MemberCall) -> ModelKey:
    """Forget the nation's own Anthropic key.

    Its next question uses the platform's.
    """
    _keys(call.services).remove(call.nation_slug, call.services.clock())
    _log(call, "Removed the nation's own Anthropic key", {})
    return _told(None)


def _log(call: MemberCall, summary: str, details: dict[str, object]) -> None:
    services = call.services
    Audit(services.store).append(
        call.nation_slug,
        AuditKind.SETTINGS_CHANGED,
        by=call.member.user_id,
        about="model_key",
        summary=summary,
        details=details,
    )


def _told(note: KeyNote | None) -> ModelKey:
    if note is None:
        return ModelKey(model_key=None)
    return ModelKey(model_key=ModelKeyNote(last_four=note.last_four, stored_at=timestamp(note.stored_at)))


def _keys(services: Services) -> ModelKeys:
    prove = _prove(
        settings.read_optional(Variable.ANTHROPIC_URL, ANTHROPIC_URL), settings.read(Variable.MODEL_ID)
    )
    key_arn = settings.read_optional(Variable.DATA_KEY_ARN) or None
    return ModelKeys(clients.secrets(), services.nations, prove, key_arn=key_arn)


_prove = cache(proof_over_http)
"""Once per address and model: it holds a connection pool."""
