"""Exports and deletions as jobs: a row that tells how far each is, and a message that carries it out.

The row is `privacy#<job>` in Once and goes after 30 days. A nation may have 100,000 rows: a run stops in good
time and sends itself another message; what was done is done, and counts are added up.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ulid import ULID

from nat.aws.items import moment
from nat.aws.store import Store
from nat.aws.writes import Put, Update
from nat.errors import NotFound
from nat.ids import UserId
from nat.names import TTL_ATTRIBUTE, Table

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

KEPT: Final = timedelta(days=30)


class Task(StrEnum):
    """What is to be done."""

    EXPORT_PERSON = "export_person"
    DELETE_PERSON = "delete_person"
    EXPORT_NATION = "export_nation"
    DELETE_NATION = "delete_nation"


class JobState(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class Job:
    """One job. `subject` is a user id or a slug; `counts` are rows and files by kind, `file` the key of what
    was exported. `record_of` tells the nation of a slug from a later one of the same slug: when its record
    was made."""

    id: str
    task: Task
    subject: str
    user_id: UserId
    created_at: datetime
    state: JobState = JobState.WAITING
    counts: Mapping[str, int] = field(default_factory=dict)
    file: str | None = None
    record_of: datetime | None = None


class Jobs:
    """The rows, and the queue."""

    def __init__(
        self,
        store: Store,
        sqs: "SQSClient",
        queue_url: str,
    ) -> None:
        self._store = store
        self._sqs = sqs
        self._queue_url = queue_url

    def begin(self, task: Task, subject: str, user_id: UserId, *, record_of: datetime | None = None) -> Job:
        """Make a job and let it be carried out."""
        job = Job(str(ULID()), task, subject, user_id, self._store.clock(), record_of=record_of)
        item = {
            "key": _key(job.id),
            "task": job.task.value,
            "subject": subject,
            "user_id": user_id,
            "created_at": job.created_at,
            "state": job.state.value,
            "record_of": record_of,
            TTL_ATTRIBUTE: int((self._store.clock() + KEPT).timestamp()),
        }
        self._store.write(Put(Table.ONCE, item))
        self.send(job.id)
        return job

    def send(self, job_id: str) -> None:
        """Let a job be gone on with."""
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"job": job_id}))

    def get(self, job_id: str) -> Job:
        """One job, strongly consistent. Raises `NotFound`."""
        item = self._store.get(Table.ONCE, {"key": _key(job_id)})
        if item is None:
            raise NotFound("There is no such job (any more).")
        return Job(
            job_id,
            Task(item["task"]),
            item["subject"],
            item["user_id"],
            moment(item["created_at"]),
            JobState(item["state"]),
            item.get("counts", {}),
            item.get("file"),
            None if item.get("record_of") is None else moment(item["record_of"]),
        )

    def note(self, job: Job) -> None:
        """Store how far a job is."""
        noted = {"state": job.state.value, "counts": job.counts} | ({"file": job.file} if job.file else {})
        self._store.write(Update(Table.ONCE, {"key": _key(job.id)}, set=noted))


def _key(job_id: str) -> str:
    return f"privacy#{job_id}"
