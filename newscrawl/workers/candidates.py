"""What a worker makes of a page: its extraction, and the keys by which the store decides about it."""

from __future__ import annotations

from typing import NamedTuple

from newscrawl.boilerplate.repeated import keys_of
from newscrawl.dedupe import content_hash, near_duplicate_keys, words_of
from newscrawl.extraction import extract_page
from newscrawl.items import Candidate, Extraction, Page
from newscrawl.rules import SiteRules


class Made(NamedTuple):
    """A `Candidate` without its page, which the main process has: it is most of what would be sent."""

    extraction: Extraction
    content_hash: str
    near_duplicate_keys: tuple[int, ...]
    block_keys: tuple[int | None, ...]

    def of(self, page: Page) -> Candidate:
        """The candidate."""
        return Candidate(page, *self)


def make(page: Page, rules: SiteRules) -> Made:
    """Extract a page. Raises NoArticle."""
    extraction = extract_page(page, rules)
    text = extraction.article.text
    words = words_of(text)
    return Made(extraction, content_hash(text, words), near_duplicate_keys(text, words), keys_of(extraction.blocks))
