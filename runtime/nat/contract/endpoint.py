"""An endpoint of the HTTP API, declared once: its address, what it takes and gives, what can go wrong, who
may call it and how often. Parsing, answering, the OpenAPI document and API Gateway's routes follow from it.
"""

from typing import ClassVar, Final

import msgspec

from nat.contract.fields import Limit, Query, RequestBody, RequestHeaders, ResponseBody
from nat.errors import (
    BadRequest,
    Forbidden,
    Internal,
    NatError,
    NationUnknown,
    NotAMember,
    NotProven,
    RoleInsufficient,
    SubscriptionInactive,
    Throttled,
    Unauthenticated,
)
from nat.roles import Role

Errors = tuple[type[NatError], ...]

ANY: Final[Errors] = (BadRequest, Unauthenticated, Forbidden, Throttled, Internal)
"""Of every operation behind the authorizer."""


class Access(msgspec.Struct, frozen=True):
    """Who may call. `nation`: a nation has to be selected. `role`: the least role of a member; `None` is
    for who need not be one, or of whom the function itself finds out. `active`: the nation has to be allowed
    to use Nat now. `unproven`: also for who only pays for the nation, and sees nothing of it. `operator`:
    only for who runs the service."""

    nation: bool = False
    role: Role | None = None
    active: bool = False
    unproven: bool = False
    operator: bool = False

    @property
    def errors(self) -> Errors:
        """What is answered to who may not."""
        if self.role is None:
            return ()
        return (
            NotAMember,
            NotProven,
            *(() if self.unproven else (NotProven,)),
            *((NationUnknown, SubscriptionInactive) if self.active else ()),
            *(() if self.role is Role.VIEWER else (RoleInsufficient,)),
        )

    @property
    def in_words(self) -> str:
        """The same for people."""
        if self.role is None:
            return "For who runs the service." if self.operator else ""
        who = {
            Role.VIEWER: "For members.",
            Role.MEMBER: "For members who may change something.",
            Role.ADMIN: "For admins.",
            Role.OWNER: "For the owner.",
        }[self.role]
        return who if self.active else f"{who} Works without a subscription."


class FileTypes(msgspec.Struct, frozen=True):
    """An answer that is a file: its media types. `more` says that the header `x-nat-next` may go on."""

    types: tuple[str, ...]
    more: bool = False


class EventStream(msgspec.Struct, frozen=True):
    """An answer of server-sent events, whose data are the turn's events. `again` is the body that is sent to
    go on with a turn after an event, which the header `Last-Event-ID` names."""

    again: type[RequestBody]
    type: ClassVar[str] = "text/event-stream"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The declaration. `answer` is `None` where there is nothing to say (204); `body_needed` is false where
    an absent body is an empty one; `example` is a body that succeeds."""

    key: str
    id: str
    tag: str
    summary: str
    description: str
    access: Access
    answer: type[ResponseBody] | FileTypes | EventStream | None
    status: int
    body: type[RequestBody] | None = None
    body_needed: bool = True
    example: RequestBody | None = None
    query: type[Query] | None = None
    headers: type[RequestHeaders] | None = None
    raises: Errors = ()
    limit: Limit | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places of the path, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def method(self) -> str:
        """In lower case, as OpenAPI has it."""
        return self.key.partition(" ")[0].lower()

    @property
    def path(self) -> str:
        """With places in braces."""
        return self.key.partition(" ")[2]

    @property
    def errors(self) -> Errors:
        """All that can go wrong."""
        return (*ANY, *self.access.errors, *self.raises)


def answered_type(annotation: object) -> type[ResponseBody] | None:
    """The struct that a function says it gives. Raises `TypeError` for anything else."""
    if annotation is None or annotation is type(None):
        return None
    if isinstance(annotation, type) and issubclass(annotation, ResponseBody):
        return annotation
    raise TypeError(f"An operation gives a struct of the contract, a file or nothing, not {annotation!r}.")
