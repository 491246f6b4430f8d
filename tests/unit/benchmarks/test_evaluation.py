"""The evaluation set can tell a good answer from a bad one, whatever model gives it."""

from collections.abc import Iterator

import pytest

from benchmarks.evaluation.bench import run
from benchmarks.evaluation.task import Task, task
from benchmarks.evaluation.tasks import groups
from local.claude import RunningClaude, running_claude
from local.nationbuilder.server import RunningNationBuilder, running_nationbuilder

TASKS = {f"{group}/{each.name}": each for group, tasks in groups().items() for each in tasks}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningNationBuilder]:
    with running_nationbuilder() as running:
        yield running


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningClaude]:
    with running_claude() as running:
        monkeypatch.setenv("NAT_ANTHROPIC_URL", running.base_url)
        monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
        yield running


def test_there_are_a_hundred_tasks_with_names_of_their_own() -> None:
    assert len(TASKS) >= 100
    assert len(TASKS) == sum(len(tasks) for tasks in groups().values())


@pytest.mark.parametrize(
    "name",
    [
        "tag/major-donors",
        "tag/major-donors-cancelled",
        "tag/viewer",
        "count/volunteers",
        "record/delete-person",
    ],
)
def test_a_task_that_was_done_right_counts(
    name: str, server: RunningNationBuilder, claude: RunningClaude
) -> None:
    assert run(TASKS[name], server) == []


@pytest.mark.parametrize("name", ["tag/one-person", "record/email", "log/call", "tag/new-list", "move/start"])
def test_a_model_that_only_claims_to_have_done_it_fails(
    name: str, server: RunningNationBuilder, claude: RunningClaude
) -> None:
    claude.script([{"type": "text", "text": "Done! I have taken care of it."}])

    assert run(TASKS[name], server)


def test_a_wrong_figure_fails(server: RunningNationBuilder, claude: RunningClaude) -> None:
    claude.script([{"type": "text", "text": "There are 641 people tagged volunteer."}])

    assert run(TASKS["count/volunteers"], server) == ["the answer lacks 640"]


def test_changing_more_than_was_asked_for_fails(server: RunningNationBuilder, claude: RunningClaude) -> None:
    change = {"person_id": "30", "changes": {"note": "x"}}
    claude.script(
        [{"type": "tool_use", "id": "toolu_1", "name": "update_person", "input": change}],
        [{"type": "text", "text": "There are 640."}],
    )

    assert run(TASKS["count/volunteers"], server) == ["changed: signups"]


def test_an_answer_that_fails_counts_as_not_done(server: RunningNationBuilder, claude: RunningClaude) -> None:
    claude.fault("status", status=401)

    (problem,) = run(TASKS["count/volunteers"], server)

    assert problem.startswith("failed: ")


def test_a_task_without_a_check_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="checks nothing"):
        task("empty", "Hello", checks=())


def test_every_task_asks_something() -> None:
    assert all(isinstance(each, Task) and each.says for each in TASKS.values())
