"""Why a dropped line of a web page is not the article, told from the elements around it, then from what it is."""

from __future__ import annotations

from functools import lru_cache

from newscrawl.extraction.dom_blocks import Blocks
from newscrawl.extraction.dump_reasons import drop_reasons
from newscrawl.extraction.dump_shape import Matrix
from newscrawl.items import DropReason

_WORDS: dict[DropReason, str] = {
    "comments": "comment comments disqus commenting respond replies",
    "caption": "caption captions figcaption credit credits",
    "promo": "newsletter promo promotion subscribe subscription paywall advert advertisement ads sponsor sponsored "
    "banner signup regwall donate donation premium offer",
    "related": "related recommend recommended recommendation recommendations recirc recirculation popular trending "
    "latest mostread relate lienquan tinlienquan sidebar teaser teasers",
    "byline": "author authors byline dateline timestamp published publish pubdate tags tag keywords topics bio",
    "menu": "nav navigation navbar menu footer header share sharing social breadcrumb breadcrumbs toolbar pagination "
    "login search cookie cookies consent privacy copyright masthead",
}
_OF_WORD: dict[str, DropReason] = {word: reason for reason, words in _WORDS.items() for word in words.split()}
_OF_TAG: dict[str, DropReason] = {
    "figcaption": "caption",
    "figure": "caption",
    "nav": "menu",
    "footer": "menu",
    "header": "menu",
    "form": "menu",
    "aside": "related",
}
NEAR = 6
"""Containers around a line that may say what it is; further out they speak of the whole page."""


def page_reasons(blocks: Blocks, base: Matrix, kept: list[bool]) -> list[DropReason | None]:
    """A reason for each line that is not kept, None for the others."""
    reasons = drop_reasons(blocks.lines, base, kept)
    for index, reason in enumerate(reasons):
        if reason in ("menu", "related", "byline", "caption", "promo"):
            reasons[index] = _named(blocks, index) or reason
    return reasons


def _named(blocks: Blocks, index: int) -> DropReason | None:
    at = blocks.owners[index]
    for _ in range(NEAR):
        if at < 0:
            return None
        tag, at, _, tokens, _ = blocks.nodes[at]
        if reason := (_of_tokens(tokens) if tokens else None) or _OF_TAG.get(tag):
            return reason
    return None


@lru_cache(maxsize=4096)
def _of_tokens(tokens: tuple[str, ...]) -> DropReason | None:
    return next((_OF_WORD[token] for token in tokens if token in _OF_WORD), None)
