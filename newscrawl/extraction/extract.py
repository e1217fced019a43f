"""One page in, one article and its blocks out: pure, without network or database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import trafilatura

from newscrawl._version import __version__
from newscrawl.extraction.decode import decode
from newscrawl.extraction.embedded import hidden_texts, is_beginning
from newscrawl.extraction.judge import PageJudge
from newscrawl.extraction.line_features import facts_of
from newscrawl.extraction.listed import filled
from newscrawl.extraction.page import ExtractedPage, extract_html, read_page
from newscrawl.extraction.second_opinion import ask_trafilatura
from newscrawl.extraction.text_dump import clean_dump
from newscrawl.extraction.verdict import FEWEST_WORDS, looks_like_a_list
from newscrawl.items import Article, Block, Extraction, Judgement, NoArticle, Page, UnreadablePage, kept_text
from newscrawl.rules import NO_RULES, SiteRules, load_adjust
from newscrawl.text import clean, clean_line, is_cut_off

MOST_LINES = 50_000
"""Lines of a text dump that are judged: two seconds."""

SHORT = 1_500
"""Characters of a text that may be the beginning of one that the page does not show."""
MUCH_LONGER = 2.0
"""How much longer a hidden text must be than the one shown."""

VOUCHED = 0.02
"""Chance to be an article from which a page is one that its site's feeds or sitemaps name."""

_VERSIONS = {
    "newscrawl": f"newscrawl {__version__}, trafilatura {trafilatura.__version__}",
    "trafilatura": f"trafilatura {trafilatura.__version__}, newscrawl {__version__}",
}
_EMPTY = b"<!DOCTYPE html><html><head></head><body></body></html>"
_Extract = Callable[[str, str | None, datetime, SiteRules], ExtractedPage]


def extract_page(page: Page, rules: SiteRules = NO_RULES, judge: PageJudge | None = None) -> Extraction:
    """Extract the article of a page.

    ``text/plain`` is a text dump: a title line, then the body among what an extractor left around it.
    ``rules`` are those of the page's site. ``judge`` decides about the blocks of an HTML page; by default it is the
    one that ships. Where the rules name trafilatura as the extractor nobody judges: the text of HTML pages is
    trafilatura's with its defaults, and each line of it a block; metadata and text dumps are newscrawl's all the same.

    Raises NoArticle, or its subclass UnreadablePage where the page itself is broken; never anything else
    for what a page holds.
    """
    extractor = rules.extractor or "newscrawl"
    extract = _by_trafilatura if extractor == "trafilatura" else partial(extract_html, judge=judge)
    try:
        find = _extract_withheld if page.is_withheld else _extract_answered
        article, blocks, judgement = find(page, rules, extract)
    except NoArticle as error:
        _complete(error, page, _VERSIONS[extractor])
        raise
    if page.rest:
        judgement = None
        article, blocks = _join(article, blocks, page, rules, extract)
    article = filled(replace(article, url=page.url, source=page.source), page.facts)
    if rules.adjust is not None:
        article = _adjusted(article, page, rules.adjust)
    return Extraction(article, blocks, _VERSIONS[extractor], judgement)


def _extract_answered(page: Page, rules: SiteRules, extract: _Extract) -> ExtractedPage:
    """Extract what the page shows, or where that is too little, what it holds or a feed has."""
    try:
        made = _extract_one(page, rules, extract)
    except UnreadablePage:
        raise
    except NoArticle as error:
        # Where a redirect led here, a feed's text belongs to the page that was asked for.
        own = page if page.withheld is None else replace(page, facts=None)
        is_blank = error.reason in {"no_text", "too_short", "needs_rendering"}
        hidden = _extract_hidden(own, rules, extract, "", is_blank=is_blank) or _vouched_for(page, error)
        if hidden is None:
            raise
        return hidden
    shown = made.article.text
    return (_extract_hidden(page, rules, extract, shown) if len(shown) < SHORT else None) or made


def _extract_withheld(page: Page, rules: SiteRules, extract: _Extract) -> ExtractedPage:
    """Extract the text that a feed has of a page that its server withholds.

    Raises UnreadablePage where that is none, or only its beginning.
    """
    assert page.visit is not None
    status, summary = page.visit.status, (page.facts and page.facts.summary) or ""
    made = _extract_hidden(replace(page, body=_EMPTY), rules, extract, "")
    if made is None or _is_excerpt(made.blocks) or len(made.article.text) < MUCH_LONGER * len(summary):
        raise UnreadablePage(f"http_{status}", f"the server answered {status}")
    return made


def _is_excerpt(blocks: Sequence[Block]) -> bool:
    """Whether the end of a text, or a line that was dropped below it, ends in dots."""
    last = max(index for index, block in enumerate(blocks) if block.reason is None)
    return any(is_cut_off(block.text) for block in blocks[last:])


def _vouched_for(page: Page, error: NoArticle) -> ExtractedPage | None:
    """Return what was refused as hardly an article, if feed or sitemap say that it is one, and it is not unlikely.

    Sitemaps name section pages, too: what looks like a list is none, whoever names it.
    """
    made = error.extraction
    if error.reason not in {"too_short", "listing"} or made is None or made.judgement is None:
        return None
    is_named = page.is_named or page.facts is not None
    is_possible = (made.judgement.article or 0.0) >= VOUCHED and facts_of(made.article.text).amount >= FEWEST_WORDS
    text = [block.text for block in made.blocks if block.reason is None]
    is_listing = error.reason == "listing" and looks_like_a_list(dict(made.judgement.evidence), text)
    if not is_named or not is_possible or is_listing:
        return None
    return ExtractedPage(made.article, made.blocks, made.judgement)


def _complete(error: NoArticle, page: Page, version: str) -> None:
    """Say whose page was refused, and by what."""
    if (made := error.extraction) is not None:
        refused = replace(made.article, url=page.url, source=page.source)
        error.extraction = replace(made, article=refused, extractor=version)


def _extract_hidden(
    page: Page, rules: SiteRules, extract: _Extract, shown: str, *, is_blank: bool = False
) -> ExtractedPage | None:
    """Extract a page whose text is not shown, or hardly: from what the page carries for its scripts, or a feed has.

    None where there is nothing that is much more than what is shown.
    """
    if "html" not in page.content_type:
        return None
    text = decode(page.body, page.content_type)
    for hidden in hidden_texts(text, page.facts, is_blank=is_blank):
        if hidden.letters < MUCH_LONGER * len(shown) or not is_beginning(shown, hidden.markup):
            continue
        try:
            whole = replace(page, body=hidden.page.encode("utf-8", "replace"), content_type="text/html; charset=utf-8")
            article, blocks, judgement = _extract_one(whole, rules, extract)
        except NoArticle:
            continue
        return ExtractedPage(replace(article, text_source=hidden.source), blocks, judgement)
    return None


def _extract_one(page: Page, rules: SiteRules, extract: _Extract) -> ExtractedPage:
    judgement: Judgement | None = None
    text = decode(page.body, page.content_type)
    try:
        if "html" in page.content_type:
            article, blocks, judgement = extract(text, page.url, page.fetched_at, rules)
        else:
            article, blocks = _extract_dump(text, rules)
    except (MemoryError, NoArticle):
        raise
    except Exception as error:
        detail = f"the extractor failed on it ({type(error).__name__}: {error})"
        raise UnreadablePage("extractor_failed", detail) from error
    if not article.text:
        raise NoArticle("no_text", "no article text was found")
    return ExtractedPage(article, blocks, judgement)


def _by_trafilatura(html: str, url: str | None, fetched_at: datetime, rules: SiteRules) -> ExtractedPage:
    page = read_page(html, url, fetched_at, rules)
    text = ask_trafilatura(page.tree, url).default
    blocks = tuple(Block("paragraph", clean(line)) for line in text.split("\n") if line.strip())
    if not blocks:
        raise NoArticle("no_text", "trafilatura finds no text")
    return ExtractedPage(replace(page.facts, text=kept_text(blocks)), blocks, None)


def _join(
    article: Article, blocks: tuple[Block, ...], first: Page, rules: SiteRules, extract: _Extract
) -> tuple[Article, tuple[Block, ...]]:
    """Put the further pages of an article behind the first. What each of them says again is said once."""
    joined, images = list(blocks), list(article.images)
    for page in first.rest:
        found = _further(page, first.url, rules, extract)
        if found is None:
            continue  # a page of pictures, or of comments
        said = {block.text for block in joined}
        joined += [
            replace(block, reason="repeated") if block.reason is None and block.text in said else block
            for block in found.blocks
        ]
        images += [image for image in found.article.images if image not in images]
    return replace(article, text=kept_text(joined), images=tuple(images)), tuple(joined)


def _further(page: Page, first: str | None, rules: SiteRules, extract: _Extract) -> ExtractedPage | None:
    """Extract a further page of an article; as its first one, where its own address is like that of a list's second."""
    for url in (page.url, first):
        try:
            return _extract_one(replace(page, url=url), rules, extract)
        except UnreadablePage:
            raise
        except NoArticle:
            continue
    return None


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
