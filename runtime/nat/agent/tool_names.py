"""Names of all tools, for who must know them without loading them: a tool's schema needs pydantic, and the
HTTP API goes without. They are read from the source, where `@tool` stands above each."""

import re
from functools import cache
from pathlib import Path
from typing import Final

_TOOLS: Final = Path(__file__).parent / "tools"
_DECLARED: Final = re.compile(r"^@tool\(.*?\)\ndef (\w+)\(", re.MULTILINE | re.DOTALL)


@cache
def tool_names() -> frozenset[str]:
    """The names of all tools, once per process: some 40 files, a few milliseconds."""
    return frozenset(
        name for file in _TOOLS.rglob("*.py") for name in _DECLARED.findall(file.read_text(encoding="utf-8"))
    )
