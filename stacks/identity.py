"""Who people are: sign-in for the brands of one platform."""

from aws_cdk import aws_cognito as cognito
from constructs import Construct

from config import Customer
from nat_constructs.sender import Sender
from nat_constructs.sign_in import SignIn
from nat_constructs.watched import Watched
from stacks.deployment import Deployment
from stacks.stack import NatStack


def output_suffix(brand: Customer, owner: Customer | None) -> str:
    """What an output's name ends with for a brand: nothing for the platform's own, else `CivicDesk`."""
    return "" if brand is owner else "".join(part.capitalize() for part in brand.slug.split("-"))


class IdentityStack(NatStack):
    """One user pool with hosted login on a neutral host, and public apps for each brand's web app and
    extension."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(scope, "Identity", deployment=deployment, description="Nat: sign-in", stateful=True)
        environment = deployment.environment
        sender = _add_sender(self)
        by_ses = sender is not None and environment.sign_in_mail == "ses"
        self.sign_in = SignIn(
            self,
            "SignIn",
            domain_prefix=environment.sign_in_prefix,
            keeps_data=environment.keeps_data,
            managed_login=environment.features.login_branding,
            defaults=deployment.functions,
            trusted_domains={
                saml.name: saml.email_domains for brand in deployment.brands for saml in brand.sign_in.saml
            },
            mail_from=deployment.customer.sender_in(environment) if by_ses else None,
            mail_name=deployment.customer.brand.name,
        )
        if sender is not None:
            # Cognito takes an identity only when it stands.
            self.sign_in.node.add_dependency(sender)
        self._clients: dict[str, cognito.UserPoolClient] = {}
        self._providers: dict[str, list[cognito.IUserPoolIdentityProvider]] = {}
        for brand in deployment.brands:
            self._add_brand(brand)
        self._clients["Cli"] = self.sign_in.add_app(
            "Cli",
            callbacks=[deployment.cli_callback],
            primary=deployment.customer.brand.colours.primary,
            providers=self._providers[deployment.customer.slug],
        )
        self._publish()

    @property
    def watched(self) -> tuple[Watched, ...]:
        """What operators are told of."""
        return (self.sign_in.watched,)

    @property
    def audience(self) -> list[str]:
        """Client ids whose access tokens the platform accepts."""
        return [client.user_pool_client_id for client in self._clients.values()]

    def _add_providers(self, brand: Customer, suffix: str) -> list[cognito.IUserPoolIdentityProvider]:
        if not self.deployment.environment.features.identity_providers:
            return []
        google = brand.sign_in.google
        found: list[cognito.IUserPoolIdentityProvider] = []
        if google is not None:
            name = f"Google{suffix}"
            found.append(
                self.sign_in.add_google(name, client_id=google.client_id, secret_name=google.secret_name)
            )
        found += [
            self.sign_in.add_saml(
                saml.name, metadata_url=saml.metadata_url, email_attribute=saml.email_attribute
            )
            for saml in brand.sign_in.saml
        ]
        return found

    def _add_brand(self, brand: Customer) -> None:
        suffix = output_suffix(brand, self.deployment.customer)
        providers = self._providers[brand.slug] = self._add_providers(brand, suffix)
        primary = brand.brand.colours.primary
        apps = self.deployment.app_urls(brand)
        self._clients[f"Web{suffix}"] = self.sign_in.add_app(
            f"Web{suffix}",
            callbacks=[f"{url}/callback" for url in apps],
            logouts=[f"{url}/" for url in apps],
            primary=primary,
            providers=providers,
        )
        if brand.extension_ids:
            extensions = [f"https://{each}.chromiumapp.org/" for each in brand.extension_ids]
            self._clients[f"Extension{suffix}"] = self.sign_in.add_app(
                f"Extension{suffix}",
                callbacks=extensions,
                logouts=extensions,
                primary=primary,
                providers=providers,
            )

    def _publish(self) -> None:
        self.publish("UserPoolId", self.sign_in.pool.user_pool_id, "User pool")
        self.publish("Issuer", self.sign_in.issuer, "Issuer of access tokens", exported=True)
        self.publish("LoginUrl", self.sign_in.login_url, "Hosted login")
        for name, client in self._clients.items():
            self.publish(f"ClientId{name}", client.user_pool_client_id, f"App client {name}", exported=True)


class BrandIdentityStack(NatStack):
    """What a brand on the shared platform has of its own: from whom its emails come. It stands in the
    platform's region, where they are sent, and apart from the platform, which a wrong zone of one brand must
    not stop."""

    def __init__(self, scope: Construct, *, deployment: Deployment) -> None:
        super().__init__(
            scope,
            "Identity",
            deployment=deployment,
            description=f"Nat: sender of {deployment.customer.brand.name}",
        )
        _add_sender(self)


def _add_sender(stack: NatStack) -> Sender | None:
    """The sender of the stack's own brand, where it has a zone that can prove it."""
    deployment = stack.deployment
    domain = deployment.customer.domain_in(deployment.environment)
    if domain is None:
        return None
    address = deployment.customer.sender_in(deployment.environment)
    return Sender(stack, "Sender", address=address, zone_id=domain.zone_id)
