"""Files of `nat chat --direct`: written into the present folder."""

from pathlib import Path

from nat.agent.ports import ExportFile
from nat.contract.events import Link


class LocalFiles:
    """The agent's port `Exports` on this machine. Whoever has the V2 token may take contact details out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def contact_details(self) -> bool:
        """The token decides, and NationBuilder with it."""
        return True

    def keep(self, file: ExportFile) -> Link:
        """Write a file under a name that is free; nothing is overwritten."""
        stem, _, ending = file.name.rpartition(".")
        number = 1
        while True:
            path = self._folder / (file.name if number == 1 else f"{stem}-{number}.{ending}")
            try:
                with path.open("x", encoding="utf-8", newline="") as opened:
                    opened.write(file.text)
            except FileExistsError:
                number += 1
                continue
            return Link(f"{path.name} ({file.rows:,} rows)", path.resolve().as_uri())
