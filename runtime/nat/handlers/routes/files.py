"""Files that people asked for in a conversation."""

from typing import Final

from nat import settings
from nat.aws import clients
from nat.conversations.files import ADDRESS_SECONDS, Files
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route, Variable


def file(services: Services, request: HttpRequest) -> HttpAnswer:
    """Where the person's file can be fetched for 15 minutes, and how much it holds."""
    member = services.member(request, active=False)
    bucket = settings.read(Variable.FILES_BUCKET)
    files = Files(services.store, clients.s3(), bucket)
    found = files.address(
        member.nation_slug, member.user_id, request.path["conversation"], request.path["file"]
    )
    return HttpAnswer(
        {
            "name": found.name,
            "url": found.url,
            "expires_in": ADDRESS_SECONDS,
            "rows": found.rows,
            "total": found.total,
            "complete": found.complete,
        }
    )


ROUTES: Final[Routes] = {Route.FILE: file}
