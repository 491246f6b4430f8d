"""Sign-up, confirmation and hosted login without a browser: what a person's browser would send.

The hosted login is Cognito's: authorization code with PKCE. Confirmation codes are read from the mailbox in
which the embedded AWS keeps what Cognito mails.
"""

import base64
import hashlib
import html
import re
import secrets
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import boto3
import requests
from botocore import UNSIGNED
from botocore.config import Config

from local.deployment import Deployment
from local.places import REGION
from nat.names import SCOPE

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

TIMEOUT: Final = 15
SCOPES: Final = ("openid", "email", SCOPE)


class SignInFailed(RuntimeError):
    """The hosted login did not give a code, or no confirmation was mailed."""


@dataclass(frozen=True)
class Tokens:
    """What a login gives; `expires_in` in seconds."""

    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True)
class SignIn:
    """The user pool's public side for the command line's app client."""

    deployment: Deployment

    @property
    def client_id(self) -> str:
        """The app client: public, authorization code with PKCE."""
        return self.deployment["ClientIdCli"]

    @property
    def authorize_url(self) -> str:
        """Where the hosted login begins."""
        return f"{self.deployment.aws_url}/oauth2/authorize"

    @property
    def token_url(self) -> str:
        """Where codes and refresh tokens are exchanged."""
        return f"{self.deployment.aws_url}/oauth2/token"

    @cached_property
    def redirect_uri(self) -> str:
        """The first callback that the app client allows."""
        client = self.deployment.root.cognito.describe_user_pool_client(
            UserPoolId=self.deployment["UserPoolId"], ClientId=self.client_id
        )["UserPoolClient"]
        return client["CallbackURLs"][0]

    def sign_up(self, email: str, password: str) -> str:
        """Register a person as anybody can, and confirm with the mailed code. Gives the user id."""
        user_id: str = self._public.sign_up(
            ClientId=self.client_id,
            Username=email,
            Password=password,
            UserAttributes=[{"Name": "email", "Value": email}],
        )["UserSub"]
        self._public.confirm_sign_up(
            ClientId=self.client_id, Username=email, ConfirmationCode=self.mailed_code(email)
        )
        return user_id

    def mailed_code(self, email: str) -> str:
        """The last confirmation code that was mailed to a person. Raises `SignInFailed`."""
        answer = requests.get(f"{self.deployment.aws_url}/_ministack/ses/messages", timeout=TIMEOUT)
        mails: list[dict[str, Any]] = [m for box in answer.json()["messages"].values() for m in box]
        for mail in reversed(mails):
            code = re.search(r"\b\d{6}\b", f"{mail['BodyText']} {mail['BodyHtml']}")
            if email in mail["To"] and code:
                return code[0]
        raise SignInFailed(f"No confirmation code was mailed to {email}.")

    def log_in(self, email: str, password: str) -> Tokens:
        """The hosted login: form, code, tokens. Raises `SignInFailed`, `requests.HTTPError`."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
        state = secrets.token_urlsafe(16)
        with requests.Session() as browser:
            page = browser.get(
                self.authorize_url,
                params={
                    "client_id": self.client_id,
                    "redirect_uri": self.redirect_uri,
                    "response_type": "code",
                    "scope": " ".join(SCOPES),
                    "state": state,
                    "code_challenge": challenge.decode(),
                    "code_challenge_method": "S256",
                },
                timeout=TIMEOUT,
            )
            page.raise_for_status()
            fields = {
                name: html.unescape(value)
                for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
            }
            sent = browser.post(
                f"{self.deployment.aws_url}/login",
                data={**fields, "username": email, "password": password},
                allow_redirects=False,
                timeout=TIMEOUT,
            )
        answer = parse_qs(urlsplit(sent.headers.get("Location", "")).query)
        if answer.get("state") != [state] or "code" not in answer:
            raise SignInFailed(f"The hosted login refused {email}.")
        return self._exchange(
            {
                "grant_type": "authorization_code",
                "code": answer["code"][0],
                "redirect_uri": self.redirect_uri,
                "code_verifier": verifier,
            }
        )

    def _exchange(self, form: dict[str, str]) -> Tokens:
        answer = requests.post(self.token_url, data={**form, "client_id": self.client_id}, timeout=TIMEOUT)
        answer.raise_for_status()
        given = answer.json()
        return Tokens(
            given["access_token"], given["id_token"], given["refresh_token"], int(given["expires_in"])
        )

    @cached_property
    def _public(self) -> "CognitoIdentityProviderClient":
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.deployment.aws_url,
            region_name=REGION,
            config=Config(signature_version=UNSIGNED),
        )
