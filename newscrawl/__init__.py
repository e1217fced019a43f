"""newscrawl: crawl news sites into a database of clean articles."""

from __future__ import annotations

from newscrawl.items import Article, NoArticle, Page

__version__ = "0.1.0"
__all__ = ["Article", "NoArticle", "extract"]


def extract(body: bytes | str, url: str | None = None, content_type: str = "text/html") -> Article:
    """Extract the clean article of one page, as the crawl does.

    ``body`` is an HTML page, or with ``content_type="text/plain"`` a text dump whose first line is the
    title. Raises NoArticle with a ``reason`` when there is no article in it.
    """
    from newscrawl.extraction import extract_page  # noqa: PLC0415 - half a second that only a caller pays

    return extract_page(Page.of(body, url, content_type)).article
