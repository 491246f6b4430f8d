"""The settings of the selected nation: members see them, admins change them. Works without a subscription."""

from typing import Annotated, ClassVar, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nat.agent.tool_names import tool_names
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.changes.effect import Effect
from nat.changes.policy import SENDS, Rule
from nat.contract.fields import ResponseBody, StrictBody, named
from nat.conversations.retention import Shortening
from nat.errors import NationUnknown
from nat.handlers.endpoints import MemberCall, operation
from nat.names import MOST_DECIDE_MINUTES, RETENTION_DAYS
from nat.nations.budgets import LONGEST_ID, MOST_PEOPLE, Budgets
from nat.nations.joiners import Joiners
from nat.nations.plans import UNLIMITED
from nat.nations.record import Nation
from nat.nations.settings import (
    BUDGETS,
    LEAST_MINUTES,
    LEAST_RETENTION,
    as_body,
    change,
)
from nat.people.budget_grants import begin_budgets
from nat.roles import Role

_CLASSES: Final = (*(effect.value for effect in Effect), SENDS)

Rules = dict[str, Rule]
Queries = Annotated[int, Meta(ge=0, lt=UNLIMITED)]


class PolicyBody(ResponseBody, frozen=True, kw_only=True):
    """What the agent may do without asking. A rule for a tool comes before that for its class."""

    classes: Rules
    tools: Rules


class BudgetsBody(ResponseBody, frozen=True, kw_only=True):
    """Queries a period, by role and by user id. A person's own comes before that of the role."""

    roles: Annotated[dict[Role, Queries], named(Role)]
    people: dict[str, Queries]


class Settings(ResponseBody, frozen=True, kw_only=True):
    """What admins set."""

    time_zone: str
    """IANA name."""
    retention_days: int
    policy: PolicyBody
    approval_minutes: int
    """How long a proposal waits for a decision."""
    budgets: BudgetsBody
    joiners: Joiners
    """What somebody becomes who proves in NationBuilder that they use the control panel; `ask`: an admin lets
    them in."""
    weekly_report: bool
    """Whether admins are mailed a report on Mondays."""


class PolicyWanted(StrictBody, frozen=True, kw_only=True):
    """Replaces the policy as a whole. It has no other names."""

    classes: Annotated[Rules, named(_CLASSES)] | UnsetType = UNSET
    tools: Annotated[Rules, named(sorted(tool_names()))] | UnsetType = UNSET


class BudgetsWanted(StrictBody, frozen=True, kw_only=True):
    """Replaces the budgets as a whole. It has no other names."""

    roles: Annotated[dict[Role, Queries], named(Role)] | UnsetType = UNSET
    people: (
        Annotated[
            dict[Annotated[str, Meta(min_length=1, max_length=LONGEST_ID)], Queries],
            Meta(max_length=MOST_PEOPLE),
        ]
        | UnsetType
    ) = UNSET


class SettingsWanted(StrictBody, frozen=True, kw_only=True):
    """Settings to change, at least one; the others stay. There are no others."""

    schema: ClassVar[dict[str, object]] = {"minProperties": 1}

    time_zone: Annotated[str, Meta(examples=["America/New_York"])] | UnsetType = UNSET
    """IANA name."""
    retention_days: Annotated[int, Meta(ge=LEAST_RETENTION, le=RETENTION_DAYS)] | UnsetType = UNSET
    policy: PolicyWanted | UnsetType = UNSET
    approval_minutes: Annotated[int, Meta(ge=LEAST_MINUTES, le=MOST_DECIDE_MINUTES)] | UnsetType = UNSET
    budgets: BudgetsWanted | UnsetType = UNSET
    joiners: Joiners | UnsetType = UNSET
    weekly_report: bool | UnsetType = UNSET
    """Whether admins are mailed one on Mondays."""


_EXAMPLE: Final = SettingsWanted(
    time_zone="America/New_York", policy=PolicyWanted(classes={"bulk": Rule.ASK}, tools={})
)


@operation("GET /v1/settings", tag="Nation", active=False, raises=(NationUnknown,))
def get_settings(call: MemberCall) -> Settings:
    """The nation's settings."""
    return _told(call.services.nations.require(call.nation_slug))


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
    wanted: dict[str, object] = msgspec.to_builtins(body)
    if BUDGETS in wanted:
        nation = services.nations.require(slug)
        begin_budgets(services.store, nation, Budgets.read(wanted[BUDGETS]), services.clock())
    changed = change(services.nations, slug, wanted, services.clock())
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
        if each.name == "retention_days" and each.after < each.before:
            Shortening(services.store).begin(slug)
    return _told(changed.nation)


def _told(nation: Nation) -> Settings:
    return msgspec.convert(as_body(nation), Settings)
