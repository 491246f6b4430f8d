"""Ids that a change cannot know when it is frozen."""

from nat.changes.journal import EntryState, JournalEntry
from nat.changes.plan import (
    CREATED_ID,
    RECREATED_ID,
    PlannedRequest,
    Probe,
    answered,
    created_by,
)
from nat.changes.references import (
    answers_needed,
    filled,
    filled_probe,
    lacks,
    names_of,
    needs_created_id,
    remade,
)


def test_only_what_is_done_and_known_has_a_name() -> None:
    entries = {
        "tag-1": JournalEntry("tag-1", EntryState.DONE, created_id="57"),
        "tag-2": JournalEntry("tag-2", EntryState.FAILED),
        "tag-3": JournalEntry("tag-3", EntryState.DONE),
    }

    assert names_of(entries) == {"{created_id:tag-1}": "57"}


def test_whole_values_and_parts_of_paths_are_filled() -> None:
    body = {"data": {"attributes": {"tag_id": created_by("tag-1")}, "ids": [CREATED_ID, "7"]}}
    names = {created_by("tag-1"): "57", CREATED_ID: "58"}

    done = filled(PlannedRequest("PATCH", f"lists/{CREATED_ID}/add_signups", body), names)

    assert done.path == "lists/58/add_signups"
    assert done.body == {"data": {"attributes": {"tag_id": "57"}, "ids": ["58", "7"]}}


def test_a_text_that_holds_a_reference_stays_as_it_is() -> None:
    note = {"data": {"attributes": {"note": f"see {CREATED_ID}"}}}

    done = filled(PlannedRequest("PATCH", "signups/18", note), {CREATED_ID: "58"})

    assert done.body == note
    assert not lacks(done)
    assert not needs_created_id(done)


def test_a_missing_id_is_noticed_but_for_the_one_that_is_still_to_be_made() -> None:
    request = PlannedRequest("PATCH", f"lists/{RECREATED_ID}/add_signups", {"data": {"id": RECREATED_ID}})

    assert lacks(request)
    assert not lacks(request, but=RECREATED_ID)
    assert lacks(PlannedRequest("DELETE", f"contacts/{CREATED_ID}"), but=RECREATED_ID)


def test_a_probe_is_filled_too() -> None:
    probe = Probe("signup_taggings", {"filter[tag_id]": created_by("tag-1")}, index=True)

    assert filled_probe(probe, {created_by("tag-1"): "57"}).params == {"filter[tag_id]": "57"}


def test_an_undo_names_the_attributes_of_the_answer_that_it_needs() -> None:
    requests = (
        PlannedRequest("DELETE", f"events/{CREATED_ID}"),
        PlannedRequest("DELETE", f"pages/{answered('page_id')}"),
        PlannedRequest(
            "PATCH", "pages/7", {"data": {"id": answered("page_id"), "note": "{answered:id} of it"}}
        ),
    )

    assert answers_needed(requests) == ("page_id",)
    assert lacks(requests[1])
    assert filled(requests[1], {answered("page_id"): "77"}).path == "pages/77"


def test_what_an_undo_makes_anew_is_named_by_its_answer() -> None:
    assert remade({"data": {"id": "60", "type": "lists"}}) == {RECREATED_ID: "60"}
    assert remade({"token": "t"}) == {}
