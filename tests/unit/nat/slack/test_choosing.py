"""The dialog of a proposal: what Slack takes, and what comes of it when it is sent off."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from local.slack.limits import refused_view
from local.slack.sender import Sender
from local.slack.state import Workspace
from nat.approvals.approval import Approval
from nat.approvals.stored_changes import ChangeRef, ToolClass
from nat.changes.effect import Effect
from nat.changes.plan import Operation, PlannedRequest, Subject
from nat.errors import BadRequest
from nat.ids import ApprovalId, ConversationId, NationSlug, TurnId, UserId
from nat.slack.choosing import MOST_CHOICES, Choice, chosen, dialog
from nat.slack.dialog_answer import answer_to

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VALUE = {"n": "demo", "c": "c1", "a": "a1", "f": "f1", "p": "T1#C1#1.1"}
EDITABLE: list[dict[str, Any]] = [
    {"name": "tag", "label": "tag", "type": "string", "value": "donor", "choices": ["donor", "friend"]},
    {"name": "note", "label": "note", "type": "string", "value": "x" * 400},
    {"name": "amount", "label": "amount", "type": "integer", "value": 5},
    {"name": "share", "label": "share", "type": "number", "value": 0.5},
    {"name": "public", "label": "public", "type": "boolean", "value": True},
]


def operations(count: int) -> tuple[Operation, ...]:
    return tuple(
        Operation(
            f"signup-{at}-" + "k" * 200,
            Subject("person", str(at), f"Person {at} " + "n" * 100),
            PlannedRequest("PATCH", f"signups/{at}"),
            {},
            {},
        )
        for at in range(count)
    )


def approval(editable: list[dict[str, Any]] | None = None) -> Approval:
    return Approval(
        id=ApprovalId("a1"),
        nation_slug=NationSlug("demo"),
        conversation_id=ConversationId("c1"),
        ref=ChangeRef(TurnId("t1"), 1, "u1"),
        user_id=UserId("ann"),
        tool=ToolClass("tag_people", Effect.BULK, False),
        fingerprint="f1",
        operations=1,
        people=1,
        card={"summary": "Tag <people> " * 400, "editable": editable or []},
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )


def submitted(about: Approval, listed: tuple[Operation, ...], given: dict[str, Any]) -> dict[str, Any]:
    """What Slack sends when a dialog is sent off with some values."""
    view = dialog(about, listed, VALUE)
    assert not refused_view(view)
    delivery = Sender(Workspace(), "").submit("U0ANN", view, given)
    payload: dict[str, Any] = json.loads(parse_qs(delivery.body)["payload"][0])
    return payload


def sent(about: Approval, listed: tuple[Operation, ...], **given: Any) -> Choice:
    """What comes of a dialog that is sent off with some values."""
    return chosen(submitted(about, listed, given)["view"], about, listed)


def test_as_it_is_it_means_everything() -> None:
    choice = sent(approval(EDITABLE), operations(3))

    assert (choice.keys, choice.values, choice.value) == (None, {}, VALUE)


def test_records_are_chosen_by_their_place() -> None:
    listed = operations(MOST_CHOICES)

    assert sent(approval(), listed, records=["0", "99"]).keys == (listed[0].key, listed[99].key)


def test_of_more_records_than_slack_lists_the_web_app_lets_choose() -> None:
    listed = operations(MOST_CHOICES + 1)

    assert "web app" in json.dumps(dialog(approval(), listed, VALUE)["blocks"])
    assert sent(approval(), listed).keys is None


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("tag", "friend", "friend"),
        ("note", "new", "new"),
        ("amount", "7", 7),
        ("share", "0.25", 0.25),
        ("public", "false", False),
    ],
)
def test_an_edited_value_keeps_its_kind(name: str, given: str, value: object) -> None:
    choice = sent(approval(EDITABLE), operations(1), **{f"value#{name}": given})

    assert choice.values == {name: value}


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(BadRequest, match="amount"):
        sent(approval(EDITABLE), operations(1), **{"value#amount": "many"})


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({}, None),
        ({"records": ["0"]}, None),
        ({"value#note": "new"}, "update"),
        ({"value#tag": "friend"}, "update"),
        ({"value#amount": "7"}, "update"),
        ({"value#amount": "many"}, "errors"),
        ({"value#amount": "0.5"}, "errors"),
        ({"value#amount": ""}, "errors"),
        ({"value#share": "nan"}, "errors"),
        ({"value#share": "1e999"}, "errors"),
        ({"value#amount": "9" * 400}, "update"),
    ],
)
def test_a_dialog_hears_at_once_of_what_is_no_number_and_stays_with_edited_values(
    given: dict[str, Any], answer: str | None
) -> None:
    found = answer_to(submitted(approval(EDITABLE), operations(3), given)["view"])

    assert (None if found is None else found["response_action"]) == answer
    if found is not None and answer == "update":
        assert not refused_view(found["view"])


def test_a_card_without_anything_to_choose_is_a_dialog_all_the_same() -> None:
    about = replace(approval(), card={"summary": "Delete Ada"})

    assert sent(about, operations(1)) == Choice(VALUE, None, {})
