"""Other addresses of stored articles: for AMP, telephones or print, those that redirect, and those since moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, update

from newscrawl.dedupe import Reading
from newscrawl.items import Candidate
from newscrawl.storage.backends import backend_of
from newscrawl.storage.duplicates import are_copies, group_of
from newscrawl.storage.schema import article_urls, articles
from newscrawl.urls import form_of, site_of, url_key

_AT = (
    select(articles)
    .join(article_urls, article_urls.c.article_id == articles.c.id)
    .where(article_urls.c.url_key == bindparam("key"))
)

Relation = Literal["canonical", "redirect", "form"]
"""How an address is known to be another one of an article: by the canonical link of one of the two, by a redirect, or
by its looks, as those for AMP."""


@dataclass(frozen=True, slots=True)
class OtherUrl:
    """An address of an article that is not its own."""

    key: str
    url: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page or a stored article is."""

    key: str
    url: str | None
    canonical: str | None
    """The canonical link that it bears."""
    asked: frozenset[str] = frozenset()
    """Keys of addresses that led to it by a redirect."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A stored article that a page shows under another address."""

    article: RowMapping
    relation: Relation
    leads: bool
    """Whether the page's address is the article's own, rather than the one under which it is stored."""
    is_view: bool
    """Whether the two show the article in different ways, so that a difference of the texts is nobody's change."""


def article_at(connection: Connection, item: Candidate) -> RowMapping | None:
    """Return the article that a page is another address of, as long as it shows the same text."""
    row = connection.execute(_AT, {"key": item.page.key}).mappings().first()
    if row is None or _is_copy(row, item):
        return row
    connection.execute(delete(article_urls).where(article_urls.c.url_key == item.page.key))
    return None


def find_twin(connection: Connection, item: Candidate, copies: Iterable[int]) -> Twin | None:
    """Find, among the copies of a page's text, the article that has another address of the same site.

    An address alone proves nothing: sites name their home page, or one article, as canonical for all of them.
    """
    if item.page.url is None:
        return None
    ids = set[int]().union(*(group_of(connection, copy) for copy in copies))
    if not ids:
        return None
    is_own = articles.c.id.in_(ids), articles.c.source == item.extraction.article.source, articles.c.url.is_not(None)
    rows = connection.execute(select(articles).where(*is_own).order_by(articles.c.id)).mappings()
    asked = frozenset({url_key(item.page.visit.requested_url)} if item.page.visit is not None else ())
    page = Address(item.page.key, item.page.url, item.extraction.article.canonical_url, asked)
    found = ((row, relate(page, address_of(row))) for row in rows)
    return next((Twin(row, *related) for row, related in found if related is not None), None)


def relate(page: Address, row: Address) -> tuple[Relation, bool, bool] | None:
    """Say how the addresses of a page and of a stored copy of its text belong together, where they do.

    The relation, and as in `Twin` whether the page's leads, and whether they are views.
    """
    form, other = form_of(page.key), form_of(row.key)
    is_view = form.marks != other.marks
    # Where nothing tells them apart the shorter leads, whichever came first: the same pages make the same articles.
    leads = (form.marks, len(page.key), page.key) < (other.marks, len(row.key), row.key)
    if row.url is not None and url_key(row.url) == page.key:
        return "form", True, False  # stored under a key of earlier rules
    if row.key in page.asked:
        return "redirect", form.marks <= other.marks, is_view
    own, stored = _canonical(page.canonical, page.url), _canonical(row.canonical, row.url)
    if (stored == page.key) != (own == row.key):
        return "canonical", stored == page.key, is_view
    is_view = is_view or form.marks > 0  # two that are not plain, such as those for AMP and for telephones
    if stored == page.key or (own is not None and own == stored):
        return "canonical", leads, is_view
    return ("form", leads, is_view) if form.address == other.address else None


def _canonical(link: str | None, url: str | None) -> str | None:
    """The key of a canonical link, within the site of the page that says it."""
    try:
        is_own = link is not None and url is not None and site_of(link) == site_of(url)
        return url_key(link) if link is not None and is_own else None
    except ValueError:
        return None


def address_of(row: RowMapping, asked: frozenset[str] = frozenset()) -> Address:
    """The address of a stored article."""
    return Address(row["url_key"], row["url"], row["canonical_url"], asked)


def _is_copy(row: RowMapping, item: Candidate) -> bool:
    text = item.extraction.article.text
    return row["content_hash"] == item.content_hash or are_copies(Reading(row["text"]), Reading(text))


def note_url(connection: Connection, article_id: int, other: OtherUrl, now: datetime) -> None:
    """Remember another address of an article."""
    values = {"article_id": article_id, "url": other.url, "relation": other.relation}
    added = (
        backend_of(connection.engine.url).insert(article_urls).values(url_key=other.key, first_seen_at=now, **values)
    )
    connection.execute(added.on_conflict_do_update(index_elements=["url_key"], set_=values))


def note_redirect(connection: Connection, item: Candidate, article_id: int, now: datetime) -> None:
    """Remember the address that led to a page by a redirect, unless another article is stored under it."""
    visit = item.page.visit
    asked = url_key(visit.requested_url) if visit is not None else item.page.key
    if visit is None or asked == item.page.key:
        return
    holder = connection.execute(select(articles.c.id).where(articles.c.url_key == asked)).scalar()
    if holder is None:
        note_url(connection, article_id, OtherUrl(asked, visit.requested_url, "redirect"), now)


def move(connection: Connection, twin: Twin, item: Candidate, now: datetime) -> RowMapping:
    """Let an article go over to the address of a page, and remember the earlier one; return it as it is then."""
    article, key = twin.article, item.page.key
    connection.execute(delete(article_urls).where(article_urls.c.url_key == key))
    connection.execute(update(articles).where(articles.c.id == article["id"]).values(url_key=key, url=item.page.url))
    note_url(connection, article["id"], OtherUrl(article["url_key"], article["url"], twin.relation), now)
    return connection.execute(select(articles).where(articles.c.id == article["id"])).mappings().one()
