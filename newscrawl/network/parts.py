"""The further pages of a recorded article that its site cuts into several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from newscrawl.discovery.pagination import next_part
from newscrawl.items import Page
from newscrawl.recordings import Recording

MOST_PARTS = 20
"""Pages of one article."""


def next_page(recording: Recording) -> str | None:
    """Return the address of the page of the same article that follows a recorded one."""
    if not recording.is_html:
        return None
    return next_part(recording.body, recording.header("Content-Type") or "", recording.url)


def whole_page(recordings: Mapping[str, Recording], url: str) -> Page:
    """Return a recorded page with those of its article that follow, as far as they are recorded."""
    read = [recordings[url]]
    while len(read) < MOST_PARTS and (following := next_page(read[-1])) in recordings:
        recording = recordings[str(following)]
        if recording in read:
            break
        read.append(recording)
    first, *rest = (recording.page() for recording in read)
    return replace(first, rest=tuple(rest))
