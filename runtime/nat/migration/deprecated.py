"""`get_nb_tokens`, from before nations, for callers that still name a tenant. It goes with the others of its
kind (`nat.nations.deprecated`)."""

import warnings
from dataclasses import replace

from nat.aws.isolation import nation
from nat.connections.tokens import NbTokens
from nat.connections.vault import TokenVault
from nat.errors import NotFound, Reconnect
from nat.ids import NationSlug
from nat.migration.old_tokens import OldTokens, Unreadable
from nat.migration.tenants import Tenant, Tenants
from nat.nations.deprecated import GONE_ON


def get_nb_tokens(tenant_id: str, tenants: Tenants, old: OldTokens, vault: TokenVault) -> NbTokens:
    """Deprecated: `get_nb_tokens_by_nation`. The pair of the nation that a tenant has become, or while it has
    become none, the tenant's own.

    `refresh_token` is empty: tokens are refreshed by the nation's path alone. Raises `NotFound` for a tenant
    that is not known, `Reconnect` where there is no pair.
    """
    warnings.warn(
        f"get_nb_tokens goes on {GONE_ON}: call get_nb_tokens_by_nation.", DeprecationWarning, stacklevel=2
    )
    tenant = tenants.get(tenant_id)
    if tenant is None:
        raise NotFound("There is no such tenant.")
    return replace(_tokens(tenant, old, vault), refresh_token="")


def _tokens(tenant: Tenant, old: OldTokens, vault: TokenVault) -> NbTokens:
    if tenant.migrated_to is not None:
        try:
            with nation(tenant.migrated_to):
                return vault.get_nb_tokens_by_nation(NationSlug(tenant.migrated_to))
        except Reconnect:
            if tenant.tokens_outcome is not None:  # else it is on its way there
                raise
    try:
        pair = old.get(tenant.tenant_id)
    except Unreadable:
        pair = None
    ends = None if pair is None else pair.expires_at or tenant.nb_token_expires_at
    slug = tenant.migrated_to or tenant.slug
    if pair is None or ends is None or slug is None:
        raise Reconnect
    return NbTokens(pair.access_token, "", ends, NationSlug(slug), ends)
