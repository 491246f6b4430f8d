"""What every tool says when it cannot plan: no such record, no permission, no connection, no answer."""

from collections.abc import Iterator

import pytest

from nat import errors
from nat.agent.tools import load
from nat.nationbuilder import NationBuilder
from tests.unit.nat.agent.tools.changing.cases import CASES, Case, list_id, others, people
from tests.unit.nat.agent.tools.changing.executing import execute, plan, unchanged
from tests.unit.nat.changes.bench import Bench

TOOLS = sorted({each.tool for each in CASES})
ONE_EACH = [next(case for case in CASES if case.tool == tool) for tool in TOOLS]

each_tool = pytest.mark.parametrize("case", ONE_EACH, ids=lambda case: case.tool)


@pytest.fixture
def hurried(office: Bench) -> Iterator[NationBuilder]:
    """A client that does not wait between its attempts."""
    token = office.server.access_token(office.slug)
    with NationBuilder(
        office.slug, token=lambda: token, base_url=office.server.base_url, sleep=lambda _: None
    ) as nation:
        yield nation


@each_tool
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("unauthorized", errors.PermissionDenied),
        ("forbidden", errors.PermissionDenied),
        ("token_expired", errors.TokenExpired),
        ("cloudflare", errors.NationBuilderDown),
        ("bad_gateway", errors.NationBuilderDown),
    ],
)
def test_a_read_that_fails_ends_the_plan_with_its_error(
    fault: str, error: type[errors.NatError], case: Case, office: Bench, hurried: NationBuilder
) -> None:
    nation = office.server.nation(office.slug)
    arguments = case.arguments(nation)
    office.server.fault(fault, count=100, method="GET")

    with unchanged(nation), pytest.raises(error):
        plan(hurried, case.tool, arguments)


@each_tool
def test_the_rate_limit_is_an_error_of_ours(case: Case, office: Bench, hurried: NationBuilder) -> None:
    arguments = case.arguments(office.server.nation(office.slug))
    office.server.fault("rate_limited", count=100, seconds=3600)

    with pytest.raises(errors.RateLimited):
        plan(hurried, case.tool, arguments)


@each_tool
def test_a_write_that_v2_finds_invalid_is_told_as_such(case: Case, office: Bench) -> None:
    change = plan(office.nation, case.tool, case.arguments(office.server.nation(office.slug)))
    office.server.fault("unprocessable", count=1, method=change.operations[0].request.method)

    with unchanged(office.server.nation(office.slug)), pytest.raises(errors.ValidationFailed):
        execute(office.nation, change)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("update_person", {"person_id": "98765", "changes": {"note": "x"}}, "no person with id 98765"),
        ("delete_person", {"person_id": "98765", "confirm_name": "x"}, "no person with id 98765"),
        ("add_tags_to_person", {"person_id": "98765", "tags": ["x"]}, "no person with id 98765"),
        ("remove_tags_from_person", {"person_id": "98765", "tags": ["x"]}, "no person with id 98765"),
        ("log_contact", {"person_id": "98765", "method": "text"}, "no person with id 98765"),
        ("bulk_update_people", {"person_ids": ["98765"], "changes": {"note": None}}, "note cannot"),
        ("bulk_update_people", {"person_ids": ["98765"], "changes": {"support_level": 1}}, "id 98765"),
        ("bulk_update_people", {"list_id": "98765", "changes": {"support_level": 1}}, "no list with id"),
        ("bulk_tag_people", {"person_ids": ["98765"], "tag": "volunteer"}, "no person with id 98765"),
        ("update_contact", {"contact_id": "98765", "changes": {"note": "x"}}, "no logged contact with id"),
        ("delete_contact", {"contact_id": "98765"}, "no logged contact with id 98765"),
        ("add_people_to_list", {"list_id": "98765", "person_ids": ["7"]}, "no list with id 98765"),
        ("remove_people_from_list", {"list_id": "98765", "person_ids": ["7"]}, "no list with id 98765"),
        ("tag_list_members", {"list_id": "98765", "tag": "x"}, "no list with id 98765"),
        ("untag_list_members", {"list_id": "98765", "tag": "x"}, "no list with id 98765"),
        ("delete_list", {"list_id": "98765", "confirm_name": "x"}, "no list with id 98765"),
        ("rename_tag", {"tag": "nothing like it", "new_name": "x"}, "no tag called “nothing like it”"),
        ("delete_tag", {"tag": "nothing like it", "confirm_count": 0}, "no tag called"),
        ("create_list", {"name": "x", "owner_id": "98765"}, "no person with id 98765"),
        ("create_person", {"first_name": "Jo", "recruiter_id": "98765"}, "no person with id 98765"),
    ],
)
def test_a_record_that_is_not_there_is_named(
    tool: str, arguments: dict[str, object], message: str, office: Bench
) -> None:
    with pytest.raises(errors.NatError, match=message):
        plan(office.nation, tool, arguments)


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("delete_list", {"list_id": "1", "confirm_name": "Patrons"}, "called “Crew”, not “Patrons”"),
        ("delete_tag", {"tag": "volunteer", "confirm_count": 3}, "is 45, not 3"),
    ],
)
def test_a_confirmation_that_does_not_fit_the_record_ends_the_plan(
    tool: str, arguments: dict[str, object], message: str, office: Bench
) -> None:
    with pytest.raises(errors.BadRequest, match=message):
        plan(office.nation, tool, arguments)


def test_deleting_a_person_needs_their_name(office: Bench) -> None:
    (person,) = people(office.server.nation(office.slug), 1)

    with pytest.raises(errors.BadRequest, match="not “Somebody Else”"):
        plan(office.nation, "delete_person", {"person_id": person, "confirm_name": "Somebody Else"})


def test_who_connected_nat_cannot_be_deleted(office: Bench) -> None:
    me = next(iter(office.server.nation(office.slug).users))
    name = office.person(me)["full_name"]

    with pytest.raises(errors.BadRequest, match="connected NationBuilder"):
        plan(office.nation, "delete_person", {"person_id": me, "confirm_name": name})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "nothing to change"),
        ({"donations_amount_in_cents": 5}, "donations amount in cents cannot be changed here"),
        ({"full_name": "Jo"}, "full name cannot be changed here"),
        ({"support_level": 6}, "support level: a whole number from 1 to 5"),
        ({"support_level": True}, "support level: a whole number"),
        ({"email": "nobody"}, "email: an email address"),
        ({"email_opt_in": "yes"}, "email opt in: true or false"),
        ({"born_at": "next year"}, "a date"),
        ({"sex": "female"}, "sex: M, F, O or null"),
        ({"home_address": {"town": "Oakland"}}, "home address: an object with some of address1"),
        ({"registered_address_city": "Oakland"}, "registered address city cannot be changed here"),
        ({"custom_values": {"no_such": 1}}, "no custom field “no_such” here. There are: shirt_size"),
        ({"custom_values": {"gift_source": "Dinner"}}, "no custom field “gift_source” here"),
        ({"recruiter_id": "98765"}, "no person with id 98765"),
    ],
)
def test_a_change_that_v2_would_not_take_is_told_before_it_is_sent(
    changes: dict[str, object], message: str, office: Bench
) -> None:
    with pytest.raises(errors.BadRequest, match=message):
        plan(office.nation, "update_person", {"person_id": "7", "changes": changes})


def test_setting_fields_that_are_somebodys_own_for_many_is_refused(office: Bench) -> None:
    with pytest.raises(errors.BadRequest, match="email cannot be changed here"):
        plan(office.nation, "bulk_update_people", {"person_ids": ["7"], "changes": {"email": "a@b.example"}})


def test_several_problems_are_told_at_once(office: Bench) -> None:
    changes = {"support_level": 9, "sex": "x"}

    with pytest.raises(errors.BadRequest, match=r"support level.*; sex"):
        plan(office.nation, "update_person", {"person_id": "7", "changes": changes})


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("bulk_update_people", {"changes": {"support_level": 1}}),
        ("bulk_update_people", {"changes": {"support_level": 1}, "person_ids": ["7"], "list_id": "1"}),
        ("bulk_tag_people", {"tag": "volunteer"}),
        ("add_people_to_list", {"list_id": "1"}),
        ("bulk_tag_people", {"tag": "volunteer", "search": {}}),
        ("bulk_tag_people", {"tag": "volunteer", "search": {"donated_cents": {"gte": 9_000_000_000}}}),
        ("create_person", {"custom_values": {"shirt_size": "M"}}),
        ("update_contact", {"contact_id": "1", "changes": {}}),
        ("update_contact", {"contact_id": "1", "changes": {"method": None}}),
        ("create_list", {"name": "Crew"}),
        ("create_list", {"name": "Another", "slug": "crew"}),
        ("rename_tag", {"tag": "volunteer", "new_name": "Boat owner"}),
    ],
)
def test_what_cannot_be_meant_is_refused(tool: str, arguments: dict[str, object], office: Bench) -> None:
    with pytest.raises(errors.BadRequest):
        plan(office.nation, tool, arguments)


def test_a_new_person_of_a_known_name_without_email_is_asked_about(office: Bench) -> None:
    (person,) = people(office.server.nation(office.slug), 1)
    row = office.person(person)
    arguments = {"first_name": row["first_name"], "last_name": row["last_name"]}

    with pytest.raises(errors.BadRequest, match=rf"\(id {person}\)"):
        plan(office.nation, "create_person", arguments)


def test_a_tag_that_may_not_be_made_is_not_found(office: Bench) -> None:
    (person,) = others(office.server.nation(office.slug), "volunteer", 1)
    arguments = {"person_id": person, "tags": ["volunteers of old"], "create_missing": False}

    with pytest.raises(errors.RecordNotFound):
        plan(office.nation, "add_tags_to_person", arguments)


def test_more_people_than_one_change_takes_are_refused(office: Bench) -> None:
    crew = list_id(office.server.nation(office.slug), "Newsletter")
    nation = office.server.nation(office.slug)
    nation.list_members[crew] = {nation["signups"].insert({})["id"]: None for _ in range(1_001)}

    with pytest.raises(errors.BadRequest, match="1,001 people; one change takes at most 1,000"):
        plan(office.nation, "bulk_update_people", {"list_id": crew, "changes": {"support_level": 1}})


def test_more_than_a_thousand_ids_do_not_fit_the_schema(office: Bench) -> None:
    ids = [str(each) for each in range(1, 1_002)]

    with pytest.raises(errors.BadRequest, match="at most 1000 items"):
        load()["bulk_tag_people"].plan(office.nation, {"person_ids": ids, "tag": "volunteer"})
