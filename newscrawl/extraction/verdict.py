"""Whether a web page is an article at all: lists, home pages, shells around a video and error pages are not.

A page speaks for itself in two ways: it calls itself an article, and it is dated. The less of that there is, the more
its text must show: enough words, sure of being one text, standing together, a fair share of all that the page says.
The figures were chosen on 943 articles, the same pages without their article, and 14 home and section pages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from newscrawl.extraction.dom_containers import Floats
from newscrawl.extraction.dom_features import words_and_prose
from newscrawl.extraction.dom_model import Measured
from newscrawl.items import Article, DropReason, NoArticle

FEWEST_WORDS = {0: 80, 1: 60, 2: 40, 3: 40, 4: 25}
"""Words of an article by evidence: two points for calling itself an article, two for a date in its mark-up, one for a
date in its text, or where nothing else speaks for a text that stands below the headline and uses its words. Where the
text is most of what the page says the fewest are enough."""
SURE, TOGETHER, SHARE = 0.6, 0.34, 0.2
"""Mean chance of the kept words; their share in containers with three kept lines or more, and of the page's words."""
LONG, MOST = 400, 0.5
_WORD = re.compile(r"\w+")
_IN_MARKUP = ("json_ld", "meta", "time", "url")


def refuse_listings(
    page: Measured, chances: Floats, reasons: Sequence[DropReason | None], facts: Article, *, claims_article: bool
) -> None:
    """Raise NoArticle (``no_text``, ``too_short`` or ``listing``) where the kept lines of a page are no article."""
    kept = np.array([reason is None for reason in reasons])
    if not kept.any():
        raise NoArticle("no_text", "no article text was found")
    words, prose = words_and_prose(page.matrix)
    amount = float(words[kept].sum())
    share = amount / max(float(words.sum()), 1)
    evidence = 2 * claims_article + (2 if facts.published_source in _IN_MARKUP else 1 if facts.published_at else 0)
    if not evidence and amount < LONG and _on_title(page, kept, facts) and _below_headline(page, kept, words):
        evidence = 1
    if amount < FEWEST_WORDS[4 if share >= MOST else evidence]:
        raise NoArticle("too_short", f"{round(amount)} words of text, too few for an article")
    if evidence == 4:
        return
    sure = float((chances[kept] * words[kept]).sum()) / amount
    wordy = float(prose[kept].sum()) / amount
    scattered = not _stands_together(page, kept, words) and (share < SHARE or (evidence < 2 and sure < 0.8))
    unsure = sure < SURE and share < 0.25
    numbers = evidence < 2 and wordy < 0.25 and sure < 0.7
    small = evidence < 2 and amount < LONG and share < (0.12 if evidence else 0.25)
    aside = small and not _on_title(page, kept, facts) and not _below_headline(page, kept, words)
    if scattered or unsure or numbers or aside:
        raise NoArticle("listing", "a list of articles, a home page or a shell: its texts are no article of their own")


def _stands_together(page: Measured, kept: np.ndarray, words: Floats) -> bool:
    """Whether the kept lines are few, or stand in the same containers, and not each in a card of its own."""
    if kept.sum() < 3:
        return True
    groups = page.held.group[np.array(page.blocks.owners)]
    count = Counter(groups[kept].tolist())
    shared = sum(words[line] for line in np.flatnonzero(kept) if count[int(groups[line])] >= 3)
    return bool(shared >= TOGETHER * words[kept].sum())


def _below_headline(page: Measured, kept: np.ndarray, words: Floats) -> bool:
    """Whether most of the kept text stands in the innermost container of a first-level heading."""
    owners = [owner for owner, line in zip(page.blocks.owners, page.blocks.lines, strict=True) if line.level == 1]
    if not owners:
        return False
    taken = page.held.sums((words * kept)[:, None], page.held.group[np.array(owners)])
    return bool(taken.max() >= 0.5 * words[kept].sum())


def _on_title(page: Measured, kept: np.ndarray, facts: Article) -> bool:
    """Whether the text uses nearly all words of the title."""
    title = set(_WORD.findall((facts.title or "").lower()))
    said = {word for line in np.flatnonzero(kept) for word in _WORD.findall(page.blocks.lines[line].text.lower())}
    return bool(title) and len(title & said) >= 0.8 * len(title)
