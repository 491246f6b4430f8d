"""The person who calls."""

from typing import Annotated

from msgspec import Meta

from nat.contract.fields import RequestBody, ResponseBody, Slug
from nat.errors import NotAMember
from nat.handlers.endpoints import Call, operation
from nat.handlers.routes.nation import Subscription, subscription_of
from nat.ids import NationSlug, UserId
from nat.people.members import Members, update_user_nation_link
from nat.people.memberships import Membership
from nat.people.nps import NpsSurvey
from nat.people.users import User
from nat.roles import Role


class MembershipOfMine(ResponseBody, frozen=True, kw_only=True):
    """One of the person's nations."""

    nation_slug: Slug
    role: Role
    proven: bool
    """False for who pays for the nation and has not proven in NationBuilder that they use its control panel:
    they have billing, and see nothing else."""
    subscription: Subscription | None
    """Null for a nation that was never subscribed."""


class Me(ResponseBody, frozen=True, kw_only=True):
    """The person, and the nations they belong to."""

    user_id: UserId
    email: str | None
    nation_slug: Slug | None
    """The primary nation: the one that is selected when they sign in."""
    memberships: list[MembershipOfMine]
    operator: bool = False
    """Whether they run the service: the operator's pages are theirs too."""
    ask_nps: bool = False
    """Whether to ask them now how likely they are to recommend the service."""


class NpsAnswer(RequestBody, frozen=True, kw_only=True):
    """How likely the person is to recommend the service."""

    score: Annotated[int, Meta(ge=0, le=10)] | None
    """From 0, not at all, to 10, surely; null for who does not want to say."""


class PrimaryNation(ResponseBody, frozen=True, kw_only=True):
    """The nation that is selected when the person signs in."""

    nation_slug: Slug


class PrimaryNationWanted(RequestBody, frozen=True, kw_only=True):
    """One of the person's nations."""

    nation_slug: Slug


@operation("GET /v1/me", tag="Person")
def get_me(call: Call) -> Me:
    """The person, and their nations."""
    services, person = call.services, call.person
    services.memberships.require_living(person.user_id)
    user = services.users.seen(person.user_id, email=person.email, now=services.clock())
    memberships = services.memberships.of_user(person.user_id)
    nations = services.nations.get_many(each.nation_slug for each in memberships)
    states = {slug: services.check.state_of(nation) for slug, nation in nations.items()}
    return Me(
        user_id=user.user_id,
        email=user.email,
        nation_slug=_primary(user, memberships),
        memberships=[
            MembershipOfMine(
                nation_slug=each.nation_slug,
                role=each.role,
                proven=not each.unproven,
                subscription=subscription_of(states[each.nation_slug])
                if each.nation_slug in states
                else None,
            )
            for each in memberships
        ],
        operator=person.is_operator,
        ask_nps=bool(memberships) and NpsSurvey.is_due(user, services.clock()),
    )


@operation("PUT /v1/me/nps", tag="Person", example=NpsAnswer(score=9), raises=(NotAMember,))
def answer_nps(call: Call, body: NpsAnswer) -> None:
    """Say how likely one is to recommend the service.

    Once a quarter: a second answer changes nothing.
    """
    services, user_id = call.services, call.person.user_id
    services.memberships.require_living(user_id)
    NpsSurvey(services.store).answer(user_id, body.score, services.clock())


@operation(
    "PUT /v1/me/nation",
    tag="Person",
    example=PrimaryNationWanted(nation_slug="demo"),
    raises=(NotAMember,),
)
def set_primary_nation(call: Call, body: PrimaryNationWanted) -> PrimaryNation:
    """Choose the nation that is selected at sign-in."""
    services, person = call.services, call.person
    services.memberships.require_living(person.user_id)
    services.users.seen(person.user_id, email=person.email, now=services.clock())
    members = Members(services.store, services.plans)
    update_user_nation_link(NationSlug(body.nation_slug), person.user_id, members)
    return PrimaryNation(nation_slug=body.nation_slug)


def _primary(user: User, memberships: list[Membership]) -> str | None:
    """The nation that was made the primary one, while the person belongs to it; else their first."""
    slugs = [each.nation_slug for each in memberships]
    if user.nation_slug in slugs:
        return user.nation_slug
    return slugs[0] if slugs else None
