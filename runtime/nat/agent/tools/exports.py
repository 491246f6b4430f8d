"""Files of what a listing finds: the same search again, read to its end and not only one page of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, Unpack, cast

from pydantic import Field

from nat.agent.ports import ExportFile
from nat.agent.tool import REGISTRY, Tool, ToolOutcome, tool
from nat.agent.tool_context import OWN_GROUP, ToolContext
from nat.agent.tools.parameters import Text
from nat.agent.tools.results import Item, counted
from nat.changes.effect import Effect
from nat.errors import BadRequest, Forbidden
from nat.nationbuilder import IndexQuery, NationBuilder, Page
from nat.nationbuilder.query import PAGE_SIZE
from nat.spreadsheets import csv_text

MOST_ROWS: Final = 20_000
"""Rows of one file: 200 requests, which is some ten seconds under NationBuilder's limit."""
CONTACT_DETAILS: Final = "include_contact_details"
CONTACT_ROLE: Final = (
    "Your role in this nation does not allow taking contact details out. Ask for the file without them, or "
    "an admin for another role."
)
_COUNT_ONLY: Final = "count_only"
_LIMIT: Final = "limit"
_FIRST: Final = ("id", "name")
_LAST: Final = "panel_url"
_DEPTH: Final = 3


class Whole:
    """A nation's client that reads a listing to its end: where a tool asks for one page of more records than
    V2 gives, it gets all pages as one, with the true total."""

    def __init__(self, v2: NationBuilder) -> None:
        self._nation = v2

    def __getattr__(self, name: str) -> object:
        return getattr(self._nation, name)

    def index(
        self,
        resource: str,
        *,
        page_size: int = PAGE_SIZE,
        page: int = 1,
        count: bool = False,
        **query: Unpack[IndexQuery],
    ) -> Page:
        """What `NationBuilder.index` gives, of all pages together if `page_size` is over a page's."""
        if page_size <= PAGE_SIZE:
            return self._nation.index(resource, page_size=page_size, page=page, count=count, **query)
        read = self._nation.read_all(resource, max_records=page_size, **query)
        return Page(read.records, read.included, read.total, has_next=not read.complete)


@tool(group=OWN_GROUP, effect=Effect.READ, label="Making a CSV file", endpoints=())
def export_csv(
    context: ToolContext,
    *,
    listing: Annotated[Text, Field(description="Name of the tool that lists, such as list_donations")],
    arguments: Annotated[dict[str, object], Field(description="That tool's arguments, without limit")],
) -> ToolOutcome:
    """Put everything that a listing finds into a CSV file that the person can download: all matches, not only
    those shown. Ask for contact details in the arguments only if the person wants them in the file. The link
    goes to the person by itself; say how many rows the file has and whether that is all."""
    if context.exports is None:
        raise BadRequest("Files cannot be made here. Say so; do not write the rows out instead.")
    found = REGISTRY.get(listing)
    if found is None or not exportable(found):
        raise BadRequest(f"{listing} is not a tool that lists records, so there is nothing to export.")
    if not context.permits(found):
        raise Forbidden(f"{listing} is not allowed for this person here.")
    if arguments.get(CONTACT_DETAILS) and not context.exports.contact_details:
        raise Forbidden(CONTACT_ROLE)
    outcome = whole(found, context.v2, arguments)
    items = cast(Sequence[Item], outcome.data["items"])
    query = str(outcome.data["query"])
    complete = bool(outcome.complete)
    file = ExportFile(
        name=f"{re.sub(r'^(list|search)_', '', listing).replace('_', '-')}-{context.v2.now():%Y-%m-%d}.csv",
        text=_csv(items),
        rows=len(items),
        total=outcome.total,
        complete=complete,
        query=query,
    )
    link = context.exports.keep(file)
    told = counted(
        context.v2,
        len(items),
        query=query,
        links=(link, *outcome.links),
        complete=complete,
        file=file.name,
        rows=len(items),
        matches=outcome.total,
        partial=None if complete else f"The file holds {len(items)} rows; there are more matches.",
    )
    return ToolOutcome(
        told.data,
        returned=len(items),
        total=outcome.total,
        complete=complete,
        links=told.links,
    )


def exportable(found: Tool) -> bool:
    """Whether a tool lists records: it reads, and takes how many."""
    return found.effect is Effect.READ and found.group != OWN_GROUP and _LIMIT in found.arguments.model_fields


def whole(found: Tool, v2: NationBuilder, arguments: Mapping[str, object]) -> ToolOutcome:
    """What a listing finds, all of it up to `MOST_ROWS`. Raises what the tool raises."""
    wanted = {name: value for name, value in arguments.items() if name not in (_LIMIT, _COUNT_ONLY)}
    return found.call_beyond(cast(NationBuilder, Whole(v2)), wanted, {_LIMIT: MOST_ROWS})


def _csv(items: Iterable[Item]) -> str:
    rows = [dict(_flat(each)) for each in items]
    seen = dict.fromkeys(name for row in rows for name in row)
    columns = [
        *(name for name in _FIRST if name in seen),
        *(name for name in seen if name not in _FIRST and not name.endswith(_LAST)),
        *(name for name in seen if name.endswith(_LAST)),
    ]
    return csv_text(columns, ([row.get(name) for name in columns] for row in rows))


def _flat(value: Mapping[str, object], prefix: str = "", depth: int = _DEPTH) -> Iterable[tuple[str, object]]:
    """The values of a nested record by dotted names; lists are joined."""
    for name, each in value.items():
        if isinstance(each, Mapping) and depth:
            yield from _flat(each, f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}", _text(each)


def _text(value: object) -> object:
    if isinstance(value, Mapping):
        parts = (f"{name}: {_text(each)}" for name, each in value.items() if each is not None)
        return value.get("name") or "; ".join(parts)
    if isinstance(value, (list, tuple)):
        return "; ".join(str(_text(each)) for each in value)
    return value
