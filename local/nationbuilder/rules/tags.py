"""Tags and taggings; lists and their members."""

from collections.abc import Iterable
from typing import Final

from local.nationbuilder.rules.change import Change, Rules, Writes, slug_of
from local.nationbuilder.schema import Row
from local.nationbuilder.store import Nation


def refresh_count(nation: Nation, tag_id: str) -> None:
    """Set a tag's `taggings_count` to what is there."""
    if nation["signup_tags"].get(tag_id) is not None:
        count = len(list(nation["signup_taggings"].ids("tag_id", tag_id)))
        nation["signup_tags"].update(tag_id, {"taggings_count": count})


def find_tag(nation: Nation, name: str) -> Row | None:
    """The tag of a name; case does not matter."""
    wanted = name.casefold()
    return next(
        (row for row in nation["signup_tags"].rows.values() if (row["name"] or "").casefold() == wanted), None
    )


def put_tag(nation: Nation, writes: Writes, name: str, people: Iterable[str]) -> None:
    """Tag people who do not carry the tag yet; makes one that does not exist."""
    tag = find_tag(nation, name) or writes.create("signup_tags", {"name": name})
    tagged = {row["signup_id"] for row in nation["signup_taggings"].where("tag_id", tag["id"])}
    for each in people:
        if each not in tagged:
            writes.create("signup_taggings", {"signup_id": each, "tag_id": tag["id"]})


def _tag(change: Change) -> None:
    change.require_unique("name", pointer="name")
    if change.creating:
        change.values |= {"from_sharing_nation": False, "imported": False, "shared_with_nations": False}


def _tagging(change: Change) -> None:
    change.require_unique("signup_id", "tag_id", pointer="tag_id")


def _tagging_saved(change: Change, row: Row) -> None:
    refresh_count(change.nation, row["tag_id"])


def _tagging_removed(nation: Nation, row: Row) -> None:
    refresh_count(nation, row["tag_id"])


def _list(change: Change) -> None:
    change.set_default("author_id", change.author_id)
    change.set_default("slug", slug_of(change.get("name") or ""))
    change.set_default("signups_count", 0)
    change.require_unique("slug", pointer="slug")


def _list_saved(change: Change, row: Row) -> None:
    if change.creating:
        change.nation.list_members[row["id"]] = {}


def _list_removed(nation: Nation, row: Row) -> None:
    nation.list_members.pop(row["id"], None)


RULES: Final[dict[str, Rules]] = {
    "signup_tags": Rules(required=("name",), prepare=_tag, deletes=(("signup_taggings", "tag_id"),)),
    "signup_taggings": Rules(
        required=("signup_id", "tag_id"), prepare=_tagging, saved=_tagging_saved, removed=_tagging_removed
    ),
    "lists": Rules(required=("name",), prepare=_list, saved=_list_saved, removed=_list_removed),
}
