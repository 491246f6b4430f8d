"""A nation is exported and deleted with the deployed functions under their roles, also one that never had
what is deleted, and a deletion whose process dies at any step completes under the same role."""

import io
import json
import secrets
import time
import zipfile
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from local.aws.clients import Clients
from local.demo import DemoPerson, add_member
from local.machine import Machine
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.names import Secret, Table
from nat.nations.record import Nations
from nat.privacy.erasure import LEASE, Erasure, Outside
from nat.privacy.export import Export
from nat.privacy.job_runner import JobRunner
from nat.privacy.jobs import Job, Jobs, JobState, Task
from nat.roles import Role
from tests.integration.conftest import PATIENCE
from tests.integration.people import Customer
from tests.unit.nat import world
from tests.unit.nat.privacy.interrupting import Died, Life


@pytest.fixture
def owner(machine: Machine) -> Customer:
    """The owner of a nation that has no pair, no key and no app of its own."""
    slug = f"leaving-{secrets.token_hex(4)}"
    customer = Customer.sign_up(machine, slug)
    dynamodb, tables = machine.deployment.root.dynamodb, machine.deployment.tables
    assert Nations(Store(dynamodb, tables)).create(world.nation(slug, owner_id=customer.user_id))
    add_member(
        machine.deployment, customer.user_id, DemoPerson("owner@example.org", NationSlug(slug), Role.OWNER)
    )
    return customer


def until_done(customer: Customer, job: str) -> dict[str, Any]:
    """What a job says once it is done."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = customer.get("GET /v1/privacy/{job}", job=job)
        if found["state"] == "done":
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def _same(moment: datetime) -> datetime:
    return moment


def test_a_nation_without_secrets_is_exported_and_deleted(machine: Machine, owner: Customer) -> None:
    status, begun = owner.call("POST /v1/nation/export")
    assert status == 202, begun
    assert "url" in until_done(owner, begun["job"])

    status, begun = owner.call("DELETE /v1/nation", {"confirm": owner.nation})
    assert status == 202, begun
    until_done(owner, begun["job"])

    nations = Nations(Store(machine.deployment.root.dynamodb, machine.deployment.tables))
    assert nations.get(NationSlug(owner.nation)) is None


def test_taking_away_what_is_not_there_is_no_error(owner: Customer) -> None:
    assert owner.call("DELETE /v1/settings/model-key") == (200, {"model_key": None})
    status, told = owner.call("POST /v1/nationbuilder/disconnect")
    assert (status, told["nationbuilder"]["connected"]) == (200, False)


def _nothing(_: object) -> int:
    return 0


def working(machine: Machine) -> tuple[Clients, dict[str, str]]:
    """Clients in the role of the function that exports and deletes, and its variables."""
    root = machine.deployment.root
    (function,) = [
        each
        for page in root.functions.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if "PrivacyWork" in each["FunctionName"]
    ]
    return root.acting_as(function["Role"], name="privacy-work"), function["Environment"]["Variables"]


@pytest.mark.parametrize("task", [Task.EXPORT_NATION, Task.EXPORT_PERSON])
def test_an_export_that_dies_at_any_step_completes_under_its_role(
    machine: Machine, owner: Customer, task: Task
) -> None:
    root, tables = machine.deployment.root, machine.deployment.tables
    acting, variables = working(machine)
    subject = owner.nation if task is Task.EXPORT_NATION else owner.user_id
    # In a queue of its own: this test does what the function does.
    unread = root.sqs.create_queue(QueueName=secrets.token_hex(8))["QueueUrl"]
    begun = Jobs(Store(root.dynamodb, tables), root.sqs, unread)
    job = begun.begin(task, subject, owner.user_id)
    store = Store(acting.dynamodb, tables)
    bucket = variables["NAT_FILES_BUCKET"]
    erasure = Erasure(
        store,
        secrets=acting.secrets,
        s3=acting.s3,
        bucket=bucket,
        outside=Outside(lambda _: None, _nothing, _nothing, _nothing),
    )
    carrying = JobRunner(Jobs(store, acting.sqs, unread), Export(store, acting.s3, bucket), erasure)
    life = Life()
    life.of(acting.dynamodb)  # what is uploaded is there whole or not at all

    for requests in count():
        life.begin(requests)
        with suppress(Died):
            carrying.carry_out(job.id)
            break

    done = begun.get(job.id)
    assert requests > 5
    assert done.state is JobState.DONE
    assert done.counts["memberships"] == 1
    archive = root.s3.get_object(Bucket=bucket, Key=str(done.file))["Body"].read()
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.testzip() is None
        lines = {name: len(files.read(name).splitlines()) for name in files.namelist()}
    assert lines["memberships.jsonl"] == 1


@pytest.mark.parametrize("has_key", [False, True])
def test_a_deletion_that_dies_at_any_step_completes_under_its_role(
    machine: Machine, owner: Customer, has_key: bool
) -> None:
    root, tables = machine.deployment.root, machine.deployment.tables
    if has_key:
        key = json.dumps({"api_key": "k"})
        root.secrets.create_secret(Name=Secret.nation_model_key(NationSlug(owner.nation)), SecretString=key)
    acting, variables = working(machine)
    life = Life()
    life.of(acting.dynamodb, acting.secrets, acting.s3)
    record = Nations(Store(root.dynamodb, tables)).require(NationSlug(owner.nation))
    job = Job(
        "job", Task.DELETE_NATION, owner.nation, owner.user_id, world.START, record_of=record.created_at
    )
    now = world.START
    for requests in count():
        life.begin(requests)
        now += LEASE + timedelta(seconds=1)
        erasure = Erasure(
            Store(acting.dynamodb, tables, partial(_same, now)),
            secrets=acting.secrets,
            s3=acting.s3,
            bucket=variables["NAT_FILES_BUCKET"],
            outside=Outside(lambda _: None, _nothing, _nothing, _nothing),
        )
        with suppress(Died):
            erasure.nation(job, Counter())
            break

    assert Nations(Store(root.dynamodb, tables)).get(NationSlug(owner.nation)) is None
    left = root.secrets.list_secrets(Filters=[{"Key": "name", "Values": [f"nat/nation/{owner.nation}/"]}])
    assert left["SecretList"] == []
    rows = root.dynamodb.query(
        TableName=tables[Table.MEMBERSHIPS],
        KeyConditionExpression="user_id = :user",
        ExpressionAttributeValues={":user": {"S": owner.user_id}},
    )
    assert rows["Items"] == []
