"""The nation: its subscription, its settings, its connections, its usage, its audit log, and tickets."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from local.openapi.vocabulary import (
    ABSENT,
    ACTIVE,
    ADMIN,
    AFTER,
    MEMBER,
    Answered,
    Count,
    Download,
    Moment,
    Operation,
    Sent,
    Slug,
    Strict,
    limit,
    one_of,
    text,
)
from nat.agent.tool_names import TOOL_NAMES
from nat.audit.entry import AuditKind
from nat.audit.log import LARGEST_PAGE, PAGE
from nat.changes.effect import Effect
from nat.changes.policy import SENDS, Rule
from nat.errors import ModelKeyInvalid, ModelUnavailable, NationUnknown, RoleInsufficient
from nat.names import Route
from nat.nations.budgets import LONGEST_ID, MOST_PEOPLE
from nat.nations.plans import UNLIMITED
from nat.nations.record import SubscriptionStatus
from nat.nations.settings import LEAST_MINUTES, LEAST_RETENTION, MOST_MINUTES, MOST_RETENTION
from nat.roles import Role

_CLASSES: Final = [*(effect.value for effect in Effect), SENDS]
_TOOLS: Final = sorted(TOOL_NAMES)

Rules = dict[str, Rule]
Queries = Annotated[int, Field(ge=0, lt=UNLIMITED)]


class Subscription(Answered):
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


class Nation(Subscription):
    """The selected nation as its members see it."""

    role: Role | None
    """The caller's; null for a nation that was never subscribed."""


class Ticket(Answered):
    """Opens one WebSocket, once."""

    ticket: str
    expires_in: Count
    """Seconds."""


class Policy(Answered):
    """What the agent may do without asking. A rule for a tool comes before that for its class."""

    classes: Rules
    tools: Rules


class Budgets(Answered):
    """Queries a period, by role and by user id. A person's own comes before that of the role."""

    roles: dict[Role, Queries]
    people: dict[str, Queries]


class Settings(Answered):
    """What admins set."""

    time_zone: str
    """IANA name."""
    retention_days: int
    policy: Policy
    approval_minutes: int
    """How long a proposal waits for a decision."""
    budgets: Budgets


class PolicyWanted(Strict):
    """Replaces the policy as a whole. It has no other names."""

    classes: Annotated[Rules, Field(json_schema_extra={"propertyNames": {"enum": _CLASSES}})] = ABSENT
    tools: Annotated[Rules, Field(json_schema_extra={"propertyNames": {"enum": _TOOLS}})] = ABSENT


class BudgetsWanted(Strict):
    """Replaces the budgets as a whole. It has no other names."""

    roles: dict[Role, Queries] = ABSENT
    people: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=LONGEST_ID)], Queries],
        Field(max_length=MOST_PEOPLE),
    ] = ABSENT


class SettingsWanted(Strict):
    """Settings to change, at least one; the others stay. There are no others."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    time_zone: Annotated[str, Field(examples=["America/New_York"])] = ABSENT
    """IANA name."""
    retention_days: Annotated[int, Field(ge=LEAST_RETENTION, le=MOST_RETENTION)] = ABSENT
    policy: PolicyWanted = ABSENT
    approval_minutes: Annotated[int, Field(ge=LEAST_MINUTES, le=MOST_MINUTES)] = ABSENT
    budgets: BudgetsWanted = ABSENT


class ModelKeyNote(Answered):
    """What is told of a key: never the key."""

    last_four: str
    stored_at: Moment


class ModelKey(Answered):
    """The nation's own Anthropic key, if it has one."""

    model_key: ModelKeyNote | None


class ModelKeyWanted(Sent):
    """An Anthropic key."""

    api_key: str


class Figures(Answered):
    """A sum. Tokens and cost are for admins."""

    queries: Count
    input_tokens: Count = ABSENT
    cache_write_tokens: Count = ABSENT
    cache_read_tokens: Count = ABSENT
    output_tokens: Count = ABSENT
    cost_micros: Count = ABSENT
    """Micro-dollars, at the list price of the day."""
    unpriced: Count = ABSENT
    """Turns whose model had no price: with any of them the cost is too low."""


class Day(Figures):
    """One UTC day."""

    day: date


class BudgetOf(Answered):
    """A budget and what was used of it in this period, in queries."""

    limit: Count
    used: Count


class PersonUsed(Figures):
    """One person."""

    user_id: str
    role: Role | None
    """Null for somebody who is no member any more."""
    email: str | None = ABSENT
    budget: BudgetOf | None = ABSENT


class Period(Answered):
    """The billing period."""

    start: Moment
    end: Moment


class Usage(Answered):
    """The pool of this period, and what was used in the days asked for."""

    plan: str | None
    cap: Literal["hard", "soft"]
    """With a soft cap questions go on beyond the limit."""
    period: Period
    used: Count
    limit: Count | None
    """Null is unlimited."""
    remaining: Count | None
    limit_reached: bool
    scope: Literal["nation", "own"]
    """Whose figures these are: admins see the nation's, the others their own."""
    budget: BudgetOf | None
    first: date
    last: date
    total: Figures
    days: list[Day]
    people: list[PersonUsed]


class AuditEntry(Answered):
    """One entry of the append-only log; `hash` covers it and `previous`."""

    number: Annotated[int, Field(ge=1)]
    at: Moment
    kind: Annotated[str, one_of(AuditKind)]
    by: str
    """A user id, or `system`, `stripe`, `nationbuilder`."""
    about: str
    summary: str
    details: dict[str, Any]
    surface: str
    previous: str
    hash: str


class AuditPage(Answered):
    """Entries, newest first."""

    entries: list[AuditEntry]
    next: str | None


_DAYS: Final = (
    text("first", "The first UTC day; by default that of the billing period.", format="date"),
    text("last", "The last UTC day, included; by default today.", format="date"),
)
_FILTER: Final = (
    text("since", "Not before this time.", format="date-time"),
    text("until", "Before this time.", format="date-time"),
    text("by", "Who acted."),
    text("kind", "What it is about.", enum=[each.value for each in AuditKind]),
)
_TAG: Final = "Nation"

OPERATIONS: Final = (
    Operation(
        Route.NATION,
        "getNation",
        _TAG,
        "The selected nation's subscription",
        Nation,
        description="A nation that was never subscribed has the status none, for everybody.",
        errors=MEMBER,
    ),
    Operation(
        Route.WS_TICKET,
        "createTicket",
        _TAG,
        "A one-time ticket for a WebSocket",
        Ticket,
        description="Good for a minute.",
        errors=ACTIVE,
    ),
    Operation(
        Route.SETTINGS,
        "getSettings",
        _TAG,
        "The nation's settings",
        Settings,
        errors=(*MEMBER, NationUnknown),
    ),
    Operation(
        Route.CHANGE_SETTINGS,
        "changeSettings",
        _TAG,
        "Change settings",
        Settings,
        description="For admins. Each change is an entry of the audit log.",
        body=SettingsWanted,
        example={"time_zone": "America/New_York", "policy": {"classes": {"bulk": "ask"}, "tools": {}}},
        errors=(*ADMIN, NationUnknown),
    ),
    Operation(
        Route.MODEL_KEY,
        "getModelKey",
        _TAG,
        "Whether the nation has its own Anthropic key",
        ModelKey,
        errors=(*ADMIN, NationUnknown),
    ),
    Operation(
        Route.STORE_MODEL_KEY,
        "storeModelKey",
        _TAG,
        "Bring an Anthropic key of the nation's own",
        ModelKey,
        description="For admins. The key is tried out by one small call; a bad one changes nothing.",
        body=ModelKeyWanted,
        example={"api_key": "sk-ant-your-own-key"},
        errors=(*ACTIVE, RoleInsufficient, ModelKeyInvalid, ModelUnavailable),
    ),
    Operation(
        Route.REMOVE_MODEL_KEY,
        "removeModelKey",
        _TAG,
        "Forget the nation's own Anthropic key",
        ModelKey,
        errors=(*ADMIN, NationUnknown),
    ),
    Operation(
        Route.USAGE,
        "getUsage",
        _TAG,
        "What was used, by day and by person",
        Usage,
        description="Admins see everybody's, with tokens and cost; the others their own queries.",
        query=_DAYS,
        errors=ACTIVE,
    ),
    Operation(
        Route.USAGE_EXPORT,
        "exportUsage",
        _TAG,
        "The usage as a file",
        Download(("text/csv",)),
        description="A row for each day and person.",
        query=_DAYS,
        errors=(*MEMBER, NationUnknown),
    ),
    Operation(
        Route.AUDIT,
        "listAudit",
        _TAG,
        "The audit log",
        AuditPage,
        description="For admins.",
        query=(*_FILTER, limit(PAGE, LARGEST_PAGE), AFTER),
        errors=ADMIN,
    ),
    Operation(
        Route.AUDIT_EXPORT,
        "exportAudit",
        _TAG,
        "The audit log as a file",
        Download(("text/csv", "application/json"), more=True),
        description="For admins. Taking it is an entry of the log.",
        query=(
            *_FILTER,
            text("format", "What kind of file.", enum=["csv", "json"], default="csv"),
            text("after", "What `x-nat-next` said: goes on behind it."),
        ),
        errors=ADMIN,
    ),
)
