"""The nation's own Anthropic key: admins bring, replace and remove it. Nobody is ever shown one."""

from functools import cache
from typing import Any, Final

from nat import settings
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.items import timestamp
from nat.connections.model_keys import BEDROCK_TAKES_NONE, KeyNote, ModelKeys, note_of, proof_over_http
from nat.errors import BadRequest, ModelKeyInvalid
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route, Variable
from nat.people.memberships import Membership
from nat.roles import Role

ANTHROPIC_URL: Final = "https://api.anthropic.com"


def model_key(services: Services, request: HttpRequest) -> HttpAnswer:
    """Whether the nation has a key of its own: its last four characters, and since when."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    return _told(note_of(services.nations.require(admin.nation_slug)))


def store(services: Services, request: HttpRequest) -> HttpAnswer:
    """Try a key out by one small call and store it; with a key that does not work nothing changes."""
    admin = services.member(request, at_least=Role.ADMIN)
    api_key = request.json().get("api_key")
    if not isinstance(api_key, str):
        raise BadRequest("`api_key` is the key as text.")
    if settings.read(Variable.MODEL_PROVIDER) != "anthropic":
        raise ModelKeyInvalid(BEDROCK_TAKES_NONE)
    note = _keys(services).store(admin.nation_slug, api_key, services.clock())
    _log(services, admin, "Stored the nation's own Anthropic key", {"last_four": note.last_four})
    return _told(note)


def remove(services: Services, request: HttpRequest) -> HttpAnswer:
    """Forget the nation's key; its next question uses the platform's."""
    admin = services.member(request, at_least=Role.ADMIN, active=False)
    _keys(services).remove(admin.nation_slug, services.clock())
    _log(services, admin, "Removed the nation's own Anthropic key", {})
    return _told(None)


def _log(services: Services, admin: Membership, summary: str, details: dict[str, Any]) -> None:
    Audit(services.store).append(
        admin.nation_slug,
        AuditKind.SETTINGS_CHANGED,
        by=admin.user_id,
        about="model_key",
        summary=summary,
        details=details,
    )


def _told(note: KeyNote | None) -> HttpAnswer:
    told: dict[str, Any] | None = None
    if note is not None:
        told = {"last_four": note.last_four, "stored_at": timestamp(note.stored_at)}
    return HttpAnswer({"model_key": told})


def _keys(services: Services) -> ModelKeys:
    prove = _prove(
        settings.read_optional(Variable.ANTHROPIC_URL, ANTHROPIC_URL), settings.read(Variable.MODEL_ID)
    )
    key_arn = settings.read_optional(Variable.DATA_KEY_ARN) or None
    return ModelKeys(clients.secrets(), services.nations, prove, key_arn=key_arn)


_prove = cache(proof_over_http)
"""Once per address and model: it holds a connection pool."""

ROUTES: Final[Routes] = {
    Route.MODEL_KEY: model_key,
    Route.STORE_MODEL_KEY: store,
    Route.REMOVE_MODEL_KEY: remove,
}
