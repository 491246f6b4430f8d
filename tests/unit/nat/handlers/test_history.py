"""A person's own conversations over the HTTP API: search, read, rename, delete, export, feedback."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from nat.approvals.approval import Approval, to_item
from nat.approvals.stored_changes import ChangeRef, ToolClass
from nat.audit.entry import AuditKind
from nat.audit.log import Audit
from nat.aws import clients
from nat.aws.store import Store
from nat.changes.effect import Effect
from nat.contract.messages import ApprovalState
from nat.conversations.search import Search
from nat.conversations.turns import Turn
from nat.handlers.api import Api
from nat.handlers.services import Services
from nat.ids import NationSlug, UserId
from nat.names import Table
from nat.roles import Role
from nat.settings import TableNames
from tests.unit.nat.agent.scripted_model import says
from tests.unit.nat.api_event import api_event
from tests.unit.nat.turns.stage import Stage
from tests.unit.nat.world import PLANS, START, put, rows, store_members


@dataclass
class World:
    """The API over a nation in which ann and bob ask."""

    stage: Stage
    api: Api

    def answered(self, question: str, answer: str, *, talk: str = "TALK1", user: str = "ann") -> Turn:
        """A question that has its answer, a minute after the last one."""
        self.stage.clock.advance(minutes=1)
        turn = self.stage.admitted(question, conversation_id=talk, user_id=user)
        return self.stage.run(turn, says(answer))

    def call(
        self,
        route: str,
        *,
        talk: str = "TALK1",
        turn: str = "",
        user: str = "ann",
        body: Any = None,
        **query: str,
    ) -> dict[str, Any]:
        """The answer as API Gateway gets it."""
        path = {"conversation": talk, "turn": turn}
        return self.api(api_event(route, user=user, body=body, path=path, query=query))

    def body(self, route: str, **call: Any) -> dict[str, Any]:
        answer = self.call(route, **call)
        assert answer["statusCode"] == 200, answer["body"]
        found: dict[str, Any] = json.loads(answer["body"])
        return found

    def code(self, route: str, **call: Any) -> tuple[int, str]:
        answer = self.call(route, **call)
        return answer["statusCode"], json.loads(answer["body"])["error"]["code"]

    def proposal(self, turn: Turn, summary: str) -> None:
        """A proposal that the turn made, approved and done."""
        approval = Approval(
            id="A1",
            nation_slug=NationSlug("demo"),
            conversation_id=turn.conversation_id,
            ref=ChangeRef(turn.turn_id, 0, "call"),
            user_id=UserId("ann"),
            tool=ToolClass("bulk_tag_people", Effect.BULK, False),
            fingerprint="f",
            operations=3,
            people=3,
            card={"summary": summary},
            created_at=START,
            expires_at=START + timedelta(minutes=15),
            state=ApprovalState.PARTLY,
        )
        decided = {"decided_by": "bob", "decided_at": START, "counts": {"done": 2, "failed": 1}}
        put(self.stage.tables, Table.ACTIONS, {**to_item(approval), **decided})


@pytest.fixture
def world(tables: TableNames) -> World:
    stage = Stage(tables)
    store_members(tables, "demo", ["ann", "bob"], Role.MEMBER)
    return World(stage, Api(Services(clients.dynamodb(), tables, PLANS, clock=stage.clock)))


def test_a_conversation_is_read_whole_oldest_first(world: World) -> None:
    first = world.answered("Who donated?", "Zoë did.")
    world.answered("How much?", "$100.")

    body = world.body("GET /v1/conversations/{conversation}")

    assert (body["title"], body["turns"], body["earlier"], body["running"]) == ("Who donated?", 2, None, None)
    assert [(each["question"], each["answer"], each["outcome"]) for each in body["exchanges"]] == [
        ("Who donated?", "Zoë did.", "finished"),
        ("How much?", "$100.", "finished"),
    ]
    assert body["exchanges"][0]["turn"] == first.turn_id


def test_a_conversation_is_read_in_pages_towards_its_beginning(world: World) -> None:
    for number in range(5):
        world.answered(f"Q{number}", f"A{number}")

    newest = world.body("GET /v1/conversations/{conversation}", limit="2")
    middle = world.body("GET /v1/conversations/{conversation}", limit="2", before=newest["earlier"])
    oldest = world.body("GET /v1/conversations/{conversation}", limit="2", before=middle["earlier"])

    pages = [[each["question"] for each in page["exchanges"]] for page in (newest, middle, oldest)]
    assert pages == [["Q3", "Q4"], ["Q1", "Q2"], ["Q0"]]
    assert oldest["earlier"] is None


def test_a_question_that_is_being_answered_is_told(world: World) -> None:
    turn = world.stage.admitted("How many?", conversation_id="TALK1", user_id="ann")

    body = world.body("GET /v1/conversations/{conversation}")

    assert (body["running"]["turn"], body["running"]["state"]) == (turn.turn_id, "admitted")


def test_proposals_and_what_became_of_them_stand_with_the_question(world: World) -> None:
    turn = world.answered("Tag them", "It waits.")
    world.proposal(turn, "Tag 3 people as major")

    [proposal] = world.body("GET /v1/conversations/{conversation}")["exchanges"][0]["proposals"]

    assert (proposal["summary"], proposal["state"]) == ("Tag 3 people as major", "partly")
    assert (proposal["decided_by"], proposal["counts"]) == ("bob", {"done": 2, "failed": 1})


@pytest.mark.parametrize(
    "route",
    [
        "GET /v1/conversations/{conversation}",
        "GET /v1/conversations/{conversation}/export",
        "DELETE /v1/conversations/{conversation}",
        "PATCH /v1/conversations/{conversation}",
        "PUT /v1/conversations/{conversation}/turns/{turn}/feedback",
    ],
)
@pytest.mark.parametrize("talk", ["TALK1", "NONE", "no#id"])
def test_a_conversation_of_somebody_else_does_not_exist(world: World, route: str, talk: str) -> None:
    turn = world.answered("Secret?", "Yes.", user="bob")

    found = world.code(route, talk=talk, turn=turn.turn_id, body={"title": "Mine", "thumb": "up"})

    assert found == (404, "not_found")
    assert world.body("GET /v1/conversations/{conversation}", user="bob")["title"] == "Secret?"


def test_a_place_that_no_page_gave_is_refused(world: World) -> None:
    world.answered("Q", "A")

    assert world.code("GET /v1/conversations/{conversation}", before="x") == (400, "bad_request")


def test_a_conversation_is_renamed_and_keeps_its_title_with_the_next_question(world: World) -> None:
    world.answered("Who donated?", "Zoë.")

    renamed = world.body("PATCH /v1/conversations/{conversation}", body={"title": "  Donors\nof May "})
    world.answered("And then?", "Nobody.")

    assert renamed["title"] == "Donors of May"
    assert world.body("GET /v1/conversations/{conversation}")["title"] == "Donors of May"


@pytest.mark.parametrize("title", ["", "   ", "\u200b\u2060", "x" * 81, 5, None])
def test_a_title_that_is_none_is_refused(world: World, title: Any) -> None:
    world.answered("Who donated?", "Zoë.")

    assert world.code("PATCH /v1/conversations/{conversation}", body={"title": title}) == (400, "bad_request")


def test_a_search_finds_words_in_title_question_and_answer_however_written(world: World) -> None:
    world.answered("Who are our major DONORS?", "Zoë Łuk gave $100.", talk="T1")
    world.answered("Which events?", "None.", talk="T2")

    body = world.body("GET /v1/conversations/search", q="zoe donors")

    assert [each["conversation"] for each in body["conversations"]] == ["T1"]
    assert (body["searched"], body["complete"], body["next"]) == (2, True, None)


def test_a_search_says_in_which_turn_the_words_stand(world: World) -> None:
    world.answered("Hello", "Hi.")
    turn = world.answered("Who volunteers?", "A long list. " * 40 + "Then Amélie volunteers on Sunday.")

    [hit] = world.body("GET /v1/conversations/search", q="amelie")["conversations"]

    assert hit["turn"] == turn.turn_id
    assert "Amélie" in hit["excerpt"]
    assert len(hit["excerpt"]) < 220


def test_a_search_that_has_looked_far_enough_says_where_to_go_on(world: World) -> None:
    for number in range(5):
        world.answered(f"Donors of {number}?", "None.", talk=f"T{number}")
    search = Search(Store(clients.dynamodb(), world.stage.tables), looked_through=3)

    first = search.find(NationSlug("demo"), UserId("ann"), "donors")
    second = search.find(NationSlug("demo"), UserId("ann"), "donors", after=first.next)

    found = [[hit.conversation.conversation_id for hit in each.hits] for each in (first, second)]
    assert found == [["T4", "T3", "T2"], ["T1", "T0"]]
    assert (first.complete, second.complete, second.next) == (False, True, None)


def test_a_search_does_not_find_conversations_of_others(world: World) -> None:
    world.answered("Secret donors?", "Yes.", user="bob")

    assert world.body("GET /v1/conversations/search", q="donors")["conversations"] == []


def test_a_search_without_all_its_words_finds_nothing(world: World) -> None:
    world.answered("Who donated?", "Zoë.")

    assert world.body("GET /v1/conversations/search", q="donated nobody")["conversations"] == []


@pytest.mark.parametrize("query", ["", "   ", "a b c d e f g h i j k", "x" * 201])
def test_a_search_for_nothing_or_too_much_is_refused(world: World, query: str) -> None:
    assert world.code("GET /v1/conversations/search", q=query) == (400, "bad_request")


def test_a_deleted_conversation_leaves_no_row(world: World) -> None:
    turn = world.answered("Who donated?", "Zoë.")
    world.proposal(turn, "Tag")
    world.call(
        "PUT /v1/conversations/{conversation}/turns/{turn}/feedback", turn=turn.turn_id, body={"thumb": "up"}
    )
    world.answered("Something else", "Yes.", talk="TALK2")

    deleted = world.call("DELETE /v1/conversations/{conversation}")

    assert deleted["statusCode"] == 204
    left = rows(world.stage.tables, Table.CONVERSATIONS) + rows(world.stage.tables, Table.ACTIONS)
    assert {row["conversation"]["S"] for row in left} == {"demo#TALK2"}
    assert world.code("GET /v1/conversations/{conversation}") == (404, "not_found")


def test_a_deletion_is_noted_in_the_audit_log_without_what_was_said(world: World) -> None:
    world.answered("Who donated?", "Zoë.")

    world.call("DELETE /v1/conversations/{conversation}")

    [entry] = Audit(Store(clients.dynamodb(), world.stage.tables)).page(NationSlug("demo")).entries
    assert (entry.kind, entry.by, entry.about) == (AuditKind.CONVERSATION_DELETED, "ann", "TALK1")
    assert "Zoë" not in json.dumps(entry.as_body())


def test_a_conversation_in_which_nat_works_is_not_deleted(world: World) -> None:
    world.stage.admitted("How many?", conversation_id="TALK1", user_id="ann")

    assert world.code("DELETE /v1/conversations/{conversation}") == (409, "conversation_busy")
    assert world.body("GET /v1/conversations/{conversation}")["title"] == "How many?"


def test_a_deletion_that_was_cut_off_is_gone_on_with(world: World) -> None:
    world.answered("Who donated?", "Zoë.")
    meta = {"conversation": {"S": "demo#TALK1"}, "item": {"S": "meta"}}
    clients.dynamodb().update_item(
        TableName=world.stage.tables[Table.CONVERSATIONS],
        Key=meta,
        UpdateExpression="SET person = :erased",
        ExpressionAttributeValues={":erased": {"S": "demo#ann#erasing"}},
    )

    deleted = world.call("DELETE /v1/conversations/{conversation}")

    assert deleted["statusCode"] == 204
    assert rows(world.stage.tables, Table.CONVERSATIONS) == []


def test_markdown_holds_questions_answers_links_proposals_and_feedback(world: World) -> None:
    turn = world.answered("Who\ndonated?", "**Zoë** did.")
    world.proposal(turn, "Tag 3 [people]")
    world.call(
        "PUT /v1/conversations/{conversation}/turns/{turn}/feedback",
        turn=turn.turn_id,
        body={"thumb": "down", "comment": "Wrong *sum*"},
    )

    answer = world.call("GET /v1/conversations/{conversation}/export", format="md")

    assert answer["headers"]["content-type"] == "text/markdown; charset=utf-8"
    assert answer["headers"]["content-disposition"] == (
        'attachment; filename="nat-who-donated-2026-11-22.md"'
    )
    text = answer["body"]
    for line in (
        "# Who donated?",
        "> Who",
        "> donated?",
        "**Zoë** did.",
        "- Proposal: Tag 3 \\[people\\] (partly: 2 done, 1 failed)",
        "*You said: not helpful; Wrong \\*sum\\**",
    ):
        assert line in text.splitlines()


def test_json_holds_the_same_and_says_that_it_is_complete(world: World) -> None:
    for number in range(3):
        world.answered(f"Q{number}", f"A{number}")

    answer = world.call("GET /v1/conversations/{conversation}/export", format="json")

    body = json.loads(answer["body"])
    assert (body["nation_slug"], body["complete"]) == ("demo", True)
    assert [each["answer"] for each in body["exchanges"]] == ["A0", "A1", "A2"]


def test_an_export_too_large_for_one_file_says_that_its_beginning_is_missing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        world.answered(f"Q{number}", "x" * 100)
    monkeypatch.setattr("nat.handlers.routes.history.LARGEST_EXPORT", 250)

    body = json.loads(world.call("GET /v1/conversations/{conversation}/export", format="json")["body"])

    assert body["complete"] is False
    assert [each["question"] for each in body["exchanges"]] == ["Q2", "Q3"]


def test_another_format_is_refused(world: World) -> None:
    world.answered("Q", "A")

    assert world.code("GET /v1/conversations/{conversation}/export", format="pdf") == (400, "bad_request")


def test_feedback_is_given_changed_and_taken_back(world: World) -> None:
    turn = world.answered("Q", "A").turn_id

    def feedback() -> Any:
        found = world.body("GET /v1/conversations/{conversation}")["exchanges"][0]["feedback"]
        return found and (found["thumb"], found["comment"])

    world.body("PUT /v1/conversations/{conversation}/turns/{turn}/feedback", turn=turn, body={"thumb": "up"})
    assert feedback() == ("up", "")
    world.body(
        "PUT /v1/conversations/{conversation}/turns/{turn}/feedback",
        turn=turn,
        body={"thumb": "down", "comment": " Not so. "},
    )
    assert feedback() == ("down", "Not so.")
    world.call("DELETE /v1/conversations/{conversation}/turns/{turn}/feedback", turn=turn)
    assert feedback() is None


@pytest.mark.parametrize(
    "body", [{}, {"thumb": "sideways"}, {"comment": "x" * 2_001}, {"comment": 5}, {"comment": "  "}]
)
def test_feedback_that_says_nothing_or_too_much_is_refused(world: World, body: Any) -> None:
    turn = world.answered("Q", "A").turn_id

    assert world.code("PUT /v1/conversations/{conversation}/turns/{turn}/feedback", turn=turn, body=body) == (
        400,
        "bad_request",
    )


def test_feedback_needs_an_answer(world: World) -> None:
    turn = world.stage.admitted("How many?", conversation_id="TALK1", user_id="ann")

    found = world.code(
        "PUT /v1/conversations/{conversation}/turns/{turn}/feedback", turn=turn.turn_id, body={"thumb": "up"}
    )

    assert found == (400, "bad_request")
