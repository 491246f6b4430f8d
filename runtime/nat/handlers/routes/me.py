"""The person who calls."""

from typing import Final

from nat.errors import BadRequest
from nat.handlers.request import HttpAnswer, HttpRequest
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.nations.subscription import valid_slug
from nat.people.members import Members, update_user_nation_link
from nat.people.memberships import Membership
from nat.people.session import person_of, select
from nat.people.users import User


def me(services: Services, request: HttpRequest) -> HttpAnswer:
    """The person, and the nations they belong to with role and subscription state."""
    person = person_of(request.claims)
    select(person, request.headers)
    user = services.users.seen(person.user_id, email=person.email, now=services.clock())
    memberships = services.memberships.of_user(person.user_id)
    nations = services.nations.get_many(each.nation_slug for each in memberships)
    return HttpAnswer(
        {
            "user_id": user.user_id,
            "email": user.email,
            "nation_slug": _primary(user, memberships),
            "memberships": [
                {
                    "nation_slug": each.nation_slug,
                    "role": each.role.value,
                    "subscription": (
                        services.check.state_of(nations[each.nation_slug]).as_body()
                        if each.nation_slug in nations
                        else None
                    ),
                }
                for each in memberships
            ],
        }
    )


def primary_nation(services: Services, request: HttpRequest) -> HttpAnswer:
    """Make one of the person's nations, `{"nation_slug"}`, the one that is selected when they sign in."""
    person = person_of(request.claims)
    select(person, request.headers)
    slug = request.json().get("nation_slug")
    if not isinstance(slug, str):
        raise BadRequest("`nation_slug` names one of your nations.")
    services.users.seen(person.user_id, email=person.email, now=services.clock())
    members = Members(services.store, services.plans)
    update_user_nation_link(person.user_id, valid_slug(slug), members)
    return HttpAnswer({"nation_slug": slug})


def _primary(user: User, memberships: list[Membership]) -> str | None:
    """The nation that was made the primary one, while the person belongs to it; else their first."""
    slugs = [each.nation_slug for each in memberships]
    if user.nation_slug in slugs:
        return user.nation_slug
    return slugs[0] if slugs else None


ROUTES: Final[Routes] = {Route.ME: me, Route.PRIMARY_NATION: primary_nation}
