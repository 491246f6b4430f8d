"""Cognito's trigger before it issues tokens (version V2_0): the access token says which address is proven.

The API sees the access token alone, and Cognito puts no address into it. The claim is `email`, and it is
there only where the address is proven. Cognito waits five seconds for the answer and issues no token without
it (Cognito developer guide, "Pre token generation Lambda trigger").
"""

from functools import cache
from typing import Any

from nat import settings
from nat.handlers.request import LambdaEvent
from nat.names import Variable
from nat.people.proven_email import TrustedDomains, proven_email


@cache
def _trusted() -> TrustedDomains:
    trusted: TrustedDomains = settings.read_json(Variable.TRUSTED_DOMAINS)
    return trusted


def handler(event: LambdaEvent, context: object) -> dict[str, Any]:  # noqa: ARG001 # Lambda's signature
    """Lambda's entry point: the event with the claims to add."""
    email = proven_email(event["request"].get("userAttributes") or {}, _trusted())
    # Sets the claim or takes it away, so that nothing else can ever have put it there.
    claims: dict[str, object] = {"claimsToSuppress": ["email"]}
    if email is not None:
        claims = {"claimsToAddOrOverride": {"email": email}}
    return {**event, "response": {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": claims}}}
