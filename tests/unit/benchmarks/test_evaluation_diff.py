"""A nation before and after: what is not listed must not differ."""

import pytest

from benchmarks.evaluation import truth
from benchmarks.evaluation.diff import Gone, Members, New, Set, Wanted, problems
from benchmarks.evaluation.world import drawn
from local.nationbuilder.store import Nation


@pytest.fixture
def nation() -> Nation:
    return drawn(1).nation.copy()


def found(nation: Nation, *wanted: Wanted) -> list[str]:
    return list(problems(drawn(1).nation, nation, wanted))


def test_the_same_nation_has_no_differences(nation: Nation) -> None:
    assert found(nation) == []


def test_what_is_listed_may_differ_and_must(nation: Nation) -> None:
    wanted = Set("signups", "20", {"employer": "Mill"})

    assert found(nation, wanted) == ["signups 20: employer is None instead of 'Mill'"]

    nation["signups"].update("20", {"employer": "Mill"})

    assert found(nation, wanted) == []
    assert found(nation) == ["signups 20 has another employer"]


def test_a_listed_record_may_not_differ_in_anything_else(nation: Nation) -> None:
    nation["signups"].update("20", {"employer": "Mill", "occupation": "Miller"})

    assert found(nation, Set("signups", "20", {"employer": "Mill"})) == ["signups 20 has another occupation"]


def test_what_nationbuilder_derives_may_follow_in_what_a_new_record_belongs_to(nation: Nation) -> None:
    gift = nation["donations"].insert({"signup_id": "20", "amount_in_cents": 100})
    nation["signups"].update("20", {"donations_count": 77})
    nation["signups"].update("21", {"donations_count": 77})

    assert found(nation, New("donations", {"signup_id": "20", "amount_in_cents": 100})) == [
        "signups 21 has another donations_count"
    ]
    assert gift["id"] not in drawn(1).nation["donations"].rows


def test_new_records_are_counted(nation: Nation) -> None:
    for _ in range(2):
        nation["signup_tags"].insert({"name": "front row"})

    assert found(nation) == ["2 new signup_tags that nobody asked for"]
    assert found(nation, New("signup_tags", {"name": "front row"})) == [
        "2 new signup_tags with {'name': 'front row'} instead of 1"
    ]
    assert found(nation, New("signup_tags", {"name": "front row"}, 2)) == []


def test_a_new_record_says_nothing_that_nobody_said(nation: Nation) -> None:
    wanted = New("contacts", {"signup_id": "20"})
    nation["contacts"].insert({"signup_id": "20", "content": "likes tea"})

    assert len(found(nation, wanted)) == 1
    assert found(nation, wanted)[0].endswith("has a content that nobody said")
    assert list(problems(drawn(1).nation, nation, [wanted], "Log that Ann likes tea")) == []


def test_what_goes_takes_along_only_what_belonged_to_it(nation: Nation) -> None:
    tag = truth.named(nation, "signup_tags", drawn(1).words.tags[2])
    for tagging in [row["id"] for row in nation["signup_taggings"].where("tag_id", tag)]:
        nation["signup_taggings"].delete(tagging)
    nation["signup_tags"].delete(tag)

    assert found(nation, Gone("signup_tags", tag)) == []
    assert len(found(nation)) > 1


def test_a_record_that_should_be_gone_is_missed(nation: Nation) -> None:
    assert found(nation, Gone("lists", "1")) == ["lists 1 is still there"]


def test_members_of_lists_are_compared(nation: Nation) -> None:
    before = frozenset(nation.list_members["1"])
    nation.list_members["1"]["20"] = None

    assert found(nation, Members("1", before | {"20"})) == []
    assert len(found(nation)) == (0 if "20" in before else 1)
