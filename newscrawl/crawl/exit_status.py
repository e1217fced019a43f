"""The exit code of a crawl, and a one-line message if something went wrong."""

from __future__ import annotations

import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from newscrawl.storage.leases import LEASE_LOST

DONE = 0
NOT_STARTED = 1
INCOMPLETE = 2
STORAGE_FAILED = "storage_failed"
"""Scrapy's close reason when the database fails."""
SPIDER_FAULT = "newscrawl/spider_fault"
"""The stat that says with which error of a spider's code a run ended."""
_SIGNALS = frozenset(128 + number for number in (signal.SIGINT, signal.SIGTERM))
_FAILED = "newscrawl/failed/"
_ROBOTS = "newscrawl/robots_failed/"
_SETTINGS = {
    "tls": "its certificate is wrong: if you trust it, set SSL_CERT_FILE to that of its authority, or "
    "DOWNLOAD_VERIFY_CERTIFICATES=False",
    "private_address": "its address is not on the public Internet: if it is yours, name it in ALLOW_PRIVATE_ADDRESSES",
}
"""What decides about a reason for which nothing could be fetched."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Exit code and error of a crawl."""

    code: int
    error: str | None = None
    """None if nothing went wrong; a signal is not an error."""


def ending_of(stats: Mapping[str, object], signal_number: int, lost_pages: int) -> Ending:
    """Return how a crawl ended, from Scrapy's stats, the signal that stopped it (0 for none) and its lost pages."""
    if signal_number:
        return Ending(128 + signal_number)
    if "newscrawl/run_id" not in stats:
        return Ending(NOT_STARTED, "the crawl could not start; see the log")
    error = _fault(stats, lost_pages)
    return Ending(DONE) if error is None else Ending(INCOMPLETE, error)


def _fault(stats: Mapping[str, object], lost_pages: int) -> str | None:
    if stats.get("finish_reason") in {STORAGE_FAILED, LEASE_LOST} or stats.get("newscrawl/storage_failed"):
        return str(stats.get("newscrawl/storage_error") or "the database failed")
    if SPIDER_FAULT in stats or lost_pages:
        pages = "1 page" if lost_pages == 1 else f"{lost_pages} pages"
        return str(stats.get(SPIDER_FAULT) or f"{pages} lost to an unexpected error; see the log")
    if not stats.get("downloader/response_count") or stats.get("newscrawl/in_vain"):
        failed = {name.removeprefix(_FAILED): count for name, count in stats.items() if name.startswith(_FAILED)}
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(failed.items()))
        of_robots = {name.removeprefix(_ROBOTS) for name in stats if name.startswith(_ROBOTS)}
        advice = [f"; {_SETTINGS[reason]}" for reason in sorted(failed.keys() | of_robots) if reason in _SETTINGS]
        return "nothing could be fetched" + (f": {reasons}" if reasons else "") + "".join(advice)
    for message in map(stats.get, ("newscrawl/unknown_section", "newscrawl/needs_rendering")):
        if message:
            return str(message)
    if any(name.startswith("feedexport/failed_count") for name in stats):
        return "the output file (-o) could not be written; see the log"
    return None


def worst(codes: Iterable[int]) -> int:
    """Combine exit codes: a signal comes first, then a crawl that lost pages, then one that did not start."""
    found = set(codes)
    for signalled in sorted(found & _SIGNALS, reverse=True):
        return signalled
    if found - {DONE, NOT_STARTED}:
        return INCOMPLETE
    return NOT_STARTED if NOT_STARTED in found else DONE
