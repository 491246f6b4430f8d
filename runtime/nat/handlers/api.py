"""The HTTP API behind the JWT authorizer: API Gateway's payload format 2.0, one function per route.

Routes are dispatched by API Gateway's own route key. A router on top of it (powertools' costs 30 ms to
import, a quarter of `import boto3`) would only match again what is matched.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from nat import aws, log, settings
from nat.conversations.events import Events
from nat.conversations.listing import Listing
from nat.conversations.turns import Turns
from nat.errors import BadRequest, Internal, NatError, NotFound, Throttled
from nat.items import timestamp
from nat.names import Route, Table
from nat.nations import plans as plans_module
from nat.nations.plans import Plans
from nat.nations.record import Nations
from nat.nations.subscription import SubscriptionCheck, get_nation_subscription
from nat.people.memberships import Memberships
from nat.people.session import Caller, caller_of, person_of, select
from nat.people.users import Users
from nat.roles import Role
from nat.settings import TableNames
from nat.turns.tickets import LIFETIME, Holder, Tickets

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Body = dict[str, Any]
PAGE: Final = 30
_PLACE: Final = re.compile(r"([0-9]{1,3})\.([0-9]{1,6})")


@dataclass(frozen=True)
class Request:
    """One call with verified claims."""

    route: str
    claims: Mapping[str, Any]
    headers: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> "Request":
        """The call behind an event of payload format 2.0."""
        context = event["requestContext"]
        jwt = (context.get("authorizer") or {}).get("jwt") or {}
        return cls(
            route=context["routeKey"],
            claims=jwt.get("claims") or {},
            headers=event.get("headers") or {},
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            request_id=context.get("requestId", ""),
        )


class Api:
    """The routes, on given storage, plans and clock."""

    def __init__(
        self,
        client: "DynamoDBClient",
        tables: TableNames,
        plans: Plans,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._nations = Nations(client, tables)
        self._check = SubscriptionCheck(self._nations, plans)
        self._users = Users(client, tables)
        self._memberships = Memberships(client, tables)
        self._tickets = Tickets(client, tables)
        self._turns = Turns(client, tables[Table.CONVERSATIONS])
        self._events = Events(client, tables[Table.CONVERSATIONS])
        self._listing = Listing(client, tables[Table.CONVERSATIONS])
        self._routes: dict[str, Callable[[Request], Body]] = {
            Route.ME: self.me,
            Route.NATION: self.nation,
            Route.WS_TICKET: self.ticket,
            Route.CONVERSATIONS: self.conversations,
            Route.TURN_EVENTS: self.turn_events,
        }

    def __call__(self, event: Mapping[str, Any]) -> Body:
        """Answer one call; every error as a status and the one error shape."""
        request = Request.read(event)
        log.structured().append_keys(request=request.request_id)
        try:
            route = self._routes.get(request.route)
            if route is None:
                raise NotFound
            return _answer(200, route(request))
        except NatError as error:
            return _refusal(error)
        except Exception as error:
            log.defect(error, request=request.request_id)
            return _refusal(Internal())

    def me(self, request: Request) -> Body:
        """The person, and the nations they belong to with role and subscription state."""
        person = person_of(request.claims)
        select(person, request.headers)
        user = self._users.seen(person.user_id, email=person.email, now=self._clock())
        memberships = self._memberships.of_user(person.user_id)
        nations = self._nations.get_many(each.nation_slug for each in memberships)
        return {
            "user_id": user.user_id,
            "email": user.email,
            "nation_slug": user.nation_slug,
            "memberships": [
                {
                    "nation_slug": each.nation_slug,
                    "role": each.role.value,
                    "subscription": (
                        self._check.state_of(nations[each.nation_slug]).as_body()
                        if each.nation_slug in nations
                        else None
                    ),
                }
                for each in memberships
            ],
        }

    def nation(self, request: Request) -> Body:
        """The subscription state of the selected nation, for its members; needs no subscription itself."""
        caller = self._caller(request)
        state = get_nation_subscription(caller.nation_slug, self._check)
        if state.known:
            role: Role | None = self._memberships.require(caller.user_id, caller.nation_slug).role
        else:
            role = None
        return {**state.as_body(), "role": None if role is None else role.value}

    def ticket(self, request: Request) -> Body:
        """A one-time ticket for a WebSocket in the selected nation."""
        caller = self._member(request)
        now = self._clock()
        self._users.seen(caller.user_id, email=caller.email, now=now)
        ticket = self._tickets.issue(Holder(caller.user_id, caller.nation_slug), now)
        return {"ticket": ticket, "expires_in": int(LIFETIME.total_seconds())}

    def conversations(self, request: Request) -> Body:
        """The person's conversations in the selected nation, newest first, in pages."""
        caller = self._member(request)
        limit = request.query.get("limit", str(PAGE))
        if not (limit.isascii() and limit.isdigit()):
            raise BadRequest("`limit` is a number from 1 to 100.")
        page = self._listing.of_person(
            caller.nation_slug, caller.user_id, limit=int(limit[:4]), after=request.query.get("after")
        )
        return {
            "conversations": [
                {
                    "conversation": each.conversation_id,
                    "title": each.title,
                    "turns": each.turns,
                    "created_at": timestamp(each.created_at),
                    "updated_at": timestamp(each.updated_at),
                }
                for each in page.conversations
            ],
            "next": page.next,
        }

    def turn_events(self, request: Request) -> Body:
        """The stored events of one turn of the person, after `?after=attempt.seq`, as on the wire."""
        caller = self._member(request)
        attempt, seq = _after(request.query.get("after"))
        try:
            turn = self._turns.get(caller.nation_slug, request.path["conversation"], request.path["turn"])
        except ValueError:
            raise NotFound from None
        if turn.user_id != caller.user_id:
            raise NotFound
        events = self._events.after(
            turn.nation_slug, turn.conversation_id, turn.turn_id, attempt=attempt, seq=seq
        )
        return {
            "turn": turn.turn_id,
            "state": turn.state.value,
            "events": [json.loads(each.wire) for each in events],
        }

    def _caller(self, request: Request) -> Caller:
        return caller_of(request.claims, request.headers)

    def _member(self, request: Request) -> Caller:
        """The caller, if they are a member of a nation that may use Nat now."""
        caller = self._caller(request)
        self._memberships.require(caller.user_id, caller.nation_slug)
        self._check.verify(caller.user_id, caller.nation_slug)
        return caller


def _after(text: str | None) -> tuple[int, int]:
    if text is None:
        return 0, 0
    match = _PLACE.fullmatch(text)
    if match is None:
        raise BadRequest("`after` is `attempt.seq` of the last event you have.")
    return int(match[1]), int(match[2])


def _answer(status: int, body: Body, headers: Mapping[str, str] | None = None) -> Body:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store", **(headers or {})},
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
    }


def _refusal(error: NatError) -> Body:
    headers = {"retry-after": str(round(error.retry_after))} if isinstance(error, Throttled) else {}
    return _answer(error.status, error.as_body(), headers)


@cache
def api() -> Api:
    """The API of this process, from its environment."""
    return Api(aws.dynamodb(), TableNames.read(), plans_module.read())


def handler(event: dict[str, Any], context: object) -> Body:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point."""
    return api()(event)


if settings.in_lambda():  # clients are built while Lambda gives a new function its full CPU, not in a request
    log.structured()
    api()
