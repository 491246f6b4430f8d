"""Every request and its answer: kept in memory for tests, and appended to a file as JSON lines.

One object a line: `method, path, query, body, status, answer`. Headers are left out, so no API key can get
in. A stream that its client left has the answer as far as it was sent, with `stop_reason` null.
"""

import json
import os
import threading
from collections import deque
from pathlib import Path
from typing import Any, Final

LOG_VARIABLE: Final = "NAT_CLAUDE_LOG"
KEPT: Final = 10_000
"""Requests kept in memory; a load test must not grow without end."""


def wanted_log() -> Path | None:
    """The file that `NAT_CLAUDE_LOG` names, if it does."""
    named = os.environ.get(LOG_VARIABLE)
    return Path(named) if named else None


class Journal:
    """The record of one server. `file` is appended to; safe to read from another thread."""

    def __init__(self, file: Path | None = None) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        self._stream = file.open("a", encoding="utf-8") if file is not None else None

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
            if self._stream is not None:
                self._stream.write(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) + "\n")
                self._stream.flush()

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
        if self._stream is not None:
            self._stream.close()
