"""The published description of the HTTP API, from what the handlers declare.

    python -m nat.handlers.description [--publish]

writes `docs/api/openapi.json` (OpenAPI 3.1) and `docs/reference/http.md`. `docs/api/published.json` is what
clients were promised last; a change that breaks it fails a test until it is published on purpose.
"""

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from nat.agent import tools
from nat.contract import declared
from nat.contract.compatibility import breaks
from nat.contract.endpoint import Endpoint
from nat.contract.openapi import document
from nat.contract.reference import reference
from nat.contract.schemas import Schema
from nat.handlers.endpoints import endpoints
from nat.handlers.sse import STREAM

DOCS: Final = Path(__file__).parents[3] / "docs"
CURRENT: Final = "api/openapi.json"
PUBLISHED: Final = "api/published.json"
REFERENCE: Final = "reference/http.md"


def all_endpoints() -> tuple[Endpoint, ...]:
    """Every endpoint behind API Gateway, by tag, path and method."""
    modules = dict.fromkeys(declared.modules("nat.handlers").values())
    found = [each for name in modules for each in endpoints(import_module(name)).values()]
    return tuple(sorted(found, key=_place))


def _place(endpoint: Endpoint) -> tuple[str, str, str]:
    return endpoint.tag, endpoint.path, endpoint.method


def described() -> Schema:
    """The document, from the endpoints as they are, that of the streaming host among them."""
    every = sorted((*all_endpoints(), STREAM), key=_place)
    return document(every, {name: each.label for name, each in tools.load().items()})


def as_text(api: Schema) -> str:
    """The document as it is kept."""
    return json.dumps(api, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str], docs: Path = DOCS) -> int:
    """Write the description, and with `--publish` the promise as well. Gives the exit status: 1 where the
    description breaks what was promised, and was not published."""
    api, published = described(), docs / PUBLISHED
    (docs / CURRENT).write_text(as_text(api))
    (docs / REFERENCE).write_text(reference(api))
    said = [f"{CURRENT}: {sum(len(each) for each in api['paths'].values())} operations"]
    broken = breaks(json.loads(published.read_text()), api) if published.exists() else []
    said += [f"  breaks clients: {each}" for each in broken]
    if "--publish" in arguments:
        published.write_text(as_text(api))
        said.append(f"{PUBLISHED}: published")
    elif broken:
        said.append("Leave clients a way to go on, or publish on purpose: make publish-api")
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if broken and "--publish" not in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
