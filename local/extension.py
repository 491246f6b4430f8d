"""The extension of one brand: unpacked for developers, and as a package for the Chrome Web Store.

    python -m local.extension --customer nat --environment prod

Both come into `.local/extension/`. The package is the same, byte for byte, for the same sources.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.customer import DEFAULT_BRAND, FOLDER, Customer, load_customer
from config.environment import load_environment
from config.loading import ConfigurationError
from local.environment import node
from local.places import ROOT
from nat_constructs.extension_build import ExtensionBuild, ExtensionBuildFailed, pack, version

WORKSPACE: Final = ROOT / "runtime" / "web"
PLACE: Final = ROOT / ".local" / "extension"


@dataclass(frozen=True)
class Addresses:
    """Origins of the brand's web app and of the sign-in."""

    app: str
    login: str


def main(arguments: Sequence[str]) -> int:
    """Build and pack. Gives the exit status."""
    parser = argparse.ArgumentParser(description="The extension of one brand")
    parser.add_argument("--customer", default=DEFAULT_BRAND)
    parser.add_argument("--customers", type=Path, default=FOLDER, help="folder of the customers' files")
    parser.add_argument("--environment", default="prod")
    parser.add_argument("--app", help="origin of the web app, for an environment without a domain")
    parser.add_argument("--login", help="origin of the sign-in, if it is not the environment's")
    given = parser.parse_args(arguments)
    try:
        customer = load_customer(given.customer, given.customers)
        addresses = addresses_of(customer, given.environment, given.app, given.login)
        unpacked = build(customer, addresses, PLACE / customer.slug)
    except (ConfigurationError, ExtensionBuildFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    package = pack(unpacked, PLACE / f"{customer.slug}-{version(WORKSPACE)}.zip")
    print(f"{unpacked.relative_to(ROOT)}  for chrome://extensions, “Load unpacked”")
    print(f"{package.relative_to(ROOT)}  for the Chrome Web Store")
    return 0


def addresses_of(customer: Customer, environment: str, app: str | None, login: str | None) -> Addresses:
    """Where the brand is in an environment. Raises `ConfigurationError` where that is not known before it is
    deployed."""
    from nat_constructs.sign_in import login_url  # loads the CDK, for seconds

    place = customer.environment(load_environment(environment))
    app = app or customer.app_url_in(place)
    if app is None:
        raise ConfigurationError(
            f"{customer.slug} has no domain in {environment}. Name its web app (output AppUrl): APP=https://…"
        )
    return Addresses(app.rstrip("/"), login or login_url(place.sign_in_prefix, place.region))


def build(customer: Customer, addresses: Addresses, folder: Path) -> Path:
    """Build the unpacked extension into `folder`, which is emptied first. Raises `ExtensionBuildFailed`."""
    return extension_of(customer, addresses).unpack(folder)


def extension_of(customer: Customer, addresses: Addresses) -> ExtensionBuild:
    """What a brand's extension is built from, at these addresses."""
    brand = customer.brand
    return ExtensionBuild(
        workspace=WORKSPACE,
        name=brand.name,
        extension_name=brand.extension_name,
        description=brand.tagline,
        primary=brand.colours.primary,
        on_primary=brand.colours.on_primary,
        app=addresses.app,
        login=addresses.login,
        key=customer.extension_key,
        logo=customer.logo_file,
        node=str(node()),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
