"""HTML pages, by trafilatura."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from trafilatura import bare_extraction
from trafilatura.settings import Document

from newscrawl.items import Article, Block, NoArticle, kept_text
from newscrawl.text import clean_line

# A page without an article is told once, by its outcome.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def extract_html(html: str, url: str | None) -> tuple[Article, tuple[Block, ...]]:
    """Extract the article of an HTML page. Raises NoArticle when trafilatura finds no text in it."""
    document = bare_extraction(
        html,
        url=url,
        include_comments=False,
        with_metadata=True,
        # Without a date of its own a page gets none: the extensive search takes one from a sidebar.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(document, Document) or not document.text:
        raise NoArticle("no_text", "no article text was found")
    title = _line(document.title)
    blocks = tuple(_block(line, title) for line in map(clean_line, document.text.split("\n")) if line)
    return _article(document, title, kept_text(blocks)), blocks


def _block(line: str, title: str | None) -> Block:
    if title is not None and line.casefold() == title.casefold():
        return Block("heading", line, "title")
    if line.startswith("- "):
        return Block("list_item", line.removeprefix("- "))
    return Block("table_row" if " | " in line else "paragraph", line)


def _article(document: Document, title: str | None, text: str) -> Article:
    published_at = datetime.fromisoformat(document.date).replace(tzinfo=UTC) if document.date else None
    return Article(
        text=text,
        title=title,
        canonical_url=_line(document.url),
        description=_line(document.description),
        authors=tuple(name for name in map(clean_line, (document.author or "").split(";")) if name),
        section=_line(document.categories[0]) if document.categories else None,
        tags=tuple(tag for tag in map(clean_line, document.tags or ()) if tag),
        language=_line(document.language),
        image_url=_line(document.image),
        published_at=published_at,
        published_precision="day" if published_at else None,
    )


def _line(value: str | None) -> str | None:
    return clean_line(value) or None if value else None
