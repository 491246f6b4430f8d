"""A file that gets one JSON object a line: what was asked and answered, for who looks afterwards."""

import json
import os
from pathlib import Path
from threading import Lock
from typing import Any


def file_in(variable: str) -> Path | None:
    """The file that an environment variable names, if it does."""
    named = os.environ.get(variable)
    return Path(named) if named else None


class LineLog:
    """Appends to a file, from any thread; without one it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._lock = Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = None if path is None else path.open("a", encoding="utf-8")

    @property
    def kept(self) -> bool:
        """Whether anything is written."""
        return self._file is not None

    def write(self, entry: Any) -> None:
        """One line."""
        with self._lock:
            if self._file is not None:
                self._file.write(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) + "\n")
                self._file.flush()

    def close(self) -> None:
        """Stop writing."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
