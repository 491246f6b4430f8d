"""People's accounts: a Cognito user pool with hosted login, and the apps that may sign people in."""

import json
from collections.abc import Mapping, Sequence

from aws_cdk import Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from nat.names import OPERATORS, SCOPE_NAME, SCOPE_RESOURCE_SERVER, Variable

from .acknowledge import acknowledge
from .function import FunctionDefaults, PythonFunction
from .watched import Watched, WatchedFunction

GOOGLE_ISSUER = "https://accounts.google.com"
GOOGLE_SCOPES = ("openid", "email", "profile")


class SignIn(Construct):
    """A user pool for nation staff and volunteers: sign-up with a verified email address, long passwords,
    optional authenticator apps, and one OAuth scope, `nat/use`, without which the HTTP API answers nobody.
    `trusted_domains` are the email domains that each SAML provider vouches for. `mail_from` is an address of
    a domain that SES has verified; without one Cognito sends 50 mails a day under a name of its own.

    The Essentials tier: the first 10,000 monthly users are free, then $0.015 each.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        domain_prefix: str,
        keeps_data: bool,
        managed_login: bool,
        defaults: FunctionDefaults,
        trusted_domains: Mapping[str, Sequence[str]],
        mail_from: str | None,
        mail_name: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self._managed_login = managed_login
        self.pool = cognito.UserPool(
            self,
            "Pool",
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            self_sign_up_enabled=True,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True),
                fullname=cognito.StandardAttribute(required=False, mutable=True),
            ),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            email=_mail(mail_from, mail_name, Stack.of(self).region),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            deletion_protection=keeps_data,
            removal_policy=RemovalPolicy.RETAIN if keeps_data else RemovalPolicy.DESTROY,
        )
        acknowledge(
            self.pool,
            "Members are volunteers: a second factor is offered and each decides. Threat protection "
            "needs the Plus tier, which costs $0.02 for every user from the first.",
            "AwsSolutions-COG2",
            "AwsSolutions-COG8",
            "AwsSolutions-COG3",
        )
        self._domain_prefix = domain_prefix
        self.pool.add_domain(
            "Domain",
            cognito_domain=cognito.CognitoDomainOptions(domain_prefix=domain_prefix),
            managed_login_version=(
                cognito.ManagedLoginVersion.NEWER_MANAGED_LOGIN
                if managed_login
                else cognito.ManagedLoginVersion.CLASSIC_HOSTED_UI
            ),
        )
        use = cognito.ResourceServerScope(scope_name=SCOPE_NAME, scope_description="Use Nat")
        self._use = use
        self._server = self.pool.add_resource_server(
            "Nat", identifier=SCOPE_RESOURCE_SERVER, scopes=[use], user_pool_resource_server_name="nat"
        )
        cognito.CfnUserPoolGroup(
            self,
            "Operators",
            user_pool_id=self.pool.user_pool_id,
            group_name=OPERATORS,
            description="Nat: people who run the service",
        )
        token_claims = self._say_who_people_are(defaults, trusted_domains)
        self.watched = Watched([WatchedFunction("TokenClaims", token_claims, trouble="Nobody can sign in")])

    @property
    def issuer(self) -> str:
        """Issuer of the pool's tokens."""
        return f"https://cognito-idp.{Stack.of(self).region}.amazonaws.com/{self.pool.user_pool_id}"

    @property
    def login_url(self) -> str:
        """Base URL of the hosted login; `/oauth2/authorize` and `/oauth2/token` are below it."""
        return login_url(self._domain_prefix, Stack.of(self).region)

    def _say_who_people_are(
        self, defaults: FunctionDefaults, trusted_domains: Mapping[str, Sequence[str]]
    ) -> PythonFunction:
        """Access tokens carry the address that the sign-in proves, which the Essentials tier allows."""
        function = PythonFunction(
            self,
            "TokenClaims",
            defaults=defaults,
            handler="nat.handlers.token_claims.handler",
            description="Nat: says in access tokens which address is proven",
            variables={Variable.TRUSTED_DOMAINS: json.dumps(dict(trusted_domains), separators=(",", ":"))},
            timeout_seconds=5,
        )
        self.pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, function, cognito.LambdaVersion.V2_0
        )
        return function

    def add_google(self, name: str, *, client_id: str, secret_name: str) -> cognito.IUserPoolIdentityProvider:
        """Sign-in by Google. The secret is JSON with `client_secret`, there before the deployment.

        A pool has room for one provider of Cognito's own type, which is always called `Google`; others are
        OpenID Connect providers with Google's issuer.
        """
        secret = SecretValue.secrets_manager(secret_name, json_field="client_secret")
        if name == "Google":
            return cognito.UserPoolIdentityProviderGoogle(
                self,
                name,
                user_pool=self.pool,
                client_id=client_id,
                client_secret_value=secret,
                scopes=list(GOOGLE_SCOPES),
                attribute_mapping=cognito.AttributeMapping(
                    email=cognito.ProviderAttribute.GOOGLE_EMAIL,
                    email_verified=cognito.ProviderAttribute.GOOGLE_EMAIL_VERIFIED,
                    fullname=cognito.ProviderAttribute.GOOGLE_NAME,
                ),
            )
        return cognito.UserPoolIdentityProviderOidc(
            self,
            name,
            name=name,
            user_pool=self.pool,
            client_id=client_id,
            client_secret=secret.unsafe_unwrap(),  # CloudFormation's reference to it, not the value
            issuer_url=GOOGLE_ISSUER,
            scopes=list(GOOGLE_SCOPES),
            attribute_mapping=cognito.AttributeMapping(
                email=cognito.ProviderAttribute.other("email"),
                email_verified=cognito.ProviderAttribute.other("email_verified"),
                fullname=cognito.ProviderAttribute.other("name"),
            ),
        )

    def add_saml(
        self, name: str, *, metadata_url: str, email_attribute: str
    ) -> cognito.IUserPoolIdentityProvider:
        """Sign-in by a customer's own SAML provider. It never says whether an address is verified: that is
        decided by its domain. The first 50 such users a month are free, then $0.015 each."""
        return cognito.UserPoolIdentityProviderSaml(
            self,
            name,
            name=name,
            user_pool=self.pool,
            metadata=cognito.UserPoolIdentityProviderSamlMetadata.url(metadata_url),
            idp_signout=True,
            request_signing_algorithm=cognito.SigningAlgorithm.RSA_SHA256,
            attribute_mapping=cognito.AttributeMapping(
                email=cognito.ProviderAttribute.other(email_attribute)
            ),
        )

    def add_app(
        self,
        construct_id: str,
        *,
        callbacks: Sequence[str],
        logouts: Sequence[str] = (),
        primary: str | None = None,
        providers: Sequence[cognito.IUserPoolIdentityProvider] = (),
    ) -> cognito.UserPoolClient:
        """A public app: authorization code with PKCE, no secret, refresh tokens that are replaced at each
        use.

        `primary` is the brand's main colour for the login page, `#rrggbb`; `providers` are offered beside
        email and password.
        """
        client = self.pool.add_client(
            construct_id,
            generate_secret=False,
            auth_flows=cognito.AuthFlow(),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[
                    cognito.OAuthScope.OPENID,
                    cognito.OAuthScope.EMAIL,
                    cognito.OAuthScope.PROFILE,
                    cognito.OAuthScope.resource_server(self._server, self._use),
                ],
                callback_urls=list(callbacks),
                logout_urls=list(logouts),
            ),
            supported_identity_providers=[
                cognito.UserPoolClientIdentityProvider.COGNITO,
                *(cognito.UserPoolClientIdentityProvider.custom(each.provider_name) for each in providers),
            ],
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            refresh_token_rotation_grace_period=Duration.seconds(60),
        )
        # Cognito refuses an app that names a provider which is not there yet.
        client.node.add_dependency(*providers)
        if self._managed_login:
            self._brand(construct_id, client, primary)
        return client

    def _brand(self, construct_id: str, client: cognito.UserPoolClient, primary: str | None) -> None:
        settings: dict[str, object] | None = None
        if primary:
            colour = f"{primary.removeprefix('#')}ff"
            states = {"defaults": {"backgroundColor": colour, "textColor": "ffffffff"}}
            settings = {
                "components": {"primaryButton": {"lightMode": states, "darkMode": states}},
            }
        cognito.CfnManagedLoginBranding(
            self,
            f"{construct_id}Branding",
            user_pool_id=self.pool.user_pool_id,
            client_id=client.user_pool_client_id,
            settings=settings,
            use_cognito_provided_values=None if settings else True,
        )


def login_url(domain_prefix: str, region: str) -> str:
    """Base URL of a hosted login, known before it exists."""
    return f"https://{domain_prefix}.auth.{region}.amazoncognito.com"


def _mail(address: str | None, name: str, region: str) -> cognito.UserPoolEmail | None:
    if address is None:
        return None
    return cognito.UserPoolEmail.with_ses(
        from_email=address,
        from_name=name,
        ses_region=region,
        ses_verified_domain=address.partition("@")[2],
    )
