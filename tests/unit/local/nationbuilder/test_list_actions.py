"""List actions: a token now, the effect a little later (API facts, §9)."""

from typing import Any

from local.nationbuilder.server import RunningNationBuilder
from tests.unit.local.nationbuilder.caller import Caller


def act(caller: Caller, action: str, list_id: str = "1", **content: Any) -> str:
    response = caller.ask(
        "PATCH", f"/lists/{list_id}/{action}", {"data": {"id": list_id, "type": "lists", **content}}
    )
    assert response.status_code == 202, response.text
    return str(response.json()["token"])


def status(caller: Caller, token: str) -> dict[str, Any]:
    found: dict[str, Any] = caller.get(f"/async_processes/{token}").json()
    return found


def test_an_action_is_pending_until_its_time_has_come(server: RunningNationBuilder, demo: Caller) -> None:
    server.settings.async_delay_seconds = 60
    before = demo.attributes("/lists/1")["signups_count"]

    token = act(demo, "add_signups", signup_ids=["2990", "2991"])
    pending, meanwhile = status(demo, token), demo.attributes("/lists/1")["signups_count"]
    server.clock.advance(61)
    done = status(demo, token)

    assert (pending["status"], meanwhile) == ("pending", before)
    assert (done["id"], done["status"]) == (token, "completed")
    assert done["message"].startswith("Completed at ")
    assert done["message"].endswith(" +0000")


def test_people_are_put_on_and_taken_off(server: RunningNationBuilder, demo: Caller) -> None:
    empty = demo.created("lists", {"name": "Fresh"})
    server.settings.async_delay_seconds = 0

    act(demo, "add_signups", empty, signup_ids=["20", "21", "22", "987654"])
    added = demo.ids(f"/lists/{empty}/signups")
    act(demo, "remove_signups", empty, signup_ids=["21"])

    assert added == ["20", "21", "22"]
    assert demo.ids(f"/lists/{empty}/signups") == ["20", "22"]
    assert demo.attributes(f"/lists/{empty}")["signups_count"] == 2


def test_members_are_tagged_and_untagged_by_name(server: RunningNationBuilder, demo: Caller) -> None:
    server.settings.async_delay_seconds = 0
    members = server.nation("demo").list_members["1"]

    act(demo, "tag", tag="On the board")
    tag = demo.ids("/signup_tags", {"filter[name]": "on the board"})[0]
    tagged = demo.count("/signup_taggings", {"filter[tag_id]": tag})
    act(demo, "untag", tag="on the BOARD")

    assert tagged == len(members)
    assert demo.count("/signup_taggings", {"filter[tag_id]": tag}) == 0


def test_more_than_ten_thousand_ids_are_refused(demo: Caller) -> None:
    ids = [str(each) for each in range(10_001)]

    response = demo.ask(
        "PATCH", "/lists/1/add_signups", {"data": {"id": "1", "type": "lists", "signup_ids": ids}}
    )

    assert response.status_code == 400
    assert response.json()["message"] == "A maximum of 10000 signup ids are allowed"


def test_an_action_without_its_argument_is_refused(demo: Caller) -> None:
    for action in ("add_signups", "remove_signups", "tag", "untag"):
        response = demo.ask("PATCH", f"/lists/1/{action}", {"data": {"id": "1", "type": "lists"}})

        assert response.status_code == 400


def test_a_token_nobody_got_is_not_found(demo: Caller) -> None:
    assert demo.get("/async_processes/none").status_code == 404
