"""Only what came through CloudFront is answered: `behind_front` stands before every handler of API Gateway.

Of a WebSocket only the request that opens it has headers; what follows belongs to a connection that was let
in.
"""

from collections.abc import Callable
from functools import cache, wraps
from typing import TypeVar

from nat import settings
from nat.aws import clients, log
from nat.aws.origin_key import OriginKeys
from nat.errors import Forbidden, Internal
from nat.handlers.request import Lambda, LambdaEvent, refusal
from nat.names import ORIGIN_KEY_HEADER, Variable
from nat.wording import Worded

Context = TypeVar("Context")
Handler = Callable[[LambdaEvent, Context], Lambda]
ELSEWHERE = Worded("refused.elsewhere")
OPENING = "CONNECT"


def behind_front(handler: Handler[Context]) -> Handler[Context]:
    """Let a handler answer only what came through CloudFront, where the environment names its key."""

    @wraps(handler)
    def guarded(event: LambdaEvent, context: Context) -> Lambda:
        try:
            if not _came_through(event):
                return refusal(Forbidden(ELSEWHERE)).as_lambda()
        except Exception as error:
            log.defect(error)
            return refusal(Internal()).as_lambda()
        return handler(event, context)

    return guarded


def _came_through(event: LambdaEvent) -> bool:
    keys = _keys()
    if keys is None or event["requestContext"].get("eventType", OPENING) != OPENING:
        return True
    headers = event.get("headers") or {}
    given = [value for name, value in headers.items() if name.lower() == ORIGIN_KEY_HEADER]
    return keys.accept(given[0] if len(given) == 1 else None)


@cache
def _keys() -> OriginKeys | None:
    name = settings.read_optional(Variable.ORIGIN_KEY)
    return OriginKeys(clients.secrets(), name) if name else None


if settings.in_lambda() and (found := _keys()) is not None:
    # Read while Lambda gives a new function its full CPU, not in a request.
    found.read()
