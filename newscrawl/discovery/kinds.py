"""What a link leads to, by its address and the length of its text: a judgement that knows no site."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import filterfalse
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from newscrawl.urls import LONGEST_URL

_ASSET = re.compile(
    r"\.(?:jpe?g|jfif|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|webm|mov|avi|wmv|flv|wav|og[gv]|aac|m3u8"
    r"|pdf|docx?|xlsx?|pptx?|epub|mobi|odt|ods|zip|rar|7z|gz|tgz|tar|bz2|exe|msi|apk|dmg|iso|css|m?js|json|xml|rss|atom"
    r"|rdf|xsl|woff2?|ttf|eot|otf|swf|ics|csv|txt|torrent)",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.[a-z]{2,6}\d?", re.IGNORECASE)
"""Of a page: html, htm, php, aspx, and what publishers make up, such as chn, vnp, ldo."""

_NEITHER = frozenset(
    """login log-in logout signin sign-in signup sign-up register registration account my-account profile password sso
    cart checkout subscribe subscription subscriptions unsubscribe newsletter newsletters share sharer intent
    print comment comments reply search suche recherche buscar cerca tim-kiem feed feeds rss wp-login wp-admin wp-json
    wp-content xmlrpc cdn-cgi dang-nhap dang-ky lien-he gioi-thieu quang-cao toa-soan dat-bao contact contact-us kontakt
    contatti contacto about about-us uber-uns impressum imprint datenschutz privacy privacy-policy terms
    terms-of-use terms-of-service terms-and-conditions cookies cookie-policy disclaimer legal mentions-legales
    chinh-sach-bao-mat dieu-khoan-su-dung faq help jobs careers advertise advertising mediadaten sitemap
    site-map""".split()
)
"""Names of pages that are neither an article nor a list of them, as a path's last part or first."""
_LISTS = frozenset(
    """tag tags tu-khoa keyword keywords author authors autor autoren auteur auteurs autore profil tac-gia
    category categories kategorie categoria categorie chuyen-muc topic topics thema themen tema temas chu-de
    event events collection collections archive archives archiv page seite trang""".split()
)
"""Parts of a path behind which the name of a list follows."""
_ARTICLES = frozenset(
    """article articles story stories post posts blog artikel articulo noticia noticias nyheter actualite actualites
    bai-viet tin-tuc""".split()
)
"""Parts of a path behind which an article follows, or else a list with a name of one word."""
_LIST_NAMES = frozenset(
    ("index", "default", "home", "homepage", "trang-chu", "latest", "tin-moi", "tin-moi-nhat", "most-read")
)
_LIST_PAGE = re.compile(r"(?:.*[-_])?(?:page|trang|seite|pagina|p)[-_]?\d{1,4}", re.IGNORECASE)
_TAG = re.compile(r"(?:tags?|topic|author)[-_].+|.+[-_](?:tag|topic|author|e)s?\d+", re.IGNORECASE)
_LIST_QUERY = re.compile(r"(?:^|&)(?:page|paged|tag|cat|category|author|s|q|query|search|keyword)=", re.IGNORECASE)
_ID_QUERY = re.compile(
    r"(?:^|&)(?:p|id|nid|aid|sid|newsid|articleid|article_id|news_id|story|storyid|idxno|no|artid)=[\w-]*\d",
    re.IGNORECASE,
)

_YEAR = r"(?:19[89]|20[0-4])\d"
_DATE = re.compile(
    rf"(?<!\d){_YEAR}(?:[/_.-]?(?:0?[1-9]|1[0-2]|[a-z]{{3}})[/_.-]?(?:0?[1-9]|[12]\d|3[01])(?!\d)|[/-](?:0[1-9]|1[0-2])(?=/))"
)
_LONG_NUMBER = re.compile(r"(?<!\d)\d{5,}(?!\d)")
_CODE = re.compile(r"(?=[a-z0-9]{7,40}\Z)(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]+", re.IGNORECASE)
"""Letters and digits mixed: the identifiers of content management systems."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

Kind = Literal["article", "section"]
Place = Literal["headline", "menu"]
_POINTS_OF_A_HEADLINE = 4
_ARTICLE = 3
"""Points that make an article; set on the links of `vn-listings` and the addresses of `fundus` and `wcxb`."""


def kind_of_link(url: str, anchor_words: int = 0, place: Place | None = None) -> Kind | None:
    """Judge whether a link leads to an article or to a list of them; None for neither.

    None is another scheme, a file that is no page, a login, a search, a feed, a page about the site. ``anchor_words``
    is the number of words in the link's text, 0 where there is none or it is not known; ``place`` is where on its page
    it stands.
    """
    parts = _parts(url)
    if parts is None or _is_neither(parts):
        return None
    if is_surely_section(url):
        return "section"
    points = _points(parts) + _points_of_text(anchor_words)
    if place == "headline":
        points += _POINTS_OF_A_HEADLINE
    elif place == "menu" and not has_identity(url):
        points -= 1
    return "article" if points >= _ARTICLE else "section"


def is_asset(url: str) -> bool:
    """Say whether a URL names a file that is no page, by its ending."""
    last = urlsplit(url).path.rpartition("/")[2]
    dot = last.rfind(".")
    return dot > 0 and _ASSET.fullmatch(last, dot) is not None


def is_surely_section(url: str) -> bool:
    """Say whether a URL names a list whatever the text of its link: a home page, a tag, a page of a list."""
    parts = _parts(url)
    if parts is None:
        return False
    segments = _segments(parts)
    if not segments:
        return not _ID_QUERY.search(parts.query)
    last = _stem(segments[-1])
    if last in _LIST_NAMES:
        return not (parts.query and _ID_QUERY.search(parts.query))
    if _LIST_QUERY.search(parts.query) and not _has_identity(segments):
        return True
    if _LIST_PAGE.fullmatch(last) or (len(segments) > 1 and segments[-2] in _LISTS and last.isdecimal()):
        return not _has_identity(segments[:-1]) and not _LONG_NUMBER.search(last)
    behind = any(segment in _LISTS for segment in segments[:-1])
    return (
        last in _LISTS or (behind and not _has_identity(segments)) or bool(_TAG.fullmatch(last) and _points(parts) < 6)
    )


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.netloc else None


def _segments(parts: SplitResult) -> list[str]:
    return [segment for segment in unquote(parts.path).lower().split("/") if segment]


def _stem(segment: str) -> str:
    stem, dot, ending = segment.rpartition(".")
    return stem if dot and _ENDING.fullmatch(dot + ending) else segment


def _is_neither(parts: SplitResult) -> bool:
    segments = _segments(parts)
    if not segments:
        return False
    return (
        is_asset(parts.geturl())
        or _stem(segments[-1]) in _NEITHER
        or (segments[0] in _NEITHER and not _has_identity(segments))
    )


def has_identity(url: str) -> bool:
    """Say whether an address holds a date or a number of its own, which lists do not have."""
    parts = _parts(url)
    return parts is not None and (_has_identity(_segments(parts)) or bool(_ID_QUERY.search(parts.query)))


def _has_identity(segments: list[str]) -> bool:
    return any(map(_LONG_NUMBER.search, map(_stem, segments[-1:]))) or bool(_DATE.search("/".join(segments)))


def _points_of_text(words: int) -> int:
    """Headlines are long, the names of sections short; without a text it is more often the picture of an article."""
    if words == 0:
        return 1
    return -1 if words <= 2 else 0 if words <= 4 else 1 if words <= 7 else 2


def _points(parts: SplitResult) -> int:
    segments = _segments(parts)
    if not segments:
        return 3 if _ID_QUERY.search(parts.query) else 0
    last = _stem(segments[-1])
    words = _words(last)
    if words < 2 and len(segments) > 1:  # the slug before the number: /a-slug-of-words/435626.html
        words = max(words, _words(segments[-2]) if _LONG_NUMBER.search(last) or _CODE.fullmatch(last) else 0)
    points = 4 if words >= 7 else 3 if words >= 5 else 2 if words == 4 else 1 if words == 3 else 0
    points += 3 * bool(_LONG_NUMBER.search(last) or any(_LONG_NUMBER.search(segment) for segment in segments))
    points += 2 * bool(_DATE.search(parts.path))
    points += 2 * any(_CODE.fullmatch(piece) for piece in re.split(r"[-_.,]", last)[-1:] + segments[-1:])
    points += words > 1 and any(segment in _ARTICLES for segment in segments[:-1])
    return points + 2 * bool(_ID_QUERY.search(parts.query))


def _words(segment: str) -> int:
    """Words of a slug; scripts that divide none have about two letters a word."""
    found = _WORD.findall(segment.replace("_", "-"))
    return max(len(found), sum(len(word) for word in found if not word.isascii() and word[0] > "\u2e7f") // 2)


# Heritrix: TooManyPathSegmentsDecideRule refuses more than 20 segments, PathologicalPathDecideRule a segment more than
# twice in a row. News sites have fewer: none of 3,300 addresses of benchmark pages and their links has more than 8.
MOST_SEGMENTS = 10
MOST_REPEATS = 3
MOST_PARAMETERS = 8
_FIRST_YEAR = 1990

_DAY = re.compile(r"/(\d{4})/(\d{1,2})(?:/(\d{1,2}))?(?=/|$)|/(\d{4})-(\d{2})(?:-(\d{2}))?(?=/|$)")
_DAY_ONLY = re.compile(
    r"(?:/\d{4}(?:[/-]\d{1,2}){0,2}|/(?:calendar|events?|lich|archives?|month|day|week))+/?", re.IGNORECASE
)
_YEAR_IN_QUERY = re.compile(
    r"(?:^|&)(?:year|nam|y)=(\d{4})(?:&|$)|(?:^|&)(?:date|day|month|ngay)=(\d{4})-\d{1,2}", re.IGNORECASE
)


def is_trap(url: str, now: datetime | None = None) -> bool:
    """Say whether a URL looks like one of endlessly many.

    That is one of more than 2,000 characters, 10 segments or 8 parameters, with a name three times in its path, or with
    a date before 1990 or after next year; a path that is nothing but a date, after tomorrow.
    """
    if len(url) > LONGEST_URL:
        return True
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    segments = [segment for segment in parts.path.lower().split("/") if segment]
    return (
        len(segments) > MOST_SEGMENTS
        or any(count >= MOST_REPEATS for count in Counter(filterfalse(str.isdecimal, segments)).values())
        or len([one for one in parts.query.split("&") if one]) > MOST_PARAMETERS
        or _is_calendar(parts.path, parts.query, now or datetime.now(UTC))
    )


def _is_calendar(path: str, query: str, now: datetime) -> bool:
    for match in _YEAR_IN_QUERY.finditer(query):
        if not _FIRST_YEAR <= int(match[1] or match[2]) <= now.year + 1:
            return True
    day = _day_of(path)
    if day is None:
        return False
    if not _FIRST_YEAR <= day[0] <= now.year + 1:
        return True
    tomorrow = now + timedelta(days=1)  # it is already tomorrow somewhere
    is_ahead = day > (tomorrow.year, tomorrow.month, tomorrow.day if day[2] else 0)
    return is_ahead and _DAY_ONLY.fullmatch(path) is not None


def _day_of(path: str) -> tuple[int, int, int] | None:
    """Year, month and day, which is 0 where there is none; None for numbers that are no date."""
    match = _DAY.search(path)
    if match is None:
        return None
    year, month, day = (int(number or 0) for number in (match.groups()[:3] if match[1] else match.groups()[3:]))
    return (year, month, day) if 1 <= month <= 12 and day <= 31 else None


def days_of_address(url: str) -> tuple[date, date] | None:
    """Return the first and the last day that an address can mean by the date in its path; None for no date.

    ``/2026/11/28/a-title`` and ``/2026-11-28/a-title`` mean a day, ``/2026/11/a-title`` a month.
    """
    try:
        found = _day_of(urlsplit(url).path)
        if found is None or not _FIRST_YEAR <= found[0] < 2100:
            return None
        year, month, day = found
        if day:
            return date(year, month, day), date(year, month, day)
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return date(year, month, 1), last
    except ValueError:
        return None
