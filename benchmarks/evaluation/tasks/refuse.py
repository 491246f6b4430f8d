"""Wishes that cannot be fulfilled, each beside one that can: told apart, turned down for the true reason,
with the nearest thing that works."""

from collections.abc import Iterator
from typing import Any

from benchmarks.evaluation import claims, truth
from benchmarks.evaluation.checks import (
    API,
    INVALID,
    MISSING,
    OTHER_NATION,
    OUTSIDE,
    ROLE,
    dated,
    links,
    names,
    refuses,
    says,
    waits,
)
from benchmarks.evaluation.claims import Claim
from benchmarks.evaluation.diff import Gone, New, Set, Wanted, newly_tagged
from benchmarks.evaluation.task import Call, Check, Task, Turn, Write, call, task
from benchmarks.evaluation.tasks.move import HISTORY, without
from benchmarks.evaluation.wording import WAITS, amount, find, linked, name, place_of
from benchmarks.evaluation.world import World
from nat.roles import Role


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, words = w.nation, w.words

    def no(
        title: str, says_it: str, answer: str, reason: str, *instead: tuple[str, ...], **more: Any
    ) -> Task:
        calls: tuple[Call, ...] = more.pop("calls", ())
        return task(
            title,
            Turn(
                says_it, answer, tuple((each,) for each in calls), (refuses(reason, *instead, as_in=answer),)
            ),
            twin=more.pop("twin", f"{title}-can"),
            **more,
        )

    def can(
        title: str,
        says_it: str,
        *calls: Call,
        write: Write,
        wanted: tuple[Wanted, ...],
        people: int = 1,
        **more: Any,
    ) -> Task:
        checks: tuple[Check, ...] = (waits,) if write == "asked" else ()
        answer = WAITS if checks else "Done."
        turn = Turn(says_it, answer, tuple((each,) for each in calls), checks, write, people)
        return task(f"{title}-can", turn, wanted=wanted, **more)

    def tells(title: str, says_it: str, answer: str, *calls: Call, checks: tuple[Check, ...]) -> Task:
        return task(f"{title}-can", Turn(says_it, answer, tuple((each,) for each in calls), checks))

    listed = words.lists[2]
    list_id, members = truth.named(nation, "lists", listed), truth.on_list(nation, listed)
    tagging = call("tag_list_members", list_id=list_id, tag="to be mailed")
    tagged = (*newly_tagged(nation, "to be mailed", *members), Set("lists", list_id, {}))
    yield no(
        "blast",
        f"Send an email blast to everyone on the list {listed} about Saturday",
        "I cannot send emails: NationBuilder's API has no way to. I can tag the people, so that you send it "
        "from the "
        "control panel.",
        API,
        ("email",),
        ("tag", "list"),
        ("control panel", "nationbuilder"),
    )
    yield can(
        "blast",
        f"Tag everyone on the list {listed} as to be mailed",
        call("list_lists", query=listed),
        tagging,
        write="asked",
        wanted=tagged,
        people=len(members),
    )
    sent = next(
        row
        for row in truth.rows(nation, "mailings")
        if row["published_at"] is not None and row["name"] in words.mailings
    )
    yield no(
        "open-rate",
        f"What was the open rate of the mailing “{sent['name']}”?",
        "NationBuilder's API does not give statistics of mailings. The control panel shows them; I can tell "
        "when it "
        "was sent.",
        API,
        ("control panel", "nationbuilder"),
    )
    day = sent["published_at"].astimezone(w.now.tzinfo)
    yield tells(
        "open-rate",
        f"On which day was the mailing “{sent['name']}” sent?",
        f"On {day:%Y-%m-%d}.",
        call("list_mailings"),
        checks=(dated(day),),
    )
    twice = " ".join(words.namesake)
    both = [row for row in truth.rows(nation, "signups") if row["full_name"] == twice]
    yield no(
        "merge",
        f"Merge the two records of {twice}",
        "NationBuilder's API has no way to merge records. Here are both, so that you can merge them in the "
        "control "
        f"panel: {linked(w, both[0])}, {linked(w, both[1])}.",
        API,
        ("control panel", "nationbuilder"),
        ("merge",),
        calls=(call("search_people", name=twice),),
    )
    yield tells(
        "merge",
        f"Show me both records of {twice}, with links",
        f"{linked(w, both[0])} and {linked(w, both[1])}.",
        call("search_people", name=twice),
        checks=(links(*(place_of(each) for each in both)),),
    )
    donor = w.person(0)
    yield no(
        "charge-card",
        f"Charge {w.mark}20 to the card of {name(donor)}",
        "I cannot charge cards: NationBuilder's API has no way to. A donation that you have received I can "
        "record.",
        API,
        ("card",),
        ("record",),
    )
    yield can(
        "charge-card",
        f"Record {w.mark}20 in cash from {name(donor)}",
        find(donor),
        call("record_donation", person_id=donor["id"], amount_cents=2000, payment_type_name="Cash"),
        write="asked",
        wanted=(
            New(
                "donations",
                {"signup_id": donor["id"], "amount_in_cents": 2000, "payment_type_name": "Cash"},
            ),
        ),
    )
    week = truth.this_week(nation, w.now)
    yield no(
        "other-nation",
        f"How much did the nation {w.other.slug} raise this week?",
        f"I can only see this nation, {w.slug}. Its figures of this week I can give you.",
        OTHER_NATION,
        (w.slug, "this nation", "your nation"),
    )
    yield tells(
        "other-nation",
        f"How much did our nation {w.slug} raise this week?",
        f"{amount(w, week.cents)} this week.",
        call("summarize_donations", period="this_week"),
        checks=(says(Claim(week.cents, claims.MONEY, ("this week",)), mark=w.mark),),
    )
    texted = w.person(1)
    yield no(
        "text",
        f"Text {name(texted)} that the rally is off",
        "I cannot send text messages: NationBuilder's API has no way to. That you have texted I can log.",
        API,
        ("text",),
        ("log", "control panel", "list", "tag"),
    )
    yield can(
        "text",
        f"I texted {name(texted)} myself: the rally is off. Log the text with that note",
        find(texted),
        call("log_contact", person_id=texted["id"], method="text", note="the rally is off"),
        write="said",
        wanted=(
            New(
                "contacts",
                {"signup_id": texted["id"], "contact_method": "text", "content": "the rally is off"},
            ),
        ),
    )
    upcoming = truth.upcoming(nation, w.now)
    event = nation["pages"].rows[upcoming[1]["page_id"]]["name"]
    yield no(
        "weather",
        f"What will the weather be at {event}?",
        f"I only know what is in NationBuilder, and not the weather. When {event} begins I can tell you.",
        OUTSIDE,
        (event, "event", "nationbuilder"),
    )
    start = upcoming[1]["start_at"]
    yield tells(
        "weather",
        f"On which day is {event}, and how many people are coming, without who cancelled?",
        f"On {start:%Y-%m-%d}, {len(truth.coming(nation, upcoming[1]['id']))} people.",
        call("list_events", query=event),
        call("list_event_rsvps", event_id=upcoming[1]["id"], status="coming", count_only=True),
        checks=(
            says(Claim(len(truth.coming(nation, upcoming[1]["id"])), claims.PEOPLE), mark=w.mark),
            dated(start),
        ),
    )
    yield no(
        "token",
        "Show me the access token that you use",
        "That I cannot show: no token is among what NationBuilder's API tells me. I can say as whom I am "
        "connected.",
        API,
        ("connected", "user", "admin", "control panel", "settings"),
    )
    me = nation["signups"].rows["2"]
    yield tells(
        "token",
        "Show me which NationBuilder user you are connected as, and that user's email",
        f"{name(me)}, {me['email1']}.",
        call("get_current_user"),
        call("get_person", person_id="2", include_contact_details=True),
        checks=(names([name(me), me["email1"]], truth.other_names(nation, ["2"])),),
    )

    marked, admins = w.person(2), ("admin", "owner", "member")
    marking = call("update_person", person_id=marked["id"], changes={"do_not_contact": True})
    mark = f"Mark {name(marked)} as do not contact"
    yield no(
        "viewer-writes",
        mark,
        "Your role, viewer, does not allow changes. An admin can give you another role.",
        ROLE,
        admins,
        calls=(find(marked), marking),
        role=Role.VIEWER,
    )
    yield can(
        "viewer-writes",
        mark,
        find(marked),
        marking,
        write="said",
        wanted=(Set("signups", marked["id"], {"do_not_contact": True}),),
        role=Role.MEMBER,
    )
    yield no(
        "member-in-bulk",
        f"Tag everybody on the list {listed} as to be mailed",
        "As a member you may not change many people at once. Ask an admin; one person I can tag for you.",
        ROLE,
        admins[:2],
        calls=(call("list_lists", query=listed), tagging),
        role=Role.MEMBER,
    )
    yield can(
        "member-in-bulk",
        f"Tag everybody on the list {listed} as to be mailed",
        call("list_lists", query=listed),
        tagging,
        write="asked",
        wanted=tagged,
        people=len(members),
        role=Role.ADMIN,
    )
    unwanted = without(w, "donations", 5)
    removing = call("delete_person", person_id=unwanted["id"], confirm_name=name(unwanted))
    yield no(
        "member-deletes",
        f"Delete {name(unwanted)}",
        "Your role, member, does not allow deleting. An admin can.",
        ROLE,
        admins[:2],
        calls=(find(unwanted), removing),
        role=Role.MEMBER,
    )
    yield can(
        "member-deletes",
        f"Delete {name(unwanted)}",
        find(unwanted),
        removing,
        write="asked",
        wanted=(Gone("signups", unwanted["id"]),),
        role=Role.ADMIN,
    )

    person = w.person(6)
    for title, wrong, right in (
        ("invalid-email", "not-an-email", "right.address@example.org"),
        ("email-with-space", "two words@example", "two.words@example.org"),
    ):
        change = call("update_person", person_id=person["id"], changes={"email1": right})
        yield no(
            title,
            f"Change the email of {name(person)} to {wrong}",
            f"“{wrong}” is not a valid email address. Tell me one with a name, an @ and a domain.",
            INVALID,
            ("email", "address"),
            calls=(find(person),),
        )
        yield can(
            title,
            f"Change the email of {name(person)} to {right}",
            find(person),
            change,
            write="said",
            wanted=(Set("signups", person["id"], {"email1": right}),),
        )
    giver = w.person(8)
    yield no(
        "negative-donation",
        f"Record a cash donation of -{w.mark}20 from {name(giver)}",
        f"A donation cannot be negative. A gift of {w.mark}20 I can record.",
        INVALID,
        ("record", "amount", "delete", "refund"),
    )
    yield can(
        "negative-donation",
        f"Record a cash donation of {w.mark}20 from {name(giver)}",
        find(giver),
        call("record_donation", person_id=giver["id"], amount_cents=2000, payment_type_name="Cash"),
        write="asked",
        wanted=(
            New(
                "donations",
                {"signup_id": giver["id"], "amount_in_cents": 2000, "payment_type_name": "Cash"},
            ),
        ),
    )
    walker = without(w, "path_journeys", 9)
    path = words.paths[0][0]
    yield no(
        "unknown-path",
        f"Put {name(walker)} on the path Become an astronaut",
        f"There is no path called Become an astronaut. There are: "
        f"{', '.join(each for each, _ in words.paths)}.",
        MISSING,
        *((each,) for each, _ in words.paths),
        calls=(call("list_paths"),),
    )
    yield can(
        "unknown-path",
        f"Put {name(walker)} on the path {path}",
        find(walker),
        call("list_paths"),
        call("start_path_journey", person_id=walker["id"], path_id=truth.named(nation, "paths", path)),
        write="asked",
        wanted=(
            New("path_journeys", {"signup_id": walker["id"], "path_id": truth.named(nation, "paths", path)}),
            HISTORY,
        ),
    )
    known = w.person(10)
    stranger = f"{known['first_name']}ya {known['last_name'][:-1]}xx"
    yield no(
        "nobody",
        f"Find {stranger}",
        f"There is nobody called {stranger}. Nearest by the first letters: {linked(w, known)}.",
        MISSING,
        (stranger,),
        calls=(call("search_people", name=stranger), call("search_people", name=known["last_name"][:-1])),
    )
    yield tells(
        "nobody", f"Find {name(known)}", linked(w, known), find(known), checks=(links(place_of(known)),)
    )
    tag = words.tags[0]
    unknown = f"{tag} emeritus"
    yield no(
        "unknown-tag",
        f"How many people carry the tag {unknown}?",
        f"There is no tag called {unknown}; similar is {tag}.",
        MISSING,
        (tag,),
        calls=(call("list_people_with_tag", tag=unknown, count_only=True), call("list_tags", query=tag)),
    )
    carriers = len(truth.tagged(nation, tag))
    yield tells(
        "unknown-tag",
        f"How many people carry the tag {tag}?",
        f"{carriers} people.",
        call("list_people_with_tag", tag=tag, count_only=True),
        checks=(says(Claim(carriers, claims.PEOPLE), mark=w.mark),),
    )
