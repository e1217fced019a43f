"""Alternate URLs of stored articles: AMP, mobile and print forms, redirects, and URLs that have moved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, RowMapping, bindparam, delete, select, update

from newscrawl.dedupe import Reading
from newscrawl.items import Candidate
from newscrawl.storage.backends import backend_of
from newscrawl.storage.duplicates import MOST_COMPARED, are_copies, heads_of
from newscrawl.storage.replacement import is_untrusted
from newscrawl.storage.rows import DELETED
from newscrawl.storage.schema import article_urls, articles, pages
from newscrawl.urls import form_of, known_as, site_of, url_key

_AT = (
    select(articles)
    .join(article_urls, article_urls.c.article_id == articles.c.id)
    .where(article_urls.c.url_key == bindparam("key"))
)

Relation = Literal["canonical", "redirect", "form"]
"""How a URL is known to be an alternate of an article's: by the canonical link of one of the two, by a redirect, or by
its form, such as AMP."""


@dataclass(frozen=True, slots=True)
class OtherUrl:
    """An alternate URL of an article."""

    key: str
    url: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class Address:
    """The URLs of a page or a stored article."""

    key: str
    url: str | None
    canonical: str | None
    """Its canonical link."""
    requested: frozenset[str] = frozenset()
    """Keys of URLs that redirected to it."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A stored article that a page shows under another URL."""

    article: RowMapping
    relation: Relation
    leads: bool
    """Whether the page's URL is the main one, rather than the one under which the article is stored."""
    is_view: bool
    """Whether they are different forms of the page, so that a difference of their texts is not a revision."""


def article_at(connection: Connection, item: Candidate) -> RowMapping | None:
    """Return the article that has the page's URL as an alternate, as long as the page shows the same text.

    Otherwise the alternate URL is deleted, unless the page is a local one.
    """
    row = connection.execute(_AT, {"key": item.page.key}).mappings().first()
    if row is None or row["content_hash"] == item.content_hash:
        return row
    if is_untrusted(item.page, row) or are_copies(Reading(row["text"]), Reading(item.extraction.article.text)):
        return row
    connection.execute(delete(article_urls).where(article_urls.c.url_key == item.page.key))
    return None


def find_twin(connection: Connection, item: Candidate, copies: Iterable[int]) -> Twin | None:
    """Find, among duplicates of a page's text, the article that is the same page under another URL of the site.

    A canonical link alone proves nothing: some sites name their home page, or one article, for all of them.
    """
    if item.page.url is None:
        return None
    heads = heads_of(connection, copies)
    if not heads:
        return None
    is_own = articles.c.source == item.extraction.article.source, articles.c.url.is_not(None)
    # Of very many copies only the first are looked at: the keys of a hostile site's addresses take long.
    followers = select(articles.c.id).where(articles.c.duplicate_of.in_(heads), *is_own).order_by(articles.c.id)
    ids = [*heads, *connection.execute(followers.limit(MOST_COMPARED)).scalars()]
    found_rows = select(articles).where(articles.c.id.in_(ids), *is_own).order_by(articles.c.id).limit(MOST_COMPARED)
    rows = connection.execute(found_rows).mappings()
    requested = frozenset({url_key(item.page.visit.requested_url)} if item.page.visit is not None else ())
    page = Address(item.page.key, item.page.url, item.extraction.article.canonical_url, requested)
    found = ((row, relate(page, address_of(row))) for row in rows)
    return next((Twin(row, *related) for row, related in found if related is not None), None)


_DELETED = select(pages.c.url_key).where(
    pages.c.url_key.in_(bindparam("keys", expanding=True)), pages.c.reason == DELETED
)


def deleted_as(connection: Connection, item: Candidate) -> str | None:
    """Return the key under which the article of a page was deleted by the user; None if it was not.

    A canonical link is believed unless other articles of the site name it as well: see `find_twin`.
    """
    named = item.extraction.article.canonical_url
    canonical = _canonical(named, item.page.url)
    own = known_as(item.page.key)
    keys = own if canonical is None else own | known_as(canonical)
    found: set[str] = set(connection.execute(_DELETED, {"keys": list(keys)}).scalars())
    if found & own:
        return min(found & own)
    if not found:
        return None
    others = select(articles.c.id).where(articles.c.canonical_url == named).limit(1)
    return min(found) if connection.execute(others).first() is None else None


def relate(page: Address, row: Address) -> tuple[Relation, bool, bool] | None:
    """Return how the URLs of a page and of a stored duplicate of its text are related; None if they are not.

    The values are `relation`, `leads` and `is_view` of `Twin`.
    """
    form, other = form_of(page.key), form_of(row.key)
    is_view = form.marks != other.marks
    # Otherwise the shorter URL leads, whichever came first, so that the result does not depend on the order.
    leads = (form.marks, len(page.key), page.key) < (other.marks, len(row.key), row.key)
    if row.url is not None and url_key(row.url) == page.key:
        return "form", True, False  # stored under a key of an earlier version
    if row.key in page.requested:
        return "redirect", form.marks <= other.marks, is_view
    own, stored = _canonical(page.canonical, page.url), _canonical(row.canonical, row.url)
    if (stored == page.key) != (own == row.key):
        return "canonical", stored == page.key, is_view
    is_view = is_view or form.marks > 0  # such as AMP and mobile
    if stored == page.key or (own is not None and own == stored):
        return "canonical", leads, is_view
    return ("form", leads, is_view) if form.address == other.address else None


def _canonical(link: str | None, url: str | None) -> str | None:
    """Return the key of a canonical link; None if it leads to another site."""
    try:
        is_own = link is not None and url is not None and site_of(link) == site_of(url)
        return url_key(link) if link is not None and is_own else None
    except ValueError:
        return None


def address_of(row: RowMapping, requested: frozenset[str] = frozenset()) -> Address:
    """Return the URLs of a stored article."""
    return Address(row["url_key"], row["url"], row["canonical_url"], requested)


def record_url(connection: Connection, article_id: int, other: OtherUrl, now: datetime) -> None:
    """Store an alternate URL of an article."""
    values = {"article_id": article_id, "url": other.url, "relation": other.relation}
    added = (
        backend_of(connection.engine.url).insert(article_urls).values(url_key=other.key, first_seen_at=now, **values)
    )
    connection.execute(added.on_conflict_do_update(index_elements=["url_key"], set_=values))


def record_redirect(connection: Connection, item: Candidate, article_id: int, now: datetime) -> None:
    """Store the URL that redirected to a page, unless an article is stored under it."""
    visit = item.page.visit
    requested = url_key(visit.requested_url) if visit is not None else item.page.key
    if visit is None or requested == item.page.key:
        return
    holder = connection.execute(select(articles.c.id).where(articles.c.url_key == requested)).scalar()
    if holder is None:
        record_url(connection, article_id, OtherUrl(requested, visit.requested_url, "redirect"), now)


def move_article(connection: Connection, twin: Twin, item: Candidate, now: datetime) -> RowMapping:
    """Move an article to the URL of a page, and keep its previous URL as an alternate; return its new row."""
    article, key = twin.article, item.page.key
    connection.execute(delete(article_urls).where(article_urls.c.url_key == key))
    connection.execute(update(articles).where(articles.c.id == article["id"]).values(url_key=key, url=item.page.url))
    record_url(connection, article["id"], OtherUrl(article["url_key"], article["url"], twin.relation), now)
    return connection.execute(select(articles).where(articles.c.id == article["id"])).mappings().one()
