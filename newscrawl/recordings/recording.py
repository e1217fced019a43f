"""What a server answered once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import urlsplit

from newscrawl.items import Page
from newscrawl.urls import site_of, url_key

_ABOUT_THE_TRANSFER = {"content-encoding", "content-length", "transfer-encoding"}

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


def _is_header(name: str, value: str) -> bool:
    return name.isascii() and bool(name) and not re.search(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]", name + value)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        url_key(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
