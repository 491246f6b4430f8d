"""Events: made, moved, filled, cancelled."""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks.evaluation import truth
from benchmarks.evaluation.checks import waits
from benchmarks.evaluation.diff import Gone, New, Set, Wanted
from benchmarks.evaluation.task import Call, Decides, Task, Turn, call, task
from benchmarks.evaluation.tasks.move import without
from benchmarks.evaluation.wording import WAITS, find, name
from benchmarks.evaluation.world import World


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation = w.nation
    upcoming = truth.upcoming(nation, w.now)
    titles = [nation["pages"].rows[row["page_id"]]["name"] for row in upcoming]

    def turn(says: str, *calls: Call, people: int = 1, decides: Decides = "yes", about: str = "") -> Turn:
        named = frozenset([about] if about else ())
        return Turn(says, WAITS, tuple((each,) for each in calls), (waits,), "asked", people, decides, named)

    def event(place: int) -> Call:
        return call("list_events", query=titles[place])

    for title, place, start, says in (
        ("rsvp", 0, 0, "RSVP {} for {}"),
        ("rsvp-in-other-words", 1, 10, "{} is coming to {}, put them down"),
        ("rsvp-with-guests", 2, 20, "{} comes to {} with 2 guests"),
    ):
        person = without(w, "event_rsvps", start)
        guests = 2 if "guests" in title else 0
        adding = call(
            "add_event_rsvp",
            event_id=upcoming[place]["id"],
            person_id=person["id"],
            **({"guests": guests} if guests else {}),
        )
        yield task(
            title,
            turn(says.format(name(person), titles[place]), event(place), find(person), adding),
            wanted=(
                New(
                    "event_rsvps",
                    {"signup_id": person["id"], "event_id": upcoming[place]["id"], "guests_count": guests},
                ),
            ),
            reaches=frozenset(["event_autoresponse"]),
        )
    person = without(w, "event_rsvps", 30)
    yield task(
        "rsvp-refused",
        turn(
            f"RSVP {name(person)} for {titles[0]}",
            event(0),
            find(person),
            call("add_event_rsvp", event_id=upcoming[0]["id"], person_id=person["id"]),
            decides="no",
            about=person["id"],
        ),
    )
    going = next(
        row
        for row in truth.rows(nation, "event_rsvps")
        if row["event_id"] in {each["id"] for each in upcoming}
        and not row["canceled"]
        and _is_named(w, row["signup_id"])
    )
    guest = nation["signups"].rows[going["signup_id"]]
    page = nation["events"].rows[going["event_id"]]["page_id"]
    yield task(
        "cancel-rsvp",
        Turn(
            f"{name(guest)} cannot come to {nation['pages'].rows[page]['name']}, cancel the RSVP",
            "Cancelled.",
            (
                (find(guest), call("list_events", query=nation["pages"].rows[page]["name"])),
                (
                    call(
                        "update_event_rsvp", event_id=going["event_id"], person_id=guest["id"], cancelled=True
                    ),
                ),
            ),
            (),
            "either",
            1,
        ),
        wanted=(Set("event_rsvps", going["id"], {"canceled": True}),),
    )
    capacity = 55
    for title, says, changes, values in (
        (
            "capacity",
            f"Set the capacity of {titles[1]} to {capacity}",
            {"capacity": capacity},
            {"capacity_count": capacity},
        ),
        (
            "venue",
            f"{titles[1]} moves to the venue Old Mill",
            {"venue_name": "Old Mill"},
            {"venue_name": "Old Mill"},
        ),
    ):
        yield task(
            title,
            Turn(
                says,
                "Changed.",
                ((event(1),), (call("update_event", event_id=upcoming[1]["id"], changes=changes),)),
                (),
                "said",
                0,
            ),
            wanted=(Set("events", upcoming[1]["id"], values),),
        )
    # People are coming, of which the card warns: so it waits.
    later = upcoming[2]["start_at"] + timedelta(days=1)
    yield task(
        "move-a-day",
        Turn(
            f"Move {titles[2]} to {later:%Y-%m-%d} at {later:%H:%M}",
            WAITS,
            (
                (event(2),),
                (
                    call(
                        "update_event",
                        event_id=upcoming[2]["id"],
                        changes={"start_at": f"{later:%Y-%m-%dT%H:%M}"},
                    ),
                ),
            ),
            (waits,),
            "asked",
            0,
        ),
        wanted=(Set("events", upcoming[2]["id"], {"start_at": f"{later:%Y-%m-%dT%H:%M}"}),),
    )
    new_event, person = str(nation["events"].next_id), w.person(1)
    when = (w.now + timedelta(days=60)).date()
    creating = call("create_event", name="Spring rally", start_at=f"{when}T18:00")
    made: tuple[Wanted, ...] = (
        New("events", {"start_at": f"{when}T18:00"}),
        New("pages", {"name": "Spring rally"}),
    )
    yield task(
        "event-with-rsvp",
        turn(f"Create an event called Spring rally on {when} at 18:00", creating, people=0),
        turn(
            f"and put {name(person)} down for it",
            find(person),
            call("add_event_rsvp", event_id=new_event, person_id=person["id"]),
        ),
        wanted=(*made, New("event_rsvps", {"signup_id": person["id"], "event_id": new_event})),
        reaches=frozenset(["event_autoresponse"]),
    )
    going_there = sum(row["event_id"] == upcoming[3]["id"] for row in truth.rows(nation, "event_rsvps"))
    deleting = call("delete_event", event_id=upcoming[3]["id"], confirm_name=titles[3])
    gone = (Gone("events", upcoming[3]["id"]), Gone("pages", upcoming[3]["page_id"]))
    yield task(
        "delete", turn(f"Delete the event {titles[3]}", event(3), deleting, people=going_there), wanted=gone
    )
    yield task(
        "delete-refused",
        turn(
            f"Delete the event {titles[3]}",
            event(3),
            deleting,
            people=going_there,
            decides="no",
            about=upcoming[3]["id"],
        ),
    )


def _is_named(w: World, person: str) -> bool:
    return person in w.ids.values()
