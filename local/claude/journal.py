"""Every request and its answer: kept in memory for tests, and appended to a file as JSON lines.

One object a line: `method, path, query, body, status, answer`. Headers are left out, so no API key can get
in. A stream that its client left has the answer as far as it was sent, with `stop_reason` null.
"""

import threading
from collections import deque
from pathlib import Path
from typing import Any, Final

from local.loopback.line_log import LineLog

LOG_VARIABLE: Final = "NAT_CLAUDE_LOG"
KEPT: Final = 10_000
"""Requests kept in memory; a load test must not grow without end."""


class Journal:
    """The record of one server. `file` is appended to; safe to read from another thread."""

    def __init__(self, file: Path | None = None) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        self._log = LineLog(file)

    def record(self, *, method: str, path: str, query: str, body: Any, status: int, answer: Any) -> None:
        """Add one request."""
        entry = {
            "method": method,
            "path": path,
            "query": query,
            "body": body,
            "status": status,
            "answer": answer,
        }
        with self._lock:
            self._entries.append(entry)
        self._log.write(entry)

    def entries(self) -> list[dict[str, Any]]:
        """All requests since the start or the last `clear`."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget what is in memory; the file keeps its lines."""
        with self._lock:
            self._entries.clear()

    def close(self) -> None:
        """Close the file."""
        self._log.close()
