"""The day that the address of a page names."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import unquote, urlsplit

from newscrawl.extraction.metadata.date_text import read_date

_ARCHIVED = re.compile(r"https?:/{1,2}[^/]", re.IGNORECASE)
"""The address of a page within that of an archive's copy, which begins with the day of the copy."""

_URL_DAY = (
    re.compile(r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?=[/_.-]|\Z)"),
    re.compile(r"(?<![\dA-Za-z])((?:19|20)\d\d)([01]\d)([0-3]\d)(?:\d{4,9})?(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)-([01]\d)-([0-3]\d)(?!\d)"),
)
_URL_NAMED = re.compile(r"/(\d{4})/([a-z]{3,9})/(\d{1,2})/", re.IGNORECASE)


def day_of_url(url: str | None) -> str | None:
    """Return the day in an address as year-month-day; None where there is none."""
    try:
        address = unquote(url or "")[:2000]
        inner = list(_ARCHIVED.finditer(address))
        path = urlsplit(address[inner[-1].start() :] if inner else address).path[:1000]
    except ValueError:
        return None
    for pattern in _URL_DAY:
        for year, month, day in pattern.findall(path):
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                continue
    if match := _URL_NAMED.search(path):
        written = read_date(f"{match[3]} {match[2]} {match[1]}")
        return written.day.isoformat() if written else None
    return None
