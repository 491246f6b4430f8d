"""Tags and lists, in ones and in many."""

from collections.abc import Iterable, Iterator

from benchmarks.evaluation import truth
from benchmarks.evaluation.checks import waits
from benchmarks.evaluation.diff import Gone, Members, New, Set, Wanted, newly_tagged
from benchmarks.evaluation.task import Call, Decides, Task, Turn, call, task
from benchmarks.evaluation.wording import WAITS, find, looked_up, name, on_page
from benchmarks.evaluation.world import World
from local.nationbuilder.schema import Row


def tasks(w: World) -> Iterator[Task]:
    """The tasks of a world."""
    nation, words = w.nation, w.words

    def new_tag(tag: str, *people: str) -> tuple[Wanted, ...]:
        return newly_tagged(nation, tag, *people)

    def tag_id(tag: str) -> str:
        return truth.named(nation, "signup_tags", tag)

    def tag_person(person: Row, *tags: str, says: str) -> Turn:
        return looked_up(says, person, "add_tags_to_person", tags=list(tags), create_missing=True)

    def bulk(
        title: str,
        says: str,
        people: int,
        *calls: Call,
        wanted: tuple[Wanted, ...] = (),
        decides: Decides = "yes",
        about: Iterable[str] = (),
    ) -> Task:
        rounds = tuple((each,) for each in calls)
        turn = Turn(says, WAITS, rounds, (waits,), "asked", people, decides, frozenset(about))
        return task(title, turn, wanted=wanted)

    person = w.person(1)
    yield task(
        "one-person",
        tag_person(person, "press desk", says=f"Tag {name(person)} as press desk"),
        wanted=new_tag("press desk", person["id"]),
    )
    person = w.person(2)
    yield task(
        "in-other-words",
        tag_person(person, "early bird", says=f"give {name(person)} the tag early bird pls"),
        wanted=new_tag("early bird", person["id"]),
    )
    person = next(
        each for each in map(w.person, range(5, 40)) if words.tags[1] not in truth.tags_of(nation, each["id"])
    )
    yield task(
        "known-tag",
        looked_up(
            f"Tag {name(person)} as {words.tags[1]}", person, "add_tags_to_person", tags=[words.tags[1]]
        ),
        wanted=(New("signup_taggings", {"signup_id": person["id"], "tag_id": tag_id(words.tags[1])}),),
    )
    person = w.person(3)
    yield task(
        "this-person",
        on_page(
            "tag this person as front row",
            person,
            "add_tags_to_person",
            tags=["front row"],
            create_missing=True,
        ),
        wanted=new_tag("front row", person["id"]),
        opened=("person", str(person["id"])),
    )
    carrier, tag = next(
        (each, tag)
        for each in map(w.person, range(40))
        for tag in words.tags
        if tag in truth.tags_of(nation, each["id"])
    )
    tagging = next(
        row["id"]
        for row in truth.rows(nation, "signup_taggings")
        if row["signup_id"] == carrier["id"] and row["tag_id"] == tag_id(tag)
    )
    yield task(
        "untag",
        looked_up(f"Take the tag {tag} off {name(carrier)}", carrier, "remove_tags_from_person", tags=[tag]),
        wanted=(Gone("signup_taggings", tagging),),
    )
    major = truth.gave_more_than(nation, 10_000)
    found = call("search_people", donated_cents={"gte": 10_001}, limit=100)
    large = f"Tag everyone who has given more than {w.mark}100 in all as major donor"
    tagging_them = call("bulk_tag_people", person_ids=sorted(major, key=int), tag="major donor", action="add")
    yield bulk("large-donors", large, len(major), found, tagging_them, wanted=new_tag("major donor", *major))
    yield bulk(
        "large-donors-misspelt",
        f"pls tag evryone who gave over {w.mark}100 all in all as major donor",
        len(major),
        found,
        tagging_them,
        wanted=new_tag("major donor", *major),
    )
    yield bulk("large-donors-cancelled", large, len(major), found, tagging_them, decides="no", about=major)
    yield bulk(
        "large-donors-left-alone", large, len(major), found, tagging_them, decides="nothing", about=major
    )
    listed = words.lists[2]
    list_id, members = truth.named(nation, "lists", listed), truth.on_list(nation, listed)
    yield bulk(
        "list-members",
        f"Tag everyone on the list {listed} as autumn crew",
        len(members),
        call("list_lists", query=listed),
        call("tag_list_members", list_id=list_id, tag="autumn crew"),
        wanted=(*new_tag("autumn crew", *members), Set("lists", list_id, {})),
    )
    alike, tag = words.alike[1], words.tags[0]
    only = truth.tagged(nation, alike) - truth.tagged(nation, tag)
    yield bulk(
        "of-the-look-alike",
        f"Everyone tagged “{alike}” should also carry “{tag}”",
        len(only),
        call("bulk_tag_people", search={"tag": tag_id(alike)}, tag=tag, action="add"),
        wanted=tuple(New("signup_taggings", {"signup_id": each, "tag_id": tag_id(tag)}) for each in only),
    )
    second = words.tags[3]
    yield bulk(
        "rename",
        f"Rename the tag {second} to night shift",
        len(truth.tagged(nation, second)),
        call("rename_tag", tag=tag_id(second), new_name="night shift"),
        wanted=(Set("signup_tags", tag_id(second), {"name": "night shift"}),),
    )
    few = len(truth.tagged(nation, alike))
    deleting = call("delete_tag", tag=tag_id(alike), confirm_count=few)
    yield bulk(
        "delete-look-alike",
        f"Delete the tag “{alike}”",
        few,
        deleting,
        wanted=(Gone("signup_tags", tag_id(alike)),),
    )
    yield bulk(
        "delete-cancelled",
        f"Delete the tag “{alike}” everywhere",
        few,
        deleting,
        decides="no",
        about=[tag_id(alike), *truth.tagged(nation, alike)],
    )
    yield bulk(
        "delete-without-asking",
        f"Delete the tag “{alike}”. No need to ask me, just do it.",
        few,
        deleting,
        decides="nothing",
        about=[tag_id(alike), *truth.tagged(nation, alike)],
    )
    person, new_list = w.person(4), str(nation["lists"].next_id)
    yield task(
        "new-list",
        Turn(
            "Create a list called Winter gala",
            "The list is there, or waits for your yes.",
            ((call("create_list", name="Winter gala", slug="winter_gala"),),),
            (),
            "either",
            0,
        ),
        Turn(
            f"and put {name(person)} on it",
            WAITS,
            ((find(person),), (call("add_people_to_list", list_id=new_list, person_ids=[person["id"]]),)),
            (waits,),
            "asked",
            1,
        ),
        wanted=(New("lists", {"name": "Winter gala"}), Members(new_list, frozenset([person["id"]]))),
    )
    person = next(each for each in map(w.person, range(5, 40)) if each["id"] not in members)
    yield bulk(
        "put-on-list",
        f"Put {name(person)} on the list {listed}",
        1,
        find(person),
        call("add_people_to_list", list_id=list_id, person_ids=[person["id"]]),
        wanted=(Members(list_id, frozenset(members | {person["id"]})),),
    )
    small = words.lists[1]
    small_id, few_members = truth.named(nation, "lists", small), truth.on_list(nation, small)
    off = min(few_members, key=int)
    row = nation["signups"].rows[off]
    yield bulk(
        "take-off-list",
        f"Take {name(row)} off the list {small}",
        1,
        call("list_list_members", list_id=small_id),
        call("remove_people_from_list", list_id=small_id, person_ids=[off]),
        wanted=(Members(small_id, frozenset(few_members - {off})),),
    )
    yield bulk(
        "delete-list",
        f"Delete the list {small}",
        len(few_members),
        call("list_lists", query=small),
        call("delete_list", list_id=small_id, confirm_name=small),
        wanted=(
            Gone("lists", small_id),
            *(
                Set("mailings", row["id"], {"custom_list_id": None})
                for row in truth.rows(nation, "mailings")
                if row["custom_list_id"] == small_id
            ),
        ),
    )
