"""Request bodies of writes, with sideposted records.

A create needs `data.type`, an update also `data.id`. A sideposted record is an entry in
`relationships.<name>.data` with a `method`; its attributes lie in `included`, matched by `temp-id` or `id`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Method = Literal["create", "update", "disassociate", "destroy"]


@dataclass(frozen=True)
class Sidepost:
    """One related record of a write: `create` makes it, `update` ties (and, with attributes, changes) it,
    `disassociate` breaks the tie, `destroy` deletes it. All but `create` name an existing `id`."""

    type: str
    method: Method
    id: str | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.id is None) != (self.method == "create"):
            raise ValueError("A created record has no id yet; any other method needs one.")


Related = Mapping[str, Sidepost | Sequence[Sidepost]]
"""Sideposts by relationship name: one for a to-one relationship, several for a to-many."""


def write_body(
    kind: str,
    attributes: Mapping[str, object],
    *,
    record_id: str | None = None,
    related: Related | None = None,
) -> dict[str, object]:
    """The body of a create (without `record_id`) or an update. `kind` is the resource type."""
    data: dict[str, object] = {"type": kind, "attributes": dict(attributes)}
    if record_id is not None:
        data["id"] = record_id
    included: list[dict[str, object]] = []
    relationships: dict[str, object] = {}
    for name, posts in (related or {}).items():
        if isinstance(posts, Sidepost):
            relationships[name] = {"data": _entry(posts, included)}
        else:
            relationships[name] = {"data": [_entry(post, included) for post in posts]}
    body: dict[str, object] = {"data": data}
    if relationships:
        data["relationships"] = relationships
    if included:
        body["included"] = included
    return body


def _entry(post: Sidepost, included: list[dict[str, object]]) -> dict[str, str]:
    """The relationship's entry; its payload, if it has one, is added to `included`."""
    if post.id is None:
        name = {"type": post.type, "temp-id": f"new-{len(included) + 1}"}
    else:
        name = {"type": post.type, "id": post.id}
    if post.method == "create" or post.attributes:
        included.append({**name, "attributes": dict(post.attributes)})
    return {**name, "method": post.method}
