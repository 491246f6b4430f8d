"""Every tool over the stand-in: the plan is right, its requests do just what it says, its undo restores."""

import pytest

from local.nationbuilder.store import Nation
from nat.agent.tools import load
from tests.unit.nat.agent.tools.changing.cases import CASES, Case
from tests.unit.nat.agent.tools.changing.conformity import problems, requests_of
from tests.unit.nat.agent.tools.changing.executing import (
    differences,
    execute,
    is_as,
    plan,
    snapshot,
    take_back,
    unchanged,
)
from tests.unit.nat.changes.bench import Bench

NEVER_THE_SAME = (
    "create_person",
    "log_contact",
    "create_list",
    "create_membership",
    "record_donation",
    "create_event",
)
"""Tools that make another record, or refuse, when they are asked for the same again."""

each_case = pytest.mark.parametrize("case", CASES, ids=str)


def records(office: Bench) -> Nation:
    return office.server.nation(office.slug)


@each_case
def test_a_plan_has_the_operations_and_counts_that_it_should_and_writes_nothing(
    case: Case, office: Bench
) -> None:
    arguments = case.arguments(records(office))

    with unchanged(records(office)):
        change = plan(office.nation, case.tool, arguments)

    assert (change.tool, change.arguments) == (case.tool, arguments)
    assert len(change.operations) == case.operations
    if case.people >= 0:
        assert (change.people, len(change.skipped)) == (case.people, case.skipped)
    assert change.summary
    assert len({each.key for each in change.operations}) == len(change.operations)


@each_case
def test_every_request_and_undo_is_one_that_v2_knows(case: Case, office: Bench) -> None:
    change = plan(office.nation, case.tool, case.arguments(records(office)))

    assert [each for request in requests_of(change) for each in problems(request)] == []


@each_case
def test_before_the_change_every_record_is_as_before_says(case: Case, office: Bench) -> None:
    change = plan(office.nation, case.tool, case.arguments(records(office)))

    known = [each for each in change.operations if not each.needs]
    assert all(is_as(office.nation, each, "before", {}) for each in known)


@each_case
def test_the_requests_make_every_record_as_after_says_and_change_nothing_else(
    case: Case, office: Bench
) -> None:
    change = plan(office.nation, case.tool, case.arguments(records(office)))
    was = snapshot(records(office))

    ids = execute(office.nation, change)

    assert all(
        is_as(office.nation, each, "after", ids)
        for each in change.operations
        if each.subject.type != "tag" or each.before is not None
    )
    touched = differences(was, snapshot(records(office)))
    assert touched >= case.changes
    if case.tool != "delete_person":
        assert touched == case.changes


@pytest.mark.parametrize("case", [each for each in CASES if each.restores], ids=str)
def test_the_undo_restores_what_was_before(case: Case, office: Bench) -> None:
    change = plan(office.nation, case.tool, case.arguments(records(office)))
    was = snapshot(records(office))
    ids = execute(office.nation, change)

    take_back(office.nation, change, ids)

    now = snapshot(records(office))
    if case.tool in ("delete_list", "delete_contact"):  # made anew, with another id
        assert differences(_by_content(was), _by_content(now)) == set()
    else:
        assert differences(was, now) == case.leaves


@each_case
def test_a_change_says_honestly_whether_it_can_be_taken_back(case: Case, office: Bench) -> None:
    change = plan(office.nation, case.tool, case.arguments(records(office)))

    assert change.reversible == case.restores
    assert load()[case.tool].undo is not None or not case.restores


@each_case
def test_no_message_goes_out_but_those_that_were_asked_for(case: Case, office: Bench) -> None:
    execute(office.nation, plan(office.nation, case.tool, case.arguments(records(office))))

    assert tuple(each.kind for each in office.server.effects(office.slug)) == case.sends


@pytest.mark.parametrize(
    "case",
    [each for each in CASES if each.tool not in NEVER_THE_SAME],
    ids=str,
)
def test_what_is_already_so_is_not_planned_again(case: Case, office: Bench) -> None:
    arguments = case.arguments(records(office))
    execute(office.nation, plan(office.nation, case.tool, arguments))
    if case.tool.startswith("delete") or case.tool == "rename_tag":
        return

    again = plan(office.nation, case.tool, arguments)

    assert again.operations == ()
    assert again.skipped


def _by_content(state: dict[str, object]) -> dict[str, object]:
    """Lists and contacts without their ids, and without the mailings, which lose a deleted list."""
    contents = {**state, "mailings": None}
    lists, members, contacts = (state[each] for each in ("lists", "list_members", "contacts"))
    assert isinstance(lists, dict)
    assert isinstance(members, dict)
    assert isinstance(contacts, dict)
    contents["lists"] = sorted(repr(sorted({**row, "id": ""}.items())) for row in lists.values())
    contents["list_members"] = sorted((lists[each]["name"], ids) for each, ids in members.items())
    contents["contacts"] = sorted(repr(sorted({**row, "id": ""}.items())) for row in contacts.values())
    return contents
