"""Which email address a sign-in proves.

Somebody who signed up here has answered a mail to the address, and Google says of an account whether the
address was proved; Cognito keeps both as `email_verified`. A SAML provider says anything, so it is believed
for the domains that its customer owns and for no other: on a pool that customers share, one customer's
provider could otherwise sign in as anybody, and accept what another invited them to.
"""

import json
from collections.abc import Iterable, Mapping

TrustedDomains = Mapping[str, Iterable[str]]
"""Domains, in lower case, by the name of the SAML provider that vouches for addresses in them."""


def proven_email(attributes: Mapping[str, str], trusted: TrustedDomains) -> str | None:
    """The proven address among a user pool's attributes of a person, in lower case; `None` without one.

    `identities` of who signed in through a provider is JSON text of a list, each with `providerName` (Cognito
    developer guide, "Mapping IdP attributes to profiles and tokens").
    """
    email = attributes.get("email", "").strip().lower()
    domain = email.rpartition("@")[2]
    if not domain:
        return None
    if attributes.get("email_verified") == "true":
        return email
    vouched = any(domain in trusted.get(provider, ()) for provider in _providers(attributes))
    return email if vouched else None


def _providers(attributes: Mapping[str, str]) -> list[str]:
    try:
        identities = json.loads(attributes.get("identities") or "[]")
    except ValueError:
        return []
    if not isinstance(identities, list):
        return []
    return [str(each.get("providerName")) for each in identities if isinstance(each, dict)]
