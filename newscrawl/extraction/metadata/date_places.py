"""Where a page may say when its article was published, the surest place first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.date_text import read_date
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.marks import Marks
from newscrawl.extraction.metadata.meta_tags import MetaTags, text_of
from newscrawl.extraction.metadata.vicinity import Line, Vicinity
from newscrawl.extraction.metadata.words import phrases
from newscrawl.items import DateSource

LONGEST = 160
MOST_TIMES = 200
MOST_MARKED = 40
LEAST_ITEMS = 3
"""How many dated items make a list one of other articles rather than a byline."""

MOST_WORDS = 5
MOST_WORDS_SURE = 12
"""Words in a line that is there for its date: more where it says what the date is of, or gives a time of day."""

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
    *("dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date"),
    *(
        "publication_date",
        "originalpublicationdate",
        "datecreated",
        "date",
        "article.published",
        "bt:pubdate",
        "created",
        "displaydate",
    ),
)
_META_LIKE = re.compile(
    r"publi[a-z]*[ _:.-]?(?:date|time|at|on)\Z|pub_?date|date[ _:.-]?publi|(?:date|time)[ _:.-]?issued|post_?date"
)
CHANGED = re.compile(
    phrases(
        """
        updat|modif|last edited|reviewed|cập nhật|aktualis|mis à jour|actualiz|aggiornat|bijgewerkt|güncel|zmieniono
        |diperbarui|更新|수정|обновл
        """
    ),
    re.IGNORECASE,
)
"""How a line speaks of the last change of an article."""

_ISSUED = re.compile(
    phrases(
        """
        publi|posted|post[eé]|written|ngày đăng|đăng lúc|đăng ngày|veröff|erschienen|geschrieben|geplaatst|opublik
        |pubblic|yayın|дата|投稿|公開|입력|发布
        """
    ),
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\d[:h.]\d\d(?!\d|\.)")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NO_BYLINE = re.compile(r"©|\(c\)|copyright|all rights reserved|bản quyền|tous droits|alle rechte", re.IGNORECASE)
_MARGINS = ("aside", "footer", "nav", "figure", "form")
_CARD = re.compile(
    phrases(
        """
        related|sidebar|comment|recommend|teaser|card|popular|latest|most-?read|listing|carousel|caption|event|footer|next
        |prev|expire
        """
    ),
    re.IGNORECASE,
)
_URL_DAY = (
    re.compile(r"/(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?=[/_.-]|\Z)"),
    re.compile(r"(?<![\dA-Za-z])((?:19|20)\d\d)([01]\d)([0-3]\d)(?:\d{4,9})?(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)-([01]\d)-([0-3]\d)(?!\d)"),
)
_URL_NAMED = re.compile(r"/(\d{4})/([a-z]{3})/(\d{1,2})/", re.IGNORECASE)


def candidates(
    marks: Marks, head: MetaTags, structured: JsonLd, near: Vicinity, url: str | None
) -> Iterator[tuple[DateSource, str]]:
    """Yield what may be the date of publication, as written, with where it stands."""
    if structured.published:
        yield "json_ld", structured.published
    for raw in (*head.all(*_META), *_like_published(head)):
        yield "meta", raw
    for raw in _times(head.times, near):
        yield "time", raw
    dated = [line.text for line in _bylines(near) if is_dateline(line.text)]
    for text in chain(dated, _marked(marks, near)):
        if (first := before_change(text)) and any(map(str.isdigit, first)):
            yield "byline", first
    # Where the date of a change is the only one, the page dates itself by it.
    yield from (("byline", text) for text in dated)
    if day := day_of_url(url):
        yield "url", day


def _like_published(head: MetaTags) -> list[str]:
    return head.all(*(name for name in islice(head.tags, 500) if len(name) < 60 and _META_LIKE.search(name)))


def is_dateline(text: str) -> bool:
    """Whether a line is there for its date: a caption or a sentence that names one says more beside it."""
    if len(text) > LONGEST or not any(map(str.isdigit, text)) or _NO_BYLINE.search(text):
        return False
    sure = _CLOCK.search(text) or _ISSUED.search(text) or CHANGED.search(text)
    return len(_LETTERS.findall(text)) <= (MOST_WORDS_SURE if sure else MOST_WORDS)


def before_change(text: str) -> str:
    """Return what a line says before it comes to the article's last change."""
    match = CHANGED.search(text)
    return text[: match.start()] if match else text


def _bylines(near: Vicinity) -> list[Line]:
    """The lines around the headline without a list that dates several items."""
    listed = [line for line in near.lines if line.listed and (line.moment or is_dateline(line.text))]
    return [line for line in near.lines if not line.listed or len(listed) < LEAST_ITEMS]


def _times(elements: Sequence[HtmlElement], near: Vicinity) -> Iterator[str]:
    elements = elements[:MOST_TIMES]
    for element in elements:
        if element.get("itemprop") == "datePublished" or element.get("pubdate") is not None:
            yield _moment_of(element)
            break
    for line in _bylines(near):
        if line.moment and not CHANGED.search(line.text):
            yield line.moment
    beside = (element for element in elements[:20] if not near.elsewhere(element, _CARD))
    yield from map(_moment_of, islice((one for one in beside if not CHANGED.search(one.get("class") or "")), 2))
    inner = [element for element in elements[:20] if next(element.iterancestors(*_MARGINS), None) is None]
    if len({_moment_of(element)[:10] for element in inner}) == 1:
        yield _moment_of(inner[0])


def _moment_of(element: HtmlElement) -> str:
    return element.get("datetime") or text_of(element, 100)


def _marked(marks: Marks, near: Vicinity) -> Iterator[str]:
    """What the page marks as a date outside of lists, cards and margins."""
    for element in islice(marks["date"], MOST_MARKED):
        if not near.elsewhere(element, _CARD):
            text = element.get("content") or text_of(element, LONGEST, spaced=True)
            if len(text) >= 6 and is_dateline(text):
                yield text


def day_of_url(url: str | None) -> str | None:
    """Return the day in an address as year-month-day; None where there is none."""
    try:
        path = urlsplit(url or "").path[:1000]
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
