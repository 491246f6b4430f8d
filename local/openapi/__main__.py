"""`make openapi` writes the description; `make publish-api` makes it what clients are promised."""

import json
import sys

from local.openapi import CURRENT, FOLDER, PUBLISHED, as_text, described
from local.openapi.compatibility import breaks


def main(arguments: list[str]) -> int:
    """Write the description, and with `--publish` the promise as well. Gives the exit status."""
    api = described()
    FOLDER.mkdir(parents=True, exist_ok=True)
    CURRENT.write_text(as_text(api))
    print(f"{CURRENT.name}: {sum(len(each) for each in api['paths'].values())} operations")
    broken = breaks(json.loads(PUBLISHED.read_text()), api) if PUBLISHED.exists() else []
    for each in broken:
        print(f"  breaks clients: {each}")
    if "--publish" in arguments:
        PUBLISHED.write_text(as_text(api))
        print(f"{PUBLISHED.name}: published")
    elif broken:
        print("Give them a way to go on, or publish on purpose: make publish-api")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
