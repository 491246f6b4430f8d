"""A nation reached without the platform: with a V2 token, from this machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nat.cli.terminal import CommandFailed
from nat.errors import TokenExpired, TokenRejected
from nat.names import Variable
from nat.settings import read_optional

if TYPE_CHECKING:
    from nat.nationbuilder import NationBuilder


def v2_token(ask: Callable[[], str]) -> str:
    """The token from `NAT_V2_TOKEN`, else what the person types unseen. Raises `CommandFailed`."""
    token = (read_optional(Variable.V2_TOKEN) or ask()).strip()
    if not token:
        raise CommandFailed("A V2 API token is needed: type it, or set NAT_V2_TOKEN.")
    return token


@contextmanager
def open_nation(
    slug: str, token: str, base_url: str = "", time_zone: str = "UTC"
) -> Iterator["NationBuilder"]:
    """The V2 client of a nation. `base_url` may hold a `{slug}` place.

    A token that is not accepted becomes a `CommandFailed`: nobody can reconnect anything from here.
    """
    from nat.nationbuilder import NationBuilder
    from nat.nationbuilder.client import BASE_URL

    url = base_url or read_optional(Variable.NATIONBUILDER_URL, BASE_URL)
    with NationBuilder(slug, token=lambda: token, base_url=url, time_zone=time_zone) as nation:
        try:
            yield nation
        except (TokenExpired, TokenRejected):
            raise CommandFailed(f"NationBuilder does not accept this V2 token for {slug}.") from None
