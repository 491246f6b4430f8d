"""What NationBuilder refuses a person is refused them in Nat too, where calls act as somebody else.

Between the client and its transport: a request that touches a closed area ends as it would end with the
person's own token, and what other records carry of such an area is left out of answers.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nat.errors import AreaWithheld
from nat.nationbuilder.areas import AREAS, titles
from nat.nationbuilder.query import Parameters
from nat.nationbuilder.transport import Transport
from nat.wording import Worded


class WithholdingTransport:
    """A transport that keeps areas closed."""

    def __init__(self, transport: Transport, areas: frozenset[str]) -> None:
        self._transport = transport
        self._areas = areas
        closed = [AREAS[each] for each in areas if each in AREAS]
        self._resources = frozenset().union(*(each.resources for each in closed))
        self._words = tuple(word for each in closed for word in each.words)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Parameters | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Any:
        """As `Transport.send`. Raises `AreaWithheld`."""
        return self.exchange(method, path, query=query, body=body)[1]

    def exchange(
        self,
        method: str,
        path: str,
        *,
        query: Parameters | None = None,
        body: Mapping[str, object] | None = None,
    ) -> tuple[int, object]:
        """As `Transport.exchange`. Raises `AreaWithheld`."""
        touched = {*path.split("/"), *_types(body)}
        if not self._resources.isdisjoint(touched) or self._asks(query or []) or self._writes(body):
            raise self._refusal()
        status, answer = self._transport.exchange(method, path, query=self._narrowed(query), body=body)
        return status, self._without(answer)

    def _refusal(self) -> AreaWithheld:
        return AreaWithheld(Worded("refused.area", areas=", ".join(titles(self._areas))))

    def _asks(self, query: Parameters) -> bool:
        """Whether records are chosen or ordered by something that is closed."""
        return any(
            self._is_closed(name if name.startswith("filter[") else value)
            for name, value in query
            if name.startswith("filter[") or name == "sort"
        )

    def _writes(self, body: Mapping[str, object] | None) -> bool:
        data = (body or {}).get("data")
        attributes = data.get("attributes") if isinstance(data, Mapping) else None
        return isinstance(attributes, Mapping) and any(self._is_closed(name) for name in attributes)

    def _narrowed(self, query: Parameters | None) -> Parameters | None:
        """Without sideloading what would be left out of the answer anyway."""
        if query is None:
            return None
        kept: Parameters = []
        for name, value in query:
            if name == "include":
                wanted = [each for each in value.split(",") if not self._sideloads_closed(each)]
                if wanted:
                    kept.append((name, ",".join(wanted)))
            else:
                kept.append((name, value))
        return kept

    def _sideloads_closed(self, include: str) -> bool:
        return any(
            part in self._resources or f"{part}s" in self._resources or self._is_closed(part)
            for part in include.split(".")
        )

    def _is_closed(self, name: str) -> bool:
        return any(word in name for word in self._words)

    def _without(self, answer: object) -> object:
        """An answer without what is closed. Raises `AreaWithheld` for one that is about it."""
        if not isinstance(answer, Mapping):
            return answer
        found = dict(answer)
        data = found.get("data")
        if any(each.get("type") in self._resources for each in _records(data)):
            raise self._refusal()
        if isinstance(data, list):
            found["data"] = [self._cut(each) for each in data]
        elif isinstance(data, Mapping):
            found["data"] = self._cut(data)
        if isinstance(found.get("included"), list):
            found["included"] = [
                self._cut(each)
                for each in _records(found["included"])
                if each.get("type") not in self._resources
            ]
        return found

    def _cut(self, record: object) -> object:
        if not isinstance(record, Mapping):
            return record
        cut = dict(record)
        attributes, relations = record.get("attributes"), record.get("relationships")
        if isinstance(attributes, Mapping):
            cut["attributes"] = {
                name: value for name, value in attributes.items() if not self._is_closed(name)
            }
        if isinstance(relations, Mapping):
            cut["relationships"] = {
                name: value
                for name, value in relations.items()
                if not self._sideloads_closed(name) and self._resources.isdisjoint(_types(value))
            }
        return cut


def _records(data: object) -> Iterator[Mapping[str, object]]:
    found: Iterable[object] = data if isinstance(data, list) else [data]
    return (each for each in found if isinstance(each, Mapping))


def _types(value: object) -> Iterator[str]:
    """Every type that a document names, however deep."""
    if isinstance(value, Mapping):
        if isinstance(value.get("type"), str):
            yield value["type"]
        for each in value.values():
            yield from _types(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _types(each)
