"""`/_standin/…`: how tests and `make up` steer a stand-in. Nothing of this exists at the vendors."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

PREFIX: Final = "/_standin"


def steers(path: str) -> bool:
    """Whether a path belongs here, and not to what the vendor answers."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


class Steering:
    """What a stand-in can be told, by method and name; a step takes the values of query and body. Wrong input
    is answered by 400 with what would be right."""

    def __init__(self, steps: Mapping[tuple[str, str], Callable[[Any], Any]]) -> None:
        self._steps = steps

    def run(self, method: str, path: str, query: str = "", body: bytes = b"") -> tuple[int, Any]:
        """Status and document of one request."""
        step = self._steps.get((method, path.removeprefix(PREFIX).strip("/")))
        if step is None:
            known = ", ".join(f"{each} {PREFIX}/{name}" for each, name in self._steps)
            return 404, {"error": f"Unknown control endpoint. Known: {known}."}
        try:
            given = json.loads(body or b"{}")
            return 200, step({**dict(parse_qsl(query)), **given} if isinstance(given, dict) else given)
        except KeyError as error:
            return 400, {"error": f"Unknown or missing: {error.args[0]}."}
        except (ValueError, TypeError, AttributeError) as error:
            return 400, {"error": str(error)}
