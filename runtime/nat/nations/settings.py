"""What admins of a nation may set: time zone, retention, policy, budgets, joiners, weekly report. Read from
clients, checked, stored."""

import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from nat.agent.tool_names import tool_names
from nat.changes.effect import Effect
from nat.changes.policy import SENDS, Rule
from nat.errors import BadRequest, NationUnknown, Throttled
from nat.ids import NationSlug
from nat.names import DECIDE_MINUTES, MOST_DECIDE_MINUTES, RETENTION_DAYS
from nat.nations.budgets import Budgets
from nat.nations.joiners import Joiners, joiners_of
from nat.nations.record import Nation, Nations

LEAST_RETENTION: Final = 30
LEAST_MINUTES: Final = 1
APPROVAL_MINUTES: Final = "approval_minutes"
TRIES: Final = 5
BUDGETS: Final = "budgets"
JOINERS: Final = "joiners"
WEEKLY_REPORT: Final = "weekly_report"
_NAMES: Final = (
    "time_zone",
    "retention_days",
    "policy",
    APPROVAL_MINUTES,
    BUDGETS,
    JOINERS,
    WEEKLY_REPORT,
)
_CLASSES: Final = (*(effect.value for effect in Effect), SENDS)


@dataclass(frozen=True)
class SettingsChange:
    """One setting as it was and as it is now."""

    name: str
    before: object
    after: Any


@dataclass(frozen=True)
class Changed:
    """The nation after a change of settings, and what of them is different."""

    nation: Nation
    changes: tuple[SettingsChange, ...]


def as_body(nation: Nation) -> dict[str, object]:
    """The settings as clients have them; defaults in place of what was never set."""
    policy = nation.policy
    return {
        "time_zone": nation.time_zone,
        "retention_days": nation.retention_days or RETENTION_DAYS,
        "policy": {
            "classes": dict(policy.get("classes", {})),
            "tools": dict(policy.get("tools", {})),
        },
        APPROVAL_MINUTES: policy.get(APPROVAL_MINUTES, DECIDE_MINUTES),
        BUDGETS: Budgets.of(nation).as_body(),
        JOINERS: joiners_of(nation).value,
        WEEKLY_REPORT: nation.weekly_report,
    }


def change(nations: Nations, nation_slug: NationSlug, wanted: Mapping[str, object], now: datetime) -> Changed:
    """Set what `wanted` names and leave the rest. `policy` and `budgets` replace what was set as a whole.

    Raises `BadRequest` for what cannot be set, `NationUnknown`, and `Throttled` when others change the same
    settings all the time.
    """
    checked = _checked(wanted)
    for _ in range(TRIES):
        nation = nations.require(nation_slug)
        before = as_body(nation)
        fields: dict[str, object] = {
            name: checked[name]
            for name in ("time_zone", "retention_days", BUDGETS, JOINERS, WEEKLY_REPORT)
            if name in checked
        }
        if {"policy", APPROVAL_MINUTES} & {*checked}:
            rules = checked.get("policy") or {
                name: dict(nation.policy[name]) for name in ("classes", "tools") if name in nation.policy
            }
            minutes = checked.get(APPROVAL_MINUTES, nation.policy.get(APPROVAL_MINUTES))
            fields["policy"] = {**rules, **({} if minutes is None else {APPROVAL_MINUTES: minutes})}
        # Compared as stored: an empty policy is stored as such, or as nothing in an old record.
        changed = nations.update(nation_slug, fields, expected={"updated_at": nation.updated_at}, now=now)
        if changed is not None:
            after = as_body(changed)
            return Changed(
                changed,
                tuple(
                    SettingsChange(name, before[name], after[name])
                    for name in _NAMES
                    if before[name] != after[name]
                ),
            )
        if nations.get(nation_slug) is None:
            raise NationUnknown
    raise Throttled("Somebody else is changing the settings. Look at them and try again.", retry_after=1)


def _checked(wanted: Mapping[str, Any]) -> dict[str, Any]:
    unknown = {*wanted} - {*_NAMES}
    if unknown or not wanted:
        raise BadRequest(f"Settings are {', '.join(_NAMES)}.")
    readers: dict[str, Callable[[object], object]] = {
        "time_zone": _time_zone,
        "retention_days": lambda value: _number(value, "retention_days", LEAST_RETENTION, RETENTION_DAYS),
        "policy": _policy,
        APPROVAL_MINUTES: lambda value: _number(value, APPROVAL_MINUTES, LEAST_MINUTES, MOST_DECIDE_MINUTES),
        BUDGETS: lambda value: Budgets.read(value).as_body(),
        JOINERS: _joiners,
        WEEKLY_REPORT: _flag,
    }
    return {name: readers[name](value) for name, value in wanted.items()}


def _time_zone(value: object) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise BadRequest("`time_zone` is the IANA name of a time zone, such as America/New_York.")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}


def _joiners(value: object) -> str:
    if value not in tuple(Joiners):
        raise BadRequest(f"`joiners` is one of {', '.join(Joiners)}.")
    return str(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadRequest(f"`{WEEKLY_REPORT}` is true or false.")
    return value


def _number(value: object, name: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise BadRequest(f"`{name}` is a whole number from {least} to {most}.")
    return value


def _policy(value: object) -> dict[str, dict[str, str]]:
    if not isinstance(value, dict) or {*value} - {"classes", "tools"}:
        raise BadRequest("`policy` has `classes` and `tools`.")
    return {
        "classes": _rules(value.get("classes", {}), frozenset(_CLASSES), "class"),
        "tools": _rules(value.get("tools", {}), tool_names(), "tool"),
    }


def _rules(value: object, known: frozenset[str], what: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadRequest(f"The policy gives each {what} a rule: allow, ask or deny.")
    for name, rule in value.items():
        if name not in known:
            raise BadRequest(f"There is no {what} called {str(name)[:60]}.")
        if rule not in tuple(Rule):
            raise BadRequest(f"The rule for {name} is allow, ask or deny.")
    return dict(value)
