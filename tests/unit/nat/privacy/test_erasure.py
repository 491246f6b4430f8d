"""What is left of a nation or a person that was deleted: a receipt."""

import pytest

from nat.audit.log import Audit
from nat.aws import clients
from nat.names import Table
from nat.privacy.erasure import Unfinished
from tests.unit.nat import world
from tests.unit.nat.privacy.estate import Estate, counted


def test_nothing_of_a_deleted_nation_is_found(estate: Estate) -> None:
    estate.erasure().nation(estate.slug, estate.owner, "job-1", counted())

    assert estate.found(estate.slug) == []
    assert estate.ended == [estate.slug]


def test_conversations_of_people_who_have_left_go_with_the_nation(estate: Estate) -> None:
    estate.erasure().nation(estate.slug, estate.owner, "job-1", counted())

    kept = {
        each["conversation"]["S"].partition("#")[0] for each in world.rows(estate.tables, Table.CONVERSATIONS)
    }
    assert kept == {estate.other}


def test_another_nation_is_not_touched(estate: Estate) -> None:
    before = estate.found(estate.other)

    estate.erasure().nation(estate.slug, estate.owner, "job-1", counted())

    assert sorted(estate.found(estate.other)) == sorted(before)


def test_everybodys_sockets_in_the_nation_are_closed(estate: Estate) -> None:
    estate.erasure().nation(estate.slug, estate.owner, "job-1", counted())

    assert len(estate.hung_up) == 3


def test_the_receipt_counts_what_was_deleted_and_by_whom(estate: Estate) -> None:
    estate.erasure().nation(estate.slug, estate.owner, "job-1", counted())

    (receipt,) = estate.receipts()
    assert (receipt.by, receipt.about) == (estate.owner, estate.slug)
    assert receipt.details["counts"]["conversations"] == 3
    assert receipt.details["counts"]["secrets"] == 3
    assert Audit(clients.dynamodb(), estate.tables).verify("#privacy").whole


def test_a_run_that_is_short_of_time_is_gone_on_with(estate: Estate) -> None:
    counts, looks = counted(), iter([False, True])
    with pytest.raises(Unfinished):
        estate.erasure(time_is_up=lambda: next(looks)).nation(estate.slug, estate.owner, "job-1", counts)

    estate.erasure().nation(estate.slug, estate.owner, "job-1", counts)

    assert estate.found(estate.slug) == []
    assert counts["conversations"] == 3


def test_done_twice_there_is_one_receipt(estate: Estate) -> None:
    for _ in range(2):
        estate.erasure().nation(estate.slug, estate.owner, "job-1", counted())

    assert len(estate.receipts()) == 1
    assert estate.found(estate.slug) == []


def test_of_a_deleted_person_only_the_opaque_id_in_audit_logs_is_found(estate: Estate) -> None:
    estate.erasure().person(estate.member, "job-1", counted())

    assert {each.partition(":")[0] for each in estate.found(estate.member)} == {"Audit"}
    assert estate.found(estate.email) == []
    assert estate.accounts == [estate.member]


def test_the_conversations_of_others_stay(estate: Estate) -> None:
    estate.erasure().person(estate.member, "job-1", counted())

    people = {
        each["person"]["S"] for each in world.rows(estate.tables, Table.CONVERSATIONS) if "person" in each
    }
    assert people == {f"{estate.slug}#{estate.owner}", f"{estate.slug}#{estate.former}"}


def test_somebody_who_has_left_every_nation_is_deleted_there_too(estate: Estate) -> None:
    estate.erasure().person(estate.former, "job-1", counted())

    assert {each.partition(":")[0] for each in estate.found(estate.former)} == {"Audit"}


def test_the_figures_of_the_nation_stay_without_the_person(estate: Estate) -> None:
    for _ in range(2):
        estate.erasure().person(estate.member, "job-1", counted())

    rows = [
        each for each in world.rows(estate.tables, Table.USAGE) if each["nation_slug"]["S"] == estate.slug
    ]
    assert sum(int(each["queries"]["N"]) for each in rows) == 9


def test_the_deletion_of_a_person_is_noted_in_each_of_their_nations(estate: Estate) -> None:
    estate.erasure().person(estate.member, "job-1", counted())

    audit = Audit(clients.dynamodb(), estate.tables)
    for slug in (estate.slug, estate.other):
        newest = audit.last(slug)
        assert newest is not None
        assert (newest.kind.value, newest.about) == ("data.deleted", estate.member)
        assert audit.verify(slug).whole
