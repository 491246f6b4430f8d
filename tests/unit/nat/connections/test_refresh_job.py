"""The job and the sweep: what is due by index, however many nations there are."""

import uuid
from datetime import timedelta

import pytest

from nat.aws import clients
from nat.aws.isolation import nation
from nat.aws.store import Store
from nat.connections.outbox import Outbox
from nat.connections.refresh_job import DueNations
from nat.connections.status import refresh_bucket, update_nation_nb_status
from nat.ids import NationSlug
from nat.names import Bus, Table
from tests.unit.nat import world
from tests.unit.nat.connections.keeping import Office


def never() -> bool:
    return False


def test_what_ends_within_thirteen_hours_is_refreshed(office: Office) -> None:
    old = office.connect(life=timedelta(hours=12, minutes=59))

    run = office.job().refresh_due(never)

    assert (run.refreshed, run.failed, run.unfinished) == (1, 0, False)
    assert office.stored().access_token != old.access_token


def test_what_lives_longer_is_left_alone(office: Office) -> None:
    old = office.connect(life=timedelta(hours=13, minutes=1))

    run = office.job().refresh_due(never)

    assert run.refreshed == 0
    assert office.stored().access_token == old.access_token


def test_the_next_run_finds_nothing_left(office: Office) -> None:
    office.connect(life=timedelta(hours=1))
    office.job().refresh_due(never)

    assert office.job().refresh_due(never).refreshed == 0


def test_a_run_out_of_time_says_so_and_the_next_one_goes_on(office: Office) -> None:
    office.connect(life=timedelta(hours=1))

    assert office.job().refresh_due(lambda: True).unfinished
    assert office.job().refresh_due(never).refreshed == 1


def test_one_nation_that_fails_does_not_hold_up_the_others(office: Office) -> None:
    office.connect(life=timedelta(hours=1))
    ends = office.clock() + timedelta(hours=1)
    lost = world.nation("lost", refresh_bucket="00", nb_token_expires_at=ends)
    world.store_nation(office.tables, lost)

    run = office.job().refresh_due(never)

    assert (run.refreshed, run.reconnect) == (1, 1)


def test_an_unclear_answer_leaves_the_nation_due(office: Office) -> None:
    office.connect(life=timedelta(hours=1))
    office.nationbuilder.fault("cloudflare", path="/oauth/token")

    assert office.job().refresh_due(never).failed == 1

    office.clock.advance(minutes=2)
    office.job().sweep()
    assert (
        list(DueNations(Store(clients.dynamodb(), office.tables)).until(office.clock() + timedelta(hours=13)))
        == []
    )


def test_what_is_due_is_found_over_all_buckets_and_pages(office: Office) -> None:
    soon, late = office.clock() + timedelta(hours=1), office.clock() + timedelta(hours=20)
    slugs = [f"n-{number}" for number in range(300)]
    for slug in slugs:
        bucket = refresh_bucket(NationSlug(slug)) if slug != "n-7" else None
        ends = soon if int(slug[2:]) % 3 else late
        record = world.nation(slug, refresh_bucket=bucket, nb_token_expires_at=ends)
        world.store_nation(office.tables, record)

    found = list(
        DueNations(Store(clients.dynamodb(), office.tables)).until(office.clock() + timedelta(hours=13))
    )

    assert sorted(found) == sorted(slug for slug in slugs if int(slug[2:]) % 3 and slug != "n-7")


def test_a_sweep_with_nothing_to_do_waits_for_nothing(office: Office) -> None:
    office.connect()
    before = office.clock()

    run = office.job().sweep()

    assert (run.refreshed, run.failed) == (0, 0)
    assert office.clock() == before


def test_a_change_of_the_status_is_announced_once(office: Office) -> None:
    status = office.worker().status

    changes = [
        update_nation_nb_status(NationSlug(office.slug), status, expires_at=None, reason="invalid_grant")
        for _ in range(3)
    ]

    assert changes == [True, False, False]
    assert office.announced() == [Bus.NATION_NEEDS_REAUTH]


def test_each_incident_is_announced_for_itself(office: Office) -> None:
    status, ends = office.worker().status, office.clock() + timedelta(hours=24)
    for expires_at in (None, ends, None, ends):
        update_nation_nb_status(NationSlug(office.slug), status, expires_at=expires_at)

    assert office.announced() == [Bus.NATION_NEEDS_REAUTH, Bus.NATION_CONNECTED] * 2


def test_a_nation_without_a_record_stays_without_one(office: Office) -> None:
    status = office.worker().status

    assert not update_nation_nb_status(NationSlug("nobody"), status, expires_at=None)
    assert not update_nation_nb_status(NationSlug("nobody"), status, expires_at=office.clock())
    assert office.announced() == []


def test_who_takes_the_tokens_away_leaves_the_nation_unconnected(office: Office) -> None:
    office.connect()

    office.worker().status.disconnected(NationSlug(office.slug))

    record = office.record()
    assert (record.nb_connected, record.nb_needs_reauth, record.refresh_bucket) == (False, False, None)


@pytest.fixture
def bus(embedded_aws: object) -> tuple[str, str]:
    """A bus, and the URL of a queue that gets everything on it."""
    name = f"bus-{uuid.uuid4().hex[:8]}"
    clients.events().create_event_bus(Name=name)
    queue = clients.sqs().create_queue(QueueName=name)["QueueUrl"]
    arn = clients.sqs().get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    clients.events().put_rule(Name=name, EventBusName=name, EventPattern='{"source": ["nat"]}')
    clients.events().put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "1", "Arn": arn}])
    return name, queue


def test_announcements_reach_the_bus_once(office: Office, bus: tuple[str, str]) -> None:
    name, queue = bus
    update_nation_nb_status(
        NationSlug(office.slug), office.worker().status, expires_at=None, reason="invalid_grant"
    )
    announcements = Outbox(Store(clients.dynamodb(), office.tables, office.clock))

    delivered = [announcements.deliver(clients.events(), name) for _ in range(2)]

    messages = clients.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2)[
        "Messages"
    ]
    assert delivered == [1, 0]
    assert len(messages) == 1
    assert '"nation.needs_reauth"' in messages[0]["Body"]
    assert office.slug in messages[0]["Body"]
    assert office.announced() == []


def test_an_announcement_that_a_process_dropped_is_delivered_later(
    office: Office, bus: tuple[str, str]
) -> None:
    name, _ = bus
    Outbox(Store(clients.dynamodb(), office.tables, office.clock)).add(
        Bus.NATION_CONNECTED, NationSlug(office.slug)
    )
    announcements = Outbox(Store(clients.dynamodb(), office.tables, office.clock))
    (row,) = [each for each in world.rows(office.tables, Table.CONNECTIONS) if "event" in each]
    claimed = {":later": {"S": "2999"}, ":now": row["due_at"]}
    clients.dynamodb().update_item(
        TableName=office.tables[Table.CONNECTIONS],
        Key={each: row[each] for each in ("nation_slug", "item")},
        UpdateExpression="SET due_at = :later",
        ConditionExpression="due_at = :now",
        ExpressionAttributeValues=claimed,
    )
    assert announcements.deliver(clients.events(), name) == 0

    clients.dynamodb().update_item(
        TableName=office.tables[Table.CONNECTIONS],
        Key={each: row[each] for each in ("nation_slug", "item")},
        UpdateExpression="SET due_at = :now",
        ExpressionAttributeValues={":now": row["due_at"]},
    )

    assert announcements.deliver(clients.events(), name) == 1


def test_a_refresh_in_the_job_enters_each_nation(office: Office) -> None:
    office.connect(life=timedelta(hours=1))
    with nation("another"):
        assert office.job().refresh_due(never).refreshed == 1
