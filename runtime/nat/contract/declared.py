"""Which routes a module answers, read from its source: `@operation("GET /v1/me", …)`.

Nothing is imported for it. So `cdk synth`, which has none of the runtime's libraries, makes API Gateway's
routes from the same declarations that a Lambda answers them by, and a Lambda finds the module behind a route
without loading the others. A test compares what is found here with what the modules declare once loaded.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_DECLARATION: Final = re.compile(r'^ *@operation\(\s*"([A-Z]+ /[^"]*)"', re.MULTILINE)
_HERE: Final = Path(__file__).parents[1]


def modules(name: str) -> Mapping[str, str]:
    """Route keys of a module or package such as `nat.handlers.routes`, each with the full name of the module
    that answers it."""
    place = _HERE.joinpath(*name.split(".")[1:])
    if not place.is_dir():
        return dict.fromkeys(_keys(place.with_suffix(".py")), name)
    return {
        key: ".".join([name, *file.relative_to(place).with_suffix("").parts])
        for file in sorted(place.rglob("*.py"))
        for key in _keys(file)
    }


def routes(name: str) -> tuple[str, ...]:
    """Route keys of a module or package, as API Gateway has them."""
    return tuple(modules(name))


def _keys(file: Path) -> list[str]:
    return _DECLARATION.findall(file.read_text(encoding="utf-8"))
