"""The next page of an article that is cut into several."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.html import HtmlElement

from newscrawl.discovery.bodies import as_utf8, unpack
from newscrawl.discovery.kinds import is_surely_section, kind_of_link
from newscrawl.discovery.links import NotAListing, absolute
from newscrawl.discovery.sections import MOST_LINKS, base_of, tree_of
from newscrawl.urls import url_key

HIGHEST_NUMBER = 50
"""A larger number is that of another article."""
MOST_PARAMETERS = 20
"""Query parameters of an address that is looked at: each that could be a page's number costs a key."""

_PARAMETER = re.compile(r"page|p|pg|paged|pageno|page_?num|part|trang|seite|pagina|_page", re.IGNORECASE)
_WORD = r"(?:page|p|pg|part|trang|seite|pagina|strana|sayfa)"
# The bare forms are also how articles are numbered; the named ones hardly ever.
_NAMED = re.compile(
    rf"(?P<base>.*?)(?:/{_WORD}[-_/]?|[-_.,]{_WORD}[-_]?)(?P<number>\d{{1,2}})(?P<end>(?:\.\w{{2,6}})?/?)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?P<base>.*?[^/])[/_,-](?P<number>\d{1,2})(?P<end>(?:\.\w{2,6})?/?)")
_NUMBER = re.compile(r"[\[(«‹<\s]*(?:[^\W\d]{1,10}\.?\s)?0?([1-9][0-9]?)[\])»›>\s]*")
"""2, [2], Page 2."""
_ENDING = re.compile(r"(?<=[^/])\.[a-z]{2,6}\Z", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|binh-?luan|disqus|repl(?:y|ies)|respond", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Part:
    """An address taken as the page of an article."""

    article: str
    number: int
    is_named: bool = True


def next_part(body: bytes, content_type: str, url: str, is_named: bool = False) -> str | None:
    """Return the address of the page after this one of the same article; None where there is none.

    ``is_named`` says that the site's feeds or sitemaps name the page, or pages with addresses like its own, so that it
    is an article however its address looks.

    It is a link (``rel=next``, or one whose text is the next number) to an address that differs from the page's own by
    the number of a page alone. The next article, which blogs link as ``rel=next`` too, has another address; the next
    page of a list, a tag or of comments is none.
    """
    try:
        tree, _ = tree_of(as_utf8(unpack(body)[0], content_type))
    except NotAListing:
        return None
    if tree is None:
        return None
    links = list(_links(tree, base_of(tree, url)))
    for here in _readings(url):  # ?p=40 is page 40 of a list or an article, which only the links tell
        if here.number >= HIGHEST_NUMBER or _is_home(here.article) or not _has_first_part(here, links):
            continue
        is_article, following = is_named or _is_article(here.article, tree), _Part(here.article, here.number + 1)
        for target, says_next, is_inside in links:
            is_told = (is_article or is_inside) and says_next in {"next", str(following.number)}
            if is_told and any(replace(part, is_named=True) == following for part in _readings(target)):
                return target
    return None


def _links(tree: HtmlElement, base: str) -> Iterator[tuple[str, str, bool]]:
    """Links that may lead to another part, each with its number, or ``next`` where its relation says so.

    And whether it stands in an ``<article>``: those to the pages of a list stand outside.
    """
    for element in islice(tree.iter("link", "a"), MOST_LINKS):
        href = element.get("href")
        if not href or _COMMENTS.search(href.partition("#")[2]):
            continue
        number = _NUMBER.fullmatch("".join(islice(element.itertext(), 20)).strip()[:30])
        is_next = "next" in (element.get("rel") or "").lower().split()
        if not is_next and number is None:
            continue
        target = absolute(href, base)
        if target and not any(_COMMENTS.search(name) for name in _names_around(element)):
            is_inside = any(ancestor.tag == "article" for ancestor in islice(element.iterancestors(), 20))
            yield target, "next" if is_next or number is None else number[1], is_inside


def _names_around(element: HtmlElement) -> Iterator[str]:
    for ancestor in islice(element.iterancestors(), 20):
        if ancestor.tag not in {"body", "html"}:
            yield f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}"


def _readings(url: str) -> Iterator[_Part]:
    """What page of what article an address may be: first by a marker, at last the first page of its own."""
    try:
        key = url_key(url)
    except ValueError:
        return
    parts = urlsplit(key)
    query = parse_qsl(parts.query, keep_blank_values=True)
    for index, (name, value) in enumerate(query if len(query) <= MOST_PARAMETERS else ()):
        if _PARAMETER.fullmatch(name) and re.fullmatch(r"[1-9]\d?", value):
            rest = urlencode(query[:index] + query[index + 1 :])
            yield _Part(_article(urlunsplit(parts._replace(query=rest))), int(value))
    for pattern in (_NAMED, _BARE):
        match = pattern.fullmatch(parts.path)
        if match and int(match["number"]) and len(match["base"]) > 1:
            path = match["base"] + match["end"]
            yield _Part(_article(urlunsplit(parts._replace(path=path))), int(match["number"]), pattern is _NAMED)
    yield _Part(_article(key), 1)


def _article(key: str) -> str:
    """One form of an article's address: ``/a.html`` goes on as ``/a/page-2``, ``/a/page-2.html`` or ``/a-p2.html``."""
    address, mark, query = key.partition("?")
    return _ENDING.sub("", address.rstrip("/")) + mark + query


def _is_home(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.strip("/") and not parts.query


def _has_first_part(part: _Part, links: list[tuple[str, str, bool]]) -> bool:
    """Say whether a page whose bare number makes it a later part links to the first one, as such pages do.

    Else it is an article whose address ends in a small number.
    """
    if part.number == 1 or part.is_named:
        return True
    return any(
        text == "1" and any(other.number == 1 and other.article == part.article for other in _readings(target))
        for target, text, _ in links
    )


def _is_article(address: str, tree: HtmlElement) -> bool:
    if is_surely_section(address):
        return False
    if kind_of_link(address) == "article":
        return True
    kinds = tree.xpath('//meta[@property="og:type"]/@content')
    return any(str(kind).strip().lower() == "article" for kind in kinds[:3])
