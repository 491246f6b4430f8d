"""`make openapi` writes the description; `make publish-api` makes it what clients are promised."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from local.openapi import CURRENT, FOLDER, PUBLISHED, as_text, described
from local.openapi.compatibility import breaks


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Write the description, and with `--publish` the promise as well. Gives the exit status: 1 where the
    description breaks what was promised, and was not published."""
    current, published = folder / CURRENT.name, folder / PUBLISHED.name
    api = described()
    current.write_text(as_text(api))
    print(f"{current.name}: {sum(len(each) for each in api['paths'].values())} operations")
    broken = breaks(json.loads(published.read_text()), api) if published.exists() else []
    for each in broken:
        print(f"  breaks clients: {each}")
    if "--publish" in arguments:
        published.write_text(as_text(api))
        print(f"{published.name}: published")
        return 0
    if broken:
        print("Leave clients a way to go on, or publish on purpose: make publish-api")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
