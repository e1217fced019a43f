"""Extract a page in a worker, and compute the keys that the store needs."""

from __future__ import annotations

from typing import NamedTuple

from newscrawl.boilerplate.repeated import keys_of
from newscrawl.dedupe import content_hash, near_duplicate_keys, words_of
from newscrawl.extraction import extract_page
from newscrawl.items import Candidate, Extraction, Page
from newscrawl.rules import SiteRules


class Made(NamedTuple):
    """A `Candidate` without its page, which is large and which the main process already has."""

    extraction: Extraction
    content_hash: str
    near_duplicate_keys: tuple[int, ...]
    block_keys: tuple[int | None, ...]

    def of(self, page: Page) -> Candidate:
        """Return the candidate for a page."""
        return Candidate(page, *self)


def make(page: Page, rules: SiteRules) -> Made:
    """Extract a page and compute its keys. Raises NoArticle."""
    extraction = extract_page(page, rules)
    text = extraction.article.text
    words = words_of(text)
    return Made(extraction, content_hash(text, words), near_duplicate_keys(text, words), keys_of(extraction.blocks))
