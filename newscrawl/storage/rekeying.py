"""Keys of addresses that were stored under earlier rules: a newer version's, or what a site's spider says by now."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from newscrawl.storage.schema import pages
from newscrawl.urls import url_key


def rekey_page(connection: Connection, page_id: int, key: str, url: str) -> str | None:
    """Let a page of `pages` be known by today's key of its address, and return that.

    None where another page has it already: then the two are one, and this one is not fetched any more.
    """
    today = url_key(url)
    if today == key:
        return key
    own = pages.c.id == page_id
    if connection.execute(select(pages.c.id).where(pages.c.url_key == today)).first() is None:
        connection.execute(update(pages).where(own).values(url_key=today))
        return today
    connection.execute(delete(pages).where(own, pages.c.fetched_at.is_(None)))
    connection.execute(update(pages).where(own).values(next_fetch_at=None))
    return None
