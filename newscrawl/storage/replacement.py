"""What a new version of a known page may replace.

One that got worse replaces nothing, what it lost is kept, and a local page replaces nothing that was fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping

from newscrawl.dedupe import Reading, compare
from newscrawl.extraction.walls import wall_phrases
from newscrawl.items import Article, Block, Candidate, DropReason, Page
from newscrawl.storage.revisions import is_same
from newscrawl.storage.rows import blocks_of, digest_of
from newscrawl.text import is_cut_off

MOST_LOST = 0.4
"""A text with less than this share of its earlier characters has lost most of itself."""
MOST_SHARED = 0.1
"""Share of a text's three-word runs that may stand in another one by chance."""
SAME_TEMPLATE = 0.3
"""Share of the earlier lines around a text from which the page has the same template."""
FEWEST_LINES = 5
"""Lines by which a template is recognised."""
NEAREST = 4
"""Lines below what is left of a text among which an offer to read on stands."""
UNSURE = 0.5
"""Chance to be an article below which a page with another title and text is not the article's next version."""

_ROTATING: frozenset[DropReason | None] = frozenset(
    {None, "title", "lead", "byline", "caption", "image", "related", "teaser", "comments"}
)
"""Blocks that say nothing of a template: they belong to the article, or change from visit to visit."""
_KEPT_TOGETHER = (
    ("authors",),
    ("tags",),
    ("section",),
    ("published_at", "published_raw", "published_source", "published_precision"),
    ("modified_at",),
    ("title",),
)
"""Fields that a page does not take back; of each group the first says whether there is a value."""


def is_untrusted(page: Page, known: RowMapping) -> bool:
    """Whether a page may not replace a stored article: a local one, which only claims to be the article's.

    It may replace what came from local pages of its kind.
    """
    return page.origin not in {"fetched", known["origin"]}


def worsening(known: RowMapping, item: Candidate, is_text_of_another: Callable[[], bool]) -> str | None:
    """Return in words why a known page's new version must not replace the stored text; None if it may.

    `is_text_of_another` says whether another article of the site has the new text; it is asked where that matters.

    A publisher cuts a text under its title, or rewrites it under a new one. What loses most of the text together with
    the title, the page's template or all of the text is another page at the address: a "not found" with status
    200, a wall, the home page.
    """
    if item.page.is_withheld and known["text_source"] != "feed":
        return "the server withholds it, and a feed's text replaces none that was read on the page"
    article, old, new = item.extraction.article, blocks_of(known["blocks"]), item.extraction.blocks
    left, before = len(article.text), len(known["text"])
    has_other_title = bool(known["title"] and article.title) and not is_same(known["title"], article.title)
    if left < MOST_LOST * before:
        signs = {
            "another title": has_other_title,
            "another template": _has_other_template(old, new),
            "nothing of its text": _is_other_text(known["text"], article.text),
            "a paywall": bool(article.paywalled) and not known["paywalled"],
            "an offer to read on": _ends_in_offer(old, new),
        }
        found = [sign for sign, is_there in signs.items() if is_there]
        return f"{left} of {before} characters are left, with {' and '.join(found)}" if found else None
    if not has_other_title or not _is_other_text(known["text"], article.text):
        return None
    judgement = item.extraction.judgement
    chance = judgement.article if judgement is not None else None
    if chance is not None and chance < UNSURE:
        return f"title and text are others, which are an article with a chance of {chance:.0%}"
    return "title and text are those of another article of the site" if is_text_of_another() else None


def _is_other_text(old: str, new: str) -> bool:
    return compare(Reading(new), Reading(old)).containment < MOST_SHARED


def _has_other_template(old: Iterable[Block], new: Iterable[Block]) -> bool:
    around = [{block.text for block in blocks if block.reason not in _ROTATING} for blocks in (old, new)]
    return len(around[0]) >= FEWEST_LINES and len(around[0] & around[1]) < SAME_TEMPLATE * len(around[0])


def _ends_in_offer(old: Iterable[Block], new: Sequence[Block]) -> bool:
    """Whether dots, or a request to sign in or subscribe, end what is left of a text and did not stand there before."""
    known = {block.text for block in old}
    left = [index for index, block in enumerate(new) if block.reason is None]
    if left and new[left[-1]].text not in known and is_cut_off(new[left[-1]].text):
        return True
    last = max((index for index in left if new[index].text in known), default=-1)
    below = [block.text for block in new[last + 1 : last + 1 + NEAREST] if block.text not in known]
    return bool(wall_phrases("", below)["login"])


def with_known_facts(known: RowMapping, item: Candidate) -> Candidate:
    """Fill authors, tags, section, dates and title from the stored article where a changed page no longer has them.

    A change of the site's theme is no word of the publisher that an article has no author. From the same bytes the
    extractor has the last word.
    """
    article = item.extraction.article
    kept: dict[str, Any] = {}
    for group in _KEPT_TOGETHER:
        if _is_empty(getattr(article, group[0])) and not _is_empty(known[group[0]]):
            kept |= {name: known[name] for name in group}
    if not kept or digest_of(item) == known["body_digest"]:
        return item
    lists = {name: tuple(value) for name, value in kept.items() if isinstance(value, list)}
    filled: Article = replace(article, **kept | lists)
    return replace(item, extraction=replace(item.extraction, article=filled))


def _is_empty(value: Any) -> bool:
    return value in (None, "", (), [])
