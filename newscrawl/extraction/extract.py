"""One page in, one article and its blocks out: pure, without network or database."""

from __future__ import annotations

from dataclasses import replace

import trafilatura

from newscrawl import __version__
from newscrawl.extraction.decode import decode
from newscrawl.extraction.dump_model import Judges
from newscrawl.extraction.html import extract_html
from newscrawl.extraction.textdump import clean_dump
from newscrawl.items import Article, Block, Extraction, NoArticle, UnreadablePage, kept_text
from newscrawl.text import clean, clean_line

_EXTRACTOR = f"newscrawl {__version__}, trafilatura {trafilatura.__version__}"


def extract_page(
    body: bytes | str,
    url: str | None = None,
    content_type: str = "text/html",
    source: str | None = None,
    judge: Judges | None = None,
) -> Extraction:
    """Extract the article of a page.

    ``text/plain`` is a text dump: a title line, then the body among what an extractor left around it.
    ``judge`` decides about the lines of an HTML page; by default it is the one that ships.

    Raises NoArticle, or its subclass UnreadablePage where the page itself is broken; never anything else
    for what a page holds.
    """
    text = body if isinstance(body, str) else decode(body, content_type)
    try:
        article, blocks = extract_html(text, url, judge) if "html" in content_type else _extract_dump(text)
    except NoArticle:
        raise
    except Exception as error:
        detail = f"the extractor failed on it ({type(error).__name__}: {error})"
        raise UnreadablePage("extractor_failed", detail) from error
    if not article.text:
        raise NoArticle("no_text", "no article text was found")
    return Extraction(replace(article, url=url, source=source), blocks, _EXTRACTOR)


def _extract_dump(text: str) -> tuple[Article, tuple[Block, ...]]:
    dump = clean_dump(clean(text))
    return Article(text=kept_text(dump.blocks), title=clean_line(dump.title) or None), dump.blocks
