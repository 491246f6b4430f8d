"""Who may run what, decided in code when a tool runs, never by the prompt.

All text in NationBuilder records is hostile, so the model may ask for anything at any time. The decision is a
pure function of the tool's class, the asker's role, the nation's policy and whether the person said the
change themselves (`nat.changes.said`).

| class of tool            | viewer | member | admin, owner |
| ------------------------ | ------ | ------ | ------------ |
| read                     | run    | run    | run          |
| write, said              | refuse | run    | run          |
| write, not said          | refuse | ask    | ask          |
| write that sends (✉)     | refuse | ask    | ask          |
| bulk, destructive        | refuse | refuse | ask          |

On top of it the policy can only tighten: `ask` and `deny` hold, `allow` leaves the table's answer. A rule for
one tool goes before the rule for its class, so `allow` for a tool lifts the class's rule, never the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol, TypedDict

from nat.changes.effect import Effect
from nat.errors import RoleInsufficient
from nat.roles import Role
from nat.wording import Worded


class Gated(Protocol):
    """What is decided on: a tool, or what an approval remembers of one."""

    @property
    def name(self) -> str:
        """The tool's name."""

    @property
    def effect(self) -> Effect:
        """What it does to the data."""

    @property
    def sends(self) -> bool:
        """Whether it can send a message to a supporter."""


class Verdict(StrEnum):
    """What happens to a call. The order is from loose to strict."""

    RUN = "run"
    ASK = "ask"
    REFUSE = "refuse"


class Rule(StrEnum):
    """What a nation's policy may say of a class or of a tool."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True)
class Policy:
    """A nation's own rules. `classes` is keyed by effect or `sends`, `tools` by tool name."""

    classes: Mapping[str, Rule] = field(default_factory=dict)
    tools: Mapping[str, Rule] = field(default_factory=dict)

    def rule_for(self, tool: Gated) -> Rule:
        """The rule that applies: the tool's own, else the strictest of its classes."""
        own = self.tools.get(tool.name)
        if own is not None:
            return own
        names = [tool.effect.value, SENDS] if tool.sends else [tool.effect.value]
        rules = [self.classes[name] for name in names if name in self.classes]
        return max(rules, key=_STRICTNESS_OF_RULE.__getitem__, default=Rule.ALLOW)


class StoredPolicy(TypedDict, total=False):
    """The rules in a nation's record, and how many minutes its proposals wait for a decision."""

    classes: Mapping[str, str]
    tools: Mapping[str, str]
    approval_minutes: int


def policy_of(stored: StoredPolicy) -> Policy:
    """A nation's policy from its record. Raises `ValueError` for an unknown rule: a policy that cannot be
    read must not loosen anything."""
    return Policy(
        classes={name: Rule(rule) for name, rule in stored.get("classes", {}).items()},
        tools={name: Rule(rule) for name, rule in stored.get("tools", {}).items()},
    )


SENDS: Final = "sends"
"""Name of the class of tools that can send a message to a supporter."""

NO_POLICY: Final = Policy()

_ROLES: Final = frozenset(Role)

_STRICTNESS: Final = {Verdict.RUN: 0, Verdict.ASK: 1, Verdict.REFUSE: 2}
_STRICTNESS_OF_RULE: Final = {Rule.ALLOW: 0, Rule.ASK: 1, Rule.DENY: 2}
_VERDICT_OF_RULE: Final = {Rule.ALLOW: Verdict.RUN, Rule.ASK: Verdict.ASK, Rule.DENY: Verdict.REFUSE}

_TABLE: Final[Mapping[Effect, tuple[Role, Verdict]]] = {
    Effect.READ: (Role.VIEWER, Verdict.RUN),
    Effect.WRITE: (Role.MEMBER, Verdict.RUN),
    Effect.BULK: (Role.ADMIN, Verdict.ASK),
    Effect.DESTRUCTIVE: (Role.ADMIN, Verdict.ASK),
}
"""The least role that may use a class of tools, and what happens to its calls."""


def least_role(tool: Gated) -> Role:
    """The lowest role that may run the tool or approve it."""
    return _TABLE[tool.effect][0]


def strictest(*verdicts: Verdict) -> Verdict:
    """The strictest of several verdicts."""
    return max(verdicts, key=_STRICTNESS.__getitem__)


def by_role(tool: Gated, role: str) -> Verdict:
    """What the role alone says. An unknown role may do nothing."""
    least, verdict = _TABLE[tool.effect]
    if role not in _ROLES or not Role(role).at_least(least):
        return Verdict.REFUSE
    return strictest(verdict, Verdict.ASK) if tool.sends else verdict


def decide(tool: Gated, role: str, policy: Policy = NO_POLICY, *, said: bool = False) -> Verdict:
    """Whether a call runs, needs a person's yes, or is refused. Never looser than the role allows.

    `said`: the person said the change themselves. Without it nothing is changed unasked.
    """
    verdict = strictest(by_role(tool, role), _VERDICT_OF_RULE[policy.rule_for(tool)])
    if not said and tool.effect is not Effect.READ:
        verdict = strictest(verdict, Verdict.ASK)
    return verdict


class Refusal(StrEnum):
    """Why a call did not run, in words the model can pass on to the person: constants, and no record's."""

    BY_ROLE = "Not done: the person's role in this nation does not allow this. An admin can change the role."
    BY_POLICY = "Not done: this nation's policy does not allow this. An admin can change the policy."
    NOBODY_TO_ASK = (
        "Not done: this needs a person's approval, and nobody can give an approval here. Say so, and name "
        "what the person can do in NationBuilder instead."
    )


def refusal(tool: Gated, role: str, policy: Policy) -> Refusal | None:
    """Why this role may not run the tool under this policy; `None` if it may, at least after a yes."""
    if by_role(tool, role) is Verdict.REFUSE:
        return Refusal.BY_ROLE
    return Refusal.BY_POLICY if policy.rule_for(tool) is Rule.DENY else None


@dataclass(frozen=True)
class Rights:
    """What a person may do in a nation at one moment. Read again before each write (`RightsNow`)."""

    role: Role
    policy: Policy = NO_POLICY

    def refusal(self, tool: Gated) -> Refusal | None:
        """Why the person may not run a tool."""
        return refusal(tool, self.role, self.policy)


RightsNow = Callable[[], Rights]
"""The rights of the turn's person at this moment, from the store. Raises `NotAMember` for who is out."""


def check_rights(rights: Rights, tool: Gated) -> None:
    """Raises `RoleInsufficient` when these rights do not allow the tool."""
    match rights.refusal(tool):
        case Refusal.BY_ROLE:
            raise RoleInsufficient
        case Refusal.BY_POLICY:
            raise RoleInsufficient(Worded("refused.policy"))
