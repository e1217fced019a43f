"""In which zone and which order of day and month a page writes its dates, as far as language and country tell."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newscrawl.extraction.metadata.date_text import Order

# Countries where one time is kept, and whose domain is used by them alone. iana.org/time-zones, zone1970.tab
_ZONES = {
    "Africa": """
        ci:Abidjan gh:Accra dz:Algiers eg:Cairo ma:Casablanca za:Johannesburg ng:Lagos ke:Nairobi tn:Tunis
        tz:Dar_es_Salaam ug:Kampala et:Addis_Ababa sn:Dakar zw:Harare zm:Lusaka rw:Kigali cm:Douala
        """,
    "America": """
        cr:Costa_Rica cu:Havana pe:Lima uy:Montevideo pa:Panama ve:Caracas gt:Guatemala sv:El_Salvador bo:La_Paz
        jm:Jamaica py:Asuncion do:Santo_Domingo hn:Tegucigalpa ni:Managua
        """,
    "Asia": """
        vn:Ho_Chi_Minh th:Bangkok jp:Tokyo kr:Seoul cn:Shanghai tw:Taipei hk:Hong_Kong sg:Singapore ph:Manila
        in:Kolkata bd:Dhaka pk:Karachi lk:Colombo np:Kathmandu kh:Phnom_Penh il:Jerusalem sa:Riyadh ae:Dubai qa:Qatar
        kw:Kuwait lb:Beirut jo:Amman iq:Baghdad ir:Tehran uz:Tashkent ge:Tbilisi az:Baku my:Kuala_Lumpur bn:Brunei
        mo:Macau af:Kabul kz:Almaty
        """,
    "Europe": """
        uk:London ie:Dublin fr:Paris de:Berlin at:Vienna ch:Zurich it:Rome nl:Amsterdam be:Brussels lu:Luxembourg
        dk:Copenhagen se:Stockholm no:Oslo fi:Helsinki pl:Warsaw cz:Prague sk:Bratislava hu:Budapest ro:Bucharest
        bg:Sofia gr:Athens hr:Zagreb si:Ljubljana rs:Belgrade ba:Sarajevo mk:Skopje al:Tirane ua:Kyiv by:Minsk
        lt:Vilnius lv:Riga ee:Tallinn tr:Istanbul mt:Malta md:Chisinau li:Vaduz va:Vatican
        """,
    "Atlantic": "is:Reykjavik",
}
_ZONE_OF = {
    country: f"{region}/{city}"
    for region, entries in _ZONES.items()
    for country, city in (entry.split(":") for entry in entries.split())
}
_MONTH_FIRST = frozenset(("us", "ph"))
_UNDECIDED = frozenset(("ca",))


def top_level(url: str | None) -> str:
    """Return the last label of the host name; empty where there is none."""
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    return host.rpartition(".")[2].lower()


@lru_cache(maxsize=256)
def zone_of(timezone: str | None, domain: str) -> tzinfo | None:
    """Return the zone of times without one: the named one, else that of the country; None where that is not known."""
    name = timezone or _ZONE_OF.get(domain)
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, OSError, ValueError):  # not an IANA name, or this machine has no time zone data
        return None


def country_of(timezone: str | None) -> str | None:
    """Return the ISO 3166 code of the country that keeps a zone alone; None where that is not known."""
    country = next((country for country, zone in _ZONE_OF.items() if zone == timezone), None)
    return "GB" if country == "uk" else country.upper() if country else None


def order_of(locales: tuple[str, ...], domain: str) -> Order | None:
    """Return whether day or month stands first in 4/3/2015; None where neither language nor country tells.

    `locales` are tags such as ``en-US``. Only English is written in both orders.
    """
    languages = [locale.replace("_", "-").lower().split("-") for locale in locales]
    if not languages:
        return "dmy" if domain in _ZONE_OF and domain not in _MONTH_FIRST else None
    if languages[0][0] not in ("en", "fil", "tl"):
        return "dmy"
    regions = [parts[-1] for parts in languages if len(parts) > 1 and len(parts[-1]) == 2]
    country = domain if len(domain) == 2 and domain in _ZONE_OF | {"us": "", "au": "", "nz": "", "ca": ""} else None
    region = country or next(iter(regions), None)
    if region is None or region in _UNDECIDED:
        return None
    return "mdy" if region in _MONTH_FIRST else "dmy"
