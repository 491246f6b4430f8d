"""Comparing a record's present state with what a change expects."""

from typing import Any

import pytest

from nat.changes.plan import CREATED_ID, Operation, PlannedRequest, Probe, Subject
from nat.changes.record_state import agrees, probe_of_result, same, stored_otherwise

RECORD = Probe("signups/5", attributes=("email",))
INDEX = Probe("signup_taggings", {"filter[signup_id]": "5"}, index=True)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("note", None, ""),
        ("amount", "12.00", 12),
        ("value_amount", "250.0", "250.00"),
        ("start_at", "2026-11-22T09:30:00Z", "2026-11-22T10:30:00+01:00"),
        ("tags", ["a", "b"], ["a", "b"]),
        ("home_address", {"city": None}, {"city": ""}),
    ],
)
def test_the_same_value_in_another_form_is_the_same(name: str, one: Any, other: Any) -> None:
    assert same(name, one, other)


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("people", None, 0),
        ("is_donor", None, False),
        ("is_donor", True, 1),
        ("employer", "a", "A"),
        ("tags", ["a"], ["a", "b"]),
        ("home_address", {"city": "X"}, {}),
        ("start_at", "2026-11-22T09:30:00Z", "2026-11-22T09:30:01Z"),
        ("home_address.zip", "2134", "02134"),
        ("home_address", {"zip": "2134"}, {"zip": "02134"}),
        ("phone_number", "61412999888", "+61412999888"),
        ("custom_values.locker", "7", "007"),
        ("name", "77", "77.0"),
        ("name", "1e3", "1000"),
    ],
)
def test_another_value_is_not_the_same(name: str, one: Any, other: Any) -> None:
    assert not same(name, one, other)


def test_only_the_expected_attributes_are_compared() -> None:
    assert agrees(RECORD, {"email": "a@b.c", "phone": "1"}, {"email": "a@b.c"})


def test_a_missing_record_agrees_with_nothing_but_its_absence() -> None:
    assert agrees(RECORD, None, None)
    assert not agrees(RECORD, None, {"email": None})


def test_an_index_only_tells_whether_there_is_one() -> None:
    assert agrees(INDEX, {}, {"tag_id": "9"})
    assert not agrees(INDEX, {}, None)


def test_what_v2_stored_in_another_form_is_kept() -> None:
    found = stored_otherwise({"email": "A@B.C", "phone": "1"}, {"email": "a@b.c", "phone": "1", "x": 1})

    assert found == {"email": "a@b.c"}


@pytest.mark.parametrize(
    ("request_", "created", "path"),
    [
        (PlannedRequest("POST", "contacts"), "7", "contacts/7"),
        (PlannedRequest("PATCH", "signups/5"), None, "signups/5"),
        (PlannedRequest("PATCH", "signups/push"), None, None),
        (PlannedRequest("PATCH", "lists/5/tag"), None, None),
        (PlannedRequest("POST", "contacts"), None, None),
    ],
)
def test_what_was_made_can_be_looked_at_where_its_place_is_known(
    request_: PlannedRequest, created: str | None, path: str | None
) -> None:
    undo = (PlannedRequest("DELETE", f"contacts/{CREATED_ID}"),)
    operation = Operation(
        "k", Subject("contact", None, "A contact"), request_, None, {"content": "x"}, undo=undo
    )

    probe = probe_of_result(operation, created)

    assert (probe and probe.path) == path
