"""Tags that a change puts on people or takes off them, also tags that do not exist yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from nat.agent.tools.changing.planning import create, index_probe
from nat.agent.tools.tags import find_tag, tag_with_id
from nat.changes.plan import Operation, PlannedRequest, Skipped, Subject, created_by
from nat.errors import BadRequest, RecordNotFound
from nat.nationbuilder import NationBuilder, spelling, where
from nat.nationbuilder.bodies import Sidepost, write_body
from nat.nationbuilder.query import speakable
from nat.wording import Worded

ALREADY_TAGGED: Final = Worded("skipped.already_tagged")
NOT_TAGGED: Final = Worded("skipped.not_tagged")
_LONGEST_NAME: Final = 255


@dataclass(frozen=True)
class WantedTag:
    """A tag. `reference` is its id, or what stands for the id until `operation` has made the tag."""

    name: str
    reference: str
    operation: Operation | None = None
    warning: str | None = None

    @property
    def id(self) -> str | None:
        """Its id, if it exists."""
        return self.reference if self.operation is None else None

    @property
    def key(self) -> str:
        """What names it within the change."""
        return self.reference if self.operation is None else self.operation.key

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the operations that must be done before it can be used."""
        return () if self.operation is None else (self.operation.key,)

    def made(self) -> tuple[Operation, ...]:
        """The operations that make it."""
        return () if self.operation is None else (self.operation,)


def wanted_tags(v2: NationBuilder, names: Sequence[str], *, create_missing: bool) -> tuple[WantedTag, ...]:
    """The tags that names mean, each once. Those that do not exist are to be made. Without `create_missing`
    an id names a tag too, and one that does not exist raises `RecordNotFound` with similar names."""
    found: dict[str, WantedTag] = {}
    for name in names:
        tag = _wanted(v2, name, len(found) + 1, create_missing)
        found.setdefault(spelling.folded(tag.name), tag)
    return tuple(found.values())


def wanted_tag(v2: NationBuilder, name: str, *, create_missing: bool) -> WantedTag:
    """The tag that is meant. See `wanted_tags`."""
    return _wanted(v2, name, 1, create_missing)


def add_tagging(subject: Subject, person_id: str, tag: WantedTag, *, carries: bool) -> Operation | Skipped:
    """Put a tag on a person."""
    if carries:
        return Skipped(subject, ALREADY_TAGGED)
    pair = {"signup_id": person_id, "tag_id": tag.reference}
    return create(
        f"tagging-{person_id}-{tag.key}",
        subject,
        "signup_taggings",
        pair,
        natural_key=pair,
        shown={"tag": tag.name},
        needs=tag.needs,
    )


def remove_tagging(
    subject: Subject, person_id: str, tag: WantedTag, tagging_id: str | None
) -> Operation | Skipped:
    """Take a tag off a person; `tagging_id` is `None` when they do not carry it."""
    if tagging_id is None:
        return Skipped(subject, NOT_TAGGED)
    pair = {"signup_id": person_id, "tag_id": tag.reference}
    return Operation(
        key=f"tagging-{person_id}-{tag.key}",
        subject=subject,
        request=PlannedRequest("DELETE", f"signup_taggings/{tagging_id}"),
        before={"tag": tag.name},
        after=None,
        probe=index_probe("signup_taggings", pair),
        undo=(tag_again(person_id, tag),),
    )


def tag_again(person_id: str, tag: WantedTag) -> PlannedRequest:
    """The request that puts a tag on one person."""
    pair = {"signup_id": person_id, "tag_id": tag.reference}
    return PlannedRequest("POST", "signup_taggings", write_body("signup_taggings", pair))


def untag_again(person_id: str, tag: WantedTag) -> PlannedRequest:
    """The request that takes a tag off one person without knowing the tagging's id: the tie between the two
    records is broken, both stay (API facts, §8, sideposting)."""
    body = write_body(
        "signups",
        {},
        record_id=person_id,
        related={"signup_tags": [Sidepost("signup_tags", "disassociate", id=tag.reference)]},
    )
    return PlannedRequest("PATCH", f"signups/{person_id}", body)


def tag_subject(v2: NationBuilder, name: str, tag_id: str | None) -> Subject:
    """A tag as people know it."""
    return Subject("tag", tag_id, name, v2.panel_url("tags"))


def _wanted(v2: NationBuilder, name: str, number: int, create_missing: bool) -> WantedTag:
    if len(name) > _LONGEST_NAME:
        raise BadRequest(Worded("refused.tag_name", most=_LONGEST_NAME))
    try:
        found = find_tag(v2, name, names_only=create_missing)
    except RecordNotFound:
        if not create_missing:
            raise
    else:
        return WantedTag(found.text("name"), found.id)
    key = f"tag-{number}"
    operation = create(
        key,
        tag_subject(v2, name, None),
        "signup_tags",
        {"name": name},
        # Only a tag that nobody carries is known as the one that was made: so an undo never deletes one that
        # others use by then.
        # A name that V2 cannot be asked for proves nothing.
        natural_key={"name": where("eq", name), "taggings_count": 0} if speakable(name) else None,
    )
    return WantedTag(name, created_by(key), operation, _number_of_another(v2, name) or _look_alike(v2, name))


def _number_of_another(v2: NationBuilder, name: str) -> str | None:
    """A warning when the name of a new tag is the id of another one."""
    return next(
        (Worded("warning.tag_number", tag=name, other=each.text("name")) for each in tag_with_id(v2, name)),
        None,
    )


def _look_alike(v2: NationBuilder, name: str) -> str | None:
    """A warning when a tag is about to be made that is spelt like one there is."""
    part, letters = spelling.needle(name), spelling.skeleton(name)
    if part is None:
        return None
    stem = part.removesuffix("s") or part
    near = v2.index("signup_tags", filters={"name": where("match", stem)}, page_size=50).records
    alike = [each.text("name") for each in near if spelling.skeleton(each.text("name")) == letters]
    if not alike:
        return None
    return Worded("warning.look_alike", tag=name, other=alike[0])
