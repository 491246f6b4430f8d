"""Request bodies: JSON:API documents with sideposts, parsed into payloads and checked (API facts, §8).

Every problem of a document is collected before anything is written. Paths read as Graphiti writes them:
`data.attributes.name`, and `included..attributes.name` for a sideposted record, whose place it leaves empty.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.nationbuilder.errors import (
    Problem,
    bad_body,
    bad_request,
    humanise,
    invalid,
    invalid_custom_field,
    problem,
    rejected,
)
from local.nationbuilder.schema import Attribute, Resource, Sideload, schema
from local.nationbuilder.store import Nation
from local.nationbuilder.values import NotOfType, from_json

METHODS: Final = ("create", "update", "disassociate", "destroy")


@dataclass
class Payload:
    """One record of a document: attributes already cast, and sideposts by relationship."""

    type: str
    record_id: str | None = None
    temp_id: str | None = None
    method: str = "update"
    attributes: dict[str, Any] = field(default_factory=dict)
    sideposts: list[tuple[Sideload, "Payload"]] = field(default_factory=list)


def read_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises `Flat` 400."""
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("The request body is not valid JSON") from None
    if not isinstance(found, dict):
        raise bad_request("The request body must be an object")
    return found


def read_payload(nation: Nation, kind: str, record_id: str | None, document: Mapping[str, Any]) -> Payload:
    """A create (no `record_id`) or update body. Raises `Flat` 400, `Listed` 400 or 422."""
    data = document.get("data")
    if not isinstance(data, Mapping):
        raise bad_body(rejected("data", "is missing", "missing"))
    if not data.get("type"):
        raise bad_body(rejected("data.type", "is missing", "missing"))
    if data["type"] != kind:
        raise bad_body(rejected("data.type", f"should be {kind}", "invalid"))
    if record_id is not None and str(data.get("id", "")) != record_id:
        raise bad_body(rejected("data.id", "does not match the id of the path", "invalid"))
    included = document.get("included") or []
    if not isinstance(included, list) or not all(isinstance(each, Mapping) for each in included):
        raise bad_body(rejected("included", "should be type array", "type_error"))
    reader = _Reader(nation, included)
    payload = reader.record(data, kind, "data")
    payload.record_id = record_id
    payload.method = "create" if record_id is None else "update"
    if reader.problems:
        raise bad_body(*reader.problems)
    if reader.invalid:
        raise invalid(*reader.invalid)
    return payload


class _Reader:
    def __init__(self, nation: Nation, included: list[Mapping[str, Any]]) -> None:
        self.nation = nation
        self.problems: list[Problem] = []
        self.invalid: list[Problem] = []
        self._included = {
            (str(each.get("type")), label, str(each[label])): each
            for each in included
            for label in ("id", "temp-id")
            if each.get(label) is not None
        }
        self._open: set[int] = set()

    def record(self, raw: Mapping[str, Any], kind: str, path: str) -> Payload:
        payload = Payload(kind)
        resource = schema().resources[kind]
        attributes = raw.get("attributes") or {}
        if not isinstance(attributes, Mapping):
            self.problems.append(rejected(f"{path}.attributes", "should be type hash", "type_error"))
            attributes = {}
        for name, value in attributes.items():
            self._attribute(payload, resource, str(name), value, f"{path}.attributes.{name}")
        relationships = raw.get("relationships") or {}
        if isinstance(relationships, Mapping):
            for name, value in relationships.items():
                self._relationship(payload, resource, str(name), value, path)
        return payload

    def _attribute(self, payload: Payload, resource: Resource, name: str, value: Any, path: str) -> None:
        attribute = resource.attributes.get(name)
        if attribute is None:
            known = name in resource.extra_fields or name == "id"
            text = "cannot be written" if known else "is an unknown attribute"
            code = "unwritable_attribute" if known else "unknown_attribute"
            self.problems.append(rejected(path, text, code))
            return
        if not attribute.writable:
            self.problems.append(rejected(path, "cannot be written", "unwritable_attribute"))
            return
        try:
            payload.attributes[name] = from_json(attribute.kind, value, self.nation.zone)
        except NotOfType:
            self.problems.append(rejected(path, f"should be type {attribute.kind.value}", "type_error"))
            return
        if name == "custom_values" and value is not None:
            self._custom_values(resource, value)
        self._choice(attribute, payload)

    def _choice(self, attribute: Attribute, payload: Payload) -> None:
        value = payload.attributes[attribute.name]
        # Which page types may be written depends on where the page comes from; the rules of pages decide.
        if attribute.name == "page_type_name" or not attribute.choices:
            return
        if value is None and attribute.nullable:
            return
        if value not in attribute.choices:
            allowed = json.dumps(list(attribute.choices))
            text = f"value must be one of {allowed}{' or null' if attribute.nullable else ''}"
            found = problem(attribute.name, text, "inclusion")
            self.invalid.append(
                Problem(found.attribute, text, found.code, found.pointer, f"{attribute.name} {text}")
            )

    def _custom_values(self, resource: Resource, values: Mapping[str, Any]) -> None:
        owner = {"signups": "Signup", "donations": "Donation"}[resource.type]
        slugs = {
            row["slug"] for row in self.nation["custom_fields"].rows.values() if row["resource_type"] == owner
        }
        for slug in values:
            if slug not in slugs:
                raise invalid_custom_field(slug)

    def _relationship(self, payload: Payload, resource: Resource, name: str, value: Any, path: str) -> None:
        sideload = resource.sideloads.get(name)
        if sideload is None:
            self.problems.append(
                rejected(
                    f"{path}.relationships.{name}", "is not a valid relationship", "invalid_relationship"
                )
            )
            return
        linkage = value.get("data") if isinstance(value, Mapping) else None
        entries = linkage if isinstance(linkage, list) else [] if linkage is None else [linkage]
        for entry in entries:
            if isinstance(entry, Mapping):
                self._sidepost(payload, sideload, entry, f"{path}.relationships.{name}")

    def _sidepost(self, payload: Payload, sideload: Sideload, entry: Mapping[str, Any], path: str) -> None:
        method = str(entry.get("method", "update"))
        label = "temp-id" if entry.get("temp-id") is not None else "id"
        key = entry.get(label)
        if method not in METHODS or key is None or (method == "create") != (label == "temp-id"):
            self.problems.append(rejected(path, "has no valid method and id", "invalid_relationship"))
            return
        if entry.get("type") != sideload.target:
            self.problems.append(rejected(f"{path}.type", f"should be {sideload.target}", "invalid"))
            return
        if label == "id" and not str(key).isdigit():
            self.problems.append(
                rejected("included..attributes.id", "should be type integer_id", "type_error")
            )
            return
        raw = self._included.get((sideload.target, label, str(key)))
        if raw is None and method == "create":
            self.problems.append(rejected(path, "has no matching entry in included", "missing"))
            return
        posted = Payload(sideload.target)
        if raw is not None and id(raw) not in self._open:
            self._open.add(id(raw))
            posted = self.record(raw, sideload.target, "included.")
            self._open.discard(id(raw))
        posted.method = method
        posted.temp_id = str(key) if label == "temp-id" else None
        posted.record_id = str(key) if label == "id" else None
        payload.sideposts.append((sideload, posted))


def must_exist(attribute: str) -> Problem:
    """A foreign key that leads nowhere, in Rails' words."""
    name = attribute.removesuffix("_id")
    return Problem(
        name, "must exist", "required", f"/data/attributes/{attribute}", f"{humanise(attribute)} must exist"
    )


def blank(attribute: str) -> Problem:
    """A required attribute that is missing."""
    return problem(attribute, "can't be blank", "blank")


def taken(attribute: str) -> Problem:
    """A value that must be unique and is not."""
    return problem(attribute, "has already been taken", "taken")
