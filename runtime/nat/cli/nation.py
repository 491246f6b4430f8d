"""A nation reached without the platform: with a V2 token, from this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nat.cli.failure import CommandFailed
from nat.names import Variable
from nat.settings import read_optional

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder

DEFAULT_URL = "https://{slug}.nationbuilder.com"


def v2_token(ask: Callable[[], str]) -> str:
    """The token from `NAT_V2_TOKEN`, else what the person types unseen. Raises `CommandFailed`."""
    token = (read_optional(Variable.V2_TOKEN) or ask()).strip()
    if not token:
        raise CommandFailed("A V2 API token is needed: type it, or set NAT_V2_TOKEN.")
    return token


@contextmanager
def open_nation(slug: str, token: str, base_url: str = "") -> Iterator["NationBuilder"]:
    """The V2 client of a nation. `base_url` may hold a `{slug}` place."""
    from nat.nationbuilder import NationBuilder

    template = base_url or read_optional(Variable.NATIONBUILDER_URL, DEFAULT_URL)
    with NationBuilder(slug, token, base_url=template) as nation:
        yield nation
