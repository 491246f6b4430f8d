"""The extension of one brand: unpacked for developers, and as a package for the Chrome Web Store.

    python -m local.extension --customer nat --environment prod

Both come into `.local/extension/`. The package is the same, byte for byte, for the same sources.
"""

import argparse
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.customer import DEFAULT_BRAND, FOLDER, Customer, load_customer
from config.environment import load_environment
from config.loading import ConfigurationError
from local.environment import node
from local.places import ROOT

PACKAGE: Final = ROOT / "runtime" / "web" / "packages" / "extension"
PLACE: Final = ROOT / ".local" / "extension"
_LONG_AGO: Final = (2026, 1, 1, 0, 0, 0)
"""The time of every file in a package."""


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
        logo = given.customers / "logos" / customer.brand.logo if customer.brand.logo else None
        unpacked = build(customer, addresses, PLACE / customer.slug, logo)
    except (ConfigurationError, BuildFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    package = pack(unpacked, PLACE / f"{customer.slug}-{version()}.zip")
    print(f"{unpacked.relative_to(ROOT)}  for chrome://extensions, “Load unpacked”")
    print(f"{package.relative_to(ROOT)}  for the Chrome Web Store")
    return 0


class BuildFailed(Exception):
    """What the build said."""


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


def version() -> str:
    """The extension's version."""
    return str(json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"])


def build(customer: Customer, addresses: Addresses, folder: Path, logo: Path | None = None) -> Path:
    """Build the unpacked extension into `folder`, which is emptied first. Raises `BuildFailed`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    brand = customer.brand
    described = {
        "name": brand.name,
        "extensionName": brand.extension_name,
        "description": brand.tagline,
        "version": version(),
        "primary": brand.colours.primary,
        "onPrimary": brand.colours.on_primary,
        "app": addresses.app,
        "login": addresses.login,
        **({"key": customer.extension_key} if customer.extension_key else {}),
        **({"logo": str(logo)} if logo else {}),
    }
    file = folder.with_suffix(".json")
    file.write_text(json.dumps(described), encoding="utf-8")
    ran = subprocess.run(
        [str(node()), "build.ts", str(file), str(folder)],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        check=False,
    )
    file.unlink()
    if ran.returncode:
        raise BuildFailed(ran.stderr or ran.stdout)
    return folder


def pack(unpacked: Path, package: Path) -> Path:
    """A package for the store. It has no key: the store gives the extension one, and with it its id."""
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in unpacked.rglob("*") if path.is_file()):
            name = path.relative_to(unpacked).as_posix()
            content = path.read_bytes()
            if name == "manifest.json":
                manifest = json.loads(content)
                manifest.pop("key", None)
                content = json.dumps(manifest, indent=2).encode()
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return package


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
