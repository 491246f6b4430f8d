"""People and money, entered, corrected and removed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.evaluation import truth
from benchmarks.evaluation.checks import waits
from benchmarks.evaluation.diff import Gone, New, Set, Wanted
from benchmarks.evaluation.task import Call, Decides, Task, Turn, call, task
from benchmarks.evaluation.wording import WAITS, amount, find, looked_up, name, on_page
from benchmarks.evaluation.world import World
from local.nationbuilder.schema import Row


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, words = w.nation, w.words

    def update(title: str, number: int, says: str, **values: Any) -> Task:
        person = w.person(number)
        turn = looked_up(says.format(name(person)), person, "update_person", changes=values)
        return task(title, turn, wanted=(Set("signups", person["id"], values),))

    def proposed(
        title: str,
        says: str,
        *calls: Call,
        wanted: tuple[Wanted, ...] = (),
        decides: Decides = "yes",
        people: int = 1,
        about: str = "",
        **shows: Any,
    ) -> Task:
        named = frozenset([about] if about else ())
        turn = Turn(
            says, WAITS, tuple((each,) for each in calls), (waits,), "asked", people, decides, named, shows
        )
        return task(title, turn, wanted=wanted)

    def gift(title: str, person: Row, says: str, cents: int, kind: str, **more: Any) -> Task:
        decides: Decides = more.pop("decides", "yes")
        giving = call(
            "record_donation",
            person_id=person["id"],
            amount_cents=cents,
            payment_type_name=kind,
            **({"received_at": more["on"]} if "on" in more else {}),
        )
        values = {"signup_id": person["id"], "amount_in_cents": cents, "payment_type_name": kind}
        if "on" in more:
            values["succeeded_at"] = more["on"]
        made = (New("donations", values),) if decides == "yes" else ()
        return proposed(
            title,
            says.format(name(person)),
            find(person),
            giving,
            wanted=made,
            decides=decides,
            about=person["id"],
            amount_in_cents=cents,
        )

    recruiter = w.person(0)
    for title, says, who in (
        (
            "new-person",
            "Add Theodora Quist, email theodora.quist@example.org, recruited by {}",
            {
                "first_name": "Theodora",
                "last_name": "Quist",
                "email": "theodora.quist@example.org",
            },
        ),
        (
            "new-person-in-other-words",
            "new supporter: Basil Oake (basil.oake@example.org), {} recruited him",
            {
                "first_name": "Basil",
                "last_name": "Oake",
                "email": "basil.oake@example.org",
            },
        ),
    ):
        calls = ((find(recruiter),), (call("create_person", **who, recruiter_id=recruiter["id"]),))
        yield task(
            title,
            Turn(says.format(name(recruiter)), "Added.", calls, (), "either", 1),
            wanted=(New("signups", {**who, "recruiter_id": recruiter["id"]}),),
        )
    yield update("email", 1, "Change {}'s email to new.address@example.org", email1="new.address@example.org")
    yield update("mobile", 2, "Set the mobile number of {} to 555 010 2030", mobile_number="555 010 2030")
    yield update("support-level", 3, "Set the support level of {} to 1", support_level=1)
    yield update("do-not-contact", 4, "Mark {} as do not contact", do_not_contact=True)
    yield update(
        "employer",
        6,
        "{} works for Tidewater Mills now, put that down as employer",
        employer="Tidewater Mills",
    )
    yield update("note", 7, "Add a note to {}: prefers evenings", note="prefers evenings")
    person = w.person(8)
    yield task(
        "this-person",
        on_page(
            "set the support level of this person to 1", person, "update_person", changes={"support_level": 1}
        ),
        wanted=(Set("signups", person["id"], {"support_level": 1}),),
        opened=("person", str(person["id"])),
    )
    yield gift("cash", w.person(9), f"Record a {w.mark}50 cash donation from {{}}", 5000, "Cash")
    yesterday = (w.now - timedelta(days=1)).date().isoformat()
    yield gift(
        "check",
        w.person(10),
        f"{{}} gave us a check over {w.mark}120.50 yesterday, enter it",
        12050,
        "Check",
        on=yesterday,
    )
    yield gift(
        "large", w.person(11), f"enter {w.mark}1,250 by wire transfer from {{}}", 125_000, "Wire Transfer"
    )
    yield gift(
        "refused", w.person(12), f"Record a {w.mark}50 cash donation from {{}}", 5000, "Cash", decides="no"
    )
    yield gift(
        "left-alone", w.person(12), f"Record {w.mark}35 in cash from {{}}", 3500, "Cash", decides="nothing"
    )
    person = w.person(13)
    removing = call("delete_person", person_id=person["id"], confirm_name=name(person))
    gone: tuple[Wanted, ...] = (
        Gone("signups", person["id"]),
        *(
            Set("donations", row["id"], {"signup_id": None})
            for row in truth.rows(nation, "donations")
            if row["signup_id"] == person["id"]
        ),
    )
    delete = f"Delete {name(person)}"
    yield proposed("delete", delete, find(person), removing, wanted=gone)
    yield proposed("delete-refused", delete, find(person), removing, decides="no", about=person["id"])
    yield proposed(
        "delete-at-once",
        f"{delete}, and do not ask me again",
        find(person),
        removing,
        decides="nothing",
        about=person["id"],
    )
    listed = words.lists[2]
    list_id, members = truth.named(nation, "lists", listed), truth.on_list(nation, listed)
    others = [each for each in members if nation["signups"].rows[each]["support_level"] != 1]
    yield proposed(
        "in-bulk",
        f"Set the support level of everyone on the list {listed} to 1",
        call("list_lists", query=listed),
        call("bulk_update_people", list_id=list_id, changes={"support_level": 1}),
        wanted=tuple(Set("signups", each, {"support_level": 1}) for each in others),
        people=len(others),
    )
    donation = next(
        row
        for row in truth.rows(nation, "donations")
        if row["status"] == "succeeded" and row["signup_id"] and row["pledge_id"] is None
    )
    cents = donation["amount_in_cents"]
    donor = nation["signups"].rows[donation["signup_id"]]
    yield proposed(
        "delete-gift",
        f"Delete the donation of {amount(w, cents)} with the id {donation['id']}",
        call("get_donation", donation_id=donation["id"]),
        call("delete_donation", donation_id=donation["id"], confirm_amount=cents),
        wanted=(Gone("donations", donation["id"]), Set("signups", donor["id"], {})),
    )
    first, second = w.person(14), w.person(15)
    yield task(
        "relationship",
        Turn(
            f"Record that {name(first)} is married to {name(second)}",
            "Recorded.",
            (
                (find(first), find(second)),
                (
                    call(
                        "create_relationship",
                        first_person_id=first["id"],
                        second_person_id=second["id"],
                        type="spouse-spouse",
                    ),
                ),
            ),
            (),
            "either",
            2,
        ),
        wanted=(
            New(
                "relationships",
                {
                    "first_signup_id": first["id"],
                    "second_signup_id": second["id"],
                    "relationship_type": "spouse-spouse",
                },
            ),
        ),
    )
