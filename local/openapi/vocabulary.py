"""What routes are described with: an operation, its parameters, its answers and what can go wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from nat.errors import (
    BadRequest,
    Forbidden,
    Internal,
    NatError,
    NationUnknown,
    NotAMember,
    NotFound,
    RoleInsufficient,
    SubscriptionInactive,
    Throttled,
    Unauthenticated,
)
from nat.names import SLUG_PATTERN, ULID_PATTERN


class Answered(BaseModel):
    """An object of an answer. Clients ignore names they do not know, so that new ones break nobody."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Sent(BaseModel):
    """An object that clients send. Names it does not have are ignored."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Strict(BaseModel):
    """An object that clients send. Names it does not have are refused."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in UTC and milliseconds, such as `2026-11-22T09:30:00.000Z`."""
Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Slug = Annotated[str, Field(pattern=SLUG_PATTERN, examples=["demo"])]
Ulid = Annotated[str, Field(pattern=ULID_PATTERN, examples=["01KAZ3V9Q8R7T6S5P4N3M2K1J0"])]
Count = Annotated[int, Field(ge=0)]


class _Absent:
    """A name may be missing, and that is not the same as null."""


ABSENT: Any = _Absent()
"""Default of a name that may be missing."""


def one_of(values: Iterable[str]) -> Any:
    """A text that is one of some values."""
    return Field(json_schema_extra={"enum": [str(each) for each in values]})


Errors = tuple[type[NatError], ...]

ANY: Final[Errors] = (BadRequest, Unauthenticated, Forbidden, Throttled, Internal)
"""Of every route behind the authorizer."""
MEMBER: Final[Errors] = (NotAMember,)
ACTIVE: Final[Errors] = (NotAMember, NationUnknown, SubscriptionInactive)
"""Of routes that need a subscription."""
ADMIN: Final[Errors] = (NotAMember, RoleInsufficient)
FOUND: Final[Errors] = (NotFound,)


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query; `schema` is its JSON schema."""

    name: str
    description: str
    schema: Mapping[str, Any]
    required: bool = False


@dataclass(frozen=True)
class Download:
    """An answer that is a file: its media types. `more` says that the header `x-nat-next` may go on."""

    types: tuple[str, ...]
    more: bool = False


@dataclass(frozen=True)
class Operation:
    """One route. `answer` is `None` for 204.

    `nation`: the header that selects a nation is needed. `example` is a body, which a test sends.
    """

    route: StrEnum
    id: str
    tag: str
    summary: str
    answer: type[BaseModel] | Download | None
    status: int = 200
    description: str = ""
    body: type[BaseModel] | None = None
    example: Mapping[str, Any] | None = None
    body_needed: bool = True
    query: tuple[Parameter, ...] = ()
    errors: Errors = ()
    nation: bool = True

    @property
    def method(self) -> str:
        """In lower case, as OpenAPI has it."""
        method: str = self.route.value.partition(" ")[0].lower()
        return method

    @property
    def path(self) -> str:
        """With places in braces."""
        path: str = self.route.value.partition(" ")[2]
        return path

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places of the path, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))


def limit(default: int, most: int) -> Parameter:
    """How much of a list one answer holds."""
    return Parameter(
        "limit",
        "How many at most.",
        {"type": "integer", "minimum": 1, "maximum": most, "default": default},
    )


def text(name: str, description: str, *, required: bool = False, **schema: Any) -> Parameter:
    """A text of the query."""
    return Parameter(name, description, {"type": "string", **schema}, required)


AFTER: Final = text("after", "The `next` of an earlier page: goes on behind it.")

PATHS: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "conversation": ("The conversation's id.", {"type": "string", "pattern": ULID_PATTERN}),
    "turn": ("The turn's id: of a question or a decision.", {"type": "string", "pattern": ULID_PATTERN}),
    "approval": ("The proposal's id.", {"type": "string", "minLength": 1}),
    "change": (
        "The change's id, `<turn>#<step>#<call>`, URL-encoded; `tool.finished` calls it `action`.",
        {"type": "string", "minLength": 1},
    ),
    "file": ("The file's id, as the answer's link names it.", {"type": "string", "minLength": 1}),
    "user": ("The member's user id.", {"type": "string", "minLength": 1}),
    "job": ("The job's id.", {"type": "string", "minLength": 1}),
    "invitation": ("The invitation's id.", {"type": "string", "minLength": 1}),
}
"""Every place of a path, described once."""
