"""What a brand's site holds: the app, the packages of its extension, its logo. No CDK here: `make up` serves
the same."""

import hashlib
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from .extension_build import ExtensionBuild
from .web_build import WebBuild

LOGO_PLACE: Final = "brand"


@dataclass(frozen=True)
class SiteContents:
    """Files of a site, by what they are built from. Where the site's address is not known before it stands
    there is no extension, which has to name it."""

    app: WebBuild
    extension: ExtensionBuild | None = None
    logo: Path | None = None

    @cached_property
    def digest(self) -> str:
        """Hash of everything, so that it is known without building."""
        total = hashlib.sha256(self.app.digest.encode())
        if self.extension is not None:
            total.update(self.extension.digest.encode())
        if self.logo is not None:
            total.update(self.logo.name.encode() + self.logo.read_bytes())
        return total.hexdigest()

    def write(self, target: Path) -> None:
        """Build into `target`, which is emptied first. Raises `WebBuildFailed`, `ExtensionBuildFailed`."""
        self.app.write(target)
        if self.extension is not None:
            self.extension.publish(target)
        if self.logo is not None:
            (target / LOGO_PLACE).mkdir()
            shutil.copyfile(self.logo, target / LOGO_PLACE / self.logo.name)


def logo_path(logo: str | None) -> str | None:
    """Where browsers find a brand's logo."""
    return None if logo is None else f"/{LOGO_PLACE}/{logo}"
