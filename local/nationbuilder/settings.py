"""What can be turned while the stand-in runs."""

from dataclasses import dataclass
from typing import Any, Final

AT_ONCE: Final = "at_once"
ON_FIRST_USE: Final = "on_first_use"


@dataclass
class Settings:
    """Behaviour that tests and `POST /_standin/settings` change.

    `rate_limit`: requests in `rate_window_seconds` for each token, 0 for no limit. `token_seconds`: life of
    an access token. `code_seconds`: life of an authorization code. `async_delay_seconds`: how long a list
    action takes.
    `refresh_revocation`: whether a spent refresh token dies at once or when the new access token is first
    used. `refresh_revokes_access`: whether refreshing also ends the old access token.
    """

    rate_limit: int = 250
    rate_window_seconds: float = 10.0
    token_seconds: float = 86_400
    code_seconds: float = 600
    async_delay_seconds: float = 1.0
    refresh_revocation: str = AT_ONCE
    refresh_revokes_access: bool = False

    def change(self, values: dict[str, Any]) -> None:
        """Set some. Raises `ValueError` for an unknown name or a value of another type."""
        known = vars(self)
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"Unknown setting {name}. Known settings: {', '.join(known)}.")
            if name == "refresh_revocation" and value not in (AT_ONCE, ON_FIRST_USE):
                raise ValueError(f"refresh_revocation is {AT_ONCE} or {ON_FIRST_USE}.")
            if isinstance(value, bool) != isinstance(known[name], bool) or (
                isinstance(known[name], int | float) and not isinstance(value, int | float)
            ):
                raise ValueError(f"{name} has a value of the wrong type.")
            setattr(self, name, value)
