"""Who may have what exported or deleted, and how far it is."""

from dataclasses import replace
from typing import Final

from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.errors import BadRequest, NotFound, OwnerStays
from nat.ids import UserId
from nat.nations.record import Nations
from nat.people.memberships import Membership, Memberships
from nat.privacy.jobs import Job, Jobs, JobState, Task
from nat.roles import Role
from nat.wording import Worded

CONFIRM_ME: Final = "delete"
"""What somebody writes who deletes their account."""


class Requests:
    """What people ask for. None of it needs a subscription."""

    def __init__(self, jobs: Jobs, nations: Nations, memberships: Memberships, audit: Audit) -> None:
        self._jobs = jobs
        self._nations = nations
        self._memberships = memberships
        self._audit = audit

    def export_person(self, user_id: UserId) -> Job:
        """Everything on the person."""
        return self._jobs.begin(Task.EXPORT_PERSON, user_id, user_id)

    def export_nation(self, owner: Membership) -> Job:
        """Everything on the nation, noted in its audit log. For its owner."""
        job = self._jobs.begin(Task.EXPORT_NATION, owner.nation_slug, owner.user_id)
        self._audit.append(
            owner.nation_slug,
            AuditKind.DATA_EXPORTED,
            by=owner.user_id,
            about=owner.nation_slug,
            summary="Exported the nation's data",
            once=f"privacy#{job.id}",
        )
        return job

    def delete_person(self, user_id: UserId, confirm: object) -> Job:
        """Delete the person for good, at once. Raises `BadRequest` without the word, `OwnerStays` for who
        owns a nation: they hand it over or delete it first."""
        if confirm != CONFIRM_ME:
            raise BadRequest(f'Confirm with `{{"confirm": "{CONFIRM_ME}"}}`. This cannot be undone.')
        owned = [each.nation_slug for each in self._memberships.of_user(user_id) if each.role is Role.OWNER]
        if owned:
            raise OwnerStays(Worded("form.owns", nations=", ".join(owned)))
        return self._jobs.begin(Task.DELETE_PERSON, user_id, user_id)

    def delete_nation(self, owner: Membership, confirm: object) -> Job:
        """Delete the nation for good, at once. Raises `BadRequest` unless confirmed by the slug."""
        if confirm != owner.nation_slug:
            raise BadRequest('Confirm with `{"confirm": "<slug>"}`, the nation\'s. This cannot be undone.')
        record = self._nations.get(owner.nation_slug)
        return self._jobs.begin(
            Task.DELETE_NATION,
            owner.nation_slug,
            owner.user_id,
            record_of=None if record is None else record.created_at,
        )

    def job(self, user_id: UserId, job_id: str) -> Job:
        """A job that the person began. Raises `NotFound`."""
        job = self._jobs.get(job_id)
        if job.user_id != user_id:
            raise NotFound("There is no such job (any more).")
        return job


def running(job: Job) -> Job:
    """The job, begun."""
    return replace(job, state=JobState.RUNNING)
