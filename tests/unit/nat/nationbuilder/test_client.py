"""The client: requests as V2 wants them, documents as values, paging to the end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

import pytest

from nat.errors import BadRequest, NationBuilderDown
from nat.nationbuilder import Limiter, NationBuilder, Sidepost, where
from tests.unit.nat.nationbuilder.loopback import (
    HTML,
    Answer,
    Loopback,
    Reply,
    Request,
    in_turn,
    index_of,
    record,
    serving,
)

ONE = Reply(body={"data": record("signups", 18, full_name="Ada"), "meta": {}})


@contextmanager
def nation_behind(
    answer: Answer, token: Callable[[], str] = lambda: "token-1"
) -> Iterator[tuple[NationBuilder, Loopback]]:
    with serving(answer) as server, NationBuilder("demo", token=token, base_url=server.base_url) as nation:
        yield nation, server


def test_every_request_carries_token_and_media_types() -> None:
    with nation_behind(in_turn(ONE)) as (nation, server):
        nation.show("signups", "18")

    (request,) = server.requests
    assert request.path == "/demo/api/v2/signups/18"
    assert request.headers["authorization"] == "Bearer token-1"
    assert "application/vnd.api+json" in request.headers["accept"]
    assert request.headers["content-type"] == "application/vnd.api+json"


def test_the_token_is_asked_for_each_request() -> None:
    tokens = iter(["one", "two"])
    with nation_behind(in_turn(ONE), lambda: next(tokens)) as (nation, server):
        nation.show("signups", "18")
        nation.show("signups", "18")

    assert [each.headers["authorization"] for each in server.requests] == ["Bearer one", "Bearer two"]


@pytest.mark.parametrize("slug", ["Demo", "demo.evil.example", "a/b", "", "demo#x", "-x", "a" * 64])
def test_a_slug_that_is_none_is_refused_before_any_url_is_built(slug: str) -> None:
    with pytest.raises(BadRequest):
        NationBuilder(slug, token=lambda: "token")


@pytest.mark.parametrize("record_id", ["../lists", "1?x=1", "", "1/2", "a b"])
def test_an_id_cannot_change_the_path(record_id: str) -> None:
    with nation_behind(in_turn(ONE)) as (nation, server), pytest.raises(BadRequest):
        nation.show("signups", record_id)

    assert server.requests == []


def test_an_index_asks_with_the_whole_query_grammar() -> None:
    with nation_behind(index_of("signups", 0)) as (nation, server):
        nation.index(
            "signups",
            filters={"full_name": where("match", "Ada, Countess"), "support_level": [1, 2]},
            include=("recruiter",),
            fields={"signups": ("full_name",)},
            extra_fields={"signups": ("primary_address",)},
            sort=("-created_at",),
            page_size=500,
            page=3,
            count=True,
        )

    assert dict(server.requests[0].query) == {
        "filter[full_name][match]": "{{Ada, Countess}}",
        "filter[support_level]": "1,2",
        "include": "recruiter",
        "fields[signups]": "full_name",
        "extra_fields[signups]": "primary_address",
        "sort": "-created_at,id",
        "page[size]": "100",
        "page[number]": "3",
        "stats[total]": "count",
    }


def test_a_page_says_when_it_is_not_the_whole() -> None:
    with nation_behind(index_of("signups", 30)) as (nation, _server):
        page = nation.index("signups", page_size=20, count=True)

    assert (len(page.records), page.total, page.complete) == (20, 30, False)


def test_a_page_with_all_there_is_is_complete_although_a_next_link_is_given() -> None:
    with nation_behind(index_of("signups", 20)) as (nation, _server):
        page = nation.index("signups", page_size=20, count=True)

    assert page.has_next
    assert page.complete


@pytest.mark.parametrize("total", [0, 1, 100, 101, 437])
def test_reading_all_pages_gives_each_record_once_and_in_order(total: int) -> None:
    with nation_behind(index_of("signups", total)) as (nation, _server):
        reading = nation.read_all("signups")

    assert [record.id for record in reading.records] == [str(each) for each in range(1, total + 1)]
    assert (reading.total, reading.complete) == (total, True)


def test_reading_all_pages_stops_at_its_bound_and_says_so() -> None:
    with nation_behind(index_of("signups", 1000)) as (nation, server):
        reading = nation.read_all("signups", max_records=250)

    assert (len(reading.records), reading.total, reading.complete) == (250, 1000, False)
    assert len(server.requests) == 3


def test_reading_all_pages_without_totals_goes_on_until_an_empty_page() -> None:
    with_total = index_of("signups", 200)

    def answer(request: Request) -> Reply:
        reply = with_total(request)
        reply.body["meta"] = {}
        return reply

    with nation_behind(answer) as (nation, server):
        reading = nation.read_all("signups")

    assert (len(reading.records), reading.total, reading.complete) == (200, None, True)
    assert len(server.requests) == 3


def test_reading_all_pages_goes_on_where_the_total_lags_behind() -> None:
    there = index_of("signups", 250)

    def answer(request: Request) -> Reply:
        reply = there(request)
        if "meta" in reply.body:
            reply.body["meta"] = {"stats": {"total": {"count": 100}}}
        return reply

    with nation_behind(answer) as (nation, _server):
        reading = nation.read_all("signups")

    assert (len(reading.records), reading.total, reading.complete) == (250, 250, True)


def test_absolute_next_links_are_understood_too() -> None:
    reply = Reply(
        body={
            "data": [record("signups", 1)],
            "links": {"next": "https://demo.nationbuilder.com/api/v2/signups?page%5Bnumber%5D=2"},
        }
    )
    with nation_behind(in_turn(reply)) as (nation, _server):
        page = nation.index("signups", page_size=1)

    assert page.has_next


def test_a_record_that_moved_to_the_next_page_is_not_given_twice() -> None:
    pages = {1: range(1, 101), 2: range(100, 199)}

    def answer(request: Request) -> Reply:
        data = [record("signups", each) for each in pages[int(request["page[number]"])]]
        return Reply(body={"data": data, "meta": {"stats": {"total": {"count": 199}}}})

    with nation_behind(answer) as (nation, _server):
        reading = nation.read_all("signups")

    assert len(reading.records) == 198
    assert not reading.complete


def test_big_readings_fetch_a_few_pages_at_once_and_never_more_than_four() -> None:
    index, lock, running, peak = index_of("signups", 1500), threading.Lock(), [0], [0]
    released = threading.Event()

    def answer(request: Request) -> Reply:
        with lock:
            running[0] += 1
            peak[0] = max(peak[0], running[0])
        released.wait(0.02)
        with lock:
            running[0] -= 1
        return index(request)

    with nation_behind(answer) as (nation, _server):
        nation.read_all("signups")

    assert 2 <= peak[0] <= 4


def test_parallel_requests_run_in_the_callers_context() -> None:
    who: ContextVar[str] = ContextVar("who")
    who.set("nation demo")
    with nation_behind(index_of("signups", 300), who.get) as (nation, server):
        nation.read_all("signups")

    assert {each.headers["authorization"] for each in server.requests} == {"Bearer nation demo"}


def test_a_count_is_one_small_request() -> None:
    with nation_behind(index_of("signups", 402)) as (nation, server):
        assert nation.count("signups", {"is_volunteer": True}) == 402

    (request,) = server.requests
    assert request["page[size]"] == "1"
    assert request["filter[is_volunteer]"] == "true"


def test_a_count_that_v2_does_not_give_is_no_zero() -> None:
    reply = Reply(body={"data": [], "meta": {}})
    with nation_behind(in_turn(reply)) as (nation, _server), pytest.raises(NationBuilderDown):
        nation.count("signups")


def test_records_by_id_are_found_a_hundred_at_a_time() -> None:
    def answer(request: Request) -> Reply:
        ids = request["filter[id]"].split(",")
        return Reply(body={"data": [record("signups", each) for each in ids if each != "7"]})

    with nation_behind(answer) as (nation, server):
        found = nation.find("signups", [str(each) for each in range(1, 151)])

    assert len(server.requests) == 2
    assert len(found) == 149
    assert "7" not in found


def test_included_records_are_found_through_relationships() -> None:
    body = {
        "data": {
            **record("donations", 1),
            "relationships": {
                "signup": {"data": {"type": "signups", "id": "18"}},
                "recruiter": {"links": {"related": "/api/v2/signups/7"}},
            },
        },
        "included": [record("signups", 18, full_name="Ada"), record("signups", 7, full_name="Bo")],
    }
    with nation_behind(in_turn(Reply(body=body))) as (nation, _server):
        found = nation.show("donations", "1")

    signup, recruiter = found.one("signup"), found.one("recruiter")
    assert signup is not None
    assert recruiter is not None
    assert (signup["full_name"], recruiter["full_name"]) == ("Ada", "Bo")


def test_included_records_are_found_by_foreign_key_where_relationships_are_missing() -> None:
    body = {"data": record("donations", 1, signup_id="18"), "included": [record("signups", 18)]}
    with nation_behind(in_turn(Reply(body=body))) as (nation, _server):
        found = nation.show("donations", "1")

    assert found.one("signup") is not None


def test_a_create_sends_type_and_attributes_and_sideposts() -> None:
    created = Reply(201, {"data": record("events", 5)})
    with nation_behind(in_turn(created)) as (nation, server):
        found = nation.create(
            "events",
            {"start_at": "2026-05-04T18:00:00-04:00"},
            related={"page": Sidepost("pages", "create", attributes={"name": "Town Hall"})},
            include=("page",),
        )

    assert found.record.id == "5"
    (request,) = server.requests
    assert (request.method, request.path, request["include"]) == ("POST", "/demo/api/v2/events", "page")
    assert request.body == {
        "data": {
            "type": "events",
            "attributes": {"start_at": "2026-05-04T18:00:00-04:00"},
            "relationships": {"page": {"data": {"type": "pages", "temp-id": "new-1", "method": "create"}}},
        },
        "included": [{"type": "pages", "temp-id": "new-1", "attributes": {"name": "Town Hall"}}],
    }


def test_sideposts_tie_change_and_break_existing_records() -> None:
    with nation_behind(in_turn(ONE)) as (nation, server):
        nation.update(
            "signups",
            "18",
            {},
            related={
                "signup_tags": [
                    Sidepost("signup_tags", "update", "3"),
                    Sidepost("signup_tags", "disassociate", "4"),
                    Sidepost("signup_tags", "update", "5", {"name": "host"}),
                ]
            },
        )

    body = server.requests[0].body
    assert body["data"]["relationships"]["signup_tags"]["data"] == [
        {"type": "signup_tags", "id": "3", "method": "update"},
        {"type": "signup_tags", "id": "4", "method": "disassociate"},
        {"type": "signup_tags", "id": "5", "method": "update"},
    ]
    assert body["included"] == [{"type": "signup_tags", "id": "5", "attributes": {"name": "host"}}]


def test_a_created_sidepost_has_no_id_and_the_others_have_one() -> None:
    with pytest.raises(ValueError):
        Sidepost("pages", "create", "5")
    with pytest.raises(ValueError):
        Sidepost("pages", "destroy")


def test_an_update_names_type_and_id() -> None:
    with nation_behind(in_turn(ONE)) as (nation, server):
        nation.update("signups", "18", {"support_level": 1})

    (request,) = server.requests
    assert (request.method, request.path) == ("PATCH", "/demo/api/v2/signups/18")
    assert request.body == {"data": {"type": "signups", "id": "18", "attributes": {"support_level": 1}}}


def test_a_push_goes_to_its_own_path() -> None:
    with nation_behind(in_turn(ONE)) as (nation, server):
        nation.push({"email": "ada@example.org"})

    (request,) = server.requests
    assert (request.method, request.path) == ("PATCH", "/demo/api/v2/signups/push")


def test_a_delete_is_done_when_v2_says_so() -> None:
    with nation_behind(in_turn(Reply(body={"meta": {}}))) as (nation, server):
        nation.delete("signup_taggings", "9")

    (request,) = server.requests
    assert (request.method, request.path) == ("DELETE", "/demo/api/v2/signup_taggings/9")


def test_a_list_action_puts_its_data_beside_the_attributes() -> None:
    accepted = Reply(202, {"token": "abc"})
    with nation_behind(in_turn(accepted)) as (nation, server):
        answer = nation.action("lists", "5", "add_signups", {"signup_ids": ["1", "2"]})

    assert answer == {"token": "abc"}
    (request,) = server.requests
    assert (request.method, request.path) == ("PATCH", "/demo/api/v2/lists/5/add_signups")
    assert request.body == {"data": {"id": "5", "type": "lists", "signup_ids": ["1", "2"]}}


def test_a_journey_action_has_no_body_but_may_have_a_reason() -> None:
    with nation_behind(in_turn(Reply(body={"data": record("path_journeys", 4)}))) as (nation, server):
        nation.action("path_journeys", "4", "complete", query=[("path_journey_status_change_id", "3")])

    (request,) = server.requests
    assert request.body is None
    assert request["path_journey_status_change_id"] == "3"


def test_the_state_of_a_list_action_is_a_flat_object() -> None:
    state = {"id": "abc", "status": "completed", "message": "Completed"}
    with nation_behind(in_turn(Reply(body=state, kind="application/json"))) as (nation, server):
        assert nation.process("abc") == state

    assert server.requests[0].path == "/demo/api/v2/async_processes/abc"


def test_only_confirmed_panel_urls_are_given() -> None:
    nation = NationBuilder("demo", token=lambda: "token", base_url="http://127.0.0.1:1/{slug}")

    assert nation.panel_url("person", "18") == "https://demo.nationbuilder.com/admin/signups/18"
    assert nation.panel_url("list", "5") == "https://demo.nationbuilder.com/admin/custom_lists/5"
    assert (
        nation.panel_url("page", "7", site_id="1") == "https://demo.nationbuilder.com/admin/sites/1/pages/7"
    )
    assert nation.panel_url("page", "7") is None
    assert nation.panel_url("path", "3") is None
    assert nation.panel_url("person", "../x") is None
    nation.close()


def test_the_present_is_told_on_the_nations_clock() -> None:
    moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
    nation = NationBuilder("demo", token=lambda: "t", time_zone="America/New_York", now=lambda: moment)

    assert nation.now().isoformat() == "2026-11-22T07:00:00-05:00"
    nation.close()


def test_an_unknown_time_zone_means_utc() -> None:
    nation = NationBuilder("demo", token=lambda: "t", time_zone="Mars/Olympus")

    assert nation.time_zone == "UTC"
    nation.close()


def test_cookies_are_not_carried_from_one_nation_to_another() -> None:
    cookie = Reply(body=ONE.body, headers={"Set-Cookie": "session=secret; Path=/"})
    with nation_behind(in_turn(cookie)) as (nation, server):
        nation.show("signups", "18")
        nation.show("signups", "18")

    assert "Cookie" not in server.requests[1].headers


def test_a_redirect_is_not_followed_with_the_token() -> None:
    elsewhere = Reply(302, {}, headers={"Location": "/elsewhere"})
    with nation_behind(in_turn(elsewhere)) as (nation, server), pytest.raises(NationBuilderDown):
        nation.create("lists", {"name": "x"})

    assert len(server.requests) == 1


def test_json_that_is_no_document_counts_as_no_answer() -> None:
    reply = Reply(body={"data": "nonsense"})
    with nation_behind(in_turn(reply)) as (nation, _server), pytest.raises(NationBuilderDown):
        nation.show("signups", "18")


def test_what_is_left_of_the_budget_is_told_to_the_limiter() -> None:
    class Listening(Limiter):
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[tuple[str, int, float]] = []

        def observe(self, nation: str, remaining: int, reset: float) -> None:
            self.heard.append((nation, remaining, reset))

    limiter = Listening()
    headers = {"RateLimit-Limit": "250", "RateLimit-Remaining": "249", "RateLimit-Reset": "1790000000"}
    with (
        serving(in_turn(Reply(body=ONE.body, headers=headers))) as server,
        NationBuilder("demo", token=lambda: "t", base_url=server.base_url, limiter=limiter) as nation,
    ):
        nation.show("signups", "18")

    assert limiter.heard == [("demo", 249, 1790000000.0)]


def test_the_clients_text_form_holds_no_token() -> None:
    with nation_behind(in_turn(HTML), lambda: "secret-token") as (nation, _server):
        assert "secret-token" not in repr(nation)


@pytest.mark.parametrize("status", [200, 201])
def test_a_frozen_request_tells_the_status_of_its_answer(status: int) -> None:
    reply = Reply(status=status, body={"data": record("signups", 18), "meta": {}})
    with nation_behind(in_turn(reply)) as (nation, _server):
        answered, body = nation.exchange("PATCH", "signups/push", {"data": {"type": "signups"}})

    assert answered == status
    assert body["data"]["id"] == "18"
