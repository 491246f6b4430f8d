"""The settings of the selected nation: members see them, admins change them. Works without a subscription."""

from typing import Final

from msgspec import UNSET

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.changes.policy import Rule
from nat.conversations.retention import Shortening
from nat.errors import NationUnknown
from nat.handlers.endpoints import MemberCall, operation
from nat.nations.settings import PolicyWanted, Settings, SettingsWanted, change, settings_of
from nat.people.budget_grants import begin_budgets
from nat.roles import Role

_EXAMPLE: Final = SettingsWanted(
    time_zone="America/New_York", policy=PolicyWanted(classes={"bulk": Rule.ASK}, tools={})
)


@operation("GET /v1/settings", tag="Nation", active=False, raises=(NationUnknown,))
def get_settings(call: MemberCall) -> Settings:
    """The nation's settings."""
    return settings_of(call.services.nations.require(call.nation_slug))


@operation(
    "PATCH /v1/settings",
    tag="Nation",
    role=Role.ADMIN,
    active=False,
    example=_EXAMPLE,
    raises=(NationUnknown,),
)
def change_settings(call: MemberCall, body: SettingsWanted) -> Settings:
    """Change settings.

    Each change is an entry of the audit log. A shorter retention is applied to old conversations within
    minutes.
    """
    services, slug = call.services, call.nation_slug
    if body.budgets is not UNSET:
        nation = services.nations.require(slug)
        begin_budgets(services.store, nation, body.budgets.budgets, services.clock())
    changed = change(services.nations, slug, body, services.clock())
    log = Audit(services.store)
    for each in changed.changes:
        log.append(
            slug,
            AuditKind.SETTINGS_CHANGED,
            by=call.member.user_id,
            about=each.name,
            summary=f"Changed {each.name}",
            details={"before": each.before, "after": each.after},
        )
    before, after = settings_of(changed.before), settings_of(changed.nation)
    if after.retention_days < before.retention_days:
        Shortening(services.store).begin(slug)
    return after
