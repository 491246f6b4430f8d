"""The query string of a request, parsed and checked against a resource (API facts, §7)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode

from local.nationbuilder.errors import bad_request, unknown_attribute
from local.nationbuilder.schema import Operation, Resource, schema

DEFAULT_SIZE: Final = 20
MAX_SIZE: Final = 100

_KEY: Final = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART: Final = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True)
class Filter:
    """One condition as written: attribute, operator, text."""

    name: str
    operator: str
    text: str


@dataclass(frozen=True)
class Page:
    """Which slice: `number` counts from 1."""

    number: int = 1
    size: int = DEFAULT_SIZE


@dataclass
class Include:
    """A tree of sideloads: name to what is included below it."""

    below: dict[str, "Include"] = field(default_factory=dict)


@dataclass
class Query:
    """What a request asks for. `fields` and `extra_fields` are by type, `pages` by sideload."""

    filters: list[Filter] = field(default_factory=list)
    nested_filters: dict[str, list[Filter]] = field(default_factory=dict)
    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    extra_fields: dict[str, frozenset[str]] = field(default_factory=dict)
    include: Include = field(default_factory=Include)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    page: Page = field(default_factory=Page)
    pages: dict[str, Page] = field(default_factory=dict)
    count: bool = False
    others: dict[str, str] = field(default_factory=dict)


def pairs(query_string: str) -> list[tuple[str, str]]:
    """Decoded names and values in order."""
    return parse_qsl(query_string, keep_blank_values=True)


def parse(given: Sequence[tuple[str, str]], resource: Resource, operation: Operation) -> Query:
    """Parse and check. Raises `Flat` 400 with the documented texts."""
    query = Query()
    for key, value in given:
        found = _KEY.match(key)
        if found is None:
            continue
        parts = _PART.findall(found[2])
        match found[1], parts:
            case "filter", [_, *_]:
                _filter(query, resource, parts, value)
            case "fields", [kind]:
                query.fields[kind] = frozenset(_names(value))
            case "extra_fields", [kind]:
                query.extra_fields[kind] = frozenset(_names(value))
            case "include", []:
                for path in _names(value):
                    _include(query.include, resource, path.split("."), _allowed(resource, operation))
            case "sort", []:
                query.sort += [_sort(resource, each) for each in _names(value)]
            case "page", [name]:
                query.page = _page(query.page, name, value)
            case "page", [sideload, name]:
                query.pages[sideload] = _page(query.pages.get(sideload, Page()), name, value)
            case "stats", [name]:
                if name != "total" or value != "count":
                    raise bad_request(
                        f"Tried to calculate stat {value} on attribute :{name}, but it is not supported."
                    )
                query.count = True
            case name, []:
                query.others[name] = value
            case _:
                pass
    if query.pages and operation.action not in ("show", "me"):
        raise bad_request("Pagination of a sideload is supported on show endpoints only.")
    return query


def link(path: str, given: Sequence[tuple[str, str]], page: Page) -> str:
    """A root-relative link to a page of the same query. Tokens in the query are left out."""
    kept = [(name, value) for name, value in given if not name.startswith("page[") and name != "access_token"]
    kept += [("page[number]", str(page.number)), ("page[size]", str(page.size))]
    return f"{path}?{urlencode(kept, safe='[],:{}')}"


def _names(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


def _filter(query: Query, resource: Resource, parts: list[str], value: str) -> None:
    name, rest = parts[0], parts[1:]
    if _filterable(resource, name) or name in CUSTOM_FILTERS.get(resource.type, ()):
        query.filters.append(Filter(name, ".".join(rest) or "eq", value))
        return
    target = schema().resources.get(name)
    if target is not None and rest:
        query.nested_filters.setdefault(name, []).append(Filter(rest[0], ".".join(rest[1:]) or "eq", value))
        if not _filterable(target, rest[0]):
            raise unknown_attribute("filter", rest[0])
        return
    raise unknown_attribute("filter", name)


def _filterable(resource: Resource, name: str) -> bool:
    """What may only be written, such as an address, cannot be looked for."""
    attribute = resource.attributes.get(name)
    return name == "id" or (attribute is not None and attribute.readable)


CUSTOM_FILTERS: Final[dict[str, frozenset[str]]] = {
    "signups": frozenset({"tag_id", "page_id", "with_email_address", "with_bouncing_email", "nearby"}),
    "signup_tags": frozenset({"signup_id"}),
}
"""Filters that are no attributes."""


def _allowed(resource: Resource, operation: Operation) -> frozenset[str]:
    if operation.action in ("index", "create", "signups"):
        return frozenset(name for name, each in resource.sideloads.items() if each.on_index)
    return frozenset(resource.sideloads)


def _include(tree: Include, resource: Resource, path: list[str], allowed: frozenset[str]) -> None:
    name = path[0]
    if name not in allowed:
        raise bad_request(f'The requested included relationship "{name}" is not supported')
    below = tree.below.setdefault(name, Include())
    if len(path) > 1:
        target = schema().resources[resource.sideloads[name].target]
        _include(below, target, path[1:], frozenset(target.sideloads))


def _sort(resource: Resource, text: str) -> tuple[str, bool]:
    name, descending = text.removeprefix("-"), text.startswith("-")
    attribute = resource.attributes.get(name)
    if name != "id" and (attribute is None or not attribute.readable):
        raise unknown_attribute("sort", name)
    return name, descending


def _page(page: Page, name: str, value: str) -> Page:
    if name not in ("number", "size"):
        return page
    try:
        number = int(value)
    except ValueError:
        number = 0
    if number < 1:
        raise bad_request(f"Invalid page {name}: {value}")
    if name == "number":
        return Page(number, page.size)
    if number > MAX_SIZE:
        raise bad_request(f"Requested page size {number} is greater than max supported size {MAX_SIZE}")
    return Page(page.number, number)
