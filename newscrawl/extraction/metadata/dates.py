"""When an article was published and last changed, and where its page says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.date_address import day_of_url
from newscrawl.extraction.metadata.date_text import Order, Written, read_date
from newscrawl.extraction.metadata.datelines import (
    CHANGED,
    ISSUED,
    LONGEST,
    before_change,
    dated_part,
    has_digit,
    is_dateline,
)
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.marks import Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, line_of, text_of
from newscrawl.extraction.metadata.vicinity import LONG, Line, Vicinity
from newscrawl.extraction.metadata.words import phrases
from newscrawl.items import DatePrecision, DateSource

MOST_CANDIDATES = 40
AHEAD = timedelta(days=1)
"""How far a date may lie after the page was fetched: clocks and zones differ, and some papers are dated tomorrow."""

OLDEST = date(1990, 1, 1)
# What publishing systems write where they hold no date.
_EMPTY = frozenset((date(1, 1, 1), date(1900, 1, 1), date(1969, 12, 31), date(1970, 1, 1)))
_MODIFIED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "lastmod",
    "last_modified",
    "dateupdate",
    "dateupdated",
)


MOST_TIMES = 200
MOST_MARKED = 40
LEAST_ITEMS = 3
"""How many dated items make a list one of other articles rather than a byline."""

_META = (
    *("article:published_time", "og:published_time", "og:article:published_time", "datepublished", "article:published"),
    *(
        "parsely-pub-date",
        "pubdate",
        "publishdate",
        "publish_date",
        "publish-date",
        "published_time",
        "publication_date",
    ),
    *("cxenseparse:recs:publishtime", "sailthru.date", "citation_publication_date", "citation_online_date"),
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "originalpublicationdate"),
    *("datecreated", "article.published", "bt:pubdate", "created", "displaydate"),
)
_META_VAGUE = ("dc.date", "dcterms.date", "date")
"""Dates that may be of publication or of the last change."""

_META_LIKE = re.compile(
    r"publi(?:(?!publi)[a-z])*[ _:.-]?(?:date|time|at|on)\Z|pub_?date|date[ _:.-]?publi|(?:date|time)[ _:.-]?issued"
    r"|post_?date|\A(?:first[ _:.-]?)?published\Z"
)
_CARD = re.compile(
    phrases(
        """
        related|sidebar|comment|recommend|teaser|card|popular|latest|most-?read|listing|carousel|caption|event|footer|next
        |prev|expire
        """
    ),
    re.IGNORECASE,
)
_OPENING = re.compile(r"\s[-–—]+\s|(?<=\))\s|:\s")
"""What divides place and date from the sentence that they open."""

_DATE_ALONE = re.compile(r"\(?\d[\d\s./-]{6,14}\)?")
_MOST_ELEMENTS = 20
"""Elements of a headline in which its date is looked for."""
MOST_BELOW = 8
"""Lines below the headline among which the date of the article is shown."""

APART, APART_IN_ONE_ZONE = 2, 1
"""By how many days two dates differ that are not the same one in two zones; the second where no zone is told."""

_IN_UTC = ("Z", "+00:00", "+0000", "GMT")
_FARTHEST = timedelta(hours=14)
"""How far zones are from UTC."""

_WEST = timedelta(hours=12)
"""How far zones are behind UTC: at a moment it is no earlier day anywhere than at that time before it in UTC."""

_BEHIND = 10
"""Hours by which the zones of America are behind UTC."""


@dataclass(frozen=True, slots=True)
class Published:
    """When an article was published; all None where the page does not say it."""

    at: datetime | None = None
    raw: str | None = None
    source: DateSource | None = None
    precision: DatePrecision | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How the dates of one page are read."""

    fetched_at: datetime
    zone: tzinfo | None
    """Of times that are written without one."""
    order: Order | None
    languages: tuple[str, ...]
    """Of the names of months, the surest first."""

    def read(self, raw: str) -> Written | None:
        """Read a date; None where there is none, or one that lies in the future or before there were news sites."""
        written = read_date(raw, self.order, self.languages)
        if written is None or written.day in _EMPTY:
            return None
        return written if written.moment(self.zone)[0] <= self.fetched_at + AHEAD else None


def published(candidates: Iterable[tuple[DateSource, str]], reading: Reading) -> Published:
    """Return the first date that can be read; a later one of the same day may add the time of day that it lacks.

    Structured dates may be of any year; one in running text that is older than the web is what an article is about.
    """
    best = Published()
    day: date | None = None
    for source, raw in islice(candidates, MOST_CANDIDATES):
        written = reading.read(raw)
        if written is None or (source in ("byline", "url", "modified") and written.day < OLDEST):
            continue
        at, precision = written.moment(reading.zone)
        if day is None or (written.day == day and precision != "day"):
            # A line of text says more than the date; structured data is given as it is written.
            words = written.words if source == "byline" else raw[:300]
            best, day = Published(at, line_of(words), source, precision), written.day
        if precision != "day" or source == "byline":
            break
    return best


def told_changes(head: MetaTags, structured: JsonLd) -> list[str]:
    """Return what the page tells machines of its last change, as written."""
    return [raw for raw in (structured.modified, *head.all(*_MODIFIED)) if raw]


def modified(head: MetaTags, structured: JsonLd, since: datetime | None, reading: Reading) -> datetime | None:
    """Return when the article was last changed; None without a time of day, or before its publication."""
    for raw in told_changes(head, structured):
        written = reading.read(raw)
        if written is not None:
            at, precision = written.moment(reading.zone)
            if precision != "day" and (since is None or at >= since):
                return at
    return None


def candidates(
    marks: Marks, head: MetaTags, structured: JsonLd, near: Vicinity, url: str | None
) -> Iterator[tuple[DateSource, str]]:
    """Yield what may be the date of publication, as written, with where it stands; the surest place first."""
    if structured.published:
        yield "json_ld", structured.published
    for raw in head.all(*_META, *_META_VAGUE, *_names_like_published(head)):
        yield "meta", raw
    lines = _nearest_first(_bylines(near))
    yield from (("byline", text) for text in _in_heading(near.heading))
    yield from _in_lines(lines)
    yield from (("time", raw) for raw in _times(head.times, near))
    yield from (("byline", first) for text in _marked(marks, near) if has_digit(first := before_change(text)))
    openings = (_OPENING.split(line.text[:LONGEST])[0] for line in lines if len(line.text) > LONGEST)
    yield from (("byline", opening) for opening in openings if is_dateline(opening))
    if day := day_of_url(url):
        yield "url", day
    parts = _OPENING.split(head.title or "")
    yield from (("byline", part) for part in (parts[-1], parts[0]) if _DATE_ALONE.fullmatch(part))


def shown_instead(found: Published, head: MetaTags, near: Vicinity, reading: Reading) -> Published:
    """Return the date that stands below the headline, where what the page tells machines is days later.

    No page is shown to be older than it is, but systems that keep no date of publication tell that of the last change.
    Of 16 pages of the data sets on which the two differ so, the one below the headline is right on 12; on the others
    something else was read as a date. A meta tag that does not say of what its date is gives way to any below the
    headline, which may be that of an earlier or a later day, and behind a paragraph of lead.
    """
    if found.source not in ("json_ld", "meta") or found.at is None:
        return found
    vague = found.source == "meta" and found.raw not in head.all(*_META, *_names_like_published(head))
    lines = _below(near, paragraphs=int(vague))
    if vague:
        lines += tuple(islice((line for line in near.lines if line.before), 1))
    shown = published(_in_lines(_bylines(replace(near, lines=lines))), reading)
    told, said = reading.read(found.raw or ""), reading.read(shown.raw or "")
    if told is None or said is None:
        return found
    if not vague and told.clock is not None and told.clock.time.tzinfo is not None:
        return shown if said.day < (found.at - _WEST).date() else found
    is_local = told.clock is not None and told.clock.time.tzinfo is None
    days = (told.day - said.day).days
    return shown if (abs(days) if vague else days) >= (APART_IN_ONE_ZONE if is_local else APART) else found


def _below(near: Vicinity, paragraphs: int = 0) -> tuple[Line, ...]:
    """The lines right below the headline, up to so many paragraphs and without them."""
    lines: list[Line] = []
    for line in near.lines[:MOST_BELOW]:
        paragraphs -= len(line.text) > LONG
        if line.before or paragraphs < 0:
            break
        lines += [line] * (len(line.text) <= LONG)
    return tuple(lines)


def changes_shown(near: Vicinity) -> Iterator[tuple[DateSource, str]]:
    """Yield the lines around the headline that date the last change."""
    for line in _nearest_first(_bylines(near)):
        if CHANGED.search(line.text) and (text := _dated(line)):
            yield "modified", text


def in_local_time(found: Published, head: MetaTags, near: Vicinity, reading: Reading) -> Published:
    """Return a date in UTC as the page writes the same moment for its readers.

    Many systems tell machines the time in UTC, and readers that of where the article was written, at times another day:
    in a ``<time>`` with another offset, or in a line below the headline.
    """
    if found.raw is None or found.at is None or found.precision == "day" or not found.raw.endswith(_IN_UTC):
        return found
    minutes = found.raw[13:16]  # which most zones have in common, and most other times have not
    for raw in {element.get("datetime") or "" for element in head.times[:MOST_TIMES]}:
        if raw[13:16] == minutes and not raw.endswith(_IN_UTC) and (written := reading.read(raw)):
            elsewhere = written.clock is not None and written.clock.time.tzinfo is not None
            if elsewhere and written.moment(None)[0] == found.at:
                return replace(found, raw=raw, source="time")
    for line in _bylines(replace(near, lines=_below(near))):
        first = before_change(line.text)
        if is_dateline(line.text) and has_digit(first) and (written := reading.read(first)):
            return replace(found, raw=line_of(written.words)) if _is_local(written, found.at) else found
    return found


def _is_local(written: Written, at: datetime) -> bool:
    """Whether a date of a day before or after that of a moment in UTC is the same one in some zone.

    With a time the minutes are the same; without one it is the day before, in the hours in which America has that.
    """
    if written.clock is None:
        return (at.date() - written.day).days == 1 and at.hour < _BEHIND
    local = datetime.combine(written.day, written.clock.time.replace(tzinfo=None))
    ahead = local - at.replace(tzinfo=None, second=local.second, microsecond=0)
    return written.day != at.date() and abs(ahead) <= _FARTHEST and ahead % timedelta(hours=1) == timedelta()


def _in_lines(lines: Iterable[Line]) -> Iterator[tuple[DateSource, str]]:
    for line in lines:
        if line.moment:
            if not CHANGED.search(line.text):
                yield "time", line.moment
        elif (text := _dated(line)) and has_digit(first := before_change(text)):
            yield "byline", first


def _dated(line: Line) -> str | None:
    """What a line is there for its date with; of a link to another story that is not a part of it."""
    return dated_part(line.text) if not line.away else line.text if is_dateline(line.text) else None


def _in_heading(heading: HtmlElement | None) -> Iterator[str]:
    """The parts of the headline that tags set off and that are there for their date."""
    parts = () if heading is None else islice(heading.iterdescendants(), _MOST_ELEMENTS)
    for part in parts:
        if isinstance(part.tag, str) and part.tag != "time" and is_dateline(text := text_of(part, LONGEST)):
            yield text
    if heading is not None:  # 31.10.2025 – Council elects a mayor
        parts_of_line = _OPENING.split(text_of(heading, LONGEST))
        yield from (text for text in (parts_of_line[0], parts_of_line[-1]) if _DATE_ALONE.fullmatch(text))


def _names_like_published(head: MetaTags) -> list[str]:
    return [name for name in islice(head.tags, 500) if len(name) < 60 and _META_LIKE.search(name)]


def _bylines(near: Vicinity) -> list[Line]:
    """The lines around the headline without a list or cards that date several items."""
    dated = [bool(line.moment) or is_dateline(line.text) for line in near.lines]
    away = [line.away and not is_dated for line, is_dated in zip(near.lines, dated, strict=True)]
    beside = [before or behind for before, behind in zip([False, *away], [*away[1:], False], strict=False)]
    listed = sum(line.listed and is_dated for line, is_dated in zip(near.lines, dated, strict=True))
    cards = {at for at, line in enumerate(near.lines) if dated[at] and beside[at] and not line.before}
    others = cards if len(cards) >= LEAST_ITEMS else set()
    return [
        line
        for at, line in enumerate(near.lines)
        if at not in others and not (line.listed and (line.before or listed >= LEAST_ITEMS))
    ]


def _nearest_first(lines: list[Line]) -> list[Line]:
    """The lines with those above the headline before the ones that are far below it."""
    below, above = ([line for line in lines if line.before == before] for before in (False, True))
    return [*below[:MOST_BELOW], *above, *below[MOST_BELOW:]]


def _times(elements: Sequence[HtmlElement], near: Vicinity) -> Iterator[str]:
    elements = [element for element in elements[:MOST_TIMES] if not near.elsewhere(element, _CARD)]
    for element in elements:
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None:
            yield _moment_of(element)
            break
    beside = (one for one in elements[:20] if not CHANGED.search(one.get("class") or ""))
    yield from map(_moment_of, islice(beside, 2))
    if len({_moment_of(element)[:10] for element in elements[:20]}) == 1:
        yield _moment_of(elements[0])


def _moment_of(element: HtmlElement) -> str:
    return element.get("datetime") or text_of(element, 100)


def is_of_change(element: HtmlElement) -> bool:
    """Whether the class of an element says that its date is that of a change alone."""
    name = element.get("class") or ""
    return CHANGED.search(name) is not None and ISSUED.search(name) is None


def _marked(marks: Marks, near: Vicinity) -> Iterator[str]:
    """What the page marks as a date outside of lists, cards and margins."""
    for element in sorted(islice(marks["date"], MOST_MARKED), key=near.distance):
        if not is_of_change(element) and not near.elsewhere(element, _CARD):
            title = element.get("title") or "" if element.tag == "abbr" else ""
            text = element.get("content") or (title if is_dateline(title) else text_of(element, LONGEST, spaced=True))
            if len(text) >= 6 and is_dateline(text):
                yield text
