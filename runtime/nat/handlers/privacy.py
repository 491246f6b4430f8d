"""Exports and deletions: routes that begin them, and the function that carries them out.

    POST   /v1/me/export       → 202 {"job", …}    everything on the caller
    DELETE /v1/me              {"confirm": "delete"} → 202
    POST   /v1/nation/export   → 202, for the owner
    DELETE /v1/nation          {"confirm": "<slug>"} → 202, for the owner
    GET    /v1/privacy/{job}   → {"job", "task", "state", "counts", "url"?, "expires_in"?}, for who began it

None of them needs a subscription. A job outlives the person: whoever deletes themself asks for its state
while their token lasts.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from nat import settings
from nat.audit.log import Audit
from nat.aws import clients, log
from nat.handlers.api import Api
from nat.handlers.invocation import LambdaContext
from nat.handlers.request import HttpAnswer, HttpRequest, Lambda
from nat.handlers.services import Services
from nat.names import PrivacyRoute, Variable
from nat.people.session import person_of, select
from nat.privacy.erasure import BeingDeleted
from nat.privacy.export import ADDRESS_SECONDS, Export
from nat.privacy.job_runner import JobRunner
from nat.privacy.jobs import Job, Jobs, JobState
from nat.privacy.requests import Requests
from nat.roles import Role
from nat.settings import TableNames

Answering = Callable[[Services, HttpRequest], HttpAnswer]
RESERVE_MS: Final = 60_000
"""Milliseconds of Lambda's time that one conversation, or one table of a nation, may take."""


class PrivacyRoutes:
    """The routes."""

    def __init__(self, requests: Requests, export: Export) -> None:
        self._requests = requests
        self._export = export
        self._routes: Mapping[str, Answering] = {
            PrivacyRoute.EXPORT_ME: self.export_me,
            PrivacyRoute.DELETE_ME: self.delete_me,
            PrivacyRoute.EXPORT_NATION: self.export_nation,
            PrivacyRoute.DELETE_NATION: self.delete_nation,
            PrivacyRoute.JOB: self.job,
        }

    def answering(self, route: str) -> Answering | None:
        """The function behind a route key."""
        return self._routes.get(route)

    def export_me(self, _services: Services, request: HttpRequest) -> HttpAnswer:
        """Begin an export of everything on the caller, in every nation."""
        return _begun(self._requests.export_person(_person(request)))

    def delete_me(self, _services: Services, request: HttpRequest) -> HttpAnswer:
        """Begin the deletion of the caller."""
        return _begun(self._requests.delete_person(_person(request), request.json().get("confirm")))

    def export_nation(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Begin an export of everything on the nation."""
        owner = services.member(request, at_least=Role.OWNER, active=False)
        return _begun(self._requests.export_nation(owner))

    def delete_nation(self, services: Services, request: HttpRequest) -> HttpAnswer:
        """Begin the deletion of the nation."""
        owner = services.member(request, at_least=Role.OWNER, active=False)
        return _begun(self._requests.delete_nation(owner, request.json().get("confirm")))

    def job(self, _services: Services, request: HttpRequest) -> HttpAnswer:
        """How far a job is, and where its file can be fetched."""
        job = self._requests.job(_person(request), request.path["job"])
        body = job.as_body()
        if job.state is JobState.DONE and job.file is not None:
            body |= {"url": self._export.address(job.file), "expires_in": ADDRESS_SECONDS}
        return HttpAnswer(body)


def _person(request: HttpRequest) -> str:
    person = person_of(request.claims)
    select(person, request.headers)
    return person.user_id


def _begun(job: Job) -> HttpAnswer:
    return HttpAnswer(job.as_body(), 202)


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def _jobs() -> Jobs:
    queue_url = settings.read(Variable.PRIVACY_QUEUE_URL)
    return Jobs(clients.dynamodb(), TableNames.read(), clients.sqs(), queue_url, now=_now)


@cache
def _export() -> Export:
    bucket = settings.read(Variable.FILES_BUCKET)
    return Export(clients.dynamodb(), TableNames.read(), clients.s3(), bucket, now=_now)


@cache
def api() -> Api:
    """The routes of this process, from its environment."""
    services = Services.of_process()
    audit = Audit(services.store)
    requests = Requests(_jobs(), services.nations, services.memberships, audit)
    return Api(services, PrivacyRoutes(requests, _export()).answering)


def routes(event: dict[str, Any], context: object) -> Lambda:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point for the HTTP API."""
    return api()(event)


def work(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Lambda's entry point for the queue; gives the messages that failed, which come again."""
    from nat.handlers.privacy_work import erasure

    failed = []
    for record in event["Records"]:
        job_id = str(json.loads(record["body"])["job"])
        carrying = JobRunner(
            _jobs(), _export(), erasure(lambda: context.get_remaining_time_in_millis() < RESERVE_MS)
        )
        try:
            job = carrying.carry_out(job_id)
        except BeingDeleted:
            log.structured().info("privacy job waits for another", extra={"job": job_id})
            failed.append({"itemIdentifier": record["messageId"]})
        except Exception as error:
            log.defect(error, job=job_id)
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            log.structured().info("privacy job", extra={"job": job_id, "state": job.state.value})
    return {"batchItemFailures": failed}
