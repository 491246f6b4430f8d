"""Every tool × what can happen: success, not found, no permission, an expired token, 422, 429, HTML.

A changing tool meets each of them twice: while it plans, and while what was planned is written.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder
from local.nationbuilder.settings import Settings
from local.nationbuilder.store import Nation
from nat import errors
from nat.agent.tool import Effect
from nat.changes.executor import GONE
from nat.changes.journal import EntryState
from nat.changes.operations import works_of
from nat.contract.events import ApprovalRequested, ToolStarted
from tests.unit.nat.agent.tools.changing.cases import CASES, Case
from tests.unit.nat.agent.tools.every_tool import (
    CHANGING,
    EVERY,
    NAMES_A_RECORD,
    ONLY_NARROWS,
    SMALLEST,
    TOOLS,
    arguments,
    of_nobody,
)
from tests.unit.nat.agent.tools.scene import Scene, Seen, scene
from tests.unit.nat.agent.tools.wire import endpoint, problems
from tests.unit.nat.changes.bench import SLUG

READS: Final = ("GET",)
WRITES: Final = ("POST", "PATCH", "DELETE")
ANY: Final = ("*",)
WAIT: Final = 7.0
"""What `Retry-After` says, in seconds."""

every_tool = pytest.mark.parametrize("tool", EVERY)
every_changing_tool = pytest.mark.parametrize("tool", CHANGING)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stand-in writes down what it was asked."""
    return tmp_path_factory.mktemp("v2") / "requests.jsonl"


@pytest.fixture(scope="module")
def server(log: Path) -> Iterator[RunningNationBuilder]:
    with running_nationbuilder(log=log, settings=Settings(rate_limit=0, async_delay_seconds=0.0)) as found:
        yield found


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture(scope="module")
def seeded(server: RunningNationBuilder) -> Nation:
    """The nation as it was in the beginning. Seeding anew takes longer than most of these calls."""
    return server.nation(SLUG).copy()


@pytest.fixture
def fresh(server: RunningNationBuilder, seeded: Nation) -> RunningNationBuilder:
    """The stand-in in its first state."""
    server.standin.faults.clear()
    server.standin.tokens.by_access.clear()
    server.standin.nations[SLUG] = seeded.copy()
    return server


@pytest.fixture
def stage(fresh: RunningNationBuilder, log: Path, pool: ThreadPoolExecutor) -> Iterator[Scene]:
    """A nation in order. Whatever is asked of it must be something that V2 knows."""
    with scene(fresh, log, pool) as made:
        yield made
        assert [each for request in made.requests for each in problems(request)] == []


@pytest.fixture
def stale(fresh: RunningNationBuilder, log: Path, pool: ThreadPoolExecutor) -> Iterator[Scene]:
    """The same with a token that has expired."""
    with scene(fresh, log, pool, stale=True) as made:
        yield made
        assert [each for request in made.requests for each in problems(request)] == []


# What is asserted of several.


def succeeded(stage: Scene, tool: str, seen: Seen) -> None:
    """The call did all that it should, and says so."""
    assert seen.error is None
    assert seen.finished.ok
    assert isinstance(seen.events[0], ToolStarted)
    assert seen.events[0].label == TOOLS[tool].label
    if tool not in SMALLEST:
        assert "items" in seen.answer["data"]
        assert stage.writes == []
        return
    case = SMALLEST[tool]
    assert seen.change is not None
    assert seen.finished.label.removeprefix("Prepared: ") == seen.change.summary
    assert (seen.told["state"], seen.told["operations"]) == ("done", case.operations)
    assert seen.told["undoable"] == (case.operations if case.restores else 0)
    assert set(seen.states.values()) == {EntryState.DONE}
    assert tuple(each.kind for each in stage.server.effects(SLUG)) == case.sends


def ended_with(stage: Scene, tool: str, seen: Seen, error: type[errors.NatError]) -> None:
    """The call came to nothing: the model has the reason, the person sees that it failed, nobody was asked
    to approve anything, and nothing was written."""
    assert seen.error == error.default
    assert not seen.finished.ok
    assert seen.finished.label == TOOLS[tool].label
    assert not any(isinstance(each, ApprovalRequested) for each in seen.events)
    assert stage.writes == []
    untouched(stage)


def changed(before: Nation, after: Nation) -> set[str]:
    """The kinds of records that differ. Rows are replaced, never changed in place, so this is quick."""
    kinds = {kind for kind, table in after.tables.items() if table.rows != before.tables[kind].rows}
    return kinds | ({"list_members"} if after.list_members != before.list_members else set())


def untouched(stage: Scene) -> None:
    assert stage.records.version == 0
    assert stage.server.effects(SLUG) == ()


def told_honestly(stage: Scene, seen: Seen) -> None:
    """Every operation has an end, and what is told as done is what NationBuilder has accepted."""
    assert seen.change is not None
    assert seen.states.keys() <= {each.key for each in seen.change.operations}
    assert EntryState.INTENT not in seen.states.values()
    done = sum(state is EntryState.DONE for state in seen.states.values())
    assert done == seen.told["counts"].get("done", 0)
    assert done == sum(200 <= each["status"] < 300 for each in stage.writes)
    if done < seen.told["operations"]:
        assert seen.told["state"] != "done"
        assert seen.told["not_done"]
        if seen.report is not None:
            assert f"Done: {done} of {seen.report.total}." in seen.report.in_words()
        else:
            assert seen.finished.ok is (done > 0)


# The matrix.


@every_tool
def test_success(tool: str, stage: Scene, seeded: Nation) -> None:
    seen = stage.call(tool, arguments(stage.records, tool))

    succeeded(stage, tool, seen)
    if tool in SMALLEST:
        assert changed(seeded, stage.records) >= SMALLEST[tool].changes
        told_honestly(stage, seen)
    else:
        untouched(stage)


@every_changing_tool
def test_what_takes_a_yes_shows_a_card_first_and_the_model_hears_that_it_waits(
    tool: str, stage: Scene
) -> None:
    declared = TOOLS[tool]
    asks = declared.sends or declared.effect in (Effect.BULK, Effect.DESTRUCTIVE)

    seen = stage.call(tool, arguments(stage.records, tool))

    assert (seen.card is not None) == asks
    if seen.card is not None:
        assert seen.change is not None
        assert seen.card["summary"] == seen.change.summary
        assert seen.card["count"] == SMALLEST[tool].operations
        assert (seen.card["effect"], seen.card["sends"]) == (declared.effect, declared.sends)
        assert seen.card["undo"] == ("all" if SMALLEST[tool].restores else "none")
        assert seen.answer["data"]["state"] == "waits for a person's approval; not done"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_request_of_a_change_goes_to_an_endpoint_that_the_tool_names(case: Case, stage: Scene) -> None:
    stage.call(case.tool, case.arguments(stage.records))

    assert {endpoint(each) for each in stage.requests} <= set(TOOLS[case.tool].endpoints)


@pytest.mark.parametrize("tool", NAMES_A_RECORD)
def test_not_found(tool: str, stage: Scene) -> None:
    seen = stage.call(tool, of_nobody(stage.records, tool))

    assert seen.error is not None
    assert seen.error.startswith(("NationBuilder has no ", "There is no "))
    assert not seen.finished.ok
    assert stage.writes == []
    untouched(stage)


@pytest.mark.parametrize("tool", sorted(ONLY_NARROWS))
def test_not_found_by_a_search_is_an_answer(tool: str, stage: Scene) -> None:
    seen = stage.call(tool, ONLY_NARROWS[tool])

    assert seen.finished.ok
    assert (seen.answer["total"], seen.answer["data"]["items"]) == (0, [])


@every_changing_tool
def test_a_record_that_is_gone_by_the_time_of_the_write(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    deletes = _first_method(tool, stage) == "DELETE"
    stage.fail("not_found", methods=WRITES)

    seen = stage.call(tool, given)

    untouched(stage)
    if deletes:  # gone is what was asked for
        assert set(seen.states.values()) == {EntryState.DONE}
    else:
        told_honestly(stage, seen)
        assert seen.told["state"] == "failed"
        assert seen.told["not_done"][0]["why"] == GONE


@every_tool
def test_no_permission_to_read(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("unauthorized", methods=READS)

    seen = stage.call(tool, given)

    ended_with(stage, tool, seen, errors.PermissionDenied)


@every_changing_tool
def test_no_permission_to_write(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("unauthorized", methods=WRITES)

    seen = stage.call(tool, given)

    told_honestly(stage, seen)
    untouched(stage)
    assert seen.told["state"] == "failed"
    assert seen.told["not_done"][0]["why"] == errors.PermissionDenied.default
    if seen.report is not None:
        assert errors.PermissionDenied.default in seen.report.in_words()
        assert isinstance(seen.report.halted, errors.PermissionDenied)


@every_tool
def test_an_expired_token_is_renewed_once(tool: str, stale: Scene) -> None:
    seen = stale.call(tool, arguments(stale.records, tool))

    succeeded(stale, tool, seen)
    assert stale.renewals == ["renewed"]


@every_changing_tool
def test_a_token_that_expires_right_before_the_write_is_renewed_once(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    method = _first_method(tool, stage)
    stage.fail("token_expired", methods=(method,), count=1)

    seen = stage.call(tool, given)

    succeeded(stage, tool, seen)
    told_honestly(stage, seen)
    assert stage.renewals == ["renewed"]


@every_tool
def test_422_while_reading(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("unprocessable", methods=READS, message="<b>is invalid</b>")

    seen = stage.call(tool, given)

    ended_with(stage, tool, seen, errors.ValidationFailed)


@every_changing_tool
def test_422_while_writing(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("unprocessable", methods=WRITES, message="<b>is invalid</b>")

    seen = stage.call(tool, given)

    told_honestly(stage, seen)
    untouched(stage)
    assert seen.told["state"] == "failed"
    assert EntryState.UNKNOWN not in seen.states.values()
    assert seen.told["not_done"][0]["why"] == errors.ValidationFailed.default
    assert "<b>" not in str(seen.block["content"]) + str(seen.told)


@every_tool
def test_429_is_waited_for(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("rate_limited", methods=ANY, count=1, seconds=WAIT)

    seen = stage.call(tool, given)

    succeeded(stage, tool, seen)
    assert stage.waits == [WAIT]


@every_changing_tool
def test_429_while_writing_is_waited_for_and_nothing_is_done_twice(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("rate_limited", methods=(_first_method(tool, stage),), count=1, seconds=WAIT)

    seen = stage.call(tool, given)

    succeeded(stage, tool, seen)
    told_honestly(stage, seen)
    assert stage.waits == [WAIT]


@every_tool
def test_html_instead_of_json_while_reading(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("cloudflare", methods=READS)

    seen = stage.call(tool, given)

    ended_with(stage, tool, seen, errors.NationBuilderDown)


@every_changing_tool
def test_html_instead_of_json_while_writing_is_looked_into_and_not_repeated(tool: str, stage: Scene) -> None:
    given = arguments(stage.records, tool)
    stage.fail("cloudflare", methods=WRITES)

    seen = stage.call(tool, given)

    told_honestly(stage, seen)
    untouched(stage)
    assert seen.told["state"] == "failed"
    assert seen.change is not None
    provable = {each.key: each.provable for each in works_of(seen.change)}
    for key, state in seen.states.items():
        assert state in (EntryState.FAILED, EntryState.UNKNOWN, EntryState.SKIPPED)
        assert state is not EntryState.UNKNOWN or not provable[key]
    sent = [(each["method"], each["path"], str(each["body"])) for each in stage.writes]
    assert len(set(sent)) == len(sent)


def _first_method(tool: str, stage: Scene) -> str:
    """With what method a tool's first write goes out."""
    planned = TOOLS[tool].plan(stage.nation, arguments(stage.records, tool))
    return planned.operations[0].request.method
