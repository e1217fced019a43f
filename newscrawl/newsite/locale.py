"""The zone and the language of a site, by its domain and its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newscrawl.extraction.metadata.zones import top_level, zone_of
from newscrawl.items import Article
from newscrawl.rules import RulesError, SiteRules

_OFFSET = re.compile(r"T?\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?([+-])(\d{2}):?(\d{2})$")
# Languages that are spoken for the most part where one time is kept. For others, English and Spanish among them, an
# offset says too little: the same one is kept by countries whose summer time differs.
_ZONES = dict(
    pair.split(":")
    for pair in """
    vi:Asia/Ho_Chi_Minh th:Asia/Bangkok km:Asia/Phnom_Penh lo:Asia/Vientiane my:Asia/Yangon ja:Asia/Tokyo ko:Asia/Seoul
    zh:Asia/Shanghai id:Asia/Jakarta hi:Asia/Kolkata ne:Asia/Kathmandu bn:Asia/Dhaka fa:Asia/Tehran he:Asia/Jerusalem
    tr:Europe/Istanbul de:Europe/Berlin fr:Europe/Paris it:Europe/Rome nl:Europe/Amsterdam pl:Europe/Warsaw
    cs:Europe/Prague sk:Europe/Bratislava hu:Europe/Budapest sv:Europe/Stockholm da:Europe/Copenhagen nb:Europe/Oslo
    no:Europe/Oslo fi:Europe/Helsinki el:Europe/Athens ro:Europe/Bucharest bg:Europe/Sofia uk:Europe/Kyiv
    et:Europe/Tallinn lv:Europe/Riga lt:Europe/Vilnius is:Atlantic/Reykjavik
    """.split()
)


def language_of(articles: Sequence[Article]) -> str | None:
    """Return the language that all pages say; None where they differ, or where a spider could not name it."""
    languages = {article.language for article in articles}
    if len(languages) != 1:
        return None
    language = languages.pop()
    try:
        return SiteRules(language=language).language
    except RulesError:
        return None


def timezone_of(home: str, articles: Sequence[Article], language: str | None) -> str | None:
    """Return the zone of the country of a site's domain; else that of its language, where its dates agree with it."""
    country = zone_of(None, top_level(home))
    if isinstance(country, ZoneInfo):
        return country.key
    zone = zone_of(_ZONES.get(language or ""), "")
    written = [(article.published_at, _offset(article.published_raw or "")) for article in articles]
    dated = [(at, offset) for at, offset in written if at is not None and offset is not None]
    if isinstance(zone, ZoneInfo) and dated and all(_agrees(zone, at, offset) for at, offset in dated):
        return zone.key
    return None


def _agrees(zone: ZoneInfo, at: datetime, offset: timedelta) -> bool:
    return at.astimezone(zone).utcoffset() == offset


def _offset(raw: str) -> timedelta | None:
    found = _OFFSET.search(raw.strip())
    if found is None:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return offset if found[1] == "+" else -offset
