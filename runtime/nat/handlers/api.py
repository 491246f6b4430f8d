"""The HTTP API behind the JWT authorizer: API Gateway's payload format 2.0, one function per route.

Routes are dispatched by API Gateway's own route key. A router on top of it (powertools' costs 30 ms to
import, a quarter of `import boto3`) would only match again what is matched.
"""

from collections.abc import Callable, Mapping
from functools import cache

from nat import settings
from nat.aws import log
from nat.errors import Internal, NatError, NotFound
from nat.handlers import routes
from nat.handlers.endpoints import Answering
from nat.handlers.front import behind_front
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda, LambdaEvent, refusal
from nat.handlers.services import Services


class Api:
    """The routes, on given services. `answering` finds the function behind a route key."""

    def __init__(
        self,
        services: Services,
        answering: Callable[[str], Answering | None] = routes.answering,
    ) -> None:
        self._services = services
        self._answering = answering

    def __call__(self, event: Mapping[str, object]) -> Lambda:
        """Answer one call; every error as a status and the one error shape."""
        request = HttpRequest.read(event)
        log.structured().append_keys(request=request.request_id)
        return self._answer(request).as_lambda()

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        try:
            answering = self._answering(request.route)
            if answering is None:
                raise NotFound
            return answering(self._services, request)
        except NatError as error:
            return refusal(error)
        except Exception as error:
            log.defect(error, request=request.request_id)
            return refusal(Internal())


@cache
def api() -> Api:
    """The API of this process, from its environment."""
    return Api(Services.of_process())


@behind_front
def handler(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    api()
