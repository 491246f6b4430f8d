"""Exports and deletions: routes that begin them, and the function that carries them out.

None of them needs a subscription. A job outlives the person: whoever deletes themself asks for its state
while their token lasts.
"""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, UnsetType

from nat import settings
from nat.audit.log import Audit
from nat.aws import clients, log
from nat.aws.items import timestamp
from nat.aws.store import Store
from nat.contract.fields import Address, Count, Limit, Moment, RequestBody, ResponseBody, extended, one_of
from nat.conversations.files import ADDRESS_SECONDS
from nat.errors import NotFound, OwnerStays
from nat.handlers.api import Api
from nat.handlers.endpoints import Call, MemberCall, answering, operation
from nat.handlers.front import behind_front
from nat.handlers.invocation import ComeAgain, LambdaContext, each_message
from nat.handlers.request import Lambda, LambdaEvent
from nat.handlers.services import Services
from nat.names import Variable
from nat.privacy.export import Export
from nat.privacy.jobs import Job, Jobs, JobState, Task
from nat.privacy.requests import Requests
from nat.roles import Role
from nat.settings import TableNames

RESERVE_MS: Final = 60_000
"""Milliseconds of Lambda's time that one conversation, or one table of a nation, may take."""


class JobBody(ResponseBody, frozen=True, kw_only=True):
    """An export or a deletion, and how far it is."""

    job: str
    task: Annotated[str, one_of(Task)]
    state: Annotated[str, one_of(JobState)]
    counts: dict[str, Count]
    """Rows and files by kind."""
    created_at: Moment


class JobWithFile(JobBody, frozen=True, kw_only=True):
    """An export or a deletion, and where the file of an export that is done can be fetched."""

    url: Address | UnsetType = UNSET
    expires_in: Count | UnsetType = UNSET
    """Seconds that the address works."""


class AccountDeletion(RequestBody, frozen=True, kw_only=True):
    """The word that confirms it."""

    confirm: Literal["delete"]


class NationDeletion(RequestBody, frozen=True, kw_only=True):
    """The nation's own slug confirms it."""

    confirm: str


class PrivacyRoutes:
    """The routes."""

    def __init__(self, requests: Requests, export: Export) -> None:
        self._requests = requests
        self._export = export

    @operation("POST /v1/me/export", tag="Privacy", status=202, limit=Limit.EXPORTS)
    def export_me(self, call: Call) -> JobBody:
        """Begin an export of everything on the person, in every nation."""
        return _job(self._requests.export_person(call.person.user_id))

    @operation(
        "DELETE /v1/me",
        tag="Privacy",
        status=202,
        example=AccountDeletion(confirm="delete"),
        raises=(OwnerStays,),
    )
    def delete_me(self, call: Call, body: AccountDeletion) -> JobBody:
        """Begin the deletion of the person, for good.

        Whoever owns a nation hands the ownership over or deletes the nation first.
        """
        return _job(self._requests.delete_person(call.person.user_id, body.confirm))

    @operation(
        "POST /v1/nation/export",
        tag="Privacy",
        role=Role.OWNER,
        active=False,
        status=202,
        limit=Limit.EXPORTS,
    )
    def export_nation(self, call: MemberCall) -> JobBody:
        """Begin an export of everything on the nation."""
        return _job(self._requests.export_nation(call.member))

    @operation(
        "DELETE /v1/nation",
        tag="Privacy",
        role=Role.OWNER,
        active=False,
        status=202,
        example=NationDeletion(confirm="demo"),
    )
    def delete_nation(self, call: MemberCall, body: NationDeletion) -> JobBody:
        """Begin the deletion of the nation, for good."""
        return _job(self._requests.delete_nation(call.member, body.confirm))

    @operation("GET /v1/privacy/{job}", tag="Privacy", raises=(NotFound,))
    def get_privacy_job(self, call: Call) -> JobWithFile:
        """How far an export or a deletion is.

        For who began it.
        """
        job = self._requests.job(call.person.user_id, call.path["job"])
        if job.state is JobState.DONE and job.file is not None:
            return extended(
                _job(job), JobWithFile, url=self._export.address(job.file), expires_in=ADDRESS_SECONDS
            )
        return extended(_job(job), JobWithFile)


def _job(job: Job) -> JobBody:
    return JobBody(
        job=job.id,
        task=job.task,
        state=job.state,
        counts=dict(job.counts),
        created_at=timestamp(job.created_at),
    )


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def _jobs() -> Jobs:
    queue_url = settings.read(Variable.PRIVACY_QUEUE_URL)
    return Jobs(Store(clients.dynamodb(), TableNames.read(), _now), clients.sqs(), queue_url)


@cache
def _export() -> Export:
    bucket = settings.read(Variable.FILES_BUCKET)
    return Export(Store(clients.dynamodb(), TableNames.read(), _now), clients.s3(), bucket)


@cache
def api() -> Api:
    """The routes of this process, from its environment."""
    services = Services.of_process()
    requests = Requests(_jobs(), services.nations, services.memberships, Audit(services.store))
    return Api(services, answering(PrivacyRoutes(requests, _export())).get)


@behind_front
def routes(event: LambdaEvent, context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point for the HTTP API."""
    return api()(event)


def work(event: LambdaEvent, context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point for the queue."""
    # What carries jobs out is loaded by its own function, and not by the one that people ask.
    from nat.handlers.privacy_work import erasure
    from nat.privacy.erasure import BeingDeleted
    from nat.privacy.job_runner import JobRunner

    def carry_out(body: str) -> None:
        job_id = str(json.loads(body)["job"])
        carrying = JobRunner(
            _jobs(), _export(), erasure(lambda: context.get_remaining_time_in_millis() < RESERVE_MS)
        )
        try:
            job = carrying.carry_out(job_id)
        except BeingDeleted:
            raise ComeAgain(f"privacy job {job_id} waits for another") from None
        log.structured().info("privacy job", extra={"job": job_id, "state": job.state.value})

    return each_message(event, carry_out)
