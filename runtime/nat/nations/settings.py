"""What admins of a nation may set: time zone, retention, policy, budgets, joiners, weekly report. As clients
have them, and how they are stored."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, ClassVar, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from nat.agent.tool_names import tool_names
from nat.changes.effect import Effect
from nat.changes.policy import SENDS, Rule, StoredPolicy, policy_of
from nat.contract.fields import ResponseBody, StrictBody, named
from nat.errors import NationUnknown, Throttled
from nat.ids import NationSlug
from nat.names import DECIDE_MINUTES, MOST_DECIDE_MINUTES, RETENTION_DAYS
from nat.nations.budgets import LONGEST_ID, MOST_PEOPLE, Budgets
from nat.nations.plans import UNLIMITED
from nat.nations.record import Joiners, Nation, Nations, joiners_of
from nat.roles import Role
from nat.wording import Worded

LEAST_RETENTION: Final = 30
LEAST_MINUTES: Final = 1
TRIES: Final = 5
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

    def __post_init__(self) -> None:
        """Raises `ValueError` for a class or tool that there is not."""
        for what, rules, known in (("class", self.classes, _CLASSES), ("tool", self.tools, tool_names())):
            for name in rules or ():
                if name not in known:
                    raise ValueError(f"There is no {what} called {name[:60]}")


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

    @property
    def budgets(self) -> Budgets:
        """The same, to be set."""
        return Budgets(self.roles or {}, self.people or {})


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

    def __post_init__(self) -> None:
        """Raises `ValueError` for nothing at all and a time zone that there is not."""
        if all(getattr(self, name) is UNSET for name in self.__struct_fields__):
            raise ValueError(f"Settings are {', '.join(self.__struct_fields__)}")
        if self.time_zone is not UNSET and self.time_zone not in _zones():
            raise ValueError("`time_zone` is the IANA name of a time zone, such as America/New_York")


@dataclass(frozen=True)
class SettingsChange:
    """One setting as it was and as it is now, as JSON has it."""

    name: str
    before: object
    after: object


@dataclass(frozen=True)
class Changed:
    """The nation after a change of settings, and what of them is different."""

    before: Nation
    nation: Nation
    changes: tuple[SettingsChange, ...]


def settings_of(nation: Nation) -> Settings:
    """The settings as clients have them; defaults in place of what was never set."""
    policy, budgets = policy_of(nation.policy), Budgets.of(nation)
    return Settings(
        time_zone=nation.time_zone,
        retention_days=nation.retention_days or RETENTION_DAYS,
        policy=PolicyBody(classes=dict(policy.classes), tools=dict(policy.tools)),
        approval_minutes=nation.policy.get("approval_minutes", DECIDE_MINUTES),
        budgets=BudgetsBody(roles=dict(budgets.roles), people=dict(budgets.people)),
        joiners=joiners_of(nation),
        weekly_report=nation.weekly_report,
    )


def change(nations: Nations, nation_slug: NationSlug, wanted: SettingsWanted, now: datetime) -> Changed:
    """Set what `wanted` names and leave the rest. `policy` and `budgets` replace what was set as a whole.

    Raises `NationUnknown`, and `Throttled` when others change the same settings all the time.
    """
    for _ in range(TRIES):
        nation = nations.require(nation_slug)
        # Compared as stored: an empty policy is stored as such, or as nothing in an old record.
        changed = nations.update(
            nation_slug, _fields(nation, wanted), expected={"updated_at": nation.updated_at}, now=now
        )
        if changed is not None:
            return Changed(nation, changed, _changes(settings_of(nation), settings_of(changed)))
        if nations.get(nation_slug) is None:
            raise NationUnknown
    raise Throttled(Worded("form.settings_busy"), retry_after=1)


def _fields(nation: Nation, wanted: SettingsWanted) -> dict[str, object]:
    """What of the nation's record becomes different."""
    given = {
        "time_zone": wanted.time_zone,
        "retention_days": wanted.retention_days,
        "budgets": UNSET if wanted.budgets is UNSET else wanted.budgets.budgets.stored(),
        "joiners": wanted.joiners,
        "weekly_report": wanted.weekly_report,
        "policy": _policy(nation.policy, wanted),
    }
    return {name: value for name, value in given.items() if value is not UNSET}


def _policy(stored: StoredPolicy, wanted: SettingsWanted) -> StoredPolicy | UnsetType:
    if wanted.policy is UNSET and wanted.approval_minutes is UNSET:
        return UNSET
    policy = stored.copy()
    if wanted.policy is not UNSET:
        policy["classes"] = dict(wanted.policy.classes or {})
        policy["tools"] = dict(wanted.policy.tools or {})
    if wanted.approval_minutes is not UNSET:
        policy["approval_minutes"] = wanted.approval_minutes
    return policy


def _changes(before: Settings, after: Settings) -> tuple[SettingsChange, ...]:
    old, new = msgspec.to_builtins(before), msgspec.to_builtins(after)
    return tuple(SettingsChange(name, old[name], new[name]) for name in old if old[name] != new[name])


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}
