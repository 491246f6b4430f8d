"""Functions from before nations, for callers that still name a tenant: each resolves it and calls what came
after it.

They go on 2027-05-22, six months after nations came. A tenant's row names its nation in `nationbuilder_slug`;
what is no tenant is taken for the nation's slug itself.
"""

import warnings
from typing import Final

from nat.aws import clients
from nat.aws.items import decode, encode
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.nations.record import Nation
from nat.nations.subscription import SubscriptionCheck, verify_nation_subscription
from nat.nations.usage import (
    QueryCount,
    QueryPool,
    check_and_reset_billing_cycle_nation,
    track_query_usage_nation,
)
from nat.settings import TableNames

GONE_ON: Final = "2027-05-22"
"""From this day on the functions of this module do not exist."""


def track_query_usage(user_id: UserId, tenant_id: str, pool: QueryPool | None = None) -> QueryCount:
    """Deprecated: `track_query_usage_nation`. Raises what that raises."""
    _warn("track_query_usage", "track_query_usage_nation")
    return track_query_usage_nation(user_id, NationSlug(_nation_of(tenant_id)), pool)


def check_and_reset_billing_cycle(tenant_id: str, pool: QueryPool | None = None) -> Nation:
    """Deprecated: `check_and_reset_billing_cycle_nation`. Raises what that raises."""
    _warn("check_and_reset_billing_cycle", "check_and_reset_billing_cycle_nation")
    return check_and_reset_billing_cycle_nation(NationSlug(_nation_of(tenant_id)), pool)


def verify_subscription(
    user_id: UserId, tenant_id: str, check: SubscriptionCheck | None = None, *, query: bool = False
) -> Nation:
    """Deprecated: `verify_nation_subscription`. Raises what that raises."""
    _warn("verify_subscription", "verify_nation_subscription")
    return verify_nation_subscription(user_id, NationSlug(_nation_of(tenant_id)), check, query=query)


def _nation_of(tenant_id: str) -> str:
    """The nation that a tenant has become. Raises `SettingMissing` where the process was not given the
    tenants."""
    found = clients.dynamodb().get_item(
        TableName=TableNames.read()[Table.TENANTS],
        Key=encode({"tenant_id": tenant_id}),
        ConsistentRead=True,
    )
    slug: str = decode(found.get("Item", {})).get("nationbuilder_slug") or tenant_id
    return slug


def _warn(old: str, new: str) -> None:
    warnings.warn(f"{old} goes on {GONE_ON}: call {new}.", DeprecationWarning, stacklevel=3)
