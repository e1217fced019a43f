"""What a run is limited to: a range of dates, and which of the pages that listings name it fetches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from newscrawl.items import Article


@dataclass(frozen=True, slots=True)
class Window:
    """A range of dates that a run is limited to; None means open-ended.

    Listings are held against moments: those between which the days lie, in the site's zone or, where that is not known,
    in any. An article is held against the days themselves.
    """

    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    first_day: date | None = None
    last_day: date | None = None
    zone: str | None = None
    """IANA name of the site's zone; None where it is not known."""

    def __bool__(self) -> bool:
        return self.since is not None or self.until is not None

    def holds(self, moment: datetime | None) -> bool:
        """Whether a time lies in the range; an unknown time may."""
        if moment is None:
            return True
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)

    def holds_days(self, first: date, last: date) -> bool:
        """Whether some day between two lies in the range."""
        return (self.first_day is None or last >= self.first_day) and (self.last_day is None or first <= self.last_day)

    def holds_article(self, article: Article) -> bool:
        """Whether an article was published in the range, by the calendar of its site; one without a date may be."""
        moment = article.published_at
        if moment is None or (self.first_day is None and self.last_day is None):
            return self.holds(moment)
        if article.published_precision == "day":
            return self.holds_days(moment.date(), moment.date())
        zone = ZoneInfo(self.zone) if self.zone else _written_zone(article.published_raw)
        if zone is None:
            return self.holds(moment)
        day = moment.astimezone(zone).date()
        return self.holds_days(day, day)


_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)\)?\s*$")


def _written_zone(raw: str | None) -> timezone | None:
    """The zone that a page writes with its date."""
    match = _OFFSET.search(raw or "")
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)


EVER = Window()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the pages named by its listings a run fetches."""

    window: Window = EVER
    everything: bool = False
    """Also refetch known pages that are not due."""
    accepted: bool = False
    """Whether what a page says now replaces its article, though it lost most of the text."""
