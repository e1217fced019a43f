"""Measures of a run on one source: small, additive numbers that can be kept for years."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from newscrawl.items import Article, Candidate, Listing, Outcome

LEFT = 0.7
"""A text with less than this share of its earlier words has lost text."""

NEEDS_RENDERING = "needs_rendering"
"""The page reason of a page without a text in its HTML."""

NOT_THERE = "not_there"
"""The page reason of an address that was only guessed, and wrongly: no failure."""

Reading = tuple[int, int] | str | None
"""Reading of a listing: how many pages it names and how many are new or modified; or the reason of its failure; or None
if it was not modified."""


@dataclass(frozen=True, slots=True)
class Visited:
    """Facts about a visit besides its outcome."""

    page_id: int | None
    is_known: bool = False
    """The page had an article before."""
    is_copy: bool = False
    """The article is a duplicate."""
    lost: tuple[str, ...] = ()
    """What the page of the article no longer has: text, title, date, authors, section, tags."""


@dataclass(slots=True)
class Measures:
    """Counters, with an example page for each."""

    fresh: Counter[str] = field(default_factory=Counter)
    """Visits to pages that had no article: `stored`, `elsewhere` (known under another URL), or the page reason."""
    known: Counter[str] = field(default_factory=Counter)
    """Visits to pages of stored articles: `same`, `revised`, `not_modified`, or the page reason."""
    without: Counter[str] = field(default_factory=Counter)
    """Fresh articles without title, date, authors, section; `any_date` counts those that only a feed dates as dated."""
    lost: Counter[str] = field(default_factory=Counter)
    """Known articles whose page lost text, title, date, authors, section, tags. All but the text keep their values."""
    copies: int = 0
    """Fresh articles that are duplicates."""
    words: Counter[int] = field(default_factory=Counter)
    """Fresh articles by the length of their text, in eighths of an octave."""
    width: float = 0.0
    """UTF-8 bytes per character, summed over the fresh articles: it distinguishes scripts and garbled text."""
    width_squares: float = 0.0
    shells: int = 0
    """Pages of every kind without a text in their HTML."""
    listings: dict[int, Reading] = field(default_factory=dict)
    """By `pages.id`."""
    examples: dict[str, int] = field(default_factory=dict)
    """`pages.id` of the last page for each thing counted, and of the shortest text (`words`)."""

    @property
    def articles(self) -> int:
        """Number of fresh articles."""
        return self.fresh["stored"] + self.fresh["elsewhere"]

    @property
    def compared(self) -> int:
        """Number of known articles whose page was extracted again."""
        return self.known["same"] + self.known["revised"]

    @property
    def is_idle(self) -> bool:
        """Whether nothing was new: no listing and no page that was asked for had changed."""
        is_same = not any(self.listings.values()) and self.known.keys() <= {"not_modified", "same"}
        return is_same and not (self.fresh or self.lost or self.shells)

    @property
    def failures(self) -> Counter[str]:
        """Why no page gave an article, or where none was asked for, no listing could be read; empty if one did."""
        pages = self.fresh + self.known
        del pages[NOT_THERE]
        if any(group_of(reason) == "fine" for reason in pages):
            return Counter()
        if pages:
            return pages
        readings = [reading for reading in self.listings.values() if reading != NOT_THERE]
        failed = [reading for reading in readings if isinstance(reading, str)]
        return Counter(failed) if len(failed) == len(readings) else Counter()

    def copy(self) -> Measures:
        """Return an independent copy."""
        counters = (self.fresh, self.known, self.without, self.lost)
        fresh, known, without, lost = (counter.copy() for counter in counters)
        kept = (self.copies, self.words.copy(), self.width, self.width_squares)
        return Measures(fresh, known, without, lost, *kept, self.shells, dict(self.listings), dict(self.examples))

    def count(self, item: Candidate | Outcome | Listing, visited: Visited, *, outcome: str, news: int = 0) -> None:
        """Count a visit."""
        self.shells += getattr(item, "reason", None) == NEEDS_RENDERING
        match item:
            case Listing():
                if visited.page_id is not None:
                    self.listings[visited.page_id] = (len(item.links), news)
            case Candidate():
                self._count_article(item.extraction.article, visited, outcome)
            case Outcome(visit=visit) if visit is not None and visit.kind != "article":
                if visited.page_id is not None:
                    self.listings[visited.page_id] = None if outcome == "unchanged" else item.reason
            case Outcome() if outcome != "skipped":
                (self.known if visited.is_known else self.fresh)[item.reason] += 1
                self._show(item.reason, visited)

    def _count_article(self, article: Article, visited: Visited, outcome: str) -> None:
        if visited.is_known:
            self.known["revised" if outcome == "stored" else "same"] += 1
            for name in visited.lost:
                self.lost[name] += 1
                self._show(f"lost_{name}", visited)
            return
        self.fresh["stored" if outcome == "stored" else "elsewhere"] += 1
        self.copies += visited.is_copy
        if visited.is_copy or outcome != "stored":
            self._show("copies", visited)
        # A date that only the feed gives would hide that the pages have lost theirs.
        date = None if article.published_source in ("feed", "modified") else article.published_at
        fields = {"title": article.title, "date": date, "authors": article.authors}
        for name, value in (fields | {"any_date": article.published_at, "section": article.section}).items():
            if not value:
                self.without[name] += 1
                self._show(name, visited)
        length = rounded(article.word_count)
        if length <= min(self.words, default=length):
            self._show("words", visited)
        self.words[length] += 1
        width = len(article.text.encode("utf-8", "replace")) / max(len(article.text), 1)
        self.width += width
        self.width_squares += width * width

    def _show(self, what: str, visited: Visited) -> None:
        if visited.page_id is not None:
            self.examples[what] = visited.page_id

    def as_json(self) -> dict[str, Any]:
        """Return the measures as stored in `run_sources.measures`, without zero entries."""
        values = {
            "fresh": dict(self.fresh),
            "known": dict(self.known),
            "without": dict(self.without),
            "lost": dict(self.lost),
            "copies": self.copies,
            "words": {str(length): count for length, count in sorted(self.words.items())},
            "width": [round(self.width, 4), round(self.width_squares, 4)] if self.width else None,
            "shells": self.shells,
            "listings": {str(page): reading for page, reading in self.listings.items()},
            "examples": self.examples,
        }
        return {name: value for name, value in values.items() if value}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Measures:
        """Read `run_sources.measures`."""
        width, squares = stored.get("width", (0.0, 0.0))
        readings = stored.get("listings", {}).items()
        fresh, known, without, lost = (Counter(stored.get(name, {})) for name in ("fresh", "known", "without", "lost"))
        return cls(
            fresh,
            known,
            without,
            lost,
            stored.get("copies", 0),
            Counter({int(length): count for length, count in stored.get("words", {}).items()}),
            width,
            squares,
            stored.get("shells", 0),
            {int(page): (value[0], value[1]) if isinstance(value, list) else value for page, value in readings},
            dict(stored.get("examples", {})),
        )


def rounded(words: int) -> int:
    """Round a number of words to eighths of an octave, 9 % apart, so that there are few histogram bins."""
    return round(2 ** (round(8 * math.log2(max(words, 1))) / 8))


Group = Literal["refused", "moved", "unreachable", "barren", "fine"]

_REFUSED = frozenset({"http_401", "http_402", "http_403", "http_405", "http_406", "http_451", "robots"})
_MOVED = frozenset({"http_404", "http_410", "offsite_redirect", "redirect_loop", "private_address", "scheme"})
_UNREACHABLE = frozenset(
    "dns timeout refused reset tls headers robots_unreachable truncated failed http_408 http_425 http_429 "
    "worker_timeout worker_died".split()
) | {f"http_{status}" for status in range(500, 600)}
_FINE = frozenset({"stored", "elsewhere", "same", "revised", "not_modified", "deleted", "older"})

GROUPS: dict[Group, frozenset[str]] = {"refused": _REFUSED, "moved": _MOVED, "unreachable": _UNREACHABLE}


def group_of(reason: str) -> Group:
    """Return the group of a page reason; `barren` means that the page was read and has no article."""
    if reason in _FINE:
        return "fine"
    if reason in _REFUSED:
        return "refused"
    if reason in _MOVED:
        return "moved"
    return "unreachable" if reason in _UNREACHABLE else "barren"
