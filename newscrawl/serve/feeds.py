"""Feeds: of any search, of a site, of what publishers changed; and the list of them for feed readers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import regex  # type: ignore[import-untyped]
from lxml import etree
from starlette.requests import Request
from starlette.responses import Response

from newscrawl.serve.api import with_etag
from newscrawl.serve.question import Question, text_of
from newscrawl.serve.served import Served
from newscrawl.serve.word_diff import Row, compare
from newscrawl.storage.lookup import Facts, articles_by_ids, latest_changes
from newscrawl.storage.search import search
from newscrawl.text import tidy

MOST = 50
"""Entries of a feed."""
_ATOM = "http://www.w3.org/2005/Atom"
_LONGEST = 100_000
"""Characters of a text in a feed."""
_NO_XML = regex.compile(r"[\p{Cs}\p{Noncharacter_Code_Point}]")
_COLUMNS = (
    *("id", "url", "url_key", "source", "title", "description", "text", "authors", "tags", "language"),
    *("published_at", "first_seen_at", "updated_at", "image_url"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed."""

    id: str
    url: str
    title: str
    html: str
    updated: datetime
    published: datetime
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    external_url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with its own address and that of the page that shows the same."""

    title: str
    self_url: str
    page_url: str
    entries: tuple[Entry, ...]


def _clean(text: str | None) -> str:
    """Return a text that XML can hold."""
    found: str = _NO_XML.sub("\ufffd", tidy(text or ""))
    return found


def _web(url: str | None) -> str | None:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https"} and parts.hostname else None


def _entry(row: Facts, here: str) -> Entry:
    paragraphs = [row["description"], *row["text"][:_LONGEST].split("\n")]
    return Entry(
        id=f"urn:newscrawl:article:{row['id']}",
        url=f"{here}/articles/{row['id']}",
        title=_clean(row["title"]) or "(no title)",
        html="".join(f"<p>{escape(_clean(line))}</p>" for line in paragraphs if line),
        updated=row["updated_at"],
        published=row["published_at"] or row["first_seen_at"],
        authors=tuple(map(_clean, row["authors"])),
        tags=tuple(map(_clean, row["tags"])),
        external_url=_web(row["url"]),
        language=row["language"],
    )


def _change(row: Facts, here: str) -> Entry:
    texts = (f"{row['title'] or ''}\n{row['text']}", f"{row['new_title'] or ''}\n{row['new_text']}")
    rows = compare(*(text[:_LONGEST] for text in texts))
    return Entry(
        id=f"urn:newscrawl:revision:{row['article_id']}:{row['number']}",
        url=f"{here}/articles/{row['article_id']}/revisions?n={row['number']}",
        title=f"Changed: {_clean(row['current_title']) or '(no title)'}",
        html="".join(_changed(one) for one in rows if one.is_changed),
        updated=row["replaced_at"],
        published=row["replaced_at"],
        tags=(_clean(row["source"]),) if row["source"] else (),
        external_url=_web(row["url"]),
        language=row["language"],
    )


def _changed(row: Row) -> str:
    """Return a paragraph with what was removed and added."""
    names = {"added": "ins", "removed": "del"}
    parts = []
    for piece in (*(row.before or ()), *(one for one in row.after or () if row.before is None or one.kind == "added")):
        text = escape(_clean(piece.text))
        parts.append(f"<{names[piece.kind]}>{text}</{names[piece.kind]}>" if piece.kind in names else text)
    return f"<p>{''.join(parts)}</p>"


async def _search_feed(served: Served, request: Request) -> Feed:
    question = Question.of(request.query_params)
    # A feed is of what is new, whatever its words are; so the best matches come in the order of their dates.
    answer = await served.ask(search, served.database, question.selection, MOST)
    ids = [one.facts["id"] for one in answer.found]
    rows = await served.ask(articles_by_ids, served.database, ids, _COLUMNS)
    here = str(request.base_url).rstrip("/")
    found = sorted((_entry(row, here) for row in rows.values()), key=lambda entry: entry.published, reverse=True)
    about = " ".join([question.q, *question.source, *question.language, question.section, question.author]).strip()
    title = f"newscrawl: {_clean(about) or 'all articles'}"
    return Feed(title, str(request.url), here + replace(question, page=1).href(), tuple(found))


async def _revisions_feed(served: Served, request: Request) -> Feed:
    source = text_of(request.query_params, "source") or None
    rows = await served.ask(latest_changes, served.database, source, MOST)
    here = str(request.base_url).rstrip("/")
    title = f"newscrawl: changed articles{f' of {_clean(source)}' if source else ''}"
    return Feed(title, str(request.url), here, tuple(_change(row, here) for row in rows))


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def atom(feed: Feed) -> bytes:
    """Return a feed as Atom (RFC 4287)."""
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})  # type: ignore[dict-item]  # the stubs know no default

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = text
        return element

    latest = max((entry.updated for entry in feed.entries), default=datetime(2000, 1, 1, tzinfo=UTC))
    add(root, "id", feed.self_url)
    add(root, "title", feed.title)
    add(root, "updated", _moment(latest))
    add(root, "link", rel="self", type="application/atom+xml", href=feed.self_url)
    add(root, "link", rel="alternate", type="text/html", href=feed.page_url)
    add(add(root, "author"), "name", "newscrawl")
    for entry in feed.entries:
        one = add(root, "entry")
        add(one, "id", entry.id)
        add(one, "title", entry.title)
        add(one, "updated", _moment(entry.updated))
        add(one, "published", _moment(entry.published))
        add(one, "link", rel="alternate", type="text/html", href=entry.url)
        if entry.external_url:
            add(one, "link", rel="via", href=_clean(entry.external_url))
        for name in entry.authors:
            add(add(one, "author"), "name", name)
        for tag in entry.tags:
            add(one, "category", term=tag)
        add(one, "content", entry.html, type="html")
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return document


def json_feed(feed: Feed) -> bytes:
    """Return a feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""
    items = []
    for entry in feed.entries:
        item: dict[str, Any] = {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_html": entry.html,
            "date_published": _moment(entry.published),
            "date_modified": _moment(entry.updated),
        }
        more = {
            "external_url": entry.external_url,
            "language": entry.language,
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(entry.tags),
        }
        items.append(item | {name: value for name, value in more.items() if value})
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.page_url,
            "feed_url": feed.self_url,
            "items": items,
        }
    )


def opml(names: Iterable[str], here: str, created: datetime) -> bytes:
    """Return the feeds of sites as OPML 2.0."""
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = "newscrawl"
    etree.SubElement(head, "dateCreated").text = f"{created:%a, %d %b %Y %H:%M:%S +0000}"
    for name in names:
        clean, query = _clean(name), urlencode({"source": name})
        addresses = {"xmlUrl": f"{here}/feeds/search.atom?{query}", "htmlUrl": f"{here}/?{query}"}
        etree.SubElement(body, "outline", {"type": "rss", "text": clean, "title": clean, **addresses})
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return document


async def sites_opml(served: Served, request: Request) -> Response:
    """The feeds of all sites."""
    now = datetime.now(UTC)
    states = await served.ask(served.states.get)
    names = sorted(state.source for state in states)
    today = now.replace(hour=0, minute=0, second=0)
    return with_etag(request, opml(names, str(request.base_url).rstrip("/"), today), "text/x-opml")


def _written(
    make: Callable[[Served, Request], Awaitable[Feed]], write: Callable[[Feed], bytes], media_type: str
) -> Callable[[Served, Request], Awaitable[Response]]:
    async def answer(served: Served, request: Request) -> Response:
        return with_etag(request, write(await make(served, request)), media_type)

    return answer


ROUTES = {
    "/feeds/search.atom": _written(_search_feed, atom, "application/atom+xml"),
    "/feeds/search.json": _written(_search_feed, json_feed, "application/feed+json"),
    "/feeds/revisions.atom": _written(_revisions_feed, atom, "application/atom+xml"),
    "/feeds/revisions.json": _written(_revisions_feed, json_feed, "application/feed+json"),
    "/feeds/sites.opml": sites_opml,
}
