"""The published description of the HTTP API: `docs/api/openapi.json`, OpenAPI 3.1.

`python -m local.openapi` writes it from the operations in `local.openapi.routes`. `docs/api/published.json`
is what clients were promised last; a change that breaks it fails a test until it is published on purpose.
"""

import json
from pathlib import Path
from typing import Any, Final

from local.openapi.build import document
from local.openapi.routes import approvals, billing, connect, conversations, nation, people, privacy
from local.openapi.vocabulary import Operation

OPERATIONS: Final[tuple[Operation, ...]] = (
    *people.OPERATIONS,
    *nation.OPERATIONS,
    *connect.OPERATIONS,
    *conversations.OPERATIONS,
    *approvals.OPERATIONS,
    *billing.OPERATIONS,
    *privacy.OPERATIONS,
)
FOLDER: Final = Path(__file__).parents[2] / "docs" / "api"
CURRENT: Final = FOLDER / "openapi.json"
PUBLISHED: Final = FOLDER / "published.json"


def described() -> dict[str, Any]:
    """The document, from the operations as they are."""
    return document(OPERATIONS)


def as_text(api: dict[str, Any]) -> str:
    """The document as it is kept."""
    return json.dumps(api, indent=1, ensure_ascii=False) + "\n"
