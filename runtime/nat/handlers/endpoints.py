"""A route is one function and its declaration:

    @operation("PATCH /v1/members/{user}", tag="Members", role=Role.ADMIN, active=False, raises=(OwnerStays,))
    def change_member(call: MemberCall, body: RoleWanted) -> RoleOfMember:
        \"\"\"Give a member another role.

        At most their own role and never the owner's.\"\"\"

The signature says the rest. `call` says who may come: anybody with a session (`Call`), in a nation that they
select (`NationCall`), as a member of it (`MemberCall`), or who runs the service (`OperatorCall`). `body` and
`query`, where there are such, say what is sent; an absent body is allowed where the parameter has a default.
What is given back is the answer: a struct of the contract, a `Download`, or `None` for 204. The operation's
id is the function's name, its summary and description are the docstring.

Nothing has to be registered: `nat.contract.declared` finds the declaration in the source.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Final, TypeVar, cast

import msgspec

from nat.contract.endpoint import Access, Endpoint, Errors, FileTypes, answered_type
from nat.contract.fields import Limit, RequestBody
from nat.contract.parsing import parse, parse_query
from nat.errors import Forbidden, RoleInsufficient
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.services import Services
from nat.ids import NationSlug
from nat.names import NEXT_HEADER
from nat.people.memberships import Membership
from nat.people.session import Caller, Person, caller_of, person_of, select
from nat.roles import Role

Answering = Callable[[Services, HttpRequest], HttpAnswer]
"""A declared function as the API calls it."""
Declared = TypeVar("Declared", bound=Callable[..., object])
_MARK: Final = "__endpoint__"


class Call(msgspec.Struct, frozen=True):
    """A call of somebody with a session. `headers` are for the answer."""

    services: Services
    request: HttpRequest
    person: Person
    headers: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def path(self) -> Mapping[str, str]:
        """The places of the path, by name."""
        return self.request.path


class OperatorCall(Call, frozen=True, kw_only=True):
    """By somebody who runs the service."""


class NationCall(Call, frozen=True, kw_only=True):
    """In a nation that the headers select; whether the caller belongs to it is not known."""

    caller: Caller

    @property
    def nation_slug(self) -> NationSlug:
        """The selected nation."""
        return self.caller.nation_slug


class MemberCall(NationCall, frozen=True, kw_only=True):
    """By a member of the nation, whose role is enough."""

    member: Membership


class Download(msgspec.Struct, frozen=True):
    """A file for the person: saved by a browser under `name`. `next` says that it is not complete, and what
    `after` goes on with."""

    text: str
    name: str
    content_type: str
    next: str | None = None


def operation(
    key: str,
    *,
    tag: str,
    role: Role = Role.VIEWER,
    active: bool = True,
    unproven: bool = False,
    status: int | None = None,
    example: RequestBody | None = None,
    files: FileTypes | None = None,
    raises: Errors = (),
    limit: Limit | None = None,
) -> Callable[[Declared], Declared]:
    """Declare the function below as what answers `key`, such as `GET /v1/me`.

    Of a `MemberCall`: `role` is the least that may call, `active` whether the nation has to be allowed to use
    Nat now, `unproven` whether who only pays for it may call too. `raises` is what can go wrong besides what
    every call of its kind may meet. `files` are the media types of a function that gives a `Download`; its
    status is 200, as that of any other, but 204 where there is nothing to say.
    """

    def declare(function: Declared) -> Declared:
        names = inspect.signature(function).parameters
        hints = inspect.get_annotations(function)
        answer = files or answered_type(hints["return"])
        summary, _, description = (function.__doc__ or "").strip().partition("\n\n")
        access = _access(hints["call"], role, active=active, unproven=unproven)
        setattr(
            function,
            _MARK,
            Endpoint(
                key=key,
                id=_camel(function.__name__),
                tag=tag,
                summary=_one_line(summary).removesuffix("."),
                description=" ".join(filter(None, (access.in_words, _one_line(description)))),
                access=access,
                answer=answer,
                status=status or (200 if answer else 204),
                body=hints.get("body"),
                body_needed="body" in names and names["body"].default is inspect.Parameter.empty,
                example=example,
                query=hints.get("query"),
                raises=raises,
                limit=limit,
            ),
        )
        return function

    return declare


def endpoints(module: ModuleType) -> Mapping[str, Endpoint]:
    """What a module declares, in functions or in methods of its classes, by key."""
    own = [each for each in vars(module).values() if getattr(each, "__module__", "") == module.__name__]
    inner = [each for found in own if isinstance(found, type) for each in vars(found).values()]
    marked = [getattr(each, _MARK, None) for each in (*own, *inner)]
    return {each.key: each for each in marked if isinstance(each, Endpoint)}


def answering(of: object) -> Mapping[str, Answering]:
    """What answers the routes that a module, or an object's methods, declare, by key."""
    names = [name for name in dir(of) if not name.startswith("_")]
    marked = [(each, getattr(each, _MARK, None)) for each in (getattr(of, name) for name in names)]
    return {found.key: _answering(found, each) for each, found in marked if isinstance(found, Endpoint)}


def _answering(endpoint: Endpoint, function: Callable[..., object]) -> Answering:
    def answer(services: Services, request: HttpRequest) -> HttpAnswer:
        call = _enter(endpoint.access, services, request)
        sent: dict[str, object] = {}
        if endpoint.query is not None:
            sent["query"] = parse_query(request.query, endpoint.query)
        if endpoint.body is not None and (request.content or endpoint.body_needed):
            sent["body"] = parse(request.content, endpoint.body)
        if endpoint.limit is not None:
            services.limits.take(endpoint.limit, call.person.user_id, services.clock())
        return _told(function(call, **sent), endpoint.status, call.headers)

    return answer


def _enter(access: Access, services: Services, request: HttpRequest) -> Call:
    """Who calls, if they may. Raises `Unauthenticated`, `BadRequest`, `Forbidden`, and of a member
    `NotAMember`, `NotProven`, `RoleInsufficient` and what the subscription check raises."""
    person = person_of(request.claims)
    if not access.nation:
        select(person, request.headers)
        if access.operator and not person.is_operator:
            raise Forbidden
        return (OperatorCall if access.operator else Call)(services, request, person)
    caller = caller_of(request.claims, request.headers)
    if access.role is None:
        return NationCall(services, request, person, caller=caller)
    memberships = services.memberships
    look = memberships.require_known if access.unproven else memberships.require
    member = look(caller.nation_slug, caller.user_id)
    if access.active:
        services.check.verify(caller.nation_slug, caller.user_id)
    if not member.role.at_least(access.role):
        raise RoleInsufficient
    return MemberCall(services, request, person, caller=caller, member=member)


def _access(call: type[Call], role: Role, *, active: bool, unproven: bool) -> Access:
    if issubclass(call, MemberCall):
        return Access(nation=True, role=role, active=active, unproven=unproven)
    return Access(nation=issubclass(call, NationCall), operator=issubclass(call, OperatorCall))


def _told(told: object, status: int, headers: Mapping[str, str]) -> HttpAnswer:
    if told is None:
        return HttpAnswer("", status, headers)
    if isinstance(told, Download):
        more = {} if told.next is None else {NEXT_HEADER: told.next}
        file = {
            "content-type": f"{told.content_type}; charset=utf-8",
            "content-disposition": f'attachment; filename="{told.name}"',
            "x-content-type-options": "nosniff",
        }
        return HttpAnswer(told.text, status, {**headers, **file, **more})
    return HttpAnswer(msgspec.json.encode(cast("msgspec.Struct", told)).decode(), status, headers)


def _camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def _one_line(text: str) -> str:
    return " ".join(text.split())
