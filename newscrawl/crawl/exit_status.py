"""How a crawl ended: its exit code, and in a line what went wrong."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DONE = 0
NOT_STARTED = 1
INCOMPLETE = 2
STORAGE_FAILED = "storage_failed"
"""The reason a crawl is closed with when the database gives up."""
_SIGNALS = frozenset(128 + number for number in (signal.SIGINT, signal.SIGTERM))
_FAILED = "newscrawl/failed/"


@dataclass(frozen=True, slots=True)
class Ending:
    """What the process of a crawl tells whoever started it."""

    code: int
    error: str | None = None
    """None where nothing went wrong; being ended by a signal is nothing wrong."""


def ending_of(stats: Mapping[str, object], signal_number: int, lost_pages: int) -> Ending:
    """Judge a crawl by Scrapy's statistics, the signal that ended it (0 for none), and how many pages errors ended."""
    if signal_number:
        return Ending(128 + signal_number)
    if "newscrawl/run_id" not in stats:
        return Ending(NOT_STARTED, "the crawl could not begin; the log says why")
    error = _fault(stats, lost_pages)
    return Ending(DONE) if error is None else Ending(INCOMPLETE, error)


def _fault(stats: Mapping[str, object], lost_pages: int) -> str | None:
    if stats.get("finish_reason") == STORAGE_FAILED or stats.get("newscrawl/storage_failed"):
        return str(stats.get("newscrawl/storage_error") or "the database gave up")
    if lost_pages:
        pages = "a page" if lost_pages == 1 else f"{lost_pages} pages"
        return f"an error that nobody foresaw ended {pages}; the log has it"
    if not stats.get("downloader/response_count") or stats.get("newscrawl/in_vain"):
        failed = {name.removeprefix(_FAILED): count for name, count in stats.items() if name.startswith(_FAILED)}
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items()))
        return "nothing could be fetched" + (f": {reasons}" if reasons else "")
    if any(name.startswith("feedexport/failed_count") for name in stats):
        return "what was asked for with -o could not be written; the log says why"
    return None


def worst(codes: Iterable[int]) -> int:
    """Return one exit code for many: a crawl that lost something tells more than one that never began."""
    found = set(codes)
    for signalled in sorted(found & _SIGNALS, reverse=True):
        return signalled
    if found - {DONE, NOT_STARTED}:
        return INCOMPLETE
    return NOT_STARTED if NOT_STARTED in found else DONE
