"""A nation is exported and deleted with the deployed functions under their roles, also one that never had
what is deleted, and a deletion whose process dies at any step completes under the same role."""

import json
import secrets
import time
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from local.demo import DemoPerson, add_member
from local.machine import Machine
from nat.aws.store import Store
from nat.ids import NationSlug
from nat.names import Secret, Table
from nat.nations.record import Nations
from nat.privacy.erasure import LEASE, Erasure, Outside
from nat.privacy.jobs import Job, Task
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


@pytest.mark.parametrize("has_key", [False, True])
def test_a_deletion_that_dies_at_any_step_completes_under_its_role(
    machine: Machine, owner: Customer, has_key: bool
) -> None:
    root, tables = machine.deployment.root, machine.deployment.tables
    if has_key:
        key = json.dumps({"api_key": "k"})
        root.secrets.create_secret(Name=Secret.nation_model_key(NationSlug(owner.nation)), SecretString=key)
    (function,) = [
        each
        for page in root.functions.get_paginator("list_functions").paginate()
        for each in page["Functions"]
        if "PrivacyWork" in each["FunctionName"]
    ]
    acting = root.acting_as(function["Role"], name="privacy-work")
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
            bucket=function["Environment"]["Variables"]["NAT_FILES_BUCKET"],
            outside=Outside(lambda _: None, lambda _: 0, lambda _: 0, lambda _: 0),
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
