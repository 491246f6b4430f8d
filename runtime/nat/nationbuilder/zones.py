"""Time zones of events: V2 knows them by the names of Rails, such as "Pacific Time (US & Canada)".

The names are the choices of `events.time_zone` in the vendor's OpenAPI document; what each stands for is in
Rails (`ActiveSupport::TimeZone`), on which V2 is built.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

V2_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "Pacific/Midway": ("Midway Island", "International Date Line West"),
    "Pacific/Pago_Pago": ("American Samoa",),
    "Pacific/Honolulu": ("Hawaii",),
    "America/Juneau": ("Alaska",),
    "America/Los_Angeles": ("Pacific Time (US & Canada)",),
    "America/Tijuana": ("Tijuana",),
    "America/Phoenix": ("Arizona",),
    "America/Mazatlan": ("Mazatlan",),
    "America/Denver": ("Mountain Time (US & Canada)",),
    "America/Guatemala": ("Central America",),
    "America/Chicago": ("Central Time (US & Canada)",),
    "America/Chihuahua": ("Chihuahua",),
    "America/Mexico_City": ("Mexico City", "Guadalajara"),
    "America/Monterrey": ("Monterrey",),
    "America/Regina": ("Saskatchewan",),
    "America/Bogota": ("Bogota",),
    "America/New_York": ("Eastern Time (US & Canada)",),
    "America/Indiana/Indianapolis": ("Indiana (East)",),
    "America/Lima": ("Lima", "Quito"),
    "America/Halifax": ("Atlantic Time (Canada)",),
    "America/Caracas": ("Caracas",),
    "America/Guyana": ("Georgetown",),
    "America/La_Paz": ("La Paz",),
    "America/Puerto_Rico": ("Puerto Rico",),
    "America/Santiago": ("Santiago",),
    "America/St_Johns": ("Newfoundland",),
    "America/Sao_Paulo": ("Brasilia",),
    "America/Argentina/Buenos_Aires": ("Buenos Aires",),
    "America/Montevideo": ("Montevideo",),
    "America/Nuuk": ("Greenland",),
    "Atlantic/South_Georgia": ("Mid-Atlantic",),
    "Atlantic/Azores": ("Azores",),
    "Atlantic/Cape_Verde": ("Cape Verde Is.",),
    "Europe/London": ("London", "Edinburgh"),
    "Europe/Lisbon": ("Lisbon",),
    "Africa/Monrovia": ("Monrovia",),
    "Etc/UTC": ("UTC",),
    "Europe/Amsterdam": ("Amsterdam",),
    "Europe/Belgrade": ("Belgrade",),
    "Europe/Berlin": ("Berlin",),
    "Europe/Zurich": ("Zurich", "Bern"),
    "Europe/Bratislava": ("Bratislava",),
    "Europe/Brussels": ("Brussels",),
    "Europe/Budapest": ("Budapest",),
    "Africa/Casablanca": ("Casablanca",),
    "Europe/Copenhagen": ("Copenhagen",),
    "Europe/Dublin": ("Dublin",),
    "Europe/Ljubljana": ("Ljubljana",),
    "Europe/Madrid": ("Madrid",),
    "Europe/Paris": ("Paris",),
    "Europe/Prague": ("Prague",),
    "Europe/Rome": ("Rome",),
    "Europe/Sarajevo": ("Sarajevo",),
    "Europe/Skopje": ("Skopje",),
    "Europe/Stockholm": ("Stockholm",),
    "Europe/Vienna": ("Vienna",),
    "Europe/Warsaw": ("Warsaw",),
    "Africa/Algiers": ("West Central Africa",),
    "Europe/Zagreb": ("Zagreb",),
    "Europe/Athens": ("Athens",),
    "Europe/Bucharest": ("Bucharest",),
    "Africa/Cairo": ("Cairo",),
    "Africa/Harare": ("Harare",),
    "Europe/Helsinki": ("Helsinki",),
    "Asia/Jerusalem": ("Jerusalem",),
    "Europe/Kaliningrad": ("Kaliningrad",),
    "Europe/Kyiv": ("Kyiv",),
    "Africa/Johannesburg": ("Pretoria",),
    "Europe/Riga": ("Riga",),
    "Europe/Sofia": ("Sofia",),
    "Europe/Tallinn": ("Tallinn",),
    "Europe/Vilnius": ("Vilnius",),
    "Asia/Baghdad": ("Baghdad",),
    "Europe/Istanbul": ("Istanbul",),
    "Asia/Kuwait": ("Kuwait",),
    "Europe/Minsk": ("Minsk",),
    "Europe/Moscow": ("Moscow", "St. Petersburg"),
    "Africa/Nairobi": ("Nairobi",),
    "Asia/Riyadh": ("Riyadh",),
    "Europe/Volgograd": ("Volgograd",),
    "Asia/Tehran": ("Tehran",),
    "Asia/Muscat": ("Muscat", "Abu Dhabi"),
    "Asia/Baku": ("Baku",),
    "Europe/Samara": ("Samara",),
    "Asia/Tbilisi": ("Tbilisi",),
    "Asia/Yerevan": ("Yerevan",),
    "Asia/Kabul": ("Kabul",),
    "Asia/Almaty": ("Almaty",),
    "Asia/Dhaka": ("Dhaka", "Astana"),
    "Asia/Yekaterinburg": ("Ekaterinburg",),
    "Asia/Karachi": ("Karachi", "Islamabad"),
    "Asia/Tashkent": ("Tashkent",),
    "Asia/Kolkata": ("New Delhi", "Chennai", "Kolkata", "Mumbai"),
    "Asia/Colombo": ("Sri Jayawardenepura",),
    "Asia/Kathmandu": ("Kathmandu",),
    "Asia/Urumqi": ("Urumqi",),
    "Asia/Rangoon": ("Rangoon",),
    "Asia/Bangkok": ("Bangkok", "Hanoi"),
    "Asia/Jakarta": ("Jakarta",),
    "Asia/Krasnoyarsk": ("Krasnoyarsk",),
    "Asia/Novosibirsk": ("Novosibirsk",),
    "Asia/Shanghai": ("Beijing",),
    "Asia/Chongqing": ("Chongqing",),
    "Asia/Hong_Kong": ("Hong Kong",),
    "Asia/Irkutsk": ("Irkutsk",),
    "Asia/Kuala_Lumpur": ("Kuala Lumpur",),
    "Australia/Perth": ("Perth",),
    "Asia/Singapore": ("Singapore",),
    "Asia/Taipei": ("Taipei",),
    "Asia/Ulaanbaatar": ("Ulaanbaatar",),
    "Asia/Tokyo": ("Tokyo", "Osaka", "Sapporo"),
    "Asia/Seoul": ("Seoul",),
    "Asia/Yakutsk": ("Yakutsk",),
    "Australia/Adelaide": ("Adelaide",),
    "Australia/Darwin": ("Darwin",),
    "Australia/Brisbane": ("Brisbane",),
    "Australia/Melbourne": ("Melbourne", "Canberra"),
    "Pacific/Guam": ("Guam",),
    "Australia/Hobart": ("Hobart",),
    "Pacific/Port_Moresby": ("Port Moresby",),
    "Australia/Sydney": ("Sydney",),
    "Asia/Vladivostok": ("Vladivostok",),
    "Asia/Magadan": ("Magadan",),
    "Pacific/Noumea": ("New Caledonia",),
    "Pacific/Guadalcanal": ("Solomon Is.",),
    "Asia/Srednekolymsk": ("Srednekolymsk",),
    "Pacific/Auckland": ("Auckland", "Wellington"),
    "Pacific/Fiji": ("Fiji",),
    "Asia/Kamchatka": ("Kamchatka",),
    "Pacific/Majuro": ("Marshall Is.",),
    "Pacific/Chatham": ("Chatham Is.",),
    "Pacific/Tongatapu": ("Nuku'alofa",),
    "Pacific/Apia": ("Samoa",),
    "Pacific/Fakaofo": ("Tokelau Is.",),
    "Pacific/Pitcairn": ("Pacific/Pitcairn",),
    "Pacific/Gambier": ("Pacific/Gambier",),
    "Pacific/Marquesas": ("Pacific/Marquesas",),
    "America/Adak": ("America/Adak",),
    "Antarctica/Troll": ("Antarctica/Troll",),
    "Australia/Eucla": ("Australia/Eucla",),
    "Australia/Lord_Howe": ("Australia/Lord_Howe",),
    "Pacific/Kiritimati": ("Pacific/Kiritimati",),
    "Canada/Yukon": ("Canada/Yukon",),
}
"""V2's names by IANA name; the first is the one that Nat writes."""

_DAYS: Final = 366


@cache
def _iana_names() -> Mapping[str, str]:
    return {name.casefold(): zone for zone, names in V2_NAMES.items() for name in names}


def zone_of(name: str) -> ZoneInfo | None:
    """The zone behind a name of V2 or IANA, in any case for V2's; None where there is none."""
    try:
        return ZoneInfo(_iana_names().get(name.strip().casefold(), name.strip()))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def v2_name(name: str, start: datetime) -> str | None:
    """The name that V2 takes for a zone given by a name of either kind: its own, else that of a zone whose
    clocks show the same through the year from `start` (America/Detroit is Eastern Time). None where there is
    none."""
    wanted = name.strip().casefold()
    for names in V2_NAMES.values():
        for each in names:
            if each.casefold() == wanted:
                return each
    zone = zone_of(name)
    if zone is None:
        return None
    if zone.key in V2_NAMES:
        return V2_NAMES[zone.key][0]
    return next((names[0] for key, names in V2_NAMES.items() if _agree(zone, ZoneInfo(key), start)), None)


def _agree(one: ZoneInfo, other: ZoneInfo, start: datetime) -> bool:
    """Whether two zones' clocks show the same at noon UTC of each day of the year from `start`."""
    noon = start.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    days = (noon + timedelta(days=each) for each in range(_DAYS))
    return all(day.astimezone(one).utcoffset() == day.astimezone(other).utcoffset() for day in days)
