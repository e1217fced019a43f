"""Recorded responses of a site: a folder with `responses.json` and one file for each body, to be read in a diff."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from newscrawl.items import Article
from newscrawl.recordings.recording import Recording, RecordingError, Recordings
from newscrawl.text import printable
from newscrawl.whole_files import RESERVED_NAME, is_safe_name, replace_file


def load_json(path: Path) -> Any:
    """Read a JSON file of a folder of recordings. Raises RecordingError."""
    try:
        return json.loads(load_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{printable(str(path))}: not JSON in UTF-8 ({printable(str(error))})") from None


def as_json(value: Any) -> bytes:
    """Lay a value out for a person who compares two versions."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def load_bytes(path: Path) -> bytes:
    """Read a file that stands in the folder itself. Raises RecordingError."""
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise RecordingError(f"{printable(str(path))}: must be a file of its own, not a link or a folder")
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{printable(str(path))}: cannot be read ({error.strerror})") from None


RESPONSES = "responses.json"
EXPECTED = "expected.json"

_LONGEST = 80
_ENDINGS = {"html": ".html", "xml": ".xml", "json": ".json", "text/plain": ".txt"}


def body_name(url: str, content_type: str, taken: Collection[str]) -> str:
    """Return a readable name for the body of a URL's response, other than those `taken`, whatever their case.

    The name says the URL's path and query; where another URL has that name, it ends in a part of the URL's SHA-256.
    """
    parts = urlsplit(url)
    words = re.sub(r"[^a-z0-9._]+", "-", unquote(f"{parts.path}-{parts.query}", errors="replace").lower())
    path = PurePosixPath(re.sub(r"[._-]*\.[._-]*", ".", words).strip("-._") or "index")
    ending = path.suffix if 1 < len(path.suffix) <= 6 else ""
    stem = path.name.removesuffix(ending)[:_LONGEST].strip("-._") or "index"
    ending = ending or next((end for kind, end in _ENDINGS.items() if kind in content_type.lower()), "")
    if RESERVED_NAME.fullmatch(stem):
        stem = f"page-{stem}"
    used = {name.lower() for name in taken}
    if f"{stem}{ending}" in used:
        stem += f"-{sha256(url.encode()).hexdigest()[:16]}"
    return f"{stem}{ending}"


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


FIELDS = tuple(one.name for one in fields(Article))

NOT_REVIEWED = "not_reviewed"
"""The mark of an article that was generated, and that nobody has compared with its page: first of its facts, so that
a person takes it away with its line."""


def facts_of(article: Article) -> dict[str, Any]:
    """Return every field of an article as it stands in `expected.json`: plain JSON, times as ISO 8601 in UTC."""
    return {name: _plain(value) for name, value in asdict(article).items()}


def read_expected(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the expected articles of a folder by URL, some with NOT_REVIEWED; none where there is no such file.

    Raises RecordingError.
    """
    path = folder / EXPECTED
    if not path.exists():
        return {}
    expected = load_json(path)
    if not isinstance(expected, dict):
        raise RecordingError(f"{printable(str(path))}: must map URLs to articles")
    for url, facts in expected.items():
        if not isinstance(facts, dict) or set(facts) - {NOT_REVIEWED} != set(FIELDS):
            raise RecordingError(f"{printable(str(path))}: {printable(url)}: must have exactly {', '.join(FIELDS)}")
    return expected


def not_reviewed(folder: Path) -> dict[str, str]:
    """Return, by URL, what is to be done about articles that nobody has reviewed. Raises RecordingError."""
    path = printable(str(folder / EXPECTED))
    what = f"was generated; compare it with the page, correct it, and remove its line {NOT_REVIEWED!r}"
    return {
        url: f"{path}: {printable(url)}: {what}"
        for url, facts in read_expected(folder).items()
        if NOT_REVIEWED in facts
    }


def write_expected(folder: Path, articles: Mapping[str, Article], *, is_reviewed: bool = True) -> Path:
    """Write the articles of some URLs over what is expected of them; others stay as they are. Raises RecordingError."""
    path = folder / EXPECTED
    mark = {} if is_reviewed else {NOT_REVIEWED: "compare every field with the page, then remove this line"}
    expected = read_expected(folder) | {url: mark | facts_of(article) for url, article in articles.items()}
    try:
        replace_file(path, as_json(dict(sorted(expected.items()))))
    except OSError as error:
        raise RecordingError(f"{printable(str(path))}: cannot be written ({error.strerror})") from None
    return path


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value
