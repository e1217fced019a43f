"""One page in, one article and its blocks out: pure, without network or database."""

from __future__ import annotations

from dataclasses import replace

import trafilatura

from newscrawl._version import __version__
from newscrawl.extraction.decode import decode
from newscrawl.extraction.dom_model import PageJudge
from newscrawl.extraction.html import extract_html
from newscrawl.extraction.textdump import clean_dump
from newscrawl.items import Article, Block, Extraction, NoArticle, Page, UnreadablePage, kept_text
from newscrawl.rules import NO_RULES, SiteRules, load_adjust
from newscrawl.text import clean, clean_line

MOST_LINES = 50_000
"""Lines of a text dump that are judged: two seconds."""

_EXTRACTOR = f"newscrawl {__version__}, trafilatura {trafilatura.__version__}"


def extract_page(page: Page, rules: SiteRules = NO_RULES, judge: PageJudge | None = None) -> Extraction:
    """Extract the article of a page.

    ``text/plain`` is a text dump: a title line, then the body among what an extractor left around it.
    ``rules`` are those of the page's site. ``judge`` decides about the blocks of an HTML page; by default it is the
    one that ships.

    Raises NoArticle, or its subclass UnreadablePage where the page itself is broken; never anything else
    for what a page holds.
    """
    article, blocks = _extract_one(page, rules, judge)
    if page.rest:
        article, blocks = _join(article, blocks, page.rest, rules, judge)
    article = replace(article, url=page.url, source=page.source)
    if rules.adjust is not None:
        article = _adjusted(article, page, rules.adjust)
    return Extraction(article, blocks, _EXTRACTOR)


def _extract_one(page: Page, rules: SiteRules, judge: PageJudge | None) -> tuple[Article, tuple[Block, ...]]:
    text = decode(page.body, page.content_type)
    try:
        if "html" in page.content_type:
            article, blocks = extract_html(text, page.url, page.fetched_at, rules, judge)
        else:
            article, blocks = _extract_dump(text, rules)
    except NoArticle:
        raise
    except Exception as error:
        detail = f"the extractor failed on it ({type(error).__name__}: {error})"
        raise UnreadablePage("extractor_failed", detail) from error
    if not article.text:
        raise NoArticle("no_text", "no article text was found")
    return article, blocks


def _join(
    article: Article, blocks: tuple[Block, ...], rest: tuple[Page, ...], rules: SiteRules, judge: PageJudge | None
) -> tuple[Article, tuple[Block, ...]]:
    """Put the further pages of an article behind the first. What each of them says again is said once."""
    joined, images = list(blocks), list(article.images)
    for page in rest:
        try:
            part, following = _extract_one(page, rules, judge)
        except UnreadablePage:
            raise
        except NoArticle:
            continue  # a page of pictures, or of comments
        said = {block.text for block in joined}
        joined += [
            replace(block, reason="repeated") if block.reason is None and block.text in said else block
            for block in following
        ]
        images += [image for image in part.images if image not in images]
    return replace(article, text=kept_text(joined), images=tuple(images)), tuple(joined)


def _extract_dump(text: str, rules: SiteRules) -> tuple[Article, tuple[Block, ...]]:
    text = clean(text)
    if text.count("\n") > MOST_LINES:
        raise UnreadablePage(
            "too_large", f"{text.count(chr(10))} lines; a dump of more than {MOST_LINES} is no article"
        )
    dump = clean_dump(text)
    title = clean_line(dump.title) or None
    return Article(text=kept_text(dump.blocks), title=title, language=rules.language), dump.blocks


def _adjusted(article: Article, page: Page, function: str) -> Article:
    """Let the site's own function have the last word. What it may do wrong is told as the function's fault."""
    try:
        adjusted = load_adjust(function)(article, page)
    except NoArticle:
        raise
    except Exception as error:
        detail = f"the site's {function} failed on it ({type(error).__name__}: {error})"
        raise UnreadablePage("rules_failed", detail) from error
    if not isinstance(adjusted, Article):
        raise UnreadablePage("rules_failed", f"the site's {function} gave a {type(adjusted).__name__}, no Article")
    if not adjusted.text:
        raise NoArticle("no_text", f"the site's {function} left no article text")
    return adjusted
