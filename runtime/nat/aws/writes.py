"""Writes of one row, as values: table, key, change and condition, in this order.

    Put(Table.AUDIT, item, when=Attr("nation_slug").not_exists())
    Update(Table.USAGE, key, add={"queries": 1}, when=Attr("queries").lt(limit))
    Delete(Table.CONVERSATIONS, lock, when=Attr("turn").eq(turn_id))
    Check(Table.MEMBERSHIPS, key, when=Attr("role").is_in(enough))

`Store.write` does one of them, `Store.transact` several or none. Conditions are boto3's own; what DynamoDB
wants of an expression (placeholders for reserved words, typed values) is built here and nowhere else.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder

from nat.aws.items import Row, encode, encode_value
from nat.names import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from nat.settings import TableNames


class Put(msgspec.Struct, frozen=True):
    """Store a whole row, in place of the one that has its key."""

    table: Table
    item: Row
    when: ConditionBase | None = None


class Update(msgspec.Struct, frozen=True):
    """Change attributes of a row; makes the row if there is none and `when` does not forbid it.

    `set` gives values, `None` takes the attribute away; `default` gives values to what has none yet; `add`
    adds to a number or a set, `discard` takes out of a set; `append` adds to the end of a list, `remove`
    takes paths away, such as `waiting[0]`.
    """

    table: Table
    key: Row
    set: Row = msgspec.field(default_factory=dict)
    default: Row = msgspec.field(default_factory=dict)
    add: Row = msgspec.field(default_factory=dict)
    discard: Row = msgspec.field(default_factory=dict)
    append: Row = msgspec.field(default_factory=dict)
    remove: tuple[str, ...] = ()
    when: ConditionBase | None = None


class Delete(msgspec.Struct, frozen=True):
    """Delete a row; nothing happens if there is none and `when` does not ask for it."""

    table: Table
    key: Row
    when: ConditionBase | None = None


class Check(msgspec.Struct, frozen=True):
    """Nothing but a condition, in a transaction."""

    table: Table
    key: Row
    when: ConditionBase


Entry = Put | Update | Delete | Check


def unchanged(name: str, value: Any) -> ConditionBase:
    """The condition that an attribute still has the value that was read; `None` is to be absent."""
    return Attr(name).not_exists() if value is None else Attr(name).eq(value)


def request(write: Entry, tables: "TableNames") -> dict[str, Any]:
    """The write as the arguments of DynamoDB's single and transactional calls."""
    built: dict[str, Any] = {"TableName": tables[write.table]}
    if isinstance(write, Put):
        built["Item"] = encode(write.item)
    else:
        built["Key"] = encode(write.key)
    expressions = Expressions()
    if isinstance(write, Update) and (change := expressions.change(write)):
        built["UpdateExpression"] = change
    if write.when is not None:
        built["ConditionExpression"] = expressions.condition(write.when)
    return built | expressions.placeholders()


def entry_of(write: Entry, tables: "TableNames") -> "TransactWriteItemTypeDef":
    """The write as an entry of a transaction."""
    kind = "ConditionCheck" if isinstance(write, Check) else type(write).__name__
    return {kind: request(write, tables)}  # type: ignore[misc]  # one of the type's four keys


class Expressions:
    """The expressions of one request, which share their placeholders."""

    def __init__(self) -> None:
        self._builder = ConditionExpressionBuilder()
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def condition(self, when: ConditionBase, *, key: bool = False) -> str:
        """A condition, a filter or, with `key`, the condition of a query."""
        built = self._builder.build_expression(when, is_key_condition=key)
        self._names |= built.attribute_name_placeholders
        self._values |= built.attribute_value_placeholders
        return str(built.condition_expression)

    def projection(self, attributes: tuple[str, ...]) -> str:
        """Attributes that are wanted."""
        return ", ".join(self._name(each) for each in attributes)

    def change(self, update: Update) -> str:
        """What an update does; empty if it only makes the row."""
        sets = [self._set(name, "{value}", value) for name, value in update.set.items() if value is not None]
        sets += [
            self._set(name, "if_not_exists({name}, {value})", value)
            for name, value in update.default.items()
            if value is not None
        ]
        for name, values in update.append.items():
            none = self._value([])
            sets.append(self._set(name, f"list_append(if_not_exists({{name}}, {none}), {{value}})", values))
        gone = [name for name, value in update.set.items() if value is None]
        clauses = {
            "SET": sets,
            "REMOVE": [self._path(each) for each in (*gone, *update.remove)],
            "ADD": [f"{self._name(name)} {self._value(value)}" for name, value in update.add.items()],
            "DELETE": [f"{self._name(name)} {self._value(value)}" for name, value in update.discard.items()],
        }
        return " ".join(f"{clause} {', '.join(parts)}" for clause, parts in clauses.items() if parts)

    def placeholders(self) -> dict[str, Any]:
        """The names and values behind the placeholders."""
        given: dict[str, Any] = {}
        if self._names:
            given["ExpressionAttributeNames"] = self._names
        if self._values:
            given["ExpressionAttributeValues"] = {
                name: encode_value(value) for name, value in self._values.items()
            }
        return given

    def _set(self, name: str, form: str, value: Any) -> str:
        placeholder = self._name(name)
        return f"{placeholder} = {form.format(name=placeholder, value=self._value(value))}"

    def _path(self, path: str) -> str:
        name, bracket, index = path.partition("[")
        return f"{self._name(name)}{bracket}{index}"

    def _name(self, name: str) -> str:
        placeholder = f"#{name}" if name.isidentifier() else f"#u{len(self._names)}"
        self._names[placeholder] = name
        return placeholder

    def _value(self, value: Any) -> str:
        placeholder = f":u{len(self._values)}"
        self._values[placeholder] = value
        return placeholder
