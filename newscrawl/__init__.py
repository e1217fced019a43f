"""newscrawl: crawl news sites into a database of clean articles."""

from __future__ import annotations

from dataclasses import replace

from newscrawl._version import __version__
from newscrawl.items import Article, NoArticle, Page

__all__ = ["Article", "NoArticle", "__version__", "extract"]


def extract(body: bytes | str, url: str | None = None, content_type: str = "text/html") -> Article:
    """Extract the clean article of one page, as the crawl does.

    ``body`` is an HTML page, or with ``content_type="text/plain"`` a text dump whose first line is the
    title. ``url`` tells the site, and with it the rules that its spider has for it. Raises NoArticle with a
    ``reason`` when there is no article in it.
    """
    # Imported here because the extractor takes half a second to load, and Scrapy's spider loader a quarter.
    from newscrawl.extraction import extract_page  # noqa: PLC0415

    page = Page.of(body, url, content_type)
    if url is None:
        return extract_page(page).article
    from newscrawl.base_spiders.registry import rules_for, source_of  # noqa: PLC0415
    from newscrawl.urls import is_article_url  # noqa: PLC0415

    source = source_of(url) if is_article_url(url) else None
    return extract_page(replace(page, source=source), rules_for(url)).article
