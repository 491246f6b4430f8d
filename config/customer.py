"""One customer: a brand, its names and addresses, and the platform it runs on."""

import base64
import hashlib
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from config.catalogue import load_plans
from config.colour import READABLE, HexColour, contrast
from config.environment import AccountId, Domain, Environment, Region, environment_names
from config.loading import ROOT, ConfigurationError, Frozen, choose, load, names_in

FOLDER: Final = ROOT / "customers"
"""Customers of the service. Examples are elsewhere, for what stands here changes what is deployed."""

DEFAULT_BRAND: Final = "nat"
"""The customer that is meant when none is named: the service's own brand, which owns the shared platform."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
EmailDomain = Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")]
ExtensionId = Annotated[str, Field(pattern=r"^[a-p]{32}$")]


ExtensionKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{300,}={0,2}$")]


class Colours(Frozen):
    """The brand's colours. Text on them is readable: the contrast is checked."""

    primary: HexColour
    on_primary: HexColour
    surface: HexColour = "#ffffff"
    text: HexColour = "#1b1f24"
    dark_surface: HexColour = "#14171c"
    dark_text: HexColour = "#e8eaed"

    @model_validator(mode="after")
    def _readable(self) -> "Colours":
        pairs = (("on_primary", "primary"), ("text", "surface"), ("dark_text", "dark_surface"))
        for text, ground in pairs:
            ratio = contrast(getattr(self, text), getattr(self, ground))
            if ratio < READABLE:
                raise ValueError(
                    f"{text} on {ground} has a contrast of {ratio:.1f}; at least {READABLE} is readable"
                )
        return self


class Brand(Frozen):
    """What people see."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    tagline: Annotated[str, Field(max_length=120)]
    colours: Colours
    logo: str | None = None
    """File name below `config/customers/logos/`; without one the name is set in type."""
    support_email: Email
    sender: Email
    """From whom emails come; its domain is verified with SES where the customer has a zone."""
    extension_name: Annotated[str, Field(min_length=1, max_length=45)]
    """Chrome allows 45 characters."""
    slack_app_name: Annotated[str, Field(min_length=1, max_length=35)]
    """Slack allows 35 characters."""


class Links(Frozen):
    """Pages elsewhere that the web app leads to; without them it has its own."""

    extension: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None
    """The extension in the Chrome Web Store."""
    terms: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None
    privacy: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None


class Google(Frozen):
    """Sign-in by Google, with the customer's own OAuth client."""

    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+\.apps\.googleusercontent\.com$")]
    secret_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_+=.@-]{1,512}$")]
    """A secret of Secrets Manager in the platform's account: JSON with `client_secret`."""


class Saml(Frozen):
    """Sign-in by the customer's own SAML 2.0 provider."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{2,31}$")]
    """Shown on the login page's button and unique on the platform; Cognito allows 3 to 32 characters."""
    metadata_url: Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$")]
    email_domains: Annotated[tuple[EmailDomain, ...], Field(min_length=1)]
    """Domains of the customer. An address outside of them proves nothing, whatever the provider says."""
    email_attribute: str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
    """Name of the SAML attribute with the address, by default that of Entra ID and AD FS."""

    @model_validator(mode="after")
    def _free_name(self) -> "Saml":
        if self.name.lower().startswith(("google", "cognito")):
            raise ValueError(f"{self.name} is the name of another kind of provider")
        return self


class SignInBy(Frozen):
    """How people may sign in besides email and password."""

    google: Google | None = None
    saml: tuple[Saml, ...] = ()

    @model_validator(mode="after")
    def _different(self) -> "SignInBy":
        if len({each.name for each in self.saml}) < len(self.saml):
            raise ValueError("two SAML providers have the same name")
        return self


class Place(Frozen):
    """Where a dedicated platform runs, per environment."""

    account: AccountId
    region: Region
    sign_in_prefix: str


class Customer(Frozen):
    """One file of `config/customers/`."""

    slug: Slug
    platform: Literal["shared", "dedicated"]
    brand: Brand
    logo_file: Path | None = Field(default=None, exclude=True)
    """Where the brand's logo lies; found beside the customer's file, never written in it."""
    extension_ids: tuple[ExtensionId, ...] = ()
    """Chrome extension ids that may sign in."""
    extension_key: ExtensionKey | None = None
    """The public key that gives the unpacked extension its id, one of `extension_ids`. Chrome takes the first
    half of its SHA-256, a hexadecimal digit as a letter from `a` on (developer.chrome.com, manifest key)."""
    sign_in: SignInBy = SignInBy()
    plans: tuple[str, ...] = ("nat", "nat_pro")
    """Plans on offer, keys of `config/plans.toml`."""
    plan_titles: dict[str, str] = Field(default_factory=dict)
    """What the brand calls them, where not as `plans.toml` does."""
    links: Links = Links()
    domains: dict[str, Domain] = Field(default_factory=dict)
    """By environment. Where there is none, CloudFront's own name serves."""
    places: dict[str, Place] = Field(default_factory=dict)
    """By environment; only for a dedicated platform."""

    @model_validator(mode="after")
    def _consistent(self) -> "Customer":
        if self.platform == "shared" and self.places:
            raise ValueError("places are for a dedicated platform")
        if self.slug == DEFAULT_BRAND and self.domains:
            raise ValueError("the default brand's domain is in the environment's file")
        return self

    @model_validator(mode="after")
    def _knows_its_extension(self) -> "Customer":
        if self.extension_key and extension_id(self.extension_key) not in self.extension_ids:
            raise ValueError(f"extension_key gives the id {extension_id(self.extension_key)}")
        return self

    @model_validator(mode="after")
    def _sends_from_its_own_zone(self) -> "Customer":
        for domain in self.domains.values():
            sender = domain.sender or self.brand.sender
            if not f".{sender.partition('@')[2]}".endswith(f".{domain.zone}"):
                raise ValueError(f"the sender {sender} is not inside the zone {domain.zone}")
        return self

    @property
    def is_default(self) -> bool:
        """Whether this is the service's own brand."""
        return self.slug == DEFAULT_BRAND

    def domain_in(self, environment: Environment) -> Domain | None:
        """The customer's public names in an environment."""
        return environment.domain if self.is_default else self.domains.get(environment.name)

    def sender_in(self, environment: Environment) -> str:
        """From whom the customer's emails come in an environment."""
        domain = self.domain_in(environment)
        return (domain.sender if domain else None) or self.brand.sender

    def app_url_in(self, environment: Environment) -> str | None:
        """Where people find the customer's web app."""
        if self.is_default:
            return environment.app_url
        domain = self.domain_in(environment)
        return f"https://{domain.app}" if domain else None

    def environment(self, environment: Environment) -> Environment:
        """The environment as this customer has it: a dedicated platform has its own account and region."""
        place = self.places.get(environment.name)
        if self.is_default or self.platform == "shared":
            return environment
        own: dict[str, object] = {
            "domain": self.domain_in(environment),
            "sign_in_prefix": f"{environment.sign_in_prefix}-{self.slug}",
        }
        return environment.model_copy(update=own | (place.model_dump() if place else {}))


def extension_id(key: str) -> str:
    """The id of an extension with this public key (DER, base64)."""
    digest = hashlib.sha256(base64.b64decode(key)).hexdigest()
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest[:32])


def customer_names(folder: Path = FOLDER) -> tuple[str, ...]:
    """Customers that have a file in a folder, and the default brand."""
    return tuple(sorted({DEFAULT_BRAND, *names_in(folder)}))


def load_customer(slug: str, folder: Path = FOLDER) -> Customer:
    """The customer `slug`. Raises `ConfigurationError`."""
    choose("customer", slug, customer_names(folder))
    home = FOLDER if slug == DEFAULT_BRAND else folder
    customer = load(Customer, home / f"{slug}.toml", slug=slug)
    for plan in customer.plans:
        choose(f"plan in {slug}.toml", plan, tuple(load_plans()))
    for name in (*customer.domains, *customer.places):
        choose(f"environment in {slug}.toml", name, environment_names())
    if customer.brand.logo is None:
        return customer
    logo = home / "logos" / customer.brand.logo
    if not logo.is_file():
        raise ConfigurationError(f"{slug}.toml: there is no logo {customer.brand.logo}.")
    return customer.model_copy(update={"logo_file": logo})


def load_customers(folder: Path = FOLDER) -> tuple[Customer, ...]:
    """All customers, sorted by slug. Raises `ConfigurationError`."""
    return tuple(load_customer(slug, folder) for slug in customer_names(folder))
