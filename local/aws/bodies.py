"""What stands in the body of a request to AWS."""

import json
from typing import Any


def json_object(body: bytes) -> dict[str, Any]:
    """A body as a JSON object; an empty one for whatever is none."""
    try:
        found = json.loads(body or b"{}")
    except (ValueError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
