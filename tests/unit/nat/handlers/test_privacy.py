"""The routes that export and delete, and the queue's function, from the request to the receipt."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.handlers.api import Api
from nat.handlers.endpoints import answering
from nat.handlers.privacy import PrivacyRoutes
from nat.handlers.services import Services
from nat.ids import NationSlug, UserId
from nat.nations.record import Nations
from nat.privacy.accounts import Accounts
from nat.privacy.job_runner import JobRunner
from nat.privacy.jobs import Jobs
from nat.privacy.requests import Requests
from tests.unit.nat import world
from tests.unit.nat.api_event import api_event
from tests.unit.nat.privacy.estate import Estate


class Desk:
    """The routes and the worker on one estate."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.queue = clients.sqs().create_queue(QueueName=uuid.uuid4().hex)["QueueUrl"]
        client, tables = clients.dynamodb(), estate.tables
        jobs = Jobs(Store(client, tables, lambda: world.START), clients.sqs(), self.queue)
        services = Services(client, tables, world.PLANS, clock=lambda: world.START)
        requests = Requests(jobs, services.nations, services.memberships, Audit(services.store))
        self.api = Api(services, answering(PrivacyRoutes(requests, estate.export())).get)
        self.looks: Iterator[bool] = iter([])
        erasure = estate.erasure(time_is_up=lambda: next(self.looks, False))
        self.worker = JobRunner(jobs, estate.export(), erasure)

    def ask(self, route: str, user: str, body: Any = None, *, job: str = "") -> tuple[int, Any]:
        event = api_event(route, user=user, slug=self.estate.slug, body=body, path={"job": job})
        answer = self.api(event)
        return answer["statusCode"], json.loads(answer["body"])

    def work(self) -> int:
        """Carry out what is queued; gives how many messages that took."""
        done = 0
        while (
            messages := clients.sqs().receive_message(QueueUrl=self.queue, WaitTimeSeconds=0).get("Messages")
        ):
            for each in messages:
                self.worker.carry_out(json.loads(each["Body"])["job"])
                clients.sqs().delete_message(QueueUrl=self.queue, ReceiptHandle=each["ReceiptHandle"])
                done += 1
        return done


@pytest.fixture
def desk(tables: Any) -> Desk:
    made = Estate(tables)
    made.fill()
    return Desk(made)


def test_a_person_exports_themself_and_fetches_the_file(desk: Desk) -> None:
    member = desk.estate.member
    status, begun = desk.ask("POST /v1/me/export", member)
    desk.work()

    _, done = desk.ask("GET /v1/privacy/{job}", member, job=begun["job"])

    assert status == 202
    assert done["state"] == "done"
    assert "url" in done


def test_somebody_elses_job_does_not_exist(desk: Desk) -> None:
    _, begun = desk.ask("POST /v1/me/export", desk.estate.member)

    status, _ = desk.ask("GET /v1/privacy/{job}", desk.estate.owner, job=begun["job"])

    assert status == 404


def test_a_person_is_deleted_only_with_the_word(desk: Desk) -> None:
    status, _ = desk.ask("DELETE /v1/me", desk.estate.member, {})

    assert status == 400
    assert desk.work() == 0


def test_who_owns_a_nation_hands_it_over_first(desk: Desk) -> None:
    status, body = desk.ask("DELETE /v1/me", desk.estate.owner, {"confirm": "delete"})

    assert status == 409
    assert desk.estate.slug in body["error"]["message"]


def test_a_member_is_deleted(desk: Desk) -> None:
    status, _ = desk.ask("DELETE /v1/me", desk.estate.member, {"confirm": "delete"})
    desk.work()

    assert status == 202
    assert desk.estate.accounts == [desk.estate.member]


@pytest.mark.parametrize("route", ["POST /v1/nation/export", "DELETE /v1/nation"])
def test_only_the_owner_exports_and_deletes_a_nation(desk: Desk, route: str) -> None:
    status, _ = desk.ask(route, desk.estate.member, {"confirm": desk.estate.slug})

    assert status == 403


def test_a_nation_is_deleted_only_by_its_slug(desk: Desk) -> None:
    status, _ = desk.ask("DELETE /v1/nation", desk.estate.owner, {"confirm": "yes"})

    assert status == 400
    assert desk.work() == 0


def test_a_deletion_that_takes_several_runs_tells_how_far_it_is(desk: Desk) -> None:
    desk.looks = iter([False, True, False, True])
    owner, slug = desk.estate.owner, desk.estate.slug
    _, begun = desk.ask("DELETE /v1/nation", owner, {"confirm": slug})

    runs = desk.work()

    _, done = desk.ask("GET /v1/privacy/{job}", owner, job=begun["job"])
    assert runs == 3
    assert (done["state"], done["counts"]["conversations"]) == ("done", 3)
    assert [each for each in desk.estate.found(slug) if begun["job"] not in each] == []
    assert len(desk.estate.receipts()) == 1


def test_a_message_that_comes_again_deletes_nothing_twice(desk: Desk) -> None:
    _, begun = desk.ask("DELETE /v1/nation", desk.estate.owner, {"confirm": desk.estate.slug})
    desk.work()

    desk.worker.carry_out(begun["job"])

    assert len(desk.estate.receipts()) == 1


def test_deleting_needs_no_subscription(desk: Desk) -> None:
    nations = Nations(Store(clients.dynamodb(), desk.estate.tables))
    nations.update(NationSlug(desk.estate.slug), {"subscription_status": "none"})

    status, _ = desk.ask("POST /v1/nation/export", desk.estate.owner)

    assert status == 202


@pytest.mark.usefixtures("embedded_aws")
def test_the_account_is_deleted_by_the_persons_sub() -> None:
    pools = clients.user_pools()
    pool = pools.create_user_pool(PoolName="people")["UserPool"]["Id"]
    made = pools.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")["User"]
    sub = next(each["Value"] for each in made["Attributes"] if each["Name"] == "sub")

    deleted = [Accounts(pools, pool).delete(UserId(sub)) for _ in range(2)]

    assert deleted == [1, 0]
    assert pools.list_users(UserPoolId=pool)["Users"] == []
