"""What a feed says of its entries beside their addresses: title, date, authors, categories, summary and full text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from newscrawl.discovery.dates import read_listed_date
from newscrawl.extraction.metadata.date_text import Order
from newscrawl.items import ListedFacts
from newscrawl.text import clean_line, tidy, without_halves

LONGEST_CONTENT = 200_000
"""Characters of an entry's full text, with its mark-up, that are kept."""
_LONGEST_LINE = 1_000
_MOST_NAMES = 30
_FULL = 1_500
"""Characters of text that make a description the article itself, where the feed has no other content."""

_PUBLISHED = ("pubdate", "published", "issued", "date", "created", "dateadded")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_RSS_AUTHOR = re.compile(r"[^\s()]{1,200}@[^\s()]{1,200}\s*\(([^()]{1,200})\)")
"""RSS 2.0: ``author`` is an address, behind which most put the name."""


@dataclass(frozen=True, slots=True)
class Field:
    """An entry or a child of one: its name without and with its prefix, attributes, text."""

    name: str
    qualified: str
    attributes: dict[str, str]
    text: str
    children: tuple[tuple[str, str], ...] = ()
    """Names, without prefix, and texts."""
    markup: str = ""
    """What stands in it as XHTML, serialized."""


def facts_of_xml(
    fields: Sequence[Field], order: Order | None, zone: tzinfo | None, now: datetime, language: str | None = None
) -> ListedFacts | None:
    """Return what an RSS item or an Atom entry says; None where that is nothing."""
    by_name: dict[str, list[Field]] = {}
    for one in fields:
        by_name.setdefault(one.name, []).append(one)

    def text(*names: str) -> str:
        return next(
            (one.markup or one.text for name in names for one in by_name.get(name, []) if one.text or one.markup), ""
        )

    content = text("encoded") or text("content")
    summary = text("summary", "description", "abstract")
    if not content and len(plain(summary)) >= _FULL:
        content, summary = summary, ""
    creators = [one.text for one in by_name.get("creator", [])]
    authors = [_name_of(one) for one in by_name.get("author", [])]
    categories = [
        one.attributes.get("label") or one.attributes.get("term") or one.text for one in by_name.get("category", [])
    ]
    subjects = [word for one in by_name.get("subject", []) for word in one.text.split(",")]
    dates = (one.text for name in _PUBLISHED for one in by_name.get(name, []))
    return _facts(
        text("title"), dates, creators or authors, categories or subjects, summary, content, order, zone, now, language
    )


def facts_of_json(item: dict[str, Any], zone: tzinfo | None, now: datetime) -> ListedFacts | None:
    """Return what an item of a JSON Feed says; None where that is nothing."""

    def text(*names: str) -> str:
        return next((item[name] for name in names if isinstance(item.get(name), str) and item[name]), "")

    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    names = [one["name"] for one in authors or [] if isinstance(one, dict) and isinstance(one.get("name"), str)]
    named = item.get("tags")
    tags = _names(tag for tag in named if isinstance(tag, str)) if isinstance(named, list) else ()
    content = text("content_html") or "".join(
        f"<p>{html.escape(line)}</p>" for line in text("content_text").split("\n") if line.strip()
    )
    dates = (text("date_published"),)
    facts = _facts(text("title"), dates, names, (), text("summary"), content, None, zone, now)
    return replace(facts or ListedFacts(), tags=tags) if tags else facts


def _facts(  # noqa: PLR0917 - the fields of an entry, whatever its format
    title: str,
    dates: Iterable[str],
    authors: Iterable[str],
    categories: Iterable[str],
    summary: str,
    content: str,
    order: Order | None,
    zone: tzinfo | None,
    now: datetime,
    language: str | None = None,
) -> ListedFacts | None:
    raw = next((text for text in dates if text), None)
    written = read_listed_date(raw, order, language) if raw else None
    moment, precision = written.moment(zone) if written else (None, None)
    if moment is not None and moment > now:
        moment = raw = precision = None
    facts = ListedFacts(
        title=plain(title) or None,
        published_at=moment,
        published_raw=tidy(raw[:300]) if raw and moment else None,
        published_precision=precision,
        authors=_names(authors),
        categories=_names(categories),
        summary=plain(summary) or None,
        content=without_halves(content[:LONGEST_CONTENT]) or None,
    )
    return facts if facts != ListedFacts() else None


def plain(text: str) -> str:
    """The text of a field that may hold mark-up or escaped signs, as one line."""
    text = text[:LONGEST_CONTENT]
    if "<" in text:
        text = _TAG.sub(" ", text)
    return clean_line(html.unescape(text))


def _names(texts: Iterable[str]) -> tuple[str, ...]:
    """Names, each once. An address or a URL is none."""
    names: dict[str, None] = {}
    for text in texts:
        match = _RSS_AUTHOR.fullmatch(text.strip()) if len(text) < _LONGEST_LINE else None
        name = plain(match[1] if match else text[:_LONGEST_LINE])
        if name and "@" not in name and "://" not in name and len(names) < _MOST_NAMES:
            names.setdefault(name)
    return tuple(names)


def _name_of(author: Field) -> str:
    """Atom puts the name into an element of its own."""
    return next((text for name, text in author.children if name == "name"), author.text)
