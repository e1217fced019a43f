"""Recorded responses of a site: a folder with `responses.json` and one file for each body, to be read in a diff."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newscrawl.recordings.json_files import as_json, load_bytes, load_json
from newscrawl.recordings.names import EXPECTED, RESPONSES, body_name, is_safe_name
from newscrawl.recordings.recording import Recording, RecordingError, Recordings
from newscrawl.text import printable
from newscrawl.wholefile import replace_file

MEANINGFUL = frozenset(
    """
    cache-control content-language content-type etag last-modified link location refresh retry-after x-robots-tag
    """.split()
)
"""The headers that are kept: what a crawl acts on. Others change with each visit, or are nobody's business: cookies."""

_HEADER_LINES = re.compile(rb'\[\n\s+("(?:[^"\\]|\\.)*"),\n\s+("(?:[^"\\]|\\.)*")\n\s+\]')
"""A header's name and value as JSON lays them out: four lines, where one is read more easily."""
_FACTS = ("url", "status", "headers", "body", "fetched_at", "evidence")


def read_recordings(folder: Path) -> Recordings:
    """Read a folder. Raises RecordingError when anything in it is missing or broken."""
    return Recordings(recording for recording, _ in _read(folder))


def record(responses: Iterable[Recording], folder: Path) -> list[Path]:
    """Merge responses into a folder, the new ones in the place of old ones of the same URL; return what was written.

    Each file is replaced as a whole, `responses.json` last: what it names is always there. Raises RecordingError.
    """
    known = {recording.url: (recording, name) for recording, name in _read(folder)} if _exists(folder) else {}
    taken = {name for _, name in known.values() if name} | {RESPONSES, EXPECTED}
    bodies: dict[str, bytes] = {}
    for response in responses:
        # A name stays: its file's history can be followed.
        name = known[response.url][1] if response.url in known else None
        if response.body:
            name = name or body_name(response.url, response.header("Content-Type") or "", taken)
            taken.add(name)
            bodies[name] = response.body
        known[response.url] = (response, name if response.body else None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in bodies.items():
            replace_file(folder / name, body)
        entries = [_as_json(*known[url]) for url in sorted(known)]
        replace_file(folder / RESPONSES, _HEADER_LINES.sub(rb"[\1, \2]", as_json(entries)))
    except OSError as error:
        raise RecordingError(f"{printable(str(folder))}: cannot be written ({error.strerror})") from None
    return [folder / name for name in (*sorted(bodies), RESPONSES)]


def _exists(folder: Path) -> bool:
    return os.path.lexists(folder / RESPONSES)


def _read(folder: Path) -> list[tuple[Recording, str | None]]:
    path = folder / RESPONSES
    entries = load_json(path)
    if not isinstance(entries, list):
        raise RecordingError(f"{printable(str(path))}: must be a list of responses")
    found: dict[str, tuple[Recording, str | None]] = {}
    names: set[str] = set()
    for number, entry in enumerate(entries, 1):
        place = f"{printable(str(path))}: response {number}"
        if not isinstance(entry, dict) or set(entry) != set(_FACTS):
            raise RecordingError(f"{place}: must be an object of {', '.join(_FACTS)}")
        place += f" ({printable(str(entry['url']))})"
        name = entry["body"]
        if name is not None and not is_safe_name(name):
            raise RecordingError(f"{place}: body must name a file beside {RESPONSES}, not {printable(repr(name))}")
        if entry["url"] in found or (name or "").lower() in names | {RESPONSES, EXPECTED}:
            raise RecordingError(f"{place}: a response before it has the same url or body")
        body = b"" if name is None else load_bytes(folder / name)
        try:
            headers = tuple((name, value) for name, value in entry["headers"])
            fetched_at = datetime.fromisoformat(entry["fetched_at"])
            recording = Recording(entry["url"], entry["status"], headers, body, fetched_at, entry["evidence"])
        except (TypeError, ValueError) as error:
            raise RecordingError(f"{place}: {printable(str(error))}") from None
        found[recording.url] = recording, name
        names |= {name.lower()} if name else set()
    return list(found.values())


def _as_json(recording: Recording, body: str | None) -> dict[str, Any]:
    headers = [[name, value] for name, value in recording.headers if name.lower() in MEANINGFUL]
    fetched_at = recording.fetched_at.astimezone(UTC).isoformat(timespec="seconds")
    facts = (recording.url, recording.status, headers, body, fetched_at, recording.evidence)
    return dict(zip(_FACTS, facts, strict=True))
