"""Handing a tenant's pair over to its nation, so that one path owns it at every moment.

A refresh token is good for one use. The former path may refresh a pair until the tenant's row says
`tokens_owner = nation`; that write holds only if nobody has refreshed it since the row was read. Only after
it the pair is read again and put into the nation's vault, and only then the nation enters the index of what
is due to be refreshed. So no pair is ever the business of both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from nat.aws.isolation import nation
from nat.connections.apps import CUSTOMER, NATION, PLATFORM, Apps, AppUnknown
from nat.connections.tokens import fingerprint
from nat.connections.vault import TokenVault
from nat.errors import Reconnect
from nat.ids import NationSlug
from nat.migration import tenants as rows
from nat.migration.old_tokens import OldPair, OldTokens, Unreadable, pair_of
from nat.migration.tenants import Tenant, Tenants
from nat.nations.record import Nations

if TYPE_CHECKING:
    from nat.connections.refresh import Refresher

TRIES: Final = 3
"""How often a pair is claimed anew when the former path has just refreshed it."""


class HandOverOutcome(StrEnum):
    """What became of a tenant's pair."""

    HANDED_OVER = "handed_over"
    NONE = "none"
    """NationBuilder was never connected."""
    NEEDS_REAUTH = "needs_reauth"
    """The pair was no good before; the nation is asked to connect anew."""
    MISSING = "missing"
    UNREADABLE = "unreadable"
    APP_UNKNOWN = "app_unknown"
    """The pair was obtained with an app whose credentials are not there, so nobody could refresh it."""
    OTHER_PAIR = "other_pair"
    """The nation has, or had, a pair of its own: somebody has connected it anew."""
    BUSY = "busy"
    """The former path refreshes it right now; the next run tries again."""


@dataclass(frozen=True)
class Handed:
    """The outcome, and whether the former path has refreshed the pair after it was handed over."""

    outcome: HandOverOutcome
    refreshed_late: bool = False


class HandOver:
    """Hands pairs over. `customers` are those whose own app may have obtained a pair."""

    def __init__(
        self,
        tenants: Tenants,
        old: OldTokens,
        nations: Nations,
        vault: TokenVault,
        refresher: "Refresher",
        apps: Apps,
        *,
        customers: tuple[str, ...] = (),
        now: Callable[[], datetime],
    ) -> None:
        self._tenants = tenants
        self._old = old
        self._nations = nations
        self._vault = vault
        self._refresher = refresher
        self._apps = apps
        self._customers = customers
        self._now = now

    def foresee(
        self, tenant: Tenant, nation_slug: NationSlug, secrets: Mapping[str, str | None]
    ) -> HandOverOutcome:
        """What `carry_out` would come to; changes nothing. `secrets` are the texts of `OldTokens.texts`."""
        if tenant.tokens_owner == rows.NATION:
            return HandOverOutcome.HANDED_OVER
        if not tenant.nb_connected:
            return HandOverOutcome.NONE
        if tenant.nb_needs_reauth:
            return HandOverOutcome.NEEDS_REAUTH
        if tenant.tenant_id not in secrets:
            return HandOverOutcome.MISSING
        try:
            pair_of(secrets[tenant.tenant_id])
        except Unreadable:
            return HandOverOutcome.UNREADABLE
        with nation(nation_slug):
            return (
                HandOverOutcome.APP_UNKNOWN
                if self._app_of(tenant, nation_slug) is None
                else HandOverOutcome.HANDED_OVER
            )

    def carry_out(self, tenant: Tenant, nation_slug: NationSlug, secrets: Mapping[str, str | None]) -> Handed:
        """Hand the pair over, or go on with that; safe to repeat. The nation has a record."""
        with nation(nation_slug):
            if tenant.tokens_outcome == HandOverOutcome.HANDED_OVER:
                return self._look_again(tenant, nation_slug, secrets)
            foreseen = self.foresee(tenant, nation_slug, secrets)
            if foreseen is not HandOverOutcome.HANDED_OVER:
                return Handed(foreseen)
            return Handed(self._hand_over(tenant, nation_slug, secrets.get(tenant.tenant_id)))

    def _hand_over(self, tenant: Tenant, nation_slug: NationSlug, text: str | None) -> HandOverOutcome:
        current: Tenant | None = tenant
        for _ in range(TRIES):
            if current is None:
                return HandOverOutcome.BUSY
            if current.tokens_owner == rows.NATION:
                return self._keep(current, nation_slug)
            if self._pair_of_nation(nation_slug) is not None:
                return HandOverOutcome.OTHER_PAIR
            seen = fingerprint(pair_of(text).refresh_token)
            if self._tenants.claim_tokens(current, nation_slug, seen):
                return self._keep(current, nation_slug, seen)
            current = self._tenants.get(tenant.tenant_id)
            text = self._old.texts([tenant.tenant_id]).get(tenant.tenant_id)
        return HandOverOutcome.BUSY

    def _keep(self, tenant: Tenant, nation_slug: NationSlug, claimed: str | None = None) -> HandOverOutcome:
        """Put the pair into the nation's vault. The row says already that it is the nation's."""
        try:
            pair = self._old.get(tenant.tenant_id)
        except Unreadable:
            pair = None
        if pair is None:
            self._ask_to_connect(nation_slug)
            return HandOverOutcome.UNREADABLE
        own = fingerprint(pair.refresh_token)
        if own != (claimed or tenant.tokens_fingerprint):
            self._tenants.settle_tokens(tenant.tenant_id, own)
        tokens = pair.tokens(tenant, nation_slug, self._now())
        if self._refresher.adopt(tokens, self._app_of(tenant, nation_slug)):
            return HandOverOutcome.HANDED_OVER
        # The vault has another pair. It is this one's successor if the nation's path has refreshed it since.
        return HandOverOutcome.HANDED_OVER if claimed is None else HandOverOutcome.OTHER_PAIR

    def _look_again(
        self, tenant: Tenant, nation_slug: NationSlug, secrets: Mapping[str, str | None]
    ) -> Handed:
        """A request of the former path may have been under way when the pair was handed over. If its answer
        came after that, the nation's pair is spent and the new one lies in the old secret."""
        try:
            pair: OldPair | None = pair_of(secrets.get(tenant.tenant_id))
        except Unreadable:
            pair = None
        if pair is None or fingerprint(pair.refresh_token) == tenant.tokens_fingerprint:
            return Handed(HandOverOutcome.HANDED_OVER)
        if self._pair_of_nation(nation_slug) == tenant.tokens_fingerprint:  # nobody has refreshed it here
            tokens = pair.tokens(tenant, nation_slug, self._now())
            self._refresher.connect(tokens, self._app_of(tenant, nation_slug))
            self._tenants.settle_tokens(tenant.tenant_id, fingerprint(pair.refresh_token))
        return Handed(HandOverOutcome.HANDED_OVER, refreshed_late=True)

    def _pair_of_nation(self, nation_slug: NationSlug) -> str | None:
        """The fingerprint of the pair that the nation has."""
        self._vault.forget(nation_slug)
        try:
            return fingerprint(self._vault.get_nb_tokens_by_nation(nation_slug).refresh_token)
        except Reconnect:
            return None

    def _app_of(self, tenant: Tenant, nation_slug: NationSlug) -> str | None:
        """The name of the app that obtained the pair; a tenant that names none came by the platform's."""
        names = (PLATFORM, NATION, *(f"{CUSTOMER}{each}" for each in self._customers))
        for name in names:
            try:
                app = self._apps.credentials(nation_slug, name)
            except AppUnknown:
                continue
            if tenant.client_id in (None, app.client_id):
                return name
        return None

    def _ask_to_connect(self, nation_slug: NationSlug) -> None:
        """The pair is of no use here after all: people see that the nation has to be connected anew. Without
        an announcement: the report tells the operator."""
        self._nations.update(
            nation_slug,
            {"nb_needs_reauth": True},
            expected={"nb_token_expires_at": None},
            now=self._now(),
        )
