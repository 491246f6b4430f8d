"""The brands under which one platform speaks: name, sender and address, from `NAT_BRANDS`.

`NAT_BRANDS` is a JSON list, the platform's own brand first:

    [{"name": "Nat", "sender": "assistant@…", "apps": ["https://app.…"], "customer": null,
      "colours": ["#0b5cad", "#ffffff"]}]

`apps` are the addresses of the brand's web app, the one that people should be sent to first. `customer` is
the slug of the customer whose brand it is; the platform's own has none. `colours` are that of buttons and of
what is written on them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nat import settings
from nat.names import Variable


@dataclass(frozen=True)
class Brand:
    """One brand: how it is called, from which address it writes, where its web app is (without a slash at the
    end)."""

    name: str
    sender: str
    apps: tuple[str, ...]
    customer: str | None = None
    primary: str = "#0b5cad"
    """Colour of buttons, with `on_primary` for what is written on them: `#` and six digits."""
    on_primary: str = "#ffffff"

    @property
    def app_url(self) -> str:
        """Where people are sent."""
        return self.apps[0]


@dataclass(frozen=True)
class Brands:
    """The brands of the platform; there is at least one."""

    known: tuple[Brand, ...]

    @classmethod
    def read(cls) -> "Brands":
        """The brands that the environment names. Raises `SettingMissing`, `ValueError`."""
        return cls.of(settings.read_json(Variable.BRANDS))

    @classmethod
    def of(cls, listed: Iterable[Any]) -> "Brands":
        """The brands of a parsed list. Raises `ValueError` for one that is not as described above."""
        try:
            known = tuple(
                Brand(
                    each["name"],
                    each["sender"],
                    tuple(each["apps"]),
                    each.get("customer"),
                    *each.get("colours", ()),
                )
                for each in listed
            )
        except (KeyError, TypeError):
            raise ValueError(f"{Variable.BRANDS} does not describe brands.") from None
        if not known or not all(each.name and each.sender and each.apps for each in known):
            raise ValueError(f"{Variable.BRANDS} does not describe brands.")
        return cls(known)

    @property
    def own(self) -> Brand:
        """The platform's own brand."""
        return self.known[0]

    def at(self, origin: str | None) -> Brand:
        """The brand whose web app a browser came from, by its `Origin`; else the platform's own."""
        return next((each for each in self.known if origin in each.apps), self.own)
