"""People moved along paths, into memberships and automations."""

from collections.abc import Iterator
from typing import Any

from benchmarks.evaluation import truth
from benchmarks.evaluation.checks import waits
from benchmarks.evaluation.diff import New, Set, Wanted
from benchmarks.evaluation.task import Call, Decides, Task, Turn, Write, call, task
from benchmarks.evaluation.wording import WAITS, find, name
from benchmarks.evaluation.world import World
from local.nationbuilder.schema import Row

HISTORY = New("path_histories")
"""NationBuilder notes each step of a journey."""


def without(w: World, kind: str, start: int = 0, **values: Any) -> Row:
    """The first of the people who occur once that has no record of a kind with these values."""
    taken = {
        row["signup_id"]
        for row in truth.rows(w.nation, kind)
        if all(row[name] == value for name, value in values.items())
    }
    return next(each for each in map(w.person, range(start, 40)) if each["id"] not in taken)


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, words = w.nation, w.words

    def turn(says: str, write: Write, *calls: Call, decides: Decides = "yes", about: str = "") -> Turn:
        answer, checks = (WAITS, (waits,)) if write == "asked" else ("Done.", ())
        return Turn(
            says,
            answer,
            tuple((each,) for each in calls),
            checks,
            write,
            1,
            decides,
            frozenset([about] if about else ()),
        )

    for place, says in (
        (0, "Put {} on the path {}"),
        (1, "start {} on {}"),
        (2, "{} should begin the path {}"),
    ):
        path, _ = words.paths[place]
        path_id = truth.named(nation, "paths", path)
        person = without(w, "path_journeys", 10 * place)
        yield task(
            f"start-{place}",
            turn(
                says.format(name(person), path),
                "asked",
                find(person),
                call("list_paths", query=path),
                call("start_path_journey", person_id=person["id"], path_id=path_id),
            ),
            wanted=(
                New(
                    "path_journeys",
                    {"signup_id": person["id"], "path_id": path_id, "journey_status": "active"},
                ),
                HISTORY,
            ),
        )
    person = without(w, "path_journeys", 5)
    path, _ = words.paths[1]
    path_id = truth.named(nation, "paths", path)
    yield task(
        "this-person",
        Turn(
            f"put this person on the path {path}",
            WAITS,
            (
                (call("list_paths", query=path),),
                (call("start_path_journey", person_id=person["id"], path_id=path_id),),
            ),
            (waits,),
            "asked",
            1,
        ),
        wanted=(New("path_journeys", {"signup_id": person["id"], "path_id": path_id}), HISTORY),
        opened=("person", str(person["id"])),
    )
    journey = min(
        (
            row
            for row in truth.rows(nation, "path_journeys")
            if row["journey_status"] == "active" and row["signup_id"] in w.ids.values()
        ),
        key=lambda row: (row["created_at"], int(row["id"])),
    )  # the newest of all is what somebody meets who does not look for the person
    walker = nation["signups"].rows[journey["signup_id"]]
    path = nation["paths"].rows[journey["path_id"]]["name"]
    yield task(
        "complete",
        turn(
            f"{name(walker)} has finished {path}, mark it completed",
            "either",
            find(walker),
            call("list_path_journeys", person_id=walker["id"]),
            call("set_path_journey_status", journey_id=journey["id"], status="completed"),
        ),
        wanted=completed(journey),
    )
    kind = words.types[1]
    type_id = truth.named(nation, "membership_types", kind)
    person = without(w, "memberships", 15)
    giving = (
        find(person),
        call("list_membership_types", query=kind),
        call("create_membership", person_id=person["id"], type_id=type_id),
    )
    made: tuple[Wanted, ...] = (
        New("memberships", {"signup_id": person["id"], "membership_type_id": type_id}),
    )
    yield task("membership", turn(f"Give {name(person)} a {kind} membership", "asked", *giving), wanted=made)
    yield task(
        "membership-refused",
        turn(f"Give {name(person)} a {kind} membership", "asked", *giving, decides="no", about=person["id"]),
    )
    for place, says in ((0, "Enrol {} in {}"), (0, "put {} into the automation {} please")):
        automation = words.automations[place]
        automation_id = truth.named(nation, "automations", automation)
        person = without(w, "automation_enrollments", 20 if says.startswith("Enrol") else 25)
        yield task(
            "enrol" if says.startswith("Enrol") else "enrol-in-other-words",
            turn(
                says.format(name(person), automation),
                "asked",
                find(person),
                call("list_automations"),
                call("enroll_in_automation", person_id=person["id"], automation_id=automation_id),
            ),
            wanted=(
                New("automation_enrollments", {"signup_id": person["id"], "automation_id": automation_id}),
            ),
            reaches=frozenset(["automation_enrollment"]),
        )


def completed(journey: Row) -> tuple[Wanted, ...]:
    """A journey that has reached its end."""
    return (Set("path_journeys", journey["id"], {"journey_status": "completed"}), HISTORY)
