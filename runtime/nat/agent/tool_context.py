"""What Nat's own tools work with: the V2 client, what the person may use, and a place for files.

A tool on NationBuilder's API gets the client alone; a tool of the group `nat` gets a `ToolContext`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nat.agent.ports import Drafts, Exports

if TYPE_CHECKING:
    from nat.agent.tool import Tool
    from nat.nationbuilder import NationBuilder

OWN_GROUP: Final = "nat"
"""The group of Nat's own tools, which are not among those on NationBuilder's API."""


@dataclass(frozen=True)
class ToolContext:
    """Of one turn. `permits` says whether role and policy let the person use another tool; `exports` is
    `None` where no files can be kept, `drafts` where no automations can be drafted."""

    v2: "NationBuilder"
    permits: "Callable[[Tool], bool]"
    exports: Exports | None = None
    drafts: Drafts | None = None
