"""Creating, updating and deleting records, with sideposts, references and cascades (API facts, §8)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from local.nationbuilder.bodies import Payload, blank, must_exist
from local.nationbuilder.errors import invalid, not_found
from local.nationbuilder.rules import NO_RULES, RULES, Change
from local.nationbuilder.schema import Join, Row, Sideload, schema
from local.nationbuilder.store import Nation

ADDRESS_KEYS: Final = (
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "zip",
    "county",
    "country_code",
    "lat",
    "lng",
    "fips",
    "submitted_address",
    "distance",
    "import_id",
    "work_phone",
    "phone_number",
    "phone_country_code",
    "work_phone_number",
)
"""Keys of an address object."""

_SUFFIX: Final = "_address_attributes"


class Writer:
    """Writes of one request. `made` lists records that came from sideposts, with their temp-ids."""

    def __init__(self, nation: Nation, now: datetime, author_id: str | None) -> None:
        self._nation = nation
        self._now = nation.local(now)
        self._author_id = author_id
        self.temp_ids: dict[tuple[str, str], str] = {}
        self.touched: list[tuple[str, str]] = []

    def create(self, kind: str, values: Mapping[str, Any], *, by: str | None = None) -> Row:
        """Make a record. Raises `Listed` 422."""
        return self._store(kind, None, dict(values), by)

    def update(self, kind: str, record_id: str, values: Mapping[str, Any]) -> Row:
        """Change a record. Raises `Listed` 422, `Flat` 404."""
        return self._store(kind, self._find(kind, record_id), dict(values), None)

    def save(self, payload: Payload, *, by: str | None = None) -> Row:
        """A payload with its sideposts: parents first, then the record, then what hangs on it."""
        nation = self._nation
        before = None if payload.record_id is None else self._find(payload.type, payload.record_id)
        values = dict(payload.attributes)
        doomed: list[tuple[str, str]] = []
        for sideload, posted in payload.sideposts:
            if sideload.join is Join.PARENT:
                values[sideload.column] = self._parent(sideload, posted, before, doomed, payload.type)
        row = self._store(payload.type, before, values, by)
        for sideload, posted in payload.sideposts:
            if sideload.join is Join.THROUGH:
                self._through(sideload, posted, row)
            elif sideload.join is not Join.PARENT:
                self._child(sideload, posted, row, payload.type)
        for kind, record_id in doomed:
            self.delete(kind, record_id)
        return nation[payload.type].rows[row["id"]]

    def delete(self, kind: str, record_id: str) -> None:
        """Delete a record, what its rules name, and every reference to it. Raises `Flat` 404."""
        nation = self._nation
        self._find(kind, record_id)
        rules = RULES.get(kind, NO_RULES)
        for child, column in rules.deletes:
            for each in nation[child].where(column, record_id):
                if nation[child].get(each["id"]) is not None:
                    self.delete(child, each["id"])
        for child, column in schema().references[kind]:
            for each in nation[child].where(column, record_id):
                nation[child].update(each["id"], {column: None})
        rules.removed(nation, nation[kind].delete(record_id))

    def _find(self, kind: str, record_id: str) -> Row:
        row = self._nation[kind].get(record_id)
        if row is None:
            raise not_found()
        return row

    def _parent(
        self, sideload: Sideload, posted: Payload, before: Row | None, doomed: list[tuple[str, str]], by: str
    ) -> str | None:
        if posted.method == "disassociate":
            return None
        if posted.method == "destroy":
            target = posted.record_id or (before or {}).get(sideload.column)
            if target is not None:
                self._find(sideload.target, target)
                doomed.append((sideload.target, target))
            return None
        return str(self._posted(posted, by)["id"])

    def _posted(self, posted: Payload, by: str) -> Row:
        """A sideposted record, made, changed or only looked up."""
        if posted.method == "update" and not posted.attributes and not posted.sideposts:
            row = self._find(posted.type, posted.record_id or "")
        else:
            row = self.save(posted, by=by)
        if posted.temp_id is not None:
            self.temp_ids[posted.type, row["id"]] = posted.temp_id
        if posted.method == "create" or posted.attributes:
            self.touched.append((posted.type, row["id"]))
        return row

    def _child(self, sideload: Sideload, posted: Payload, row: Row, by: str) -> None:
        match posted.method:
            case "disassociate":
                self._find(sideload.target, posted.record_id or "")
                self.update(sideload.target, posted.record_id or "", {sideload.column: None})
            case "destroy":
                self.delete(sideload.target, posted.record_id or "")
            case _:
                posted.attributes[sideload.column] = row["id"]
                self._posted(posted, by)

    def _through(self, sideload: Sideload, posted: Payload, row: Row) -> None:
        """Tags of a person, people of a tag: the link is a tagging."""
        own = "tag_id" if sideload.column == "signup_id" else "signup_id"
        taggings = self._nation["signup_taggings"]
        if posted.method == "destroy":
            self.delete(posted.type, posted.record_id or "")
            return
        if posted.method == "disassociate":
            for each in taggings.where(own, row["id"]):
                if each[sideload.column] == posted.record_id:
                    self.delete("signup_taggings", each["id"])
            return
        other = self._posted(posted, row["id"])
        if not any(each[sideload.column] == other["id"] for each in taggings.where(own, row["id"])):
            self.create("signup_taggings", {own: row["id"], sideload.column: other["id"]})

    def _store(self, kind: str, before: Row | None, values: dict[str, Any], by: str | None) -> Row:
        nation, resource = self._nation, schema().resources[kind]
        rules = RULES.get(kind, NO_RULES)
        switches = {
            name: values.pop(name)
            for name, attribute in resource.attributes.items()
            if name in values and not attribute.readable
        }
        change = Change(nation, self, resource, self._now, self._author_id, before, values, switches, by)
        self._addresses(change)
        if values.get("custom_values") is not None and before is not None:
            values["custom_values"] = {**(before["custom_values"] or {}), **values["custom_values"]}
        self._check(change)
        rules.prepare(change)
        change.require(*(name for name in rules.required if not _noted(change, name)))
        if change.problems:
            raise invalid(*change.problems)
        if "updated_at" in resource.attributes:
            values["updated_at"] = self._now
        if before is None:
            if "created_at" in resource.attributes:
                values["created_at"] = self._now
            row = nation[kind].insert(values)
        else:
            row = nation[kind].update(before["id"], values)
        rules.saved(change, row)
        return nation[kind].rows[row["id"]]

    def _check(self, change: Change) -> None:
        """References must lead somewhere; what may not be null must not be set to null."""
        for column, target in change.resource.foreign_keys.items():
            value = change.values.get(column)
            if value is not None and self._nation[target].get(value) is None:
                change.problems.append(must_exist(column))
        for name, value in change.values.items():
            attribute = change.resource.attributes.get(name)
            if value is None and attribute is not None and not attribute.nullable:
                change.problems.append(blank(name))

    def _addresses(self, change: Change) -> None:
        """`<name>_address_attributes` become the extra field `<name>_address`; only sent keys change."""
        for name, sent in change.switches.items():
            if (
                not name.endswith(_SUFFIX)
                or name.removesuffix("_attributes") not in change.resource.extra_fields
            ):
                continue
            stored = name.removesuffix("_attributes")
            if sent is None:
                continue
            if sent.get("delete"):
                change.values[stored] = None
                continue
            old = (change.before or {}).get(stored) or dict.fromkeys(ADDRESS_KEYS)
            change.values[stored] = {**old, **{key: sent[key] for key in ADDRESS_KEYS if key in sent}}


def _noted(change: Change, name: str) -> bool:
    return any(each.attribute == name for each in change.problems)
