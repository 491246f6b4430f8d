"""Records as JSON:API documents: attributes, relationship links, included records (API facts, §6)."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from local.nationbuilder.filters import narrow
from local.nationbuilder.joins import related
from local.nationbuilder.query import Include, Query
from local.nationbuilder.schema import PREFIX, Join, Kind, Resource, Row, Sideload, schema
from local.nationbuilder.store import Nation

Document = dict[str, Any]


class Renderer:
    """Renders the records of one answer, each included record once."""

    def __init__(
        self, nation: Nation, query: Query, temp_ids: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        self._nation = nation
        self._query = query
        self._temp_ids = temp_ids or {}
        self._seen: set[tuple[str, str]] = set()
        self.included: list[Document] = []

    def document(self, kind: str, row: Row) -> Document:
        """One record, with what it includes, and an empty `meta`."""
        self._seen.add((kind, row["id"]))
        data = self._record(kind, row, self._query.include)
        return {"data": data, **self._included(), "meta": {}}

    def documents(self, kind: str, rows: Sequence[Row]) -> Document:
        """Several records with what they include. Links and meta are the caller's."""
        self._seen.update((kind, row["id"]) for row in rows)
        data = [self._record(kind, row, self._query.include) for row in rows]
        return {"data": data, **self._included()}

    def add(self, kind: str, row: Row) -> None:
        """Put a record among the included ones, as sideposting does."""
        if (kind, row["id"]) not in self._seen:
            self._seen.add((kind, row["id"]))
            self.included.append(self._record(kind, row, Include()))

    def _included(self) -> Document:
        return {"included": self.included} if self.included or self._query.include.below else {}

    def _record(self, kind: str, row: Row, include: Include) -> Document:
        resource = schema().resources[kind]
        names, moments = _shown(kind, self._query.fields.get(kind), self._query.extra_fields.get(kind))
        attributes = {name: row.get(name) for name in names}
        for name in moments:
            moment = attributes[name]
            if moment is not None:
                attributes[name] = moment.isoformat()
        record: Document = {"id": row["id"], "type": kind, "attributes": attributes}
        temp_id = self._temp_ids.get((kind, row["id"]))
        if temp_id is not None:
            record["temp-id"] = temp_id
        relationships = {}
        for name, template in _links(kind):
            relationships[name] = _relationship(template, resource.sideloads[name], row)
        for name, below in include.below.items():
            relationships[name] = {
                **{key: value for key, value in relationships[name].items() if key == "links"},
                "data": self._sideload(row, resource.sideloads[name], below),
            }
        record["relationships"] = relationships
        return record

    def _sideload(self, row: Row, sideload: Sideload, below: Include) -> Any:
        rows = related(self._nation, row, sideload)
        filters = self._query.nested_filters.get(sideload.target)
        if filters:
            rows = narrow(self._nation, schema().resources[sideload.target], rows, filters)
        page = self._query.pages.get(sideload.name)
        if page is not None:
            rows = rows[(page.number - 1) * page.size : page.number * page.size]
        for each in rows:
            key = (sideload.target, each["id"])
            if key not in self._seen:
                self._seen.add(key)
                place = len(self.included)
                self.included.append({})
                self.included[place] = self._record(sideload.target, each, below)
        named = [{"type": sideload.target, "id": each["id"]} for each in rows]
        if sideload.many:
            return named
        return named[0] if named else None


@cache
def _shown(
    kind: str, fields: frozenset[str] | None, extra: frozenset[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the attributes to show, and those of them that are date-times. Unknown names are ignored."""
    resource = schema().resources[kind]
    names = [name for name in resource.readable if fields is None or name in fields]
    names += [name for name in resource.extra_fields if extra is not None and name in extra]
    moments = [name for name in names if _is_moment(resource, name)]
    return tuple(names), tuple(moments)


def _is_moment(resource: Resource, name: str) -> bool:
    attribute = resource.attributes.get(name)
    return attribute is not None and attribute.kind is Kind.DATETIME


@cache
def _links(kind: str) -> tuple[tuple[str, str | None], ...]:
    """For each relationship the beginning of its link, or None where the API has no page to link to."""
    known = schema()
    found: list[tuple[str, str | None]] = []
    for name, sideload in known.resources[kind].sideloads.items():
        target = known.resources[sideload.target]
        path = f"{PREFIX}/{sideload.target}"
        if sideload.join is Join.PARENT:
            found.append((name, f"{path}/" if known.route("GET", f"{path}/1") else None))
        elif sideload.join is not Join.THROUGH and sideload.column in target.attributes:
            found.append((name, f"{path}?filter[{sideload.column}]="))
        else:
            found.append((name, None))
    return tuple(found)


def _relationship(template: str | None, sideload: Sideload, row: Row) -> Document:
    if template is None:
        return {"meta": {"included": False}}
    record_id = row.get(sideload.column) if sideload.join is Join.PARENT else row["id"]
    return {"links": {"related": None if record_id is None else template + record_id}}
