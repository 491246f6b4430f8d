"""Words that seeded people, places and things are made of, from `words.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_DATA: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
FIRST_NAMES: Final[list[str]] = _DATA["first_names"]
LAST_NAMES: Final[list[str]] = _DATA["last_names"]
STREETS: Final[list[str]] = _DATA["streets"]
EMPLOYERS: Final[list[str]] = _DATA["employers"]
OCCUPATIONS: Final[list[str]] = _DATA["occupations"]
ORGANISATION_KINDS: Final[list[str]] = _DATA["organisation_kinds"]
CONTACT_NOTES: Final[list[str | None]] = [note or None for note in _DATA["contact_notes"]]
SURVEY_COMMENTS: Final[list[str]] = _DATA["survey_comments"]
TAG_THEMES: Final[list[str]] = _DATA["tag_themes"]
TAG_ACTIONS: Final[list[str]] = _DATA["tag_actions"]


@dataclass(frozen=True)
class Place:
    """A city with its centre."""

    city: str
    state: str
    zip_prefix: str
    lat: float
    lng: float


PLACES: Final = {name: [Place(**each) for each in places] for name, places in _DATA["places"].items()}
EAST: Final = PLACES["east"]
