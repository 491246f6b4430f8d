"""Stripe's form encoding: `items[0][price]=x`, `expand[]=y` and `metadata[k]=v` as nested values."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from local.stripe.errors import invalid

_KEY = re.compile(r"\[([^\[\]]*)\]")


def parse(text: str) -> dict[str, Any]:
    """The parameters of a body or of a query string. Raises `StripeRefusal`."""
    found: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        name, _, rest = key.partition("[")
        path = [name, *_KEY.findall(f"[{rest}" if rest else "")]
        _put(found, path, value)
    return {name: _lists(value) for name, value in found.items()}


def _put(target: dict[str, Any], path: list[str], value: str) -> None:
    for place in path[:-1]:
        inner = target.setdefault(place, {})
        if not isinstance(inner, dict):
            raise invalid(f"{path[0]} is both a value and an object.", path[0])
        target = inner
    last = path[-1] or str(len(target))
    target[last] = value


def _lists(value: Any) -> Any:
    """Objects whose keys count from 0 are lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(each) for name, each in value.items()}
    if inner and _counts(inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def _counts(names: Iterable[str]) -> bool:
    return all(name.isdigit() for name in names)


def truth(value: Any) -> bool:
    """A boolean of a form."""
    return str(value).lower() == "true"
