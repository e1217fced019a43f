"""Pipelines that fail, to be put between the real ones."""

from __future__ import annotations

from dataclasses import replace

from newscrawl.items import Candidate, Outcome


class Unstorable:
    """Gives one article a title that no database can hold."""

    def process_item(self, item: Candidate | Outcome) -> Candidate | Outcome:
        """A lone surrogate has no UTF-8."""
        if isinstance(item, Candidate) and "unstorable" in item.page.key:
            article = replace(item.extraction.article, title="\ud800")
            return replace(item, extraction=replace(item.extraction, article=article))
        return item


class Crashing:
    """Has a bug that shows at one page."""

    def process_item(self, item: Candidate | Outcome) -> Candidate | Outcome:
        """Raise what nobody foresaw."""
        if isinstance(item, Candidate) and "crashing" in item.page.key:
            raise RuntimeError("nobody foresaw this")
        return item
