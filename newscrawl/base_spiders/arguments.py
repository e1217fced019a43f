"""The arguments of a site's spider, read before anything is asked of the network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from newscrawl.base_spiders.base import ArgumentError
from newscrawl.discovery.dates import EARLIEST, LATEST
from newscrawl.discovery.named import Section
from newscrawl.text import printable
from newscrawl.urls import is_article_url
from newscrawl.window import Window

ARGUMENTS: Mapping[str, str] = {
    "since": "only articles from this day on, as in 2020-09-01",
    "until": "only articles up to this day, the day itself included",
    "max_articles": "end after so many new or changed articles",
    "urls": "just these pages: URLs with commas between, or a file with one a line",
    "full": "1: fetch what is known as well",
    "accept": "1: what the pages of `urls` say now replaces their articles, though it is a fragment of them",
    "section": "only this section: its name, a part of its articles' addresses, a feed's category, or its path",
    "timezone": "the site's time zone, in which days are meant, as in Asia/Ho_Chi_Minh",
}


def window(given: Mapping[str, str], timezone: str | None) -> Window:
    """Return the days of `since` and `until`, and the moments between which they lie. Raises ArgumentError.

    In the site's zone; where that is not known, from the first moment at which such a day begins anywhere.
    """
    zone = ZoneInfo(timezone) if timezone else None
    since, until = (_day(given, name) for name in ("since", "until"))
    if since and until and since > until:
        raise ArgumentError(f"since={since} is after until={until}")
    try:
        return Window(
            datetime.combine(since, time(), zone or EARLIEST).astimezone(UTC) if since else None,
            datetime.combine(until + timedelta(days=1), time(), zone or LATEST).astimezone(UTC) if until else None,
            since,
            until,
            timezone,
        )
    except OverflowError:
        raise ArgumentError("since and until must be days that a calendar has room around") from None


def _day(given: Mapping[str, str], name: str) -> date | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ArgumentError(f"{name} must be a day as in 2020-09-01, not {printable(str(value))!r}") from None


def number(given: Mapping[str, str], name: str) -> int | None:
    """Return a count above zero. Raises ArgumentError."""
    value = given.get(name)
    if value is None:
        return None
    if not re.fullmatch("[0-9]{1,9}", str(value)) or not int(value):
        raise ArgumentError(f"{name} must be a whole number above 0, not {printable(str(value))!r}")
    return int(value)


def switch(given: Mapping[str, str], name: str) -> bool:
    """Return whether something is switched on. Raises ArgumentError."""
    value = str(given.get(name, "0"))
    if value not in {"0", "1"}:
        raise ArgumentError(f"{name} must be 1 or 0, not {printable(value)!r}")
    return value == "1"


def accept(given: Mapping[str, str]) -> bool:
    """Return whether pages are taken as they are; only for those that are asked for by name. Raises ArgumentError."""
    accepted = switch(given, "accept")
    if accepted and given.get("urls") is None:
        raise ArgumentError("accept=1 is for pages that urls names; add -a urls=URL")
    return accepted


def urls(given: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the pages that are asked for by name, each once. Raises ArgumentError."""
    value = given.get("urls")
    if value is None:
        return None
    if re.match("https?:", str(value), re.IGNORECASE):
        found = re.split(r",(?=https?:)", str(value))
    else:
        try:
            lines = Path(value).read_text("utf-8-sig").splitlines()
        except (OSError, ValueError) as error:
            cause = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
            raise ArgumentError(f"urls: {printable(str(value))} cannot be read ({cause})") from None
        found = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    wanted = tuple(dict.fromkeys(url.strip() for url in found))
    for url in wanted:
        if not is_article_url(url):
            raise ArgumentError(f"urls: {printable(url)!r} is not the http(s) address of a page")
    if not wanted:
        raise ArgumentError("urls: names no page")
    return wanted


def section(given: Mapping[str, str]) -> Section | None:
    """Return the section that a run is limited to; None for all. Raises ArgumentError."""
    value = given.get("section")
    if value is None:
        return None
    found = Section(str(value).strip())
    if not found.path or "://" in found.given:
        raise ArgumentError(f"section: {printable(str(value))!r} is neither a name nor a path of the site")
    return found


def timezone(given: Mapping[str, str]) -> str | None:
    """Return the IANA name of a zone. Raises ArgumentError."""
    value = given.get("timezone")
    if value is None:
        return None
    try:
        ZoneInfo(str(value))
    except (KeyError, OSError, ValueError):
        raise ArgumentError(f"timezone: {printable(str(value))!r} is no zone such as Asia/Ho_Chi_Minh") from None
    return str(value)
