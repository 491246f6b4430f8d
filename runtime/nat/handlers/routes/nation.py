"""The selected nation."""

from nat.aws.items import optional_timestamp
from nat.contract.fields import Count, Moment, ResponseBody, Slug, extended
from nat.errors import NotAMember
from nat.handlers.endpoints import NationCall, operation
from nat.nations.record import SubscriptionStatus
from nat.nations.subscription import SubscriptionState, get_nation_subscription
from nat.roles import Role


class Subscription(ResponseBody, frozen=True, kw_only=True):
    """What the nation may do, and whether it is connected."""

    nation_slug: Slug
    status: SubscriptionStatus
    active: bool
    """Whether the nation may use Nat now."""
    plan: str | None
    queries_used: Count
    queries_limit: Count
    period_start: Moment | None
    limit_reached: bool
    nb_connected: bool
    nb_needs_reauth: bool
    """An admin has to connect NationBuilder again."""


class NationBody(Subscription, frozen=True, kw_only=True):
    """The selected nation as its members see it."""

    role: Role | None
    """The caller's; null for who is no member, and whoever asks then learns nothing of the nation."""


@operation("GET /v1/nation", tag="Nation", raises=(NotAMember,))
def get_nation(call: NationCall) -> NationBody:
    """The selected nation's subscription.

    A nation that was never subscribed has the status none, and so has every nation for somebody who has
    nothing to do with it: which nations are customers is told to nobody else.
    """
    user_id, slug = call.person.user_id, call.nation_slug
    member = call.services.memberships.known(slug, user_id)
    if member is None:
        if call.services.memberships.outsider(slug, user_id) is not None:
            raise NotAMember
        return extended(subscription_of(SubscriptionState.unknown(slug)), NationBody, role=None)
    state = get_nation_subscription(slug, call.services.check)
    return extended(subscription_of(state), NationBody, role=member.role)


def subscription_of(state: SubscriptionState) -> Subscription:
    """A subscription as clients have it."""
    return Subscription(
        nation_slug=state.nation_slug,
        status=state.status,
        active=state.status.usable,
        plan=state.plan,
        queries_used=state.queries_used,
        queries_limit=state.queries_limit,
        period_start=optional_timestamp(state.period_start),
        limit_reached=state.limit_reached,
        nb_connected=state.nb_connected,
        nb_needs_reauth=state.nb_needs_reauth,
    )
