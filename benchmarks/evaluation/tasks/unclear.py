"""Wishes that lack something: asked about, and done once the person has said it."""

from collections.abc import Iterator
from datetime import timedelta

from benchmarks.evaluation import claims, truth
from benchmarks.evaluation.checks import asks, links, says, waits
from benchmarks.evaluation.claims import Claim
from benchmarks.evaluation.diff import Gone, New, Set, newly_tagged
from benchmarks.evaluation.task import Call, Check, Task, Turn, Write, call, task
from benchmarks.evaluation.tasks.move import HISTORY, without
from benchmarks.evaluation.wording import WAITS, amount, find, linked, name, place_of
from benchmarks.evaluation.world import World

WHO = ("who", "whom", "which", "what", "whose")


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, words = w.nation, w.words

    def vague(says_it: str, question: str, *about: tuple[str, ...], calls: tuple[Call, ...] = ()) -> Turn:
        return Turn(says_it, question, tuple((each,) for each in calls), (asks(*about),))

    def then(says_it: str, write: Write, *calls: Call, people: int = 1) -> Turn:
        checks: tuple[Check, ...] = (waits,) if write == "asked" else ()
        answer = WAITS if checks else "Done."
        return Turn(says_it, answer, tuple((each,) for each in calls), checks, write, people)

    twice = " ".join(words.namesake)
    both = [row for row in truth.rows(nation, "signups") if row["full_name"] == twice]
    second = both[1]
    which = "Which one: " + " or ".join(f"{linked(w, each)} ({each['email']})" for each in both) + "?"
    choices = tuple((place_of(each), str(each["email"]), str(each["id"])) for each in both)
    look = call("search_people", name=twice, include_contact_details=True)
    mail = call("search_people", email=second["email"])
    chosen = f"the one with {second['email']}"
    yield task(
        "tag-namesake",
        vague(f"Tag {twice} as delegate", which, *choices, calls=(look,)),
        then(
            f"{chosen}, so tag that one as delegate",
            "said",
            mail,
            call("add_tags_to_person", person_id=second["id"], tags=["delegate"], create_missing=True),
        ),
        wanted=newly_tagged(nation, "delegate", second["id"]),
    )
    yield task(
        "delete-namesake",
        vague(f"Delete {twice}", which, *choices, calls=(look,)),
        then(chosen, "asked", mail, call("delete_person", person_id=second["id"], confirm_name=twice)),
        wanted=(
            Gone("signups", second["id"]),
            *(
                Set("donations", row["id"], {"signup_id": None})
                for row in truth.rows(nation, "donations")
                if row["signup_id"] == second["id"]
            ),
        ),
    )
    yield task(
        "email-of-namesake",
        vague(f"{twice} has moved: the phone number is 555 010 7788 now", which, *choices, calls=(look,)),
        then(
            f"{chosen}: set the phone number to 555 010 7788",
            "said",
            mail,
            call("update_person", person_id=second["id"], changes={"phone_number": "555 010 7788"}),
        ),
        wanted=(Set("signups", second["id"], {"phone_number": "555 010 7788"}),),
    )
    person = w.person(0)
    yield task(
        "find-him",
        vague("find him", "Whom shall I look for?", WHO),
        Turn(name(person), linked(w, person), ((find(person),),), (links(place_of(person)),)),
    )
    person = w.person(1)
    yield task(
        "log-a-call",
        vague("Log a call", "With whom?", WHO),
        then(
            f"a phone call with {name(person)}",
            "said",
            find(person),
            call("log_contact", person_id=person["id"], method="phone_call"),
        ),
        wanted=(New("contacts", {"signup_id": person["id"], "contact_method": "phone_call"}),),
    )
    person = w.person(2)
    yield task(
        "donation-without-amount",
        vague(
            f"Record a donation from {name(person)}",
            "How much was it, and how was it paid?",
            ("how much", "amount", "which amount"),
        ),
        then(
            f"{w.mark}50 in cash",
            "asked",
            find(person),
            call("record_donation", person_id=person["id"], amount_cents=5000, payment_type_name="Cash"),
        ),
        wanted=(
            New(
                "donations",
                {"signup_id": person["id"], "amount_in_cents": 5000, "payment_type_name": "Cash"},
            ),
        ),
    )
    person = without(w, "path_journeys", 3)
    path = words.paths[1][0]
    yield task(
        "which-path",
        vague(
            f"Put {name(person)} on a path",
            f"On which: {', '.join(each for each, _ in words.paths)}?",
            *((each,) for each, _ in words.paths),
            calls=(call("list_paths"),),
        ),
        then(
            path,
            "either",
            find(person),
            call("start_path_journey", person_id=person["id"], path_id=truth.named(nation, "paths", path)),
        ),
        wanted=(
            New("path_journeys", {"signup_id": person["id"], "path_id": truth.named(nation, "paths", path)}),
            HISTORY,
        ),
    )
    person = without(w, "memberships", 4)
    kind = words.types[2]
    type_id = truth.named(nation, "membership_types", kind)
    yield task(
        "which-membership",
        vague(
            f"Make {name(person)} a member",
            f"Which membership: {', '.join(words.types)}?",
            *((each,) for each in words.types),
            calls=(call("list_membership_types"),),
        ),
        then(kind, "asked", find(person), call("create_membership", person_id=person["id"], type_id=type_id)),
        wanted=(New("memberships", {"signup_id": person["id"], "membership_type_id": type_id}),),
    )
    listed = words.lists[2]
    list_id, members = truth.named(nation, "lists", listed), truth.on_list(nation, listed)
    yield task(
        "tag-whom",
        vague("Tag them as winter crew", "Whom shall I tag?", WHO),
        then(
            f"everyone on the list {listed}",
            "asked",
            call("list_lists", query=listed),
            call("tag_list_members", list_id=list_id, tag="winter crew"),
            people=len(members),
        ),
        wanted=(
            *newly_tagged(nation, "winter crew", *members),
            Set("lists", list_id, {}),
        ),
    )
    alike = words.alike[1]
    tag_id = truth.named(nation, "signup_tags", alike)
    few = len(truth.tagged(nation, alike))
    for title, wish in (
        ("remove-old", "remove the old ones"),
        ("clean-up", "clean up the database"),
        ("tidy", "tidy this up"),
    ):
        yield task(
            title,
            vague(wish, "What exactly shall I remove?", WHO),
            then(
                f"delete the tag “{alike}”",
                "asked",
                call("list_tags", query=alike),
                call("delete_tag", tag=tag_id, confirm_count=few),
                people=few,
            ),
            wanted=(Gone("signup_tags", tag_id),),
        )
    person = w.person(5)
    for title, wish in (("fix-it", "fix it"), ("correct", "that is wrong, correct it")):
        yield task(
            title,
            vague(wish, "What shall I correct?", WHO),
            then(
                f"the employer of {name(person)} should be Tidewater Mills",
                "said",
                find(person),
                call("update_person", person_id=person["id"], changes={"employer": "Tidewater Mills"}),
            ),
            wanted=(Set("signups", person["id"], {"employer": "Tidewater Mills"}),),
        )
    week = truth.this_week(nation, w.now)
    yield task(
        "the-usual",
        vague("do the usual", "What would that be?", WHO),
        Turn(
            "how much came in this week",
            f"{amount(w, week.cents)} this week.",
            ((call("summarize_donations", period="this_week"),),),
            (says(Claim(week.cents, claims.MONEY, ("this week", "since monday")), mark=w.mark),),
        ),
    )
    when, event = (w.now + timedelta(days=45)).date(), truth.upcoming(nation, w.now)[0]
    title = nation["pages"].rows[event["page_id"]]["name"]
    yield task(
        "move-event-to-when",
        vague(
            f"Move {title}",
            "To which day and time?",
            ("when", "which day", "date", "which time", "what time"),
        ),
        then(
            f"{when} at 19:00",
            "either",
            call("list_events", query=title),
            call("update_event", event_id=event["id"], changes={"start_at": f"{when}T19:00"}),
            people=0,
        ),
        wanted=(Set("events", event["id"], {"start_at": f"{when}T19:00"}),),
    )
    person = w.person(7)
    yield task(
        "which-level",
        vague(
            f"Change the support level of {name(person)}",
            "To which level, 1 to 5?",
            ("which", "what level", "level"),
        ),
        then(
            f"level 1 for {name(person)}",
            "said",
            find(person),
            call("update_person", person_id=person["id"], changes={"support_level": 1}),
        ),
        wanted=(Set("signups", person["id"], {"support_level": 1}),),
    )
