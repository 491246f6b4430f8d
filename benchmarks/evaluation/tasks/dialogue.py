"""Conversations in which the person corrects themselves or changes their mind."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from benchmarks.evaluation import claims, truth
from benchmarks.evaluation.checks import links, names, says, waits
from benchmarks.evaluation.claims import Claim
from benchmarks.evaluation.diff import Gone, Members, New, Set, Wanted, newly_tagged
from benchmarks.evaluation.task import Call, Check, Decides, Task, Turn, Write, call, task
from benchmarks.evaluation.tasks.move import without
from benchmarks.evaluation.wording import WAITS, amount, currency, find, linked, looked_up, name, place_of
from benchmarks.evaluation.world import World
from local.nationbuilder.schema import Row


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    yield from _figures(w)
    yield from _gifts(w)
    yield from _people(w)
    yield from _tags(w)
    yield from _memberships_and_events(w)


def _asked(
    says_it: str,
    *calls: Call,
    people: int = 1,
    decides: Decides = "yes",
    about: Iterable[str] = (),
    **shows: Any,
) -> Turn:
    rounds = tuple((each,) for each in calls)
    return Turn(says_it, WAITS, rounds, (waits,), "asked", people, decides, frozenset(about), shows)


def _done(says_it: str, write: Write, *calls: Call, people: int = 1) -> Turn:
    return Turn(says_it, "Done.", tuple((each,) for each in calls), (), write, people)


def _figures(w: World) -> Iterator[Task]:
    """Another thing or another period is meant."""
    nation, words = w.nation, w.words

    def tag(place: int, says_it: str) -> Turn:
        name_of_tag = words.tags[place]
        count = len(truth.tagged(nation, name_of_tag))
        calls = ((call("list_people_with_tag", tag=name_of_tag, count_only=True),),)
        return Turn(says_it.format(name_of_tag), f"{count} people.", calls, (_people_are(w, count),))

    def on_list(place: int, says_it: str) -> Turn:
        listed = words.lists[place]
        count = len(truth.on_list(nation, listed))
        calls = ((call("list_lists", query=listed),),)
        return Turn(says_it.format(listed), f"{count} people.", calls, (_people_are(w, count),))

    for first, second, correction in (
        (0, 1, "sorry, I meant the tag {}"),
        (1, 3, "no, {} I mean"),
        (3, 0, "and the tag {}?"),
        (1, 0, "not that one: {}"),
    ):
        yield task(
            f"tag-{first}-{second}", tag(first, "How many people carry the tag {}?"), tag(second, correction)
        )
    for first, second, correction in (
        (0, 2, "I meant the list {}"),
        (2, 3, "and {}?"),
        (3, 0, "oh, the other one: {}"),
    ):
        yield task(
            f"list-{first}-{second}", on_list(first, "How big is the list {}?"), on_list(second, correction)
        )
    periods = {
        "this_week": (truth.this_week(nation, w.now).cents, "this week", ("this week",)),
        "last_week": (truth.last_week(nation, w.now).cents, "last week", ("last week",)),
        "last_30_days": (truth.last_days(nation, w.now, 30).cents, "the last 30 days", ("30 days",)),
    }

    def raised(period: str, says_it: str) -> Turn:
        cents, spoken, ways = periods[period]
        calls = ((call("summarize_donations", period=period),),)
        check = says(Claim(cents, claims.MONEY, ways), mark=w.mark)
        return Turn(says_it.format(spoken), f"{amount(w, cents)} in {spoken}.", calls, (check,))

    question = f"How many {currency(w)} came in {{}}?"
    for wrong, meant, correction in (
        ("this_week", "last_week", "sorry, I meant {}"),
        ("last_30_days", "this_week", "no, only {}"),
        ("last_week", "last_30_days", "make that {}, today included"),
    ):
        yield task(f"{wrong}-{meant}", raised(wrong, question), raised(meant, correction))
    on_it = truth.on_list(nation, words.lists[1])
    members, list_id = truth.names(nation, on_it), truth.named(nation, "lists", words.lists[1])
    yield task(
        "and-who",
        on_list(1, "How many people are on the list {}?"),
        Turn(
            "and who are they?",
            ", ".join(members),
            ((call("list_list_members", list_id=list_id),),),
            (names(members, truth.other_names(nation, on_it)),),
        ),
    )
    one, other = w.person(20), w.person(21)
    yield task(
        "other-person",
        Turn(f"Find {name(one)}", linked(w, one), ((find(one),),), (links(place_of(one)),)),
        Turn(f"no, {name(other)}", linked(w, other), ((find(other),),), (links(place_of(other)),)),
    )


def _people_are(w: World, count: int) -> Check:
    return says(Claim(count, claims.PEOPLE), mark=w.mark)


def _gifts(w: World) -> Iterator[Task]:
    """A donation with something wrong in it, corrected before it was approved."""
    giver, other = w.person(0), w.person(1)

    def gift(says_it: str, person: Row, cents: int, kind: str, decides: Decides = "yes") -> Turn:
        giving = call("record_donation", person_id=person["id"], amount_cents=cents, payment_type_name=kind)
        return _asked(
            says_it, find(person), giving, decides=decides, about=[person["id"]], amount_in_cents=cents
        )

    def made(person: Row, cents: int, kind: str) -> tuple[Wanted, ...]:
        return (
            New(
                "donations", {"signup_id": person["id"], "amount_in_cents": cents, "payment_type_name": kind}
            ),
        )

    start = f"Record a {w.mark}50 cash donation from {name(giver)}"
    first = gift(start, giver, 5000, "Cash", "nothing")
    yield task(
        "amount",
        first,
        gift(f"sorry, it was {w.mark}75", giver, 7500, "Cash"),
        wanted=made(giver, 7500, "Cash"),
    )
    yield task(
        "payment",
        first,
        gift("oh no, that was a check", giver, 5000, "Check"),
        wanted=made(giver, 5000, "Check"),
    )
    yield task(
        "giver",
        first,
        gift(f"it was {name(other)}, not {giver['first_name']}", other, 5000, "Cash"),
        wanted=made(other, 5000, "Cash"),
    )
    yield task(
        "amount-after-no",
        gift(start, giver, 5000, "Cash", "no"),
        gift(f"I said no because it was {w.mark}60. Record that", giver, 6000, "Cash"),
        wanted=made(giver, 6000, "Cash"),
    )
    yield task(
        "twice-corrected",
        first,
        gift(f"make it {w.mark}80", giver, 8000, "Cash", "nothing"),
        gift(f"no, {w.mark}85 it is", giver, 8500, "Cash"),
        wanted=made(giver, 8500, "Cash"),
    )
    yield task(
        "typed-yes",
        first,
        Turn("yes", "Only the button on the card approves it; until then it waits.", (), (waits,), None),
    )
    yield task(
        "withdrawn",
        gift(start, giver, 5000, "Cash", "no"),
        Turn("forget it, they have not paid", "Nothing was recorded."),
    )


def _people(w: World) -> Iterator[Task]:
    """A person's record, corrected after it was changed."""
    person, other = w.person(2), w.person(3)

    def update(says_it: str, who: Row, **values: Any) -> Turn:
        return looked_up(says_it.format(name(who)), who, "update_person", changes=values)

    for title, field, wrong, right in (
        ("email", "email1", "j.doe@example.org", "j.dole@example.org"),
        ("mobile", "mobile_number", "555 010 1111", "555 010 1112"),
        ("employer", "employer", "Tidewater Mills", "Tidewater Foundry"),
    ):
        spoken = "email" if field == "email1" else title
        yield task(
            f"{title}-corrected",
            update(f"Change the {spoken} of {{}} to {wrong}", person, **{field: wrong}),
            update(f"typo, the {spoken} of {{}} must be {right}", person, **{field: right}),
            wanted=(Set("signups", person["id"], {field: right}),),
        )
    yield task(
        "wrong-person",
        update("Set the support level of {} to 1", person, support_level=1),
        _done(
            f"I meant {name(other)}. Put {name(person)} back to {person['support_level']}",
            "either",
            find(other),
            call("update_person", person_id=other["id"], changes={"support_level": 1}),
            call("update_person", person_id=person["id"], changes={"support_level": person["support_level"]}),
        ),
        wanted=(Set("signups", other["id"], {"support_level": 1}), Set("signups", person["id"], {})),
    )
    unwanted = without(w, "donations", 4)
    removing = call("delete_person", person_id=unwanted["id"], confirm_name=name(unwanted))
    yield task(
        "rather-not-delete",
        _asked(f"Delete {name(unwanted)}", find(unwanted), removing, decides="no", about=[unwanted["id"]]),
        update("no, rather mark {} as do not contact", unwanted, do_not_contact=True),
        wanted=(Set("signups", unwanted["id"], {"do_not_contact": True}),),
    )
    caller, kind = w.person(7), "phone_call"
    new_contact = str(w.nation["contacts"].next_id)
    yield task(
        "call-was-a-meeting",
        looked_up(f"Log a phone call with {name(caller)}", caller, "log_contact", method=kind),
        _done(
            "it was a meeting, not a call",
            "either",
            call("update_contact", contact_id=new_contact, changes={"method": "meeting"}),
        ),
        wanted=(New("contacts", {"signup_id": caller["id"], "contact_method": "meeting"}),),
    )
    noted = w.person(8)
    yield task(
        "note-corrected",
        update("Add a note to {}: prefers mornings", noted, note="prefers mornings"),
        update("wrong, the note on {} should be: prefers evenings", noted, note="prefers evenings"),
        wanted=(Set("signups", noted["id"], {"note": "prefers evenings"}),),
    )


def _tags(w: World) -> Iterator[Task]:
    """A tag or a list that was the wrong one."""
    nation, words = w.nation, w.words
    person, other = w.person(9), w.person(10)

    def tag(who: Row, name_of_tag: str, says_it: str) -> Turn:
        return looked_up(says_it, who, "add_tags_to_person", tags=[name_of_tag], create_missing=True)

    def untag(who: Row, name_of_tag: str) -> Call:
        return call("remove_tags_from_person", person_id=who["id"], tags=[name_of_tag])

    first = tag(person, "front desk", f"Tag {name(person)} as front desk")
    new_tag = New("signup_tags", {"name": "front desk"})
    yield task(
        "other-tag",
        first,
        _done(
            f"no, {name(person)} should have the tag back office instead",
            "either",
            find(person),
            call("add_tags_to_person", person_id=person["id"], tags=["back office"], create_missing=True),
            untag(person, "front desk"),
        ),
        wanted=(
            new_tag,
            New("signup_tags", {"name": "back office"}),
            New(
                "signup_taggings",
                {"signup_id": person["id"], "tag_id": str(nation["signup_tags"].next_id + 1)},
            ),
        ),
    )
    yield task(
        "tag-other-person",
        first,
        _done(
            f"sorry, that tag is for {name(other)} and not for {name(person)}",
            "either",
            find(other),
            call("add_tags_to_person", person_id=other["id"], tags=["front desk"]),
            untag(person, "front desk"),
        ),
        wanted=newly_tagged(nation, "front desk", other["id"]),
    )
    carrier, known = next(
        (each, tag_of)
        for each in map(w.person, range(40))
        for tag_of in words.tags
        if tag_of in truth.tags_of(nation, each["id"])
    )
    known_id = truth.named(nation, "signup_tags", known)
    tagging = next(
        row["id"]
        for row in truth.rows(nation, "signup_taggings")
        if (row["signup_id"], row["tag_id"]) == (carrier["id"], known_id)
    )
    yield task(
        "tag-put-back",
        _done(f"Take the tag {known} off {name(carrier)}", "said", find(carrier), untag(carrier, known)),
        looked_up(
            f"oh no, give {name(carrier)} the tag {known} back", carrier, "add_tags_to_person", tags=[known]
        ),
        wanted=(
            Gone("signup_taggings", tagging),
            New("signup_taggings", {"signup_id": carrier["id"], "tag_id": known_id}),
        ),
    )
    lists = {each: (truth.named(nation, "lists", each), truth.on_list(nation, each)) for each in words.lists}
    one, two = words.lists[2], words.lists[3]

    def tag_list(listed: str, name_of_tag: str, says_it: str, decides: Decides = "yes") -> Turn:
        list_id, members = lists[listed]
        return _asked(
            says_it,
            call("list_lists", query=listed),
            call("tag_list_members", list_id=list_id, tag=name_of_tag),
            people=len(members),
            decides=decides,
            about=[list_id, *members],
        )

    def tagged(listed: str, name_of_tag: str) -> tuple[Wanted, ...]:
        list_id, members = lists[listed]
        return (
            *newly_tagged(nation, name_of_tag, *members),
            Set("lists", list_id, {}),
        )

    wish = tag_list(one, "night crew", f"Tag everyone on the list {one} as night crew", "nothing")
    yield task(
        "other-list",
        wish,
        tag_list(two, "night crew", f"I meant the list {two}"),
        wanted=tagged(two, "night crew"),
    )
    yield task(
        "list-other-tag",
        wish,
        tag_list(one, "day crew", "as day crew, not night crew"),
        wanted=tagged(one, "day crew"),
    )
    yield task(
        "list-after-no",
        tag_list(one, "night crew", f"Tag everyone on the list {one} as night crew", "no"),
        tag_list(two, "night crew", f"that was the wrong list, take {two}"),
        wanted=tagged(two, "night crew"),
    )
    alike = words.alike[1]
    tag_id, few = truth.named(nation, "signup_tags", alike), len(truth.tagged(nation, alike))
    yield task(
        "rather-rename",
        _asked(
            f"Delete the tag “{alike}”",
            call("delete_tag", tag=tag_id, confirm_count=few),
            people=few,
            decides="no",
            about=[tag_id, *truth.tagged(nation, alike)],
        ),
        _asked(
            "no, rename it to gate keeper", call("rename_tag", tag=tag_id, new_name="gate keeper"), people=few
        ),
        wanted=(Set("signup_tags", tag_id, {"name": "gate keeper"}),),
    )
    newcomer = next(
        each
        for each in map(w.person, range(11, 40))
        if not any(each["id"] in members for _, members in lists.values())
    )

    def put(listed: str, says_it: str, decides: Decides = "yes") -> Turn:
        adding = call("add_people_to_list", list_id=lists[listed][0], person_ids=[newcomer["id"]])
        return _asked(
            says_it, find(newcomer), adding, decides=decides, about=[newcomer["id"], lists[listed][0]]
        )

    yield task(
        "put-on-other-list",
        put(one, f"Put {name(newcomer)} on the list {one}", "nothing"),
        put(two, f"no, on {two}"),
        wanted=(Members(lists[two][0], frozenset(lists[two][1] | {newcomer["id"]})),),
    )
    levels = [each for each in lists[one][1] if nation["signups"].rows[each]["support_level"] != 2]
    first_levels = [each for each in lists[one][1] if nation["signups"].rows[each]["support_level"] != 1]

    def level(value: int, people: list[str], says_it: str, decides: Decides = "yes") -> Turn:
        changing = call("bulk_update_people", list_id=lists[one][0], changes={"support_level": value})
        return Turn(
            says_it,
            WAITS,
            ((call("list_lists", query=one),), (changing,)),
            (waits,),
            "asked",
            len(people),
            decides,
            frozenset(people),
            {"support_level": value},
        )

    yield task(
        "other-level",
        level(1, first_levels, f"Set the support level of everyone on {one} to 1", "nothing"),
        level(2, levels, "to 2, not to 1"),
        wanted=tuple(Set("signups", each, {"support_level": 2}) for each in levels),
    )


def _memberships_and_events(w: World) -> Iterator[Task]:
    """Something else was meant than what was proposed."""
    nation, words = w.nation, w.words
    person = without(w, "memberships", 12)

    def membership(kind: str, says_it: str, decides: Decides = "yes") -> Turn:
        type_id = truth.named(nation, "membership_types", kind)
        giving = call("create_membership", person_id=person["id"], type_id=type_id)
        return _asked(
            says_it,
            find(person),
            call("list_membership_types"),
            giving,
            decides=decides,
            about=[person["id"]],
        )

    for first, second in ((0, 1), (2, 0)):
        kind = words.types[second]
        yield task(
            f"membership-{first}-{second}",
            membership(
                words.types[first], f"Give {name(person)} a {words.types[first]} membership", "nothing"
            ),
            membership(kind, f"{kind} is what I wanted"),
            wanted=(
                New(
                    "memberships",
                    {
                        "signup_id": person["id"],
                        "membership_type_id": truth.named(nation, "membership_types", kind),
                    },
                ),
            ),
        )
    upcoming = truth.upcoming(nation, w.now)
    titles = [nation["pages"].rows[row["page_id"]]["name"] for row in upcoming]
    guest = without(w, "event_rsvps", 16)

    def rsvp(place: int, says_it: str, decides: Decides = "yes", guests: int = 0) -> Turn:
        more = {"guests": guests} if guests else {}
        adding = call("add_event_rsvp", event_id=upcoming[place]["id"], person_id=guest["id"], **more)
        return _asked(
            says_it,
            call("list_events", query=titles[place]),
            find(guest),
            adding,
            decides=decides,
            about=[guest["id"]],
        )

    def coming(place: int, guests: int = 0) -> tuple[Wanted, ...]:
        values = {"signup_id": guest["id"], "event_id": upcoming[place]["id"], "guests_count": guests}
        return (New("event_rsvps", values),)

    first_wish = rsvp(0, f"RSVP {name(guest)} for {titles[0]}", "nothing")
    reaches = frozenset(["event_autoresponse"])
    yield task(
        "other-event", first_wish, rsvp(1, f"for {titles[1]}, I mean"), wanted=coming(1), reaches=reaches
    )
    yield task(
        "with-guests", first_wish, rsvp(0, "with 2 guests", guests=2), wanted=coming(0, 2), reaches=reaches
    )
    day = (w.now + timedelta(days=40)).date()
    moved = upcoming[2]["id"]

    def move(says_it: str, on: date) -> Turn:
        moving = call("update_event", event_id=moved, changes={"start_at": f"{on}T18:00"})
        return _asked(says_it, call("list_events", query=titles[2]), moving, people=0)

    later = day + timedelta(days=7)
    yield task(
        "other-day",
        move(f"Move {titles[2]} to {day} at 18:00", day),
        move("a week later, same time", later),
        wanted=(Set("events", moved, {"start_at": f"{later}T18:00"}),),
    )
