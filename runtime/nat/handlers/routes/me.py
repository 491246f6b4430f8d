"""The person who calls."""

from typing import Final

from nat.handlers.request import Answer, Request
from nat.handlers.routes import Routes
from nat.handlers.services import Services
from nat.names import Route
from nat.people.session import person_of, select


def me(services: Services, request: Request) -> Answer:
    """The person, and the nations they belong to with role and subscription state."""
    person = person_of(request.claims)
    select(person, request.headers)
    user = services.users.seen(person.user_id, email=person.email, now=services.clock())
    memberships = services.memberships.of_user(person.user_id)
    nations = services.nations.get_many(each.nation_slug for each in memberships)
    return Answer(
        {
            "user_id": user.user_id,
            "email": user.email,
            "nation_slug": user.nation_slug,
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


ROUTES: Final[Routes] = {Route.ME: me}
