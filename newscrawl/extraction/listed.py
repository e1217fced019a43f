"""What a feed says of an article fills what the article's page does not say, and contradicts nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from newscrawl.items import Article, ListedFacts

_LETTERS = re.compile(r"[^\W_]+")
_SAME_DAY = timedelta(hours=26)
"""How far a moment and midnight UTC of its day in some zone are apart at most."""


def filled(article: Article, facts: ListedFacts | None) -> Article:
    """Return an article with what the feed adds."""
    if facts is None:
        return article
    changed = {**_names(article, facts), **_date(article, facts)}
    if article.title is None and facts.title is not None:
        changed["title"] = facts.title
    if article.description is None and facts.summary and not _is_excerpt(facts.summary, article.text):
        changed["description"] = facts.summary
    return replace(article, **changed) if changed else article  # type: ignore[arg-type]


def _names(article: Article, facts: ListedFacts) -> dict[str, object]:
    changed: dict[str, object] = {}
    if not article.authors and facts.authors:
        changed["authors"] = facts.authors
    tags = {tag.casefold() for tag in article.tags}
    if not tags and (facts.categories or facts.tags):
        changed["tags"] = (*facts.categories, *facts.tags)
    # Feeds name sections and tags alike, the section first.
    named = [name for name in facts.categories if name.casefold() not in tags]
    if article.section is None and named:
        changed["section"] = named[0]
    return changed


def _date(article: Article, facts: ListedFacts) -> dict[str, object]:
    """The feed's date where the page has none, or a day that the feed's time is of."""
    if facts.published_at is None:
        return {}
    is_finer = (
        article.published_precision == "day"
        and facts.published_precision != "day"
        and article.published_at is not None
        and abs(facts.published_at - article.published_at - timedelta(hours=12)) <= _SAME_DAY
    )
    if article.published_at is not None and article.published_source not in ("text", "modified") and not is_finer:
        return {}
    return {
        "published_at": facts.published_at,
        "published_raw": facts.published_raw,
        "published_precision": facts.published_precision,
        "published_source": "feed",
    }


def _is_excerpt(summary: str, text: str) -> bool:
    """Say whether a summary is the beginning of the text, as software makes it where nobody wrote a lead."""
    words = _LETTERS.findall(summary.casefold())[:12]
    return words == _LETTERS.findall(text[: len(summary) * 2 + 200].casefold())[: len(words)]
