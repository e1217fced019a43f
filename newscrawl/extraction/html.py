"""HTML pages: trafilatura finds the text, and its lines are judged as those of a text dump."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from trafilatura import bare_extraction, load_html
from trafilatura.settings import Document

from newscrawl.extraction.dump_model import Judges
from newscrawl.extraction.headline import headline
from newscrawl.extraction.prune import prune
from newscrawl.extraction.textdump import clean_text
from newscrawl.items import Article, Block, NoArticle, kept_text
from newscrawl.rules import SiteRules
from newscrawl.text import clean, clean_line

# A page without an article is told once, by its outcome.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def extract_html(
    html: str,
    url: str | None,
    fetched_at: datetime,  # noqa: ARG001
    rules: SiteRules,
    judge: Judges | None = None,
) -> tuple[Article, tuple[Block, ...]]:
    """Extract the article of an HTML page. Raises NoArticle when trafilatura finds no text in it."""
    tree = load_html(html)
    if tree is None:
        raise NoArticle("no_text", "no article text was found")
    site = tuple(Block("paragraph", text, "site") for text in prune(tree, rules))
    heading = headline(tree)
    document = bare_extraction(
        tree,
        url=url,
        include_comments=False,
        with_metadata=True,
        # Without a date of its own a page gets none: the extensive search takes one from a sidebar.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    if not isinstance(document, Document) or not document.text:
        raise NoArticle("no_text", "no article text was found")
    title = heading or _line(document.title)
    blocks = clean_text(title or "", clean(document.text), judge)
    return _article(document, title, kept_text(blocks)), blocks + site


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
