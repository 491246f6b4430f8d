"""What breaks clients between two OpenAPI documents, in words.

Requests may only come to accept more, and answers may only come to say more: a client ignores names and
enumerated values that it does not know. So these break: a route, a media type, a success status, a name of an
answer, a header of an answer, a parameter or a name of a request that is gone; a parameter, a body or a name
of a request that has become necessary; a name of an answer that may now be missing; another type, pattern or
format; a bound of a request that has become narrower; an enumeration that has lost a value (a client waits
for it, or sends it); an answer that may now be null; a request that refuses what it used to ignore; another
scope.

Errors: a status that is gone breaks nobody, a code that is gone from a status that stays does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Document = Mapping[str, Any]
Schema = Mapping[str, Any]
Side = Literal["request", "answer"]

METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_LEAST: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_MOST: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAME: Final = ("pattern", "format", "const")


def breaks(before: Document, after: Document) -> list[str]:
    """Everything in `after` that breaks a client of `before`; empty for documents that go together."""
    return list(dict.fromkeys(_documents(before, after)))


def _documents(before: Document, after: Document) -> Iterator[str]:
    for path, item in before["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            name = f"{method.upper()} {path}"
            operation = after["paths"].get(path, {}).get(method)
            if operation is None:
                yield f"{name} is gone"
            else:
                yield from _Comparison(before, after, name).operation(item[method], operation)


@dataclass(frozen=True)
class _Comparison:
    """Two versions of one operation, each in its document."""

    before: Document
    after: Document
    name: str

    def operation(self, old: Schema, new: Schema) -> Iterator[str]:
        if old.get("operationId") != new.get("operationId"):
            yield f"{self.name}: the operation is called {new.get('operationId')} now"
        for wanted in new.get("security", self.after.get("security", [])):
            if wanted not in old.get("security", self.before.get("security", [])):
                yield f"{self.name} needs another session: {dict(wanted)}"
        yield from self._parameters(old, new)
        yield from self._body(old.get("requestBody"), new.get("requestBody"))
        yield from self._answers(old["responses"], new["responses"])

    def _parameters(self, old: Schema, new: Schema) -> Iterator[str]:
        known, now = (
            {(each["in"], each["name"].lower()): each for each in map(resolve, side.get("parameters", []))}
            for side, resolve in ((old, self._old), (new, self._new))
        )
        for key, parameter in known.items():
            place = f"{self.name}: the {key[0]} parameter {parameter['name']}"
            if key not in now:
                yield f"{place} is gone"
                continue
            if now[key].get("required") and not parameter.get("required"):
                yield f"{place} has become necessary"
            yield from self._schemas(parameter["schema"], now[key]["schema"], place, "request")
        for key in now.keys() - known.keys():
            if now[key].get("required"):
                yield f"{self.name}: the {key[0]} parameter {now[key]['name']} is new and necessary"

    def _body(self, old: Schema | None, new: Schema | None) -> Iterator[str]:
        if old is None:
            if new is not None and new.get("required"):
                yield f"{self.name}: a body is necessary now"
            return
        if new is None:
            yield f"{self.name}: the body is gone"
            return
        if new.get("required") and not old.get("required"):
            yield f"{self.name}: the body has become necessary"
        yield from self._contents(old, new, f"{self.name}: the body", "request")

    def _answers(self, old: Schema, new: Schema) -> Iterator[str]:
        for status, answer in old.items():
            place = f"{self.name}: the answer {status}"
            if status in new:
                was, now = self._old(answer), self._new(new[status])
                for header in was.get("headers", {}):
                    if header not in now.get("headers", {}):
                        yield f"{place} has no header {header} any more"
                yield from self._contents(was, now, place, "answer")
            elif status.startswith("2"):
                yield f"{place} is gone"

    def _contents(self, old: Schema, new: Schema, place: str, side: Side) -> Iterator[str]:
        for media_type, content in old.get("content", {}).items():
            found = new.get("content", {}).get(media_type)
            if found is None:
                yield f"{place} is not {media_type} any more"
            else:
                yield from self._schemas(content.get("schema", {}), found.get("schema", {}), place, side)

    def _schemas(self, old: Schema, new: Schema, place: str, side: Side, depth: int = 0) -> Iterator[str]:
        if depth > 20:  # a schema that contains itself has been compared by now
            return
        was, now = self._old(old), self._new(new)
        yield from self._types(was, now, place, side)
        was, now = _present(was, self._old), _present(now, self._new)
        yield from self._values(was, now, place, side)
        yield from self._bounds(was, now, place, side)
        yield from self._objects(was, now, place, side, depth)
        if "items" in was:
            yield from self._schemas(was["items"], now.get("items", {}), f"{place}[]", side, depth + 1)
        for key in ("allOf", "anyOf", "oneOf"):
            yield from self._alternatives(was.get(key), now.get(key), place, side, depth)

    def _types(self, was: Schema, now: Schema, place: str, side: Side) -> Iterator[str]:
        old, new = (_types_of(each, resolve) for each, resolve in ((was, self._old), (now, self._new)))
        wider, narrower = new - old, old - new
        if "number" in (old if side == "answer" else new):
            wider, narrower = wider - {"integer"}, narrower - {"integer"}
        if old and not new:
            if side == "answer":
                yield f"{place} may be anything now, instead of {_either(old)}"
        elif new and not old:
            if side == "request":
                yield f"{place} has to be {_either(new)} now, instead of anything"
        elif narrower if side == "request" else wider:
            yield f"{place} is {_either(new)} now, instead of {_either(old)}"

    def _values(self, was: Schema, now: Schema, place: str, side: Side) -> Iterator[str]:
        values, still = was.get("enum"), now.get("enum")
        if values is not None and still is not None:
            if lost := [each for each in values if each not in still]:
                yield f"{place} has lost the {_quoted(lost)}"
        elif still is not None and side == "request":
            yield f"{place} takes only the {_quoted(still)} now"
        elif values is not None and side == "answer" and "const" not in now:
            yield f"{place} is any value now, instead of one of the {_quoted(values)}"

    def _bounds(self, was: Schema, now: Schema, place: str, side: Side) -> Iterator[str]:
        for key in _SAME:
            old, new = was.get(key), now.get(key)
            if old != new and (new is not None if side == "request" else old is not None):
                yield f"{place}: {key} is {new!r} now, instead of {old!r}"
        if side == "answer":
            return
        for key in (*_LEAST, *_MOST):
            old, new = was.get(key), now.get(key)
            if new is None or new == old:
                continue
            if old is None or (new > old if key in _LEAST else new < old):
                yield f"{place}: {key} is {new} now, instead of {'none' if old is None else old}"

    def _objects(self, was: Schema, now: Schema, place: str, side: Side, depth: int) -> Iterator[str]:
        names: Schema = now.get("properties", {})
        for name, schema in was.get("properties", {}).items():
            inner = f"{place}.{name}"
            if name not in names:
                yield f"{inner} is gone"
            else:
                yield from self._schemas(schema, names[name], inner, side, depth + 1)
        old, new = set(was.get("required", ())), set(now.get("required", ()))
        if side == "request":
            yield from (f"{place}.{name} is necessary now" for name in sorted(new - old))
            if now.get("additionalProperties") is False and was.get("additionalProperties") is not False:
                yield f"{place} refuses names that it used to ignore"
        else:
            yield from (f"{place}.{name} may be missing now" for name in sorted((old - new) & {*names}))
        for key in ("additionalProperties", "propertyNames"):
            if isinstance(was.get(key), Mapping) and isinstance(now.get(key), Mapping):
                inner = f"{place}.*" if key == "additionalProperties" else f"{place}: a name"
                yield from self._schemas(was[key], now[key], inner, side, depth + 1)

    def _alternatives(self, was: Any, now: Any, place: str, side: Side, depth: int) -> Iterator[str]:
        """Parts and alternatives go together by their places."""
        if was is None and now is None:
            return
        if was is None or now is None or len(was) != len(now):
            yield f"{place} is put together in another way, which cannot be compared"
            return
        for old, new in zip(was, now, strict=True):
            yield from self._schemas(old, new, place, side, depth + 1)

    def _old(self, schema: Schema) -> Schema:
        return _resolved(schema, self.before)

    def _new(self, schema: Schema) -> Schema:
        return _resolved(schema, self.after)


def _resolved(schema: Schema, document: Document) -> Schema:
    """The schema behind a reference."""
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def _present(schema: Schema, resolve: Callable[[Schema], Schema]) -> Schema:
    """What a value is where it is not null: the only alternative besides null, or the schema itself."""
    for key in ("anyOf", "oneOf"):
        told = [each for each in schema.get(key, ()) if each.get("type") != "null"]
        if len(told) == 1:
            return {**{name: value for name, value in schema.items() if name != key}, **resolve(told[0])}
    return schema


def _types_of(schema: Schema, resolve: Callable[[Schema], Schema]) -> frozenset[str]:
    """The JSON types that a schema lets through; none said is empty."""
    kind = schema.get("type")
    if kind is not None:
        return frozenset([kind] if isinstance(kind, str) else kind)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            found = [_types_of(resolve(each), resolve) for each in schema[key]]
            return frozenset().union(*found) if all(found) else frozenset()
    for each in schema.get("allOf", ()):
        if found_type := _types_of(resolve(each), resolve):
            return found_type
    return frozenset()


def _either(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))


def _quoted(values: Any) -> str:
    return f"value {values[0]!r}" if len(values) == 1 else f"values {', '.join(map(repr, values))}"
