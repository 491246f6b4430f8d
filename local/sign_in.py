"""Sign-up, confirmation and hosted login without a browser: what a person's browser would send.

The hosted login is Cognito's: authorization code with PKCE, as the command line does it. Confirmation codes
are read from the mailbox in which the embedded AWS keeps what Cognito mails.
"""

import html
import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
import requests
from botocore import UNSIGNED
from botocore.config import Config

from local.deployment import Deployment
from local.mail import kept
from local.places import REGION
from nat.cli.profile import Profile, SessionFile, SignInSession
from nat.cli.sign_in import sign_in
from nat.names import SCOPE

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

TIMEOUT: Final = 15
SCOPES: Final = ("openid", "email", SCOPE)


class SignInFailed(RuntimeError):
    """The hosted login refused somebody, or mailed nothing."""


@dataclass(frozen=True)
class SignIn:
    """The user pool's public side for the command line's app client. `path` is where the profile is kept."""

    deployment: Deployment
    path: Path

    @cached_property
    def profile(self) -> Profile:
        """What `nat chat` needs to find the platform."""
        client_id = self.deployment["ClientIdCli"]
        client = self.deployment.root.cognito.describe_user_pool_client(
            UserPoolId=self.deployment["UserPoolId"], ClientId=client_id
        )["UserPoolClient"]
        return Profile(
            api_url=self.deployment.api_url,
            socket_url=self.deployment.socket_url,
            authorize_url=f"{self.deployment.aws_url}/oauth2/authorize",
            token_url=f"{self.deployment.aws_url}/oauth2/token",
            client_id=client_id,
            scopes=SCOPES,
            redirect_uri=client["CallbackURLs"][0],
            path=self.path,
        )

    def store(self, session: SignInSession) -> None:
        """Write the profile and, beside it, the session: `nat chat` is then signed in."""
        public = {name: value for name, value in asdict(self.profile).items() if name != "path"}
        self.path.write_text(json.dumps(public, indent=1) + "\n")
        SessionFile(self.profile).save(session)

    def sign_up(self, email: str, password: str) -> str:
        """Register a person as anybody can, and confirm with the mailed code. Gives the user id."""
        client_id = self.profile.client_id
        user_id: str = self._public.sign_up(
            ClientId=client_id,
            Username=email,
            Password=password,
            UserAttributes=[{"Name": "email", "Value": email}],
        )["UserSub"]
        self._public.confirm_sign_up(
            ClientId=client_id, Username=email, ConfirmationCode=self._mailed_code(email)
        )
        return user_id

    def log_in(self, email: str, password: str) -> SignInSession:
        """The hosted login. Raises `SignInFailed`, and `CommandFailed` as the command line would."""
        shown: list[str] = []
        return sign_in(
            self.profile,
            browser=False,
            show=shown.append,
            paste=lambda: self._visit(shown[0], email, password),
        )

    def _visit(self, url: str, email: str, password: str) -> str:
        """Open the login page, fill in its form, give the address that the browser is sent to."""
        with requests.Session() as browser:
            page = browser.get(url, timeout=TIMEOUT)
            page.raise_for_status()
            hidden = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
            fields = {name: html.unescape(value) for name, value in hidden}
            sent = browser.post(
                f"{self.deployment.aws_url}/login",
                data={**fields, "username": email, "password": password},
                allow_redirects=False,
                timeout=TIMEOUT,
            )
        if "Location" not in sent.headers:
            raise SignInFailed(f"The hosted login refused {email}.")
        return sent.headers["Location"]

    def _mailed_code(self, email: str) -> str:
        for mail in reversed(kept(self.deployment.aws_url)):
            code = re.search(r"\b\d{6}\b", f"{mail['BodyText']} {mail['BodyHtml']}")
            if email in mail["To"] and code:
                return code[0]
        raise SignInFailed(f"No confirmation code was mailed to {email}.")

    @cached_property
    def _public(self) -> "CognitoIdentityProviderClient":
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.deployment.aws_url,
            region_name=REGION,
            config=Config(signature_version=UNSIGNED),
        )
