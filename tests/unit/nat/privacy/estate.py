"""Two nations with people who talked, and everything that Nat keeps of them."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.items import decode
from nat.aws.store import Store
from nat.channels.websocket import Sockets
from nat.ids import NationSlug, UserId
from nat.names import Secret, Table, nation_files, person_files
from nat.nations.record import Nations
from nat.privacy.erasure import RECEIPTS, Erasure, Outside
from nat.privacy.export import Export
from nat.privacy.jobs import Job, Task
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat import world

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient


@dataclass
class Estate:
    """`slug` is owned by `owner`, `member` belongs to it, `former` has left it; `other` is another nation, of
    `member` too."""

    tables: TableNames
    slug: str = field(default_factory=lambda: f"n-{uuid.uuid4().hex[:10]}")
    other: str = field(default_factory=lambda: f"o-{uuid.uuid4().hex[:10]}")
    owner: str = field(default_factory=lambda: f"owner-{uuid.uuid4().hex[:8]}")
    member: str = field(default_factory=lambda: f"member-{uuid.uuid4().hex[:8]}")
    former: str = field(default_factory=lambda: f"former-{uuid.uuid4().hex[:8]}")
    bucket: str = field(default_factory=lambda: f"files-{uuid.uuid4().hex[:10]}")
    hung_up: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        """The member's address."""
        return f"{self.member}@example.org"

    def fill(self) -> None:
        """Put everything there."""
        clients.s3().create_bucket(Bucket=self.bucket)
        for slug, people in ((self.slug, (self.owner, self.member)), (self.other, (self.member, "someone"))):
            world.store_nation(self.tables, world.nation(slug, admin_email=self.email))
            world.store_members(self.tables, slug, people)
        world.store_members(self.tables, self.slug, [self.owner], Role.OWNER)
        for user in (self.owner, self.member, self.former):
            now = world.START
            world.put(
                self.tables,
                Table.USERS,
                {
                    "user_id": user,
                    "email": f"{user}@example.org",
                    "nation_slug": self.slug,
                    "created_at": now,
                    "last_active_at": now,
                },
            )
            self.talk(self.slug, user)
        self.talk(self.other, self.member)
        for slug in (self.slug, self.other):
            self._of_nation(slug)

    def talk(self, slug: str, user: str, rows: int = 4) -> None:
        """A conversation with turns, a proposal, a file; what it used, and what was noted."""
        conversation, turn = f"{slug}#{uuid.uuid4().hex}", uuid.uuid4().hex
        meta: dict[str, Any] = {
            "item": "meta",
            "person": f"{slug}#{user}",
            "title": "t",
            "turns": 1,
            "created_at": world.START,
        }
        of_turn: dict[str, Any] = {"item": f"turn#{turn}", "user_id": user, "question": "Who?"}
        events: list[dict[str, Any]] = [
            {"item": f"turn#{turn}#event#001#{each:06d}", "text": "…"} for each in range(rows)
        ]
        for row in ({**meta, "updated_at": world.START}, of_turn, *events):
            world.put(self.tables, Table.CONVERSATIONS, {"conversation": conversation, **row})
        world.put(
            self.tables, Table.ACTIONS, {"conversation": conversation, "item": "approval#1", "user_id": user}
        )
        world.put(self.tables, Table.ONCE, {"key": f"turn#{turn}", "conversation": conversation})
        day = {"nation_slug": slug, "day_user": f"2026-11-20#{user}", "queries": 3, "cost_micros": 40}
        world.put(self.tables, Table.USAGE, day)
        clients.s3().put_object(
            Bucket=self.bucket, Key=f"{nation_files(NationSlug(slug))}{conversation}/1.csv", Body=b"a"
        )
        clients.s3().put_object(Bucket=self.bucket, Key=f"{person_files(UserId(user))}1.zip", Body=b"a")
        Sockets(Store(clients.dynamodb(), self.tables)).open(
            uuid.uuid4().hex, NationSlug(slug), UserId(user), world.START
        )
        Audit(Store(clients.dynamodb(), self.tables)).append(
            NationSlug(slug), AuditKind.TOOL_WRITE, by=user, summary="Tagged 3"
        )

    def _of_nation(self, slug: str) -> None:
        for name in (
            Secret.nation_tokens(NationSlug(slug)),
            Secret.nation_model_key(NationSlug(slug)),
            Secret.nation_app(NationSlug(slug)),
        ):
            clients.secrets().create_secret(Name=name, SecretString="{}")
        invitation = {"key": f"invitation#{slug}", "invites_to": slug, "invited_by": self.member}
        world.put(
            self.tables, Table.ONCE, {**invitation, "created_at": world.START, "email": "x@example.org"}
        )
        world.put(self.tables, Table.ONCE, {"key": f"limit#{slug}", "used": 1})
        world.put(
            self.tables, Table.INSTALLATIONS, {"team_id": f"T-{slug}", "item": "team", "nation_slug": slug}
        )
        world.put(self.tables, Table.AUTOMATIONS, {"nation_slug": slug, "item": "task#1", "prompt": "…"})
        world.put(self.tables, Table.CONNECTIONS, {"nation_slug": slug, "item": "refresh", "state": "idle"})
        world.put(
            self.tables,
            Table.CONNECTIONS,
            {"nation_slug": slug, "item": "connected#nationbuilder", "user_id": self.member, "name": "M"},
        )

    def erasure(
        self,
        *,
        time_is_up: Callable[[], bool] = lambda: False,
        now: datetime = world.START,
        dynamodb: "DynamoDBClient | None" = None,
        secrets: "SecretsManagerClient | None" = None,
        s3: "S3Client | None" = None,
    ) -> Erasure:
        """What deletes, with an outside that only counts; on clients of its own if they are given."""

        def counting(kept: list[str]) -> Callable[[str], int]:
            def note(subject: str) -> int:
                kept.append(subject)
                return 1

            return note

        return Erasure(
            Store(dynamodb or clients.dynamodb(), self.tables, lambda: now),
            secrets=secrets or clients.secrets(),
            s3=s3 or clients.s3(),
            bucket=self.bucket,
            outside=Outside(
                self.hung_up.append, counting(self.ended), lambda _slug: 1, counting(self.accounts)
            ),
            time_is_up=time_is_up,
        )

    def leaving(self, job: str = "job-1") -> Job:
        """The job that deletes the nation as it is now."""
        record = Nations(Store(clients.dynamodb(), self.tables)).get(NationSlug(self.slug))
        made = None if record is None else record.created_at
        return Job(job, Task.DELETE_NATION, self.slug, UserId(self.owner), world.START, record_of=made)

    def export(self) -> Export:
        """What exports."""
        return Export(Store(clients.dynamodb(), self.tables, lambda: world.START), clients.s3(), self.bucket)

    def found(self, subject: str) -> list[str]:
        """Where anything names a person or a nation: every row of every table, every secret, every file. What
        stays on purpose, receipts, is not counted."""
        places = [
            f"{table.value}: {row}"
            for table in Table
            for row in self._rows(table)
            if subject in str(row) and row.get("nation_slug") != RECEIPTS
        ]
        names = [
            each["Name"]
            for page in clients.secrets().get_paginator("list_secrets").paginate()
            for each in page["SecretList"]
        ]
        files = clients.s3().list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [*places, *(each for each in (*names, *(file["Key"] for file in files)) if subject in each)]

    def _rows(self, table: Table) -> list[dict[str, Any]]:
        pages = clients.dynamodb().get_paginator("scan").paginate(TableName=self.tables[table])
        return [decode(item) for page in pages for item in page["Items"]]

    def receipts(self) -> list[Any]:
        """What the log of receipts says."""
        return list(Audit(Store(clients.dynamodb(), self.tables)).page(NationSlug(RECEIPTS)).entries)


def person_job(user_id: UserId) -> Job:
    """The job that deletes a person."""
    return Job("job-1", Task.DELETE_PERSON, user_id, user_id, world.START)


def counted() -> Counter[str]:
    """Nothing yet."""
    return Counter()
