"""An automation as stored: what is asked, when, for whom, and where the answer goes. The row is the
truth; its schedule at EventBridge follows it (`nat.automations.scheduler`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

from boto3.dynamodb.conditions import Attr, Key
from msgspec import UNSET, UnsetType
from ulid import ULID

from nat.automations.schedule import AutomationSchedule
from nat.aws.items import Row, moment, timestamp
from nat.aws.store import Store
from nat.aws.writes import Delete, Put, Update
from nat.contract.parsing import is_blank
from nat.errors import AutomationChanged, BadRequest, NotFound
from nat.ids import NationSlug, UserId
from nat.names import AUTOMATIONS_DUE, Table
from nat.wording import Worded, field_name

MOST_IN_A_NATION: Final = 200
LONGEST_NAME: Final = 100
LONGEST_PROMPT: Final = 4_000
MOST_DELIVERIES: Final = 5
ENABLED: Final = "enabled"
"""`waits` of an automation that is to run: the watchdog's partition of the index `by_due`."""
_PREFIX: Final = "task#"
_NAME: Final = field_name("name")
_QUESTION: Final = Worded("form.question")


class DeliveryKind(StrEnum):
    """How an answer reaches somebody."""

    EMAIL = "email"
    SLACK = "slack"


@dataclass(frozen=True)
class Delivery:
    """Where an answer goes: to a member, by their user id, whose proven address gets it by email or who gets
    it in Slack as a direct message; or to a channel of a Slack workspace that is linked to the nation
    (`<workspace>/<channel>`)."""

    kind: DeliveryKind
    to: str

    @property
    def member(self) -> UserId | None:
        """The member to whom it goes, if it does not go to a channel."""
        return None if self.channel else UserId(self.to)

    @property
    def channel(self) -> tuple[str, str] | None:
        """Workspace and channel, if it goes to one."""
        if self.kind is not DeliveryKind.SLACK or "/" not in self.to:
            return None
        home, _, channel = self.to.partition("/")
        return home, channel

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Raises `BadRequest`."""
        try:
            kind = DeliveryKind(body.get("type", ""))
        except ValueError:
            raise BadRequest(Worded("form.delivery")) from None
        to = body.get("to")
        if not isinstance(to, str) or not 0 < len(to) <= 200:
            raise BadRequest(Worded("form.no_recipient"))
        return cls(kind, to)

    def as_body(self) -> dict[str, str]:
        """What `of` reads."""
        return {"type": self.kind.value, "to": self.to}


@dataclass(frozen=True)
class Automation:
    """`otherwise` is where an answer goes that one of its places did not take. `paused_why` is a code of
    `nat.automations.runs.Why` where not a person paused it. `failures` counts runs that failed one after
    another. `version` goes up with each edit: of two editors one is told."""

    nation_slug: NationSlug
    task_id: str
    owner_id: str
    name: str
    prompt: str
    schedule: AutomationSchedule
    deliveries: tuple[Delivery, ...]
    enabled: bool
    created_at: datetime
    updated_at: datetime
    next_run: datetime | None = None
    last_run: datetime | None = None
    failures: int = 0
    paused_why: str | None = None
    version: int = 1
    otherwise: Delivery | None = None

    @classmethod
    def new(
        cls,
        *,
        nation_slug: NationSlug,
        owner_id: str,
        name: str,
        prompt: str,
        schedule: AutomationSchedule,
        deliveries: tuple[Delivery, ...],
        now: datetime,
        otherwise: Delivery | None = None,
        task_id: str | None = None,
    ) -> Self:
        """A new one, not enabled yet; with a `task_id` that one which was begun with it before. Raises
        `BadRequest`."""
        return cls(
            nation_slug=nation_slug,
            task_id=task_id or str(ULID()),
            owner_id=owner_id,
            name=_checked(name, LONGEST_NAME, _NAME),
            prompt=_checked(prompt, LONGEST_PROMPT, _QUESTION),
            schedule=schedule,
            deliveries=_few(deliveries),
            enabled=False,
            created_at=now,
            updated_at=now,
            otherwise=otherwise,
        )

    def edited(
        self,
        now: datetime,
        *,
        name: str | None = None,
        prompt: str | None = None,
        schedule: AutomationSchedule | None = None,
        deliveries: tuple[Delivery, ...] | None = None,
        otherwise: Delivery | UnsetType | None = UNSET,
        enabled: bool | None = None,
    ) -> Self:
        """As it is after an edit; `otherwise` of None takes that place away. What a person enables begins
        with no failures. Raises `BadRequest`."""
        on = self.enabled if enabled is None else enabled
        made = replace(
            self,
            name=self.name if name is None else _checked(name, LONGEST_NAME, _NAME),
            prompt=self.prompt if prompt is None else _checked(prompt, LONGEST_PROMPT, _QUESTION),
            schedule=schedule or self.schedule,
            deliveries=self.deliveries if deliveries is None else _few(deliveries),
            otherwise=self.otherwise if otherwise is UNSET else otherwise,
            enabled=on,
            updated_at=now,
            version=self.version + 1,
        )
        if enabled:
            made = replace(made, failures=0, paused_why=None)
        return replace(made, next_run=made.schedule.next_run(now) if on else None)


def after_run(automation: Automation, *, failures: int, pause: str | None) -> Update | None:
    """Entry of a transaction: how many runs in a row have failed by now, and why it is paused, by a code of
    `nat.automations.runs.Why`; `None` where nothing changes. Fails where either was changed since the
    automation was read.
    """
    pauses = pause is not None and automation.enabled
    if failures == automation.failures and not pauses:
        return None
    off = {"enabled": False, "paused_why": pause, "next_run": None, "waits": None, "due_at": None}
    seen = Attr("failures").eq(automation.failures) & Attr("enabled").eq(automation.enabled)
    return Update(
        Table.AUTOMATIONS,
        _key(automation.nation_slug, automation.task_id),
        {"failures": failures, **(off if pauses else {})},
        add={"version": 1} if pauses else {},
        when=seen,
    )


class Automations:
    """The automations of nations. The client's credentials decide which nations it reaches."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, nation_slug: NationSlug, task_id: str) -> Automation:
        """Strongly consistent. Raises `NotFound`."""
        row = self._store.get(Table.AUTOMATIONS, _key(nation_slug, task_id))
        if row is None:
            raise NotFound("There is no such automation.")
        return from_item(row)

    def of_nation(self, nation_slug: NationSlug) -> Iterator[Automation]:
        """All of a nation, the oldest first."""
        where = Key("nation_slug").eq(nation_slug) & Key("item").begins_with(_PREFIX)
        for row in self._store.query(Table.AUTOMATIONS, where, consistent=True):
            yield from_item(row)

    def create(self, automation: Automation) -> None:
        """Store a new one; one that is there stays as it is. Raises `BadRequest` when the nation has as many
        as it may."""
        if sum(each.task_id != automation.task_id for each in self.of_nation(automation.nation_slug)) >= (
            MOST_IN_A_NATION
        ):
            raise BadRequest(Worded("form.automations", most=MOST_IN_A_NATION))
        self._store.write(Put(Table.AUTOMATIONS, to_item(automation), when=Attr("nation_slug").not_exists()))

    def replace(self, before: Automation, edited: Automation) -> None:
        """Store what was edited of it; the rest stays as it is now, also what runs have noted since it was
        read. Raises `AutomationChanged`."""
        was = to_item(before)
        changed = {name: value for name, value in to_item(edited).items() if value != was[name]}
        key, seen = _key(before.nation_slug, before.task_id), Attr("version").eq(before.version)
        if not self._store.write(Update(Table.AUTOMATIONS, key, changed, when=seen)):
            raise AutomationChanged

    def overdue(self, before: datetime) -> Iterator[Automation]:
        """Enabled ones of all nations whose next run lies before a moment: nobody has opened it."""
        where = Key("waits").eq(ENABLED) & Key("due_at").lt(timestamp(before))
        for row in self._store.query(Table.AUTOMATIONS, where, index=AUTOMATIONS_DUE):
            yield from_item(row)

    def enabled(self) -> Iterator[Automation]:
        """Enabled ones of all nations, the next to run first."""
        for row in self._store.query(Table.AUTOMATIONS, Key("waits").eq(ENABLED), index=AUTOMATIONS_DUE):
            yield from_item(row)

    def delete(self, nation_slug: NationSlug, task_id: str) -> None:
        """Delete one; its runs stay until they expire. Nothing happens if there is none."""
        self._store.write(Delete(Table.AUTOMATIONS, _key(nation_slug, task_id)))


def _checked(text: str, longest: int, what: str) -> str:
    text = text.strip()
    if is_blank(text):
        raise BadRequest(Worded("form.empty", what=what))
    if len(text) > longest:
        raise BadRequest(Worded("form.too_long", what=what, most=longest))
    return text


def _few(deliveries: tuple[Delivery, ...]) -> tuple[Delivery, ...]:
    if not deliveries:
        raise BadRequest(Worded("form.no_delivery"))
    if len(deliveries) > MOST_DELIVERIES:
        raise BadRequest(Worded("form.deliveries", most=MOST_DELIVERIES))
    return tuple(dict.fromkeys(deliveries))


def _key(nation_slug: NationSlug, task_id: str) -> dict[str, str]:
    return {"nation_slug": nation_slug, "item": f"{_PREFIX}{task_id}"}


def to_item(automation: Automation) -> dict[str, object]:
    """As a row of Automations. An enabled one stands in the index `by_due` at its next run."""
    on = automation.enabled and automation.next_run is not None
    return {
        **_key(automation.nation_slug, automation.task_id),
        "task_id": automation.task_id,
        "owner_id": automation.owner_id,
        "name": automation.name,
        "prompt": automation.prompt,
        "schedule": automation.schedule.as_form(),
        "delivery": [each.as_body() for each in automation.deliveries],
        "otherwise": automation.otherwise and automation.otherwise.as_body(),
        "enabled": automation.enabled,
        "created_at": timestamp(automation.created_at),
        "updated_at": timestamp(automation.updated_at),
        "next_run": automation.next_run and timestamp(automation.next_run),
        "last_run": automation.last_run and timestamp(automation.last_run),
        "failures": automation.failures,
        "paused_why": automation.paused_why,
        "version": automation.version,
        "waits": ENABLED if on else None,
        "due_at": timestamp(automation.next_run) if on and automation.next_run else None,
    }


def from_item(row: Row) -> Automation:
    """From a row of Automations."""
    return Automation(
        nation_slug=row["nation_slug"],
        task_id=row["task_id"],
        owner_id=row["owner_id"],
        name=row["name"],
        prompt=row["prompt"],
        schedule=AutomationSchedule.of(row["schedule"]),
        deliveries=tuple(Delivery.of(each) for each in row["delivery"]),
        enabled=row["enabled"],
        created_at=moment(row["created_at"]),
        updated_at=moment(row["updated_at"]),
        next_run=moment(row["next_run"]) if row.get("next_run") else None,
        last_run=moment(row["last_run"]) if row.get("last_run") else None,
        failures=int(row.get("failures", 0)),
        paused_why=row.get("paused_why"),
        version=int(row["version"]),
        otherwise=Delivery.of(row["otherwise"]) if row.get("otherwise") else None,
    )
