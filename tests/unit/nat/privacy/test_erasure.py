"""What is left of a nation or a person that was deleted: a receipt."""

from contextlib import suppress
from datetime import timedelta
from itertools import count

import boto3
import pytest

from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.channels.refused_mail import MailRefusal, RefusedMail
from nat.connections.slack_workspaces import Workspaces
from nat.ids import NationSlug, UserId
from nat.names import Secret, Table
from nat.nations.record import Nations
from nat.people.memberships import Memberships
from nat.privacy.erasure import LEASE, BeingDeleted, Unfinished
from tests.unit.nat import world
from tests.unit.nat.privacy.estate import Estate, counted, person_job
from tests.unit.nat.privacy.interrupting import Died, Life


def test_nothing_of_a_deleted_nation_is_found(estate: Estate) -> None:
    estate.erasure().nation(estate.leaving(), counted())

    assert estate.found(estate.slug) == []
    assert estate.ended == [estate.slug]


def test_conversations_of_people_who_have_left_go_with_the_nation(estate: Estate) -> None:
    estate.erasure().nation(estate.leaving(), counted())

    kept = {
        each["conversation"]["S"].partition("#")[0] for each in world.rows(estate.tables, Table.CONVERSATIONS)
    }
    assert kept == {estate.other}


def test_another_nation_is_not_touched(estate: Estate) -> None:
    before = estate.found(estate.other)

    estate.erasure().nation(estate.leaving(), counted())

    assert sorted(estate.found(estate.other)) == sorted(before)


def test_everybodys_sockets_in_the_nation_are_closed(estate: Estate) -> None:
    estate.erasure().nation(estate.leaving(), counted())

    assert len(estate.hung_up) == 3


def test_the_receipt_counts_what_was_deleted_and_by_whom(estate: Estate) -> None:
    estate.erasure().nation(estate.leaving(), counted())

    (receipt,) = estate.receipts()
    assert (receipt.by, receipt.about) == (estate.owner, estate.slug)
    assert receipt.details["counts"]["conversations"] == 3
    assert receipt.details["counts"]["secrets"] == 3
    assert Audit(Store(clients.dynamodb(), estate.tables)).verify(NationSlug("#privacy")).whole


def test_a_run_that_is_short_of_time_is_gone_on_with(estate: Estate) -> None:
    counts, looks = counted(), iter([False, True])
    with pytest.raises(Unfinished):
        estate.erasure(time_is_up=lambda: next(looks)).nation(estate.leaving(), counts)

    estate.erasure().nation(estate.leaving(), counts)

    assert estate.found(estate.slug) == []
    assert counts["conversations"] == 3


def test_done_twice_there_is_one_receipt(estate: Estate) -> None:
    for _ in range(2):
        estate.erasure().nation(estate.leaving(), counted())

    assert len(estate.receipts()) == 1
    assert estate.found(estate.slug) == []


def test_of_a_deleted_person_only_the_opaque_id_is_found(
    estate: Estate,
) -> None:
    store = Store(clients.dynamodb(), estate.tables)
    Workspaces(store).know("T9", UserId(estate.member), slack_user="U0MEMBER9")
    Workspaces(store).greet("T9", slack_user="U0MEMBER9")
    RefusedMail(store).note(estate.email, MailRefusal.BOUNCE)

    estate.erasure().person(person_job(UserId(estate.member)), counted())

    assert {each.partition(":")[0] for each in estate.found(estate.member)} == {"Audit", "Memberships"}
    assert Memberships(Store(clients.dynamodb(), estate.tables)).of_user(UserId(estate.member)) == []
    assert estate.found(estate.email) == estate.found("U0MEMBER9") == []
    assert estate.accounts == [estate.member]
    assert RefusedMail(store).of([(UserId(estate.member), estate.email)]) == {}


def test_the_conversations_of_others_stay(estate: Estate) -> None:
    estate.erasure().person(person_job(UserId(estate.member)), counted())

    people = {
        each["person"]["S"] for each in world.rows(estate.tables, Table.CONVERSATIONS) if "person" in each
    }
    assert people == {f"{estate.slug}#{estate.owner}", f"{estate.slug}#{estate.former}"}


def test_somebody_who_has_left_every_nation_is_deleted_there_too(estate: Estate) -> None:
    estate.erasure().person(person_job(UserId(estate.former)), counted())

    assert {each.partition(":")[0] for each in estate.found(estate.former)} == {"Audit", "Memberships"}
    assert Memberships(Store(clients.dynamodb(), estate.tables)).of_user(UserId(estate.former)) == []


def test_the_figures_of_the_nation_stay_without_the_person(estate: Estate) -> None:
    for _ in range(2):
        estate.erasure().person(person_job(UserId(estate.member)), counted())

    rows = [
        each for each in world.rows(estate.tables, Table.USAGE) if each["nation_slug"]["S"] == estate.slug
    ]
    assert sum(int(each["queries"]["N"]) for each in rows) == 9


def test_the_deletion_of_a_person_is_noted_in_each_of_their_nations(estate: Estate) -> None:
    estate.erasure().person(person_job(UserId(estate.member)), counted())

    audit = Audit(Store(clients.dynamodb(), estate.tables))
    for slug in (estate.slug, estate.other):
        newest = audit.last(NationSlug(slug))
        assert newest is not None
        assert (newest.kind.value, newest.about) == ("data.deleted", estate.member)
        assert audit.verify(NationSlug(slug)).whole


def test_a_nation_without_key_and_app_of_its_own_is_deleted_whole(estate: Estate) -> None:
    for name in (
        Secret.nation_model_key(NationSlug(estate.slug)),
        Secret.nation_app(NationSlug(estate.slug)),
    ):
        clients.secrets().delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)

    estate.erasure().nation(estate.leaving(), counted())

    assert estate.found(estate.slug) == []


def test_a_nation_that_came_back_meanwhile_keeps_what_it_has_bought_since(estate: Estate) -> None:
    job = estate.leaving()
    estate.erasure().nation(job, counted())
    world.store_nation(
        estate.tables, world.nation(estate.slug, created_at=world.START + timedelta(minutes=1))
    )
    world.store_members(estate.tables, estate.slug, ["payer"])
    before = estate.found(estate.slug)
    estate.ended.clear()

    estate.erasure().nation(job, counted())

    assert estate.found(estate.slug) == before
    assert estate.ended == []


def test_a_nation_that_is_being_deleted_says_so_in_its_record(estate: Estate) -> None:
    with pytest.raises(Unfinished):
        estate.erasure(time_is_up=lambda: True).nation(estate.leaving(), counted())

    record = Nations(Store(clients.dynamodb(), estate.tables)).require(NationSlug(estate.slug))
    assert record.being_deleted == "job-1"
    assert not record.subscription_status.usable


def test_two_runs_of_a_deletion_do_not_work_at_once(estate: Estate) -> None:
    job = estate.leaving()
    runs: list[str] = []

    def meanwhile() -> bool:
        if not runs:
            runs.append("second")
            with pytest.raises(BeingDeleted):
                estate.erasure().nation(job, counted())
        return False

    estate.erasure(time_is_up=meanwhile).nation(job, counted())

    assert runs == ["second"]
    assert estate.found(estate.slug) == []


def test_a_deletion_that_dies_one_request_later_each_time_completes(estate: Estate) -> None:
    life = Life()
    dynamodb, secrets, s3 = boto3.client("dynamodb"), boto3.client("secretsmanager"), boto3.client("s3")
    life.of(dynamodb, secrets, s3)
    job, lives = estate.leaving(), count()
    now = world.START
    for requests in lives:
        life.begin(requests)
        now += LEASE + timedelta(seconds=1)
        with suppress(Died):
            estate.erasure(now=now, dynamodb=dynamodb, secrets=secrets, s3=s3).nation(job, counted())
            break

    assert next(lives) > 20
    assert estate.found(estate.slug) == []
    assert len(estate.receipts()) == 1
