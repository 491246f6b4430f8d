"""Cognito access tokens, where no API Gateway authorizer stands before us: the streaming host."""

from typing import Final

import jwt
from jwt import PyJWKClient
from jwt.exceptions import PyJWKClientConnectionError, PyJWTError

from nat.errors import Internal, Unauthenticated

KEYS_KEPT_SECONDS: Final = 3600
"""Cognito rotates its keys rarely; one that is not known yet is fetched at once, then every 30 s at most."""
CLOCK_SKEW_SECONDS: Final = 30
REQUIRED: Final = ("exp", "iss", "sub", "client_id", "token_use")


class AccessTokens:
    """Verifies tokens of one user pool: signature, issuer, expiry, app client, use and scope.

    An access token has no `aud`; the app client is in `client_id` (Cognito developer guide, "Understanding
    the access token").
    """

    def __init__(self, issuer: str, clients: frozenset[str], scope: str, *, keys_url: str = "") -> None:
        """`keys_url` is where the issuer's public keys are read, if not at the issuer itself."""
        self._issuer = issuer
        self._clients = clients
        self._scope = scope
        self._keys = PyJWKClient(
            keys_url or f"{issuer.rstrip('/')}/.well-known/jwks.json", lifespan=KEYS_KEPT_SECONDS, timeout=5
        )

    def verify(self, token: str) -> dict[str, object]:
        """The claims of a token. Raises `Unauthenticated`; `Internal` when the pool's keys cannot be read."""
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, object] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": list(REQUIRED), "verify_aud": False},
            )
        except PyJWKClientConnectionError:
            raise Internal("Sign-in cannot be checked at the moment. Please try again.") from None
        except PyJWTError:
            raise Unauthenticated from None
        if (
            claims["token_use"] != "access"
            or claims["client_id"] not in self._clients
            or self._scope not in str(claims.get("scope", "")).split()
        ):
            raise Unauthenticated
        return claims


def bearer(header: str) -> str:
    """The token of an `Authorization: Bearer …` header. Raises `Unauthenticated`."""
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()
