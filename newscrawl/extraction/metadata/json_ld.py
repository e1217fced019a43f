"""What a page says about its article in JSON-LD, however broken it is written.

The vocabulary is that of https://schema.org/NewsArticle. A script that cannot be read costs only itself.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.meta_tags import line_of

MOST_SCRIPTS = 2000
MOST_CHARS = 2_000_000
"""Of all scripts together. The longest seen on 987 real pages hold less than 600,000."""
MOST_NODES = 20_000
MOST_VALUES = 100
_LATEST = 10**14
"""Milliseconds since 1970 that no date has."""
_NAMES = ("name", "@value", "headline", "title", "value")

_ARTICLE = re.compile(r"(?:article|posting|report|review)$", re.IGNORECASE)
_PAGE = re.compile(r"(?:page|videoobject|audioobject|podcastepisode)$", re.IGNORECASE)
# What hangs on these speaks of other articles, or of updates and answers to this one.
_ELSEWHERE = frozenset(
    (
        *("itemListElement", "liveBlogUpdate", "comment", "hasPart", "isPartOf", "mentions", "citation", "relatedLink"),
        *("subjectOf", "about", "review", "breadcrumb", "author", "publisher", "workExample", "isBasedOn", "logo"),
    )
)
_WRAPPING = re.compile(r"\A[\s;]*+(?:(?://|/\*)?\s*+(?:<!--|<!\[CDATA\[)(?:\s*+\*/)?\s*+)?+")
_TRAILING_COMMA = re.compile(r",\s*+(?=[}\]])")
_BETWEEN = re.compile(r"[\s,;]*+")
_SALVAGED = re.compile(r'"(headline|datePublished|dateModified|@type)"\s*+:\s*+"((?:[^"\\]|\\.){1,1000}+)"')


@dataclass(frozen=True, slots=True)
class Author:
    """An author as JSON-LD names it; the name is as written."""

    name: str
    organization: bool = False
    """Whether the page says that it is no person."""


@dataclass(frozen=True, slots=True)
class JsonLd:
    """The article as its publisher describes it to search engines; None or empty where nothing is said."""

    kind: str | None = None
    """``@type``, such as ``NewsArticle``."""
    headline: str | None = None
    description: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    """``articleBody``, as written: with or without paragraphs, at times cut off or with mark-up."""
    authors: tuple[Author, ...] = ()
    publisher: str | None = None
    published: str | None = None
    """``datePublished`` as written."""
    modified: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    image: str | None = None
    accessible_for_free: bool | None = None
    breadcrumbs: tuple[str, ...] = ()
    """The path to the page, its own name included where it is told."""


def read_json_ld(tree: HtmlElement) -> JsonLd:
    """Return what the page's JSON-LD says about its article; an empty JsonLd where there is none to read."""
    articles: list[dict[str, Any]] = []
    pages: list[dict[str, Any]] = []
    trails: list[dict[str, Any]] = []
    by_id: dict[str, dict[str, Any]] = {}
    for node in _nodes([value for script in _scripts(tree) for value in _values(script)]):
        kind = " ".join(texts(node.get("@type"))).split(" ")[0].rpartition("/")[2]
        if _ARTICLE.search(kind):
            articles.append(node)
        elif _PAGE.search(kind):
            pages.append(node)
        elif kind == "BreadcrumbList":
            trails.append(node)
        if isinstance(node.get("breadcrumb"), dict):
            trails.append(node["breadcrumb"])
        identity = node.get("@id")
        if isinstance(identity, str) and len(node) > len(by_id.get(identity, ())):
            by_id[identity] = node
    return replace(_described(articles, pages, by_id), breadcrumbs=_steps(trails, by_id))


def _described(articles: list[dict[str, Any]], pages: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> JsonLd:
    # Several articles are the same one told twice, or this one and others: the fullest comes first.
    articles.sort(key=lambda node: -sum(bool(node.get(key)) for key in ("headline", "datePublished", "author")))
    article = articles[0] if articles else {}
    headline = first_text(article.get("headline")) or first_text(article.get("name"))
    same = [node for node in articles if node is article or first_text(node.get("headline")) == headline]

    def told(key: str) -> Any:
        return next((node[key] for node in same if node.get(key)), None)

    def dated(key: str) -> str | None:
        return _moment(told(key)) or next((text for node in pages if (text := _moment(node.get(key)))), None)

    free = [truth(node.get("isAccessibleForFree")) for node in [*same, *pages]]
    return JsonLd(
        kind=first_text(article.get("@type")),
        headline=plain_line(headline),
        description=plain_line(first_text(told("description"))),
        body=unescaped(first_text(told("articleBody"))),
        authors=authors_of(told("author") or told("creator"), by_id),
        publisher=plain_line(first_text(told("publisher"), by_id)),
        published=dated("datePublished"),
        modified=dated("dateModified"),
        section=plain_line(first_text(told("articleSection"))),
        keywords=tuple(filter(None, map(plain_line, texts(told("keywords"))))),
        language=first_text(told("inLanguage")),
        image=_address(told("image"), by_id) or _address(told("thumbnailUrl"), by_id),
        accessible_for_free=next((value for value in free if value is not None), None),
    )


def _moment(value: Any) -> str | None:
    """A date as it is written; seconds or milliseconds since 1970 may be a number."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LATEST:
        return str(int(value))
    return first_text(value)


def _steps(trails: list[dict[str, Any]], by_id: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    """The names of the steps of the longest trail."""
    found: list[tuple[str, ...]] = []
    for trail in islice(trails, MOST_VALUES):
        steps = trail.get("itemListElement")
        names = []
        for step in islice(steps, MOST_VALUES) if isinstance(steps, list) else ():
            own = first_text(step, by_id) if not isinstance(step, str) else None
            names.append(plain_line(own or (first_text(step.get("item"), by_id) if isinstance(step, dict) else None)))
        found.append(tuple(name for name in names if name and "://" not in name))
    return max(found, key=len, default=())


def _address(value: Any, by_id: dict[str, dict[str, Any]]) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = by_id.get(str(value.get("@id")), value) if "url" not in value else value
        value = value.get("url") or value.get("contentUrl")
    return first_text(value)


def _scripts(tree: HtmlElement) -> Iterator[str]:
    left = MOST_CHARS
    for script in islice(tree.iter("script"), MOST_SCRIPTS):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if len(text) <= left:
            left -= len(text)
            yield text


def _values(script: str) -> list[Any]:
    start = _end(_WRAPPING, script, 0)
    try:
        return _decoded(script, start)
    except (ValueError, RecursionError):
        pass
    try:
        return _decoded(_TRAILING_COMMA.sub("", script), start)
    except (ValueError, RecursionError):
        salvaged: dict[str, str] = {}
        for key, value in _SALVAGED.findall(script):
            salvaged.setdefault(key, value)
        return [salvaged]


def _decoded(script: str, start: int) -> list[Any]:
    """Every value of a script; what follows a readable one may be anything. Raises ValueError and RecursionError."""
    value, end = _DECODER.raw_decode(script, start)
    values = [value]
    while (start := _end(_BETWEEN, script, end)) < len(script) and script[start] in "{[":
        try:
            value, end = _DECODER.raw_decode(script, start)
        except (ValueError, RecursionError):
            break
        values.append(value)
    return values


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None


_DECODER = json.JSONDecoder(strict=False, parse_int=_integer)


def _nodes(values: list[Any]) -> Iterator[dict[str, Any]]:
    """Every object that may speak of this page, breadth first: what stands higher is more likely the article."""
    waiting = deque(values)
    for _ in range(MOST_NODES):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extend(islice(value, MOST_NODES))
        elif isinstance(value, dict):
            yield value
            waiting.extend(
                child for key, child in value.items() if key not in _ELSEWHERE and isinstance(child, dict | list)
            )


def texts(value: Any, by_id: dict[str, dict[str, Any]] | None = None) -> list[str]:
    """Every text that a value names, in order: of an object its name, of a reference that of what it refers to."""
    found = []
    for one in islice(value, MOST_VALUES) if isinstance(value, list) else (value,):
        text = _named(one, by_id or {})
        if text and text.strip():
            found.append(text)
    return found


def _named(value: Any, by_id: dict[str, dict[str, Any]]) -> str | None:
    if isinstance(value, dict):
        if not any(value.get(key) for key in _NAMES):
            value = by_id.get(str(value.get("@id")), value)
        value = next((value[key] for key in _NAMES if value.get(key)), None) or _parts_of_name(value)
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, str) else None


def _parts_of_name(person: dict[str, Any]) -> str | None:
    parts = (person.get(key) for key in ("givenName", "additionalName", "familyName"))
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip()) or None


def first_text(value: Any, by_id: dict[str, dict[str, Any]] | None = None) -> str | None:
    """Return the first of `texts`."""
    return next(iter(texts(value, by_id)), None)


def authors_of(value: Any, by_id: dict[str, dict[str, Any]]) -> tuple[Author, ...]:
    """Return the authors of an ``author`` value, each once; a list under ``name`` is several."""
    found: dict[str, Author] = {}
    for one in islice(value, MOST_VALUES) if isinstance(value, list) else (value,):
        node = by_id.get(str(one.get("@id")), one) if isinstance(one, dict) and not one.get("name") else one
        kind = str(node.get("@type")) if isinstance(node, dict) else ""
        names = texts(node.get("name") or _parts_of_name(node)) if isinstance(node, dict) else texts(node)
        for name in names:
            author = Author(plain_line(name) or "", "rganization" in kind or "Brand" in kind)
            found.setdefault(author.name, author)
    return tuple(found.values())


def unescaped(text: str | None) -> str | None:
    """Resolve character references, which HTML does not resolve in a script but many publishers write."""
    return html.unescape(text) if text and "&" in text else text


def plain_line(text: str | None) -> str | None:
    """A value as it may be stored, on one line: JSON may hold any character, and half of one."""
    return line_of(unescaped(text) or "") or None


def truth(value: Any) -> bool | None:
    """Return a boolean that may be written as a string or a URL; None for anything else."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool):
        return value
    word = value.strip().lower().rpartition("/")[2] if isinstance(value, str) else ""
    return {"true": True, "false": False}.get(word)
