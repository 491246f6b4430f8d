"""Filters, operators, sorting, paging, fields, includes and counts (API facts, §7)."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.nationbuilder.filters import in_order, select, split_values
from local.nationbuilder.query import Filter
from local.nationbuilder.schema import Row, schema
from local.nationbuilder.seeds import seeded
from local.nationbuilder.server import RunningNationBuilder
from local.nationbuilder.store import Nation
from tests.unit.local.nationbuilder.caller import Caller

SIGNUPS = schema().resources["signups"]
DONATIONS = schema().resources["donations"]

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@cache
def nation() -> Nation:
    """A nation as it was seeded; nobody changes it."""
    return seeded(datetime(2026, 5, 6, 12, tzinfo=UTC))["harbor"]


texts = st.deferred(
    lambda: st.sampled_from(
        sorted(
            row["last_name"]
            for row in nation()["signups"].rows.values()
            if row["last_name"] and "}" not in row["last_name"]
        )
    )
).flatmap(lambda name: st.sampled_from([name, name.upper(), name[:2].lower(), name[-3:], "zzz"]))


def people(name: str, operator: str, text: str) -> set[str]:
    return {row["id"] for row in select(nation(), SIGNUPS, [Filter(name, operator, f"{{{{{text}}}}}")])}


def expected(test: Any) -> set[str]:
    return {
        row["id"]
        for row in nation()["signups"].rows.values()
        if row["last_name"] is not None and test(row["last_name"])
    }


@quick
@given(texts)
def test_text_operators_ignore_case_and_eql_does_not(text: str) -> None:
    low = text.lower()

    assert people("last_name", "eq", text) == expected(lambda name: name.lower() == low)
    assert people("last_name", "eql", text) == expected(lambda name: name == text)
    assert people("last_name", "prefix", text) == expected(lambda name: name.lower().startswith(low))
    assert people("last_name", "suffix", text) == expected(lambda name: name.lower().endswith(low))
    assert people("last_name", "match", text) == expected(lambda name: low in name.lower())


@quick
@given(texts, st.sampled_from(["eq", "eql", "prefix", "suffix", "match"]))
def test_a_negated_operator_finds_the_others_but_no_nulls(text: str, operator: str) -> None:
    positive = people("last_name", operator, text)
    negative = people("last_name", f"not_{operator}", text)

    assert positive & negative == set()
    assert positive | negative == expected(lambda _: True)


@quick
@given(st.integers(0, 30_000), st.sampled_from(["eq", "not_eq", "gt", "gte", "lt", "lte"]))
def test_number_operators_compare(cents: int, operator: str) -> None:
    compare = {
        "eq": int.__eq__,
        "not_eq": int.__ne__,
        "gt": int.__gt__,
        "gte": int.__ge__,
        "lt": int.__lt__,
        "lte": int.__le__,
    }[operator]
    rows = nation()["donations"].rows.values()

    found = select(nation(), DONATIONS, [Filter("amount_in_cents", operator, str(cents))])

    assert [row["id"] for row in found] == [
        row["id"] for row in rows if compare(row["amount_in_cents"], cents)
    ]


@quick
@given(st.integers(0, 400), st.integers(1, 60))
def test_two_operators_on_one_attribute_are_a_range(days: int, span: int) -> None:
    start = datetime(2026, 5, 6, tzinfo=UTC) - timedelta(days=days)
    end = start + timedelta(days=span)
    filters = [
        Filter("succeeded_at", "gte", start.isoformat()),
        Filter("succeeded_at", "lt", end.isoformat()),
    ]

    found = {row["id"] for row in select(nation(), DONATIONS, filters)}

    assert found == {
        row["id"]
        for row in nation()["donations"].rows.values()
        if row["succeeded_at"] is not None and start <= row["succeeded_at"] < end
    }


@quick
@given(
    st.lists(
        st.tuples(st.sampled_from(["last_name", "support_level", "created_at", "id"]), st.booleans()),
        min_size=1,
        max_size=3,
        unique_by=lambda pair: pair[0],
    )
)
def test_sorting_orders_by_the_first_key_and_then_the_next(keys: list[tuple[str, bool]]) -> None:
    rows = in_order(SIGNUPS, list(nation()["signups"].rows.values()), keys)

    def key(row: Row, name: str) -> Any:
        value = row[name]
        if name == "id":
            return int(value)
        return value.casefold() if isinstance(value, str) else value

    for before, after in pairwise(rows):
        for name, descending in keys:
            left, right = key(before, name), key(after, name)
            if left == right:
                continue
            if left is None or right is None:
                assert (left is None) == descending
            else:
                assert (left > right) == descending
            break


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a,b", ["a", "b"]),
        ("{{a, b}}", ["a, b"]),
        ("{{a, b}},c", ["c", "a, b"]),
        ("", [""]),
        ("a,,b", ["a", "b"]),
    ],
)
def test_commas_separate_alternatives_unless_wrapped(text: str, values: list[str]) -> None:
    assert split_values(text) == values


def test_a_comma_list_of_ids_reads_them_all(reader: Caller) -> None:
    assert reader.ids("/signups", {"filter[id]": "7,3,12,999999"}) == ["3", "7", "12"]


def test_ids_compare_as_numbers(reader: Caller) -> None:
    assert reader.ids("/signups", {"filter[id][lt]": "11", "filter[id][gte]": "9"}) == ["9", "10"]


def test_null_finds_what_is_empty_and_not_eq_null_what_is_not(reader: Caller) -> None:
    without = reader.count("/signups", {"filter[email]": "null"})
    having = reader.count("/signups", {"filter[email][not_eq]": "null"})

    assert without > 0
    assert without + having == reader.count("/signups")


def test_booleans_take_equality_only(reader: Caller) -> None:
    volunteers = reader.count("/signups", {"filter[is_volunteer]": "true"})

    refused = reader.get("/signups", {"filter[is_volunteer][not_eq]": "true"})

    assert volunteers == 640
    assert refused.status_code == 400


def test_a_foreign_key_filter_takes_alternatives(reader: Caller) -> None:
    first = reader.count("/event_rsvps", {"filter[event_id]": "1"})
    second = reader.count("/event_rsvps", {"filter[event_id]": "2"})

    assert reader.count("/event_rsvps", {"filter[event_id]": "1,2"}) == first + second


def test_an_enum_takes_equality(reader: Caller) -> None:
    every = reader.count("/donations")

    by_status = [
        reader.count("/donations", {"filter[status]": status})
        for status in ("succeeded", "pending", "failed", "canceled")
    ]

    assert all(by_status)
    assert sum(by_status) == every


@pytest.mark.parametrize(
    "query",
    [
        {"filter[custom_values][eq]": '{"shirt_size":"L"}'},
        {"filter[custom_values]": '{"shirt_size":"l"}'},
        {"filter[custom_values][shirt_size]": "L"},
    ],
)
def test_custom_values_are_found_by_hash_or_by_slug(
    library: RunningNationBuilder, reader: Caller, query: dict[str, str]
) -> None:
    rows = library.nation("demo")["signups"].rows.values()
    truth = sum((row["custom_values"] or {}).get("shirt_size") == "L" for row in rows)

    assert reader.count("/signups", query) == truth > 0


def test_hashes_are_alternatives_when_joined_by_a_comma(reader: Caller) -> None:
    large = reader.count("/signups", {"filter[custom_values][shirt_size]": "L"})
    small = reader.count("/signups", {"filter[custom_values][shirt_size]": "S"})

    both = reader.count("/signups", {"filter[custom_values][eq]": '{"shirt_size":"L"},{"shirt_size":"S"}'})

    assert both == large + small


def test_people_are_found_by_a_tag_id(library: RunningNationBuilder, reader: Caller) -> None:
    tag = next(iter(library.nation("demo")["signup_tags"].rows))

    assert reader.count("/signups", {"filter[tag_id]": tag}) == 640


def test_tags_are_found_by_the_person_who_has_them(library: RunningNationBuilder, reader: Caller) -> None:
    tagging = next(iter(library.nation("demo")["signup_taggings"].rows.values()))

    tags = reader.ids("/signup_tags", {"filter[signup_id]": tagging["signup_id"]})

    assert tagging["tag_id"] in tags


def test_any_of_the_four_emails_is_found(reader: Caller) -> None:
    found = reader.rows("/signups", {"filter[with_email_address][prefix]": "slot4."})

    assert found
    assert all(row["attributes"]["email4"].startswith("slot4.") for row in found)


def test_bouncing_addresses_are_found(reader: Caller) -> None:
    found = reader.rows("/signups", {"filter[with_bouncing_email]": "true"})

    assert found
    assert all(row["attributes"]["email1_is_bouncing"] for row in found)


def test_nearby_finds_who_lives_within_the_miles(reader: Caller) -> None:
    buffalo = '{"location":"42.8864,-78.8784","distance":20}'

    found = reader.rows(
        "/signups",
        {"filter[nearby]": buffalo, "extra_fields[signups]": "primary_address", "page[size]": "100"},
    )

    assert found
    assert {row["attributes"]["primary_address"]["city"] for row in found} == {"Buffalo"}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (
            {"filter[bogus]": "1"},
            "Tried to filter on attribute :bogus, but could not find an attribute with that name.",
        ),
        (
            {"filter[registered_address_state]": "NY"},
            "Tried to filter on attribute :registered_address_state, "
            "but could not find an attribute with that name.",
        ),
        ({"include": "tags"}, 'The requested included relationship "tags" is not supported'),
        ({"page[size]": "101"}, "Requested page size 101 is greater than max supported size 100"),
        (
            {"sort": "-bogus"},
            "Tried to sort on attribute :bogus, but could not find an attribute with that name.",
        ),
    ],
)
def test_a_wrong_query_is_refused_in_the_documented_words(
    reader: Caller, params: dict[str, str], message: str
) -> None:
    response = reader.get("/signups", params)

    assert response.status_code == 400
    assert response.json() == {"code": "bad_request", "message": message}


@pytest.mark.parametrize(
    "params",
    [
        {"filter[email][gt]": "a"},
        {"filter[created_at][match]": "2026"},
        {"filter[id][in]": "1,2"},
        {"filter[created_at][gte]": "yesterday"},
        {"filter[created_at][lt]": "9999-12-31T23:59:59-23:00"},
        {"filter[support_level]": "high"},
        {"filter[custom_values]": "not json"},
        {"filter[nearby]": "here"},
        {"filter[with_email_address][gt]": "x"},
        {"page[number]": "0"},
        {"stats[amount]": "sum"},
        {"page[memberships][size]": "2", "include": "memberships"},
    ],
)
def test_what_the_api_cannot_do_is_refused(reader: Caller, params: dict[str, str]) -> None:
    response = reader.get("/signups", params)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"


def test_a_sideload_of_show_only_is_refused_on_an_index(reader: Caller) -> None:
    on_index = reader.get("/signup_tags", {"include": "taggings"})
    on_show = reader.get("/signup_tags/1", {"include": "taggings"})

    assert (on_index.status_code, on_show.status_code) == (400, 200)


def test_sparse_fields_drop_the_rest_and_ignore_unknown_names(reader: Caller) -> None:
    row = reader.rows("/signups", {"fields[signups]": "first_name,bogus", "page[size]": "1"})[0]

    assert set(row["attributes"]) == {"first_name"}


def test_sparse_fields_apply_to_sideloads_by_type(reader: Caller) -> None:
    response = reader.get(
        "/donations", {"include": "signup", "fields[signups]": "full_name", "page[size]": "5"}
    )

    assert all(set(each["attributes"]) == {"full_name"} for each in response.json()["included"])


def test_extra_fields_come_only_when_asked_for(reader: Caller) -> None:
    plain = reader.attributes("/signups/2")
    more = reader.get("/signups/2", {"extra_fields[signups]": "home_address,bogus"}).json()["data"][
        "attributes"
    ]

    assert "home_address" not in plain
    assert set(more) - set(plain) == {"home_address"}


def test_a_page_holds_twenty_unless_told_otherwise(reader: Caller) -> None:
    assert len(reader.rows("/signups")) == 20
    assert len(reader.rows("/signups", {"page[size]": "100"})) == 100


def test_following_next_reads_every_record_once(reader: Caller) -> None:
    seen: list[str] = []
    path = "/donation_tracking_codes?page[size]=4"
    while True:
        answer = reader.get(path).json()
        seen += [row["id"] for row in answer["data"]]
        if not answer["data"]:
            break
        path = answer["links"]["next"].removeprefix("/api/v2")

    assert seen == ["1", "2", "3", "4", "5", "6"]


def test_next_is_there_on_every_page_with_records_and_not_on_an_empty_one(reader: Caller) -> None:
    last = reader.get("/donation_tracking_codes", {"page[size]": "6"}).json()
    beyond = reader.get("/donation_tracking_codes", {"page[size]": "6", "page[number]": "2"}).json()

    assert "next" in last["links"]
    assert beyond["data"] == []
    assert "next" not in beyond["links"]


def test_a_link_keeps_filters_and_leaves_the_token_out(library: RunningNationBuilder, reader: Caller) -> None:
    token = library.access_token("demo")

    answer = reader.get("/signups", {"filter[is_volunteer]": "true", "access_token": token}).json()

    assert "filter[is_volunteer]=true" in answer["links"]["next"]
    assert token not in answer["links"]["next"]


def test_totals_come_only_with_stats(reader: Caller) -> None:
    plain = reader.get("/signups").json()
    counted = reader.get("/signups", {"stats[total]": "count"}).json()

    assert plain["meta"] == {}
    assert counted["meta"] == {"stats": {"total": {"count": 3100}}}


def test_an_included_record_comes_once_with_linkage(reader: Caller) -> None:
    answer = reader.get("/signup_taggings", {"include": "tag", "page[size]": "50"}).json()

    assert [each["type"] for each in answer["included"]] == ["signup_tags"]
    assert answer["data"][0]["relationships"]["tag"]["data"] == {"type": "signup_tags", "id": "1"}


def test_includes_can_be_nested(reader: Caller) -> None:
    answer = reader.get("/signup_taggings/1", {"include": "signup.memberships"}).json()

    assert answer["included"][0]["type"] == "signups"
    assert "data" in answer["included"][0]["relationships"]["memberships"]


def test_a_relationship_that_is_not_included_has_a_link_or_says_so(reader: Caller) -> None:
    relationships = reader.rows("/signups", {"page[size]": "1", "filter[id]": "2"})[0]["relationships"]

    assert relationships["memberships"] == {"links": {"related": "/api/v2/memberships?filter[signup_id]=2"}}
    assert relationships["signup_tags"] == {"meta": {"included": False}}
    assert relationships["author"] == {"links": {"related": "/api/v2/signups/1"}}


def test_a_nested_filter_narrows_the_sideload_and_not_the_records(reader: Caller) -> None:
    everyone = reader.get("/signups", {"include": "taggings", "page[size]": "100"}).json()
    narrowed = reader.get(
        "/signups", {"include": "taggings", "page[size]": "100", "filter[signup_taggings][tag_id]": "1"}
    ).json()

    assert [row["id"] for row in narrowed["data"]] == [row["id"] for row in everyone["data"]]
    assert {each["attributes"]["tag_id"] for each in narrowed["included"]} == {"1"}


def test_a_sideload_is_paged_on_a_show_endpoint(reader: Caller) -> None:
    first = reader.get(
        "/petitions/1", {"include": "petition_signatures", "page[petition_signatures][size]": "5"}
    )
    second = reader.get(
        "/petitions/1",
        {
            "include": "petition_signatures",
            "page[petition_signatures][size]": "5",
            "page[petition_signatures][number]": "2",
        },
    )

    pages = [{each["id"] for each in page.json()["included"]} for page in (first, second)]
    assert [len(page) for page in pages] == [5, 5]
    assert not pages[0] & pages[1]


def test_members_of_a_list_are_an_index_of_signups(library: RunningNationBuilder, reader: Caller) -> None:
    members = library.nation("demo").list_members["1"]

    response = reader.get("/lists/1/signups", {"stats[total]": "count", "fields[signups]": "full_name"})

    assert response.headers["Content-Type"].startswith("application/json")
    assert [row["id"] for row in response.json()["data"]] == list(members)
    assert response.json()["meta"]["stats"]["total"]["count"] == len(members)


def test_dates_are_printed_with_the_nations_offset(reader: Caller) -> None:
    created = reader.attributes("/signups/2")["created_at"]

    assert created[-6:] in ("-04:00", "-05:00")
