"""Following relationships: from a record to its related records."""

from local.nationbuilder.schema import Join, Row, Sideload
from local.nationbuilder.store import Nation


def related(nation: Nation, row: Row, sideload: Sideload) -> list[Row]:
    """The records a sideload leads to, in order of creation."""
    target = nation[sideload.target]
    match sideload.join:
        case Join.PARENT:
            found = target.get(row.get(sideload.column))
            return [] if found is None else [found]
        case Join.CHILDREN:
            return target.where(sideload.column, row["id"])
        case Join.CHILD:
            return target.where(sideload.column, row["id"])[:1]
        case Join.THROUGH:
            own = "tag_id" if sideload.column == "signup_id" else "signup_id"
            taggings = nation["signup_taggings"].where(own, row["id"])
            return [target.rows[each[sideload.column]] for each in taggings]
