"""Functions of one bundle share its files.

MiniStack 1.5.33 unpacks a function's code for every worker that it starts: two dozen functions have four
bundles of a thousand files between them. Here a bundle is unpacked once, and so is its byte code compiled.
"""

import atexit
import hashlib
import shutil
import tempfile
import threading
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

_unpacking = threading.Lock()


class SharedZip(zipfile.ZipFile):
    """A ZIP file that is unpacked once for all who ask, by its content, into `folder`."""

    folder: Path

    def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
        """Make the empty folder `path` lead to the shared files. With `members` it unpacks as ever."""
        if path is None or members is not None:
            super().extractall(path, members, pwd)
            return
        shared = self.folder / self._digest()
        with _unpacking:
            if not shared.exists():
                unfinished = shared.with_suffix(".unfinished")
                super().extractall(unfinished, None, pwd)
                unfinished.rename(shared)
        Path(path).rmdir()
        Path(path).symlink_to(shared)

    def _digest(self) -> str:
        entries = [(each.filename, each.CRC, each.file_size) for each in self.infolist()]
        return hashlib.sha256(repr(entries).encode()).hexdigest()


def install() -> None:
    """Let this process's MiniStack share what it unpacks. The files are removed when the process ends."""
    from ministack.core import lambda_runtime

    SharedZip.folder = Path(tempfile.mkdtemp(prefix="nat-code-"))
    atexit.register(shutil.rmtree, SharedZip.folder, ignore_errors=True)
    sharing = ModuleType("zipfile")
    sharing.__dict__.update(vars(zipfile), ZipFile=SharedZip)
    lambda_runtime.zipfile = sharing
