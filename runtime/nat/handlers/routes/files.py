"""Files that people asked for in a conversation."""

from nat import settings
from nat.aws import clients
from nat.contract.fields import Address, Count, ResponseBody
from nat.conversations.files import ADDRESS_SECONDS, Files
from nat.errors import NotFound
from nat.handlers.endpoints import MemberCall, operation
from nat.ids import ConversationId
from nat.names import Variable


class File(ResponseBody, frozen=True, kw_only=True):
    """Where a file can be fetched, and how much it holds."""

    name: str
    url: Address
    expires_in: Count
    """Seconds that the address works."""
    rows: Count
    total: Count | None
    complete: bool
    """False: there was more than fits into one file."""


@operation(
    "GET /v1/conversations/{conversation}/files/{file}",
    tag="Conversations",
    active=False,
    raises=(NotFound,),
)
def get_file(call: MemberCall) -> File:
    """Where a file of a conversation can be fetched.

    For the person who asked for it.
    """
    services, member = call.services, call.member
    bucket = settings.read(Variable.FILES_BUCKET)
    files = Files(services.store, clients.s3(), bucket)
    found = files.address(
        member.nation_slug, member.user_id, ConversationId(call.path["conversation"]), call.path["file"]
    )
    return File(
        name=found.name,
        url=found.url,
        expires_in=ADDRESS_SECONDS,
        rows=found.rows,
        total=found.total,
        complete=found.complete,
    )
