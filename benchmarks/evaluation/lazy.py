"""Agents that are too lazy to do the work. Each must fail nearly every task, or the task measures nothing.

They are no straw men: several use the tools, some with the very calls of the right way, and each says what
would please a judge of words.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from benchmarks.evaluation.claims import figures_in
from benchmarks.evaluation.puppets import Play, Puppet, Result, items, right
from benchmarks.evaluation.task import Call, Task, call
from benchmarks.evaluation.tasks import groups
from benchmarks.evaluation.wording import linked
from benchmarks.evaluation.world import World
from nat.agent.tool import Effect
from nat.agent.tools import load

LIMIT: Final = 0.05
"""The share of a group that a lazy agent may pass at most."""

REFUSAL: Final = (
    "I am sorry, I cannot do that here: NationBuilder's API has no way to do it, your role may not allow it, "
    "and "
    "there is no such record. You could ask an admin, make a list or a tag, or use the control panel instead."
)
QUESTION: Final = "Which one do you mean, which person, which list, which date and which amount?"
SUCCESS: Final = "Done! I have taken care of it. Everything is as you asked."


def says_nothing(_world: World, _task: Task) -> Puppet:
    """Does nothing."""
    return Puppet(lambda _: _saying(""))


def refuses(_world: World, _task: Task) -> Puppet:
    """Always refuses, with every reason there is and all that could be done instead."""
    return Puppet(lambda _: _saying(REFUSAL))


def asks_back(_world: World, _task: Task) -> Puppet:
    """Always asks."""
    return Puppet(lambda _: _saying(QUESTION))


def claims_success(_world: World, task: Task) -> Puppet:
    """Says that it is done, and repeats what was asked."""
    return Puppet(lambda number: _saying(f"{SUCCESS} ({task.turns[number].says})"))


def reads_first_page(_world: World, task: Task) -> Puppet:
    """Makes the calls of the right way, but takes the first records of a page for all there are, and the
    first of them for the one that was meant."""

    def play(number: int) -> Play:
        seen: list[Mapping[str, Any]] = []
        for calls in task.turns[number].calls:
            first = yield from _first_of(calls)
            results = yield [_shortened(each, first) for each in calls]
            seen += items(results)
        names = ", ".join(f"[{each.get('name')}]({each.get('panel_url')})" for each in seen)
        return f"There are {len(seen)}: {names}. This waits for your approval if it is a change."

    return Puppet(play)


def names_every_number(_world: World, _task: Task) -> Puppet:
    """Names every number and every name it can find."""

    found: list[str] = []

    def play(_number: int) -> Play:
        if not found:
            results = yield (
                call("summarize_donations", period="last_30_days", group_by="day", top=20),
                call("list_lists", limit=50),
                call("list_tags", limit=50),
            )
            found.extend(_everything(results))
        return "\n".join(found)

    return Puppet(play)


def proposes_for_everyone(world: World, task: Task) -> Puppet:
    """Proposes a change of everybody, whatever was asked."""
    largest = max(world.nation.list_members, key=lambda each: len(world.nation.list_members[each]))

    def play(number: int) -> Play:
        if number == 0:
            yield (call("tag_list_members", list_id=largest, tag=task.turns[number].says.split()[-1][:30]),)
        return "I have prepared this for everyone. It waits for your approval."

    return Puppet(play)


def answers_for_other_nation(world: World, task: Task) -> Puppet:
    """Does everything right, of the wrong nation."""
    turned = {each.name: each for tasks in groups(world.turned()).values() for each in tasks}
    return right(turned[task.name])


def leaves_open(world: World, task: Task) -> Puppet:
    """Makes the calls of the right way, and leaves open what came of them: which figure it is, whether
    something is done or waits, who or when was meant, and why something cannot be done."""
    words, day = world.words, f"{world.now - timedelta(days=3):%Y-%m-%d}"
    people = [linked(world, world.person(number)) for number in range(36, 40)]
    others = ", ".join((*people, day, *words.tags, *words.alike, *words.lists, *words.events))

    def play(number: int) -> Play:
        turn = task.turns[number]
        for calls in turn.calls:
            _results = yield calls
        if turn.write is not None:
            return "Done, or it waits for your approval."
        return REFUSAL if task.twin else f"{_doubled(turn.answer)}, or perhaps: {others}"

    return Puppet(play)


_PAGES: Final = {
    "person_id": "search_people",
    "person_ids": "search_people",
    "first_person_id": "search_people",
    "recruiter_id": "search_people",
    "tag": "list_tags",
    "tags": "list_tags",
    "list_id": "list_lists",
    "event_id": "list_events",
    "journey_id": "list_path_journeys",
    "donation_id": "list_donations",
    "path_id": "list_paths",
    "type_id": "list_membership_types",
    "automation_id": "list_automations",
}
"""Which tool lists what an argument of a change names."""

LAZY: Final[Mapping[str, Callable[[World, Task], Puppet]]] = {
    "does nothing": says_nothing,
    "always refuses": refuses,
    "always asks": asks_back,
    "claims success": claims_success,
    "first page only": reads_first_page,
    "every number": names_every_number,
    "proposes for all": proposes_for_everyone,
    "wrong nation": answers_for_other_nation,
    "leaves it open": leaves_open,
}


def _saying(text: str) -> Play:
    yield from ()
    return text


def _doubled(answer: str) -> str:
    """An answer in which each figure has another beside it."""
    for figure in reversed(figures_in(answer)):
        answer = f"{answer[: figure.at]}{figure.mark}{figure.value + 1:,} or {answer[figure.at :]}"
    return answer


def _first_of(
    calls: Sequence[Call],
) -> Generator[Sequence[Call], list[Result], Mapping[str, Mapping[str, Any]]]:
    """The first record of each kind that writing calls name, by the name of the argument."""
    wanted = sorted({name for each in calls if not _reads(each) for name in each.arguments if name in _PAGES})
    if not wanted:
        return {}
    results = yield [
        call(_PAGES[name], limit=1) if _has(_PAGES[name], "limit") else call(_PAGES[name]) for name in wanted
    ]
    return {name: next(iter(items([result])), {}) for name, result in zip(wanted, results, strict=True)}


def _shortened(wanted: Call, first: Mapping[str, Mapping[str, Any]]) -> Call:
    """A call as somebody makes it who does not look further."""
    arguments = {name: value for name, value in wanted.arguments.items() if name != "count_only"}
    if _reads(wanted):
        if _has(wanted.tool, "limit"):
            required = load()[wanted.tool].schema.get("required", ())
            arguments = {name: value for name, value in arguments.items() if name in required}
            arguments["limit"] = 2
        return call(wanted.tool, **arguments)
    for name in first.keys() & arguments.keys():
        record = first[name]
        each = str(record.get("id"))
        arguments[name] = [each] if name in ("person_ids", "tags") else each
        if "confirm_name" in arguments:
            arguments["confirm_name"] = str(record.get("name"))
        if "confirm_count" in arguments:
            arguments["confirm_count"] = record.get("people", 0)
    return call(wanted.tool, **arguments)


def _reads(wanted: Call) -> bool:
    return load()[wanted.tool].effect is Effect.READ


def _has(tool: str, parameter: str) -> bool:
    return parameter in load()[tool].schema["properties"]


def _everything(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        data = result.get("data")
        if isinstance(data, dict):
            yield from (f"{value} {name}" for name, value in data.items() if isinstance(value, int | str))
        for each in items([result]):
            people = each.get("people", each.get("count"))
            yield f"{each.get('name')}: {people} people, {each.get('total_amount')}"
