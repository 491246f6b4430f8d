"""What a tool is: a typed function whose signature is the schema and whose docstring the model reads.

    @tool(group="tags", effect=Effect.READ, label="Looking at tags", endpoints=("GET /signup_tags",))
    def list_tags(nation: NationBuilder, *, query: str | None = None, limit: Limit = 20) -> Outcome:
        \"\"\"Find tags, with how many people carry each.\"\"\"

The first parameter is the nation's V2 client; every other one is keyword-only, annotated, and becomes a
property of the JSON schema. `Annotated[…, Field(description=…)]` documents a parameter.

A tool that reads returns an `ToolOutcome`. Every other tool only plans: it reads what it needs and returns a
`Change` (`nat.changes.plan`), which is committed by `nat.changes.executor`, at once or after a person's yes.
"""

import inspect
import json
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar, cast, overload

from pydantic import BaseModel, ConfigDict, ValidationError, create_model, field_validator
from pydantic_core import ErrorDetails

from nat.changes.effect import Effect as Effect
from nat.changes.plan import Change
from nat.contract.events import Link
from nat.errors import BadRequest

if TYPE_CHECKING:
    from nat.agent.tool_context import ToolContext
    from nat.nationbuilder import NationBuilder

    Reached: TypeAlias = NationBuilder | ToolContext
    """What a tool works with: the V2 client, or for Nat's own tools their context."""


@dataclass(frozen=True)
class ToolOutcome:
    """What a tool call produced: data for the model, counts and links for people.

    `returned` and `total` count records; `complete` is False when there is more than was returned or read.
    All of it is taken for text of outsiders (`nat.agent.results`): a tool has no way to say otherwise.
    """

    data: Mapping[str, Any]
    returned: int | None = None
    total: int | None = None
    complete: bool | None = None
    links: tuple[Link, ...] = ()


class ArgumentsRejected(BadRequest):
    """Arguments that do not fit the tool's schema; the message is written for the model. `problems` are
    pydantic's, one for each argument that does not fit."""

    code = "arguments_rejected"

    def __init__(self, tool: str, problems: Sequence[ErrorDetails]) -> None:
        described = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
            for problem in problems
        )
        super().__init__(f"{tool} cannot be called like this: {described}")
        self.problems = problems


@dataclass(frozen=True)
class Tool:
    """One tool: function, class and texts."""

    name: str
    group: str
    effect: Effect
    label: str
    endpoints: tuple[str, ...]
    sends: bool
    undo: str | None
    function: Callable[..., ToolOutcome] | Callable[..., Change] = field(repr=False)
    finds: str | None = None
    """V2's resource whose records a look-up lists by `id`, where its result can name one for a change."""

    @property
    def description(self) -> str:
        """What the model reads: the docstring, unindented."""
        return inspect.getdoc(self.function) or ""

    @cached_property
    def arguments(self) -> type[BaseModel]:
        """The parameters as a pydantic model that refuses unknown names."""
        hints = typing.get_type_hints(self.function, include_extras=True)
        signature = inspect.signature(self.function)
        fields: dict[str, Any] = {}
        for name, parameter in list(signature.parameters.items())[1:]:
            default = ... if parameter.default is inspect.Parameter.empty else parameter.default
            fields[name] = (hints[name], default)
        return create_model(
            self.name,
            __config__=ConfigDict(extra="forbid", frozen=True),
            __validators__={"without_nul": field_validator("*", mode="before")(_without_nul)},
            **fields,
        )

    @cached_property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments, without the titles that pydantic adds."""
        schema = _plain_members(self.arguments.model_json_schema())
        schema.pop("description", None)
        return schema

    def call(self, nation: "Reached", arguments: Mapping[str, object]) -> ToolOutcome:
        """Validate and run a tool that reads.

        Raises `ArgumentsRejected`, `TypeError` for a tool that plans, and what the function raises.
        """
        if self.effect is not Effect.READ:
            raise TypeError(f"{self.name} plans a change; use `plan`.")
        return cast(ToolOutcome, self._run(nation, arguments))

    def call_beyond(
        self, nation: "Reached", arguments: Mapping[str, object], own: Mapping[str, object]
    ) -> ToolOutcome:
        """Run a tool that reads with values of our `own`, which may lie beyond what the schema lets a model
        ask for, such as a larger limit. Raises what `call` raises."""
        if self.effect is not Effect.READ:
            raise TypeError(f"{self.name} plans a change; use `plan`.")
        return cast(ToolOutcome, self._run(nation, arguments, own))

    def plan(self, nation: "Reached", arguments: Mapping[str, object]) -> Change:
        """Validate and plan with a tool that writes; nothing is changed by it.

        Raises `ArgumentsRejected`, `TypeError` for a tool that reads, and what the function raises.
        """
        if self.effect is Effect.READ:
            raise TypeError(f"{self.name} only reads; use `call`.")
        return replace(cast(Change, self._run(nation, arguments)), tool=self.name, arguments=dict(arguments))

    def _run(
        self, nation: "Reached", arguments: Mapping[str, object], own: Mapping[str, object] | None = None
    ) -> ToolOutcome | Change:
        try:
            parsed = self.arguments.model_validate(dict(arguments))
        except ValidationError as error:
            raise ArgumentsRejected(self.name, error.errors(include_url=False)) from None
        values = {name: getattr(parsed, name) for name in type(parsed).model_fields}
        return self.function(nation, **{**values, **(own or {})})

    def as_definition(self) -> dict[str, object]:
        """The tool as the Messages API takes it."""
        return {"name": self.name, "description": self.description, "input_schema": self.schema}


REGISTRY: Final[dict[str, Tool]] = {}
"""Every tool that a module under `agent/tools` has declared, by name."""


Reading = TypeVar("Reading", bound=Callable[..., ToolOutcome])
Planning = TypeVar("Planning", bound=Callable[..., Change])
Declared = TypeVar("Declared", bound=Callable[..., ToolOutcome] | Callable[..., Change])


@overload
def tool(
    *,
    group: str,
    effect: Literal[Effect.READ],
    label: str,
    endpoints: Iterable[str],
    finds: str | None = None,
) -> Callable[[Reading], Reading]: ...
@overload
def tool(
    *,
    group: str,
    effect: Literal[Effect.WRITE, Effect.BULK, Effect.DESTRUCTIVE],
    label: str,
    endpoints: Iterable[str],
    sends: bool = False,
    undo: str | None = None,
) -> Callable[[Planning], Planning]: ...
def tool(
    *,
    group: str,
    effect: Effect,
    label: str,
    endpoints: Iterable[str],
    sends: bool = False,
    undo: str | None = None,
    finds: str | None = None,
) -> Callable[[Declared], Declared]:
    """Declare a tool. `label` is what people see while it runs; `endpoints` are V2 paths under `/api/v2`;
    `sends` marks calls that can send a message to a supporter; `undo` names how it is taken back; `finds` is
    the resource that a look-up lists."""

    def declare(function: Declared) -> Declared:
        name = function.__name__
        if name in REGISTRY:
            raise ValueError(f"Two tools are called {name}.")
        REGISTRY[name] = Tool(name, group, effect, label, tuple(endpoints), sends, undo, function, finds)
        return function

    return declare


def tool_list_json(tools: Iterable[Tool]) -> str:
    """The tool list as the same bytes for every nation and role: sorted, serialised once per process."""
    definitions = [each.as_definition() for each in sorted(tools, key=lambda each: each.name)]
    return json.dumps(definitions, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _without_nul(value: object) -> object:
    """A JSON value in whose texts no NUL character stands: hardly a database keeps one, and NationBuilder
    would not say that this is why. Raises `ValueError`."""
    match value:
        case str() if "\0" in value:
            raise ValueError("a text holds a NUL character")
        case dict():
            _without_nul(list(value.values()))
        case list():
            for each in value:
                _without_nul(each)
    return value


def _plain(value: object) -> object:
    """A schema without the titles that pydantic adds, and without saying of each optional parameter that it
    may be null and is so by default: it is not required, which says the same in a third of the tokens."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return _plain_members(value) if isinstance(value, dict) else value


def _plain_members(schema: Mapping[str, object]) -> dict[str, object]:
    plain = {
        key: _plain(each)
        for key, each in schema.items()
        if not (key == "title" and isinstance(each, str)) and not (key == "default" and each is None)
    }
    branches = plain.get("anyOf")
    if isinstance(branches, list) and {"type": "null"} in branches:
        others = [each for each in branches if each != {"type": "null"}]
        if len(others) > 1:
            plain["anyOf"] = others
        else:
            del plain["anyOf"]
            plain = {**others[0], **plain}
    return plain
