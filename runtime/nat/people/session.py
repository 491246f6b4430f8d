"""Who calls, and for which nation: the verified token proves the person, the headers only select."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from nat.errors import BadRequest, Forbidden, Unauthenticated
from nat.ids import NationSlug, UserId
from nat.names import GROUPS_CLAIM, OPERATORS, Header
from nat.nations.subscription import valid_slug
from nat.wording import Worded


class Selection(NamedTuple):
    """What the two `X-Nat-*` headers select. Nothing in it is proven."""

    nation_slug: NationSlug | None
    user_id: UserId | None


class Person(msgspec.Struct, frozen=True):
    """A person as a verified access token names them."""

    user_id: UserId
    email: str | None = None
    is_operator: bool = False
    """Whether they run the service. It opens the operator's pages, and nothing of any nation."""


class Caller(msgspec.Struct, frozen=True):
    """A person who works in one nation. The membership is checked where the caller is used."""

    nation_slug: NationSlug
    user_id: UserId
    email: str | None = None


def extract_nation_from_headers(headers: Mapping[str, str]) -> Selection:
    """The person and nation that `X-Nat-User-Id` and `X-Nat-Nation-Slug` select; header names in any case.

    Raises `BadRequest` for a slug that cannot be one.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    slug = lowered.get(Header.NATION_SLUG.lower(), "").strip()
    user = lowered.get(Header.USER_ID.lower(), "").strip()
    return Selection(
        user_id=UserId(user) if user else None,
        nation_slug=NationSlug(valid_slug(NationSlug(slug))) if slug else None,
    )


def person_of(claims: Mapping[str, object]) -> Person:
    """The person behind verified claims of a Cognito access token. Raises `Unauthenticated` for
    claims without `sub` and those of an id token.

    An access token names an email only where the user pool adds the claim before it issues tokens; `username`
    is no substitute, for people may choose it.
    """
    subject = str(claims.get("sub") or "")
    if not subject or claims.get("token_use", "access") != "access":
        raise Unauthenticated
    return Person(UserId(subject), str(claims.get("email") or "") or None, OPERATORS in _groups(claims))


def _groups(claims: Mapping[str, Any]) -> Iterable[str]:
    """Groups of the user pool. API Gateway makes text of a list among the claims: `[operators others]`."""
    groups = claims.get(GROUPS_CLAIM) or ()
    return groups.strip("[]").split() if isinstance(groups, str) else groups


def caller_of(claims: Mapping[str, object], headers: Mapping[str, str]) -> Caller:
    """The person of the token in the nation that the headers select.

    Raises `Unauthenticated`, `BadRequest` (no nation selected), `Forbidden` (the header names someone else).
    """
    person = person_of(claims)
    selection = select(person, headers)
    if selection.nation_slug is None:
        raise BadRequest(f"Select a nation with the header `{Header.NATION_SLUG}`.")
    return Caller(selection.nation_slug, person.user_id, person.email)


def select(person: Person, headers: Mapping[str, str]) -> Selection:
    """What the headers select for a proven person. Raises `Forbidden` on a mismatch, `BadRequest`."""
    selection = extract_nation_from_headers(headers)
    if selection.user_id is not None and selection.user_id != person.user_id:
        raise Forbidden(Worded("refused.other_session"))
    return selection
