"""Recorded responses of a site: a folder with `responses.json` and one file for each body, to be read in a diff."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from newscrawl.items import Page
from newscrawl.recording_names import body_name, is_safe_name
from newscrawl.text import printable
from newscrawl.urls import site_of, url_key

RESPONSES = "responses.json"
EXPECTED = "expected.json"

MEANINGFUL = frozenset(
    """
    cache-control content-language content-type etag last-modified link location refresh retry-after x-robots-tag
    """.split()
)
"""The headers that are kept: what a crawl acts on. Others change with each visit, or are nobody's business: cookies."""

_ABOUT_THE_TRANSFER = {"content-encoding", "content-length", "transfer-encoding"}
_HEADER_LINES = re.compile(rb'\[\n\s+("(?:[^"\\]|\\.)*"),\n\s+("(?:[^"\\]|\\.)*")\n\s+\]')
"""A header's name and value as JSON lays them out: four lines, where one is read more easily."""
_FACTS = ("url", "status", "headers", "body", "fetched_at", "evidence")

Evidence = Literal["recorded", "written"]
"""Where a response comes from: a live server, or a person who knows how the site builds its pages."""


class RecordingError(ValueError):
    """A folder of recordings that cannot be used. The message is one line for a person, with the place."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a server answered once."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    """Without its content encoding."""
    fetched_at: datetime
    """With time zone."""
    evidence: Evidence = "recorded"

    def __post_init__(self) -> None:
        if not isinstance(self.url, str) or not self.url.isprintable() or not _is_http(self.url):
            raise ValueError(f"url must be an http(s) address, not {self.url!r}")
        if type(self.status) is not int or not 100 <= self.status <= 599:
            raise ValueError(f"status must be an HTTP status, not {self.status!r}")
        for name, value in self.headers:
            if not isinstance(name, str) or not isinstance(value, str) or not _is_header(name, value):
                raise ValueError(f"headers must be pairs of one-line texts in latin-1, not {[name, value]!r}")
            if name.lower() in _ABOUT_THE_TRANSFER and value.lower() != "identity":
                raise ValueError(f"headers must not have {name}: a body is kept as a reader sees it, decoded")
        if self.fetched_at.tzinfo is None:
            raise ValueError(f"fetched_at needs a time zone: {self.fetched_at.isoformat()}")
        if self.evidence not in get_args(Evidence):
            raise ValueError(f"evidence must be one of {', '.join(get_args(Evidence))}, not {self.evidence!r}")

    def header(self, name: str) -> str | None:
        """Return the last value of a header, whatever its case."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)

    @property
    def is_html(self) -> bool:
        """Whether it is a page that could hold an article."""
        return self.status == 200 and "html" in (self.header("Content-Type") or "").lower()

    def page(self) -> Page:
        """Return the page as a crawl would have made it then."""
        content_type = self.header("Content-Type") or "text/html"
        return Page(url_key(self.url), self.body, content_type, self.fetched_at, self.url, site_of(self.url))


class Recordings(Mapping[str, Recording]):
    """The recordings of a folder by URL."""

    def __init__(self, recordings: Iterable[Recording] = ()) -> None:
        self._by_url = {recording.url: recording for recording in sorted(recordings, key=lambda one: one.url)}
        self._by_key: dict[str, Recording] = {}
        for url, recording in self._by_url.items():
            self._by_key.setdefault(url_key(url), recording)

    def __getitem__(self, url: str) -> Recording:
        return self._by_url[url]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_url)

    def __len__(self) -> int:
        return len(self._by_url)

    def find(self, url: str) -> Recording | None:
        """Return the recording of a URL, else of one that names the same page."""
        try:
            return self._by_url.get(url) or self._by_key.get(url_key(url))
        except ValueError:
            return None


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


def load_json(path: Path) -> Any:
    """Read a JSON file of a folder of recordings. Raises RecordingError."""
    try:
        return json.loads(_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{printable(str(path))}: not JSON in UTF-8 ({printable(str(error))})") from None


def as_json(value: Any) -> bytes:
    """Lay a value out for a person who compares two versions."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it sees the old or the new content, never a part."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".new")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), 0o644)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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
        body = b"" if name is None else _bytes(folder / name)
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


def _bytes(path: Path) -> bytes:
    try:
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise RecordingError(f"{printable(str(path))}: must be a file of its own, not a link or a folder")
        return path.read_bytes()
    except OSError as error:
        raise RecordingError(f"{printable(str(path))}: cannot be read ({error.strerror})") from None


def _is_header(name: str, value: str) -> bool:
    return name.isascii() and bool(name) and not re.search(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]", name + value)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        url_key(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
