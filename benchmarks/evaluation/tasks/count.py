"""How many, and how much."""

from collections.abc import Iterator

from benchmarks.evaluation import claims, truth
from benchmarks.evaluation.checks import says
from benchmarks.evaluation.claims import Claim
from benchmarks.evaluation.task import Call, Task, Turn, call, task
from benchmarks.evaluation.wording import amount, currency, dates
from benchmarks.evaluation.world import World

WEEK = ("this week", "since monday")


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, now, words = w.nation, w.now, w.words
    week, month = truth.this_week(nation, now), truth.last_days(nation, now, 30)
    last_days = ("30 days", *(f"since {each}" for each in dates(truth.days_ago(now, 29))))

    def count(name: str, question: str, value: int, unit: str, answer: str, *calls: Call) -> Task:
        return task(name, Turn(question, answer, (calls,), (says(Claim(value, unit), mark=w.mark),)))

    def money(name: str, question: str, answer: str, period: str, *wanted: Claim) -> Task:
        calls = ((call("summarize_donations", period=period),),)
        return task(name, Turn(question, answer, calls, (says(*wanted, mark=w.mark),)))

    def tagged(tag: str) -> tuple[int, Call]:
        return len(truth.tagged(nation, tag)), call("list_people_with_tag", tag=tag, count_only=True)

    tag, alike, second = words.tags[0], words.alike[1], words.tags[1]
    carriers, asking = tagged(tag)
    people = claims.PEOPLE
    yield count("tag", f"How many people are tagged {tag}?", carriers, people, f"{carriers} people.", asking)
    yield count(
        "tag-misspelt", f"how mny ppl hav the tag “{tag}”", carriers, people, f"{carriers} people.", asking
    )
    few, asking = tagged(alike)
    yield count(
        "look-alike",
        f"How many people carry the tag “{alike}”, spelt just so?",
        few,
        people,
        f"{few} people.",
        asking,
    )
    some, asking = tagged(second)
    yield count(
        "second-tag",
        f"number of people with tag {second} pls",
        some,
        people,
        f"There are {some} people.",
        asking,
    )
    for place, kind in ((0, "list"), (3, "list-in-other-words")):
        size = len(truth.on_list(nation, words.lists[place]))
        question = (
            f"How big is the list {words.lists[place]}?"
            if kind == "list"
            else f"{words.lists[place]}: how many ppl on it"
        )
        yield count(
            kind,
            question,
            size,
            people,
            f"{size} people are on it.",
            call("list_lists", query=words.lists[place]),
        )
    organisations = truth.people_who(nation, "signup_type", 1)
    yield count(
        "organisations",
        "How many organisations do we have?",
        organisations,
        claims.ORGANISATIONS,
        f"{organisations} organisations.",
        call("search_people", kind="organisation", count_only=True),
    )
    apart = truth.people_who(nation, "do_not_contact")
    yield count(
        "do-not-contact",
        "How many people are marked do not contact?",
        apart,
        people,
        f"{apart} people.",
        call("search_people", flags={"do_not_contact": True}, count_only=True),
    )
    strong = truth.people_who(nation, "support_level", 1)
    yield count(
        "strong-supporters",
        "How many people have support level 1?",
        strong,
        people,
        f"{strong} people.",
        call("search_people", support_level=[1], count_only=True),
    )
    upcoming = truth.upcoming(nation, now)[1:]
    first = upcoming[0]
    event = nation["pages"].rows[first["page_id"]]["name"]
    coming = len(truth.coming(nation, first["id"]))
    yield count(
        "coming",
        f"How many people are coming to {event}? Without those who cancelled.",
        coming,
        people,
        f"{coming} people are coming.",
        call("list_events", query=event),
        call("list_event_rsvps", event_id=first["id"], status="coming", count_only=True),
    )
    path = words.paths[1][0]
    active = len(truth.under_way(nation, path))
    path_id = truth.named(nation, "paths", path)
    yield count(
        "path",
        f"How many people are under way on the path {path}?",
        active,
        people,
        f"{active} people.",
        call("list_path_journeys", path_id=path_id, status="active", count_only=True),
    )
    ending = truth.expiring(nation, now, 30)
    yield count(
        "memberships-ending",
        "How many active memberships expire within the next 30 days?",
        ending,
        claims.MEMBERSHIPS,
        f"{ending} memberships.",
        call("list_memberships", status=["active"], expires="next_30_days", count_only=True),
    )
    petition = words.petitions[0]
    signed = truth.signatures(nation, petition)
    yield count(
        "petition",
        f"How many signatures does “{petition}” have?",
        signed,
        claims.SIGNATURES,
        f"{signed} signatures.",
        call("list_petitions", query=petition),
    )
    above = len(truth.gave_more_than(nation, 10_000))
    yield count(
        "large-donors",
        f"How many people have given more than {w.mark}100 in all?",
        above,
        people,
        f"{above} people.",
        call("search_people", donated_cents={"gte": 10_001}, count_only=True),
    )
    yield money(
        "week",
        "How many donations did we get this week, and how much is it?",
        f"This week {week.count} donations came in, {amount(w, week.cents)} in all.",
        "this_week",
        Claim(week.count, claims.GIFTS, WEEK),
        Claim(week.cents, claims.MONEY, WEEK),
    )
    yield money(
        "donors-this-week",
        "Who gave this week? Only the number of different donors.",
        f"{week.donors} donors this week.",
        "this_week",
        Claim(week.donors, people, WEEK),
    )
    yield money(
        "month",
        f"How many {currency(w)} did we raise in the last 30 days, today included?",
        f"In the last 30 days {amount(w, month.cents)} came in.",
        "last_30_days",
        Claim(month.cents, claims.MONEY, last_days),
    )
    came = truth.joined(nation, truth.monday(now), now)
    yield count(
        "joined",
        "How many people and organisations joined this week?",
        came,
        people,
        f"{came} people.",
        call("search_people", created="this_week", count_only=True),
    )
    pledges, cents = truth.outstanding(nation)
    yield task(
        "pledges",
        Turn(
            f"How many pledges are not paid in full yet, and how many {currency(w)} are still to come?",
            f"{pledges} pledges, with {amount(w, cents)} still to come.",
            ((call("list_pledges", outstanding_only=True),),),
            (says(Claim(pledges, claims.PLEDGES), Claim(cents, claims.MONEY), mark=w.mark),),
        ),
    )
    empty = words.lists[-1]
    yield task(
        "empty-list",
        Turn(
            f"How many people are on the list {empty}, and how many on {words.lists[1]}?",
            f"Nobody is on {empty}. {len(truth.on_list(nation, words.lists[1]))} people are on "
            f"{words.lists[1]}.",
            ((call("list_lists"),),),
            (
                says(
                    Claim(0, people, of=(empty,)),
                    Claim(len(truth.on_list(nation, words.lists[1])), people, of=(words.lists[1],)),
                    mark=w.mark,
                ),
            ),
        ),
    )
