"""A crawl without a network: `scrapy crawl SPIDER -s FIXTURES_DIR=fixtures` answers from `fixtures/SPIDER`."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import NoReturn, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector
from scrapy.utils.misc import load_object
from scrapy.utils.url import strip_url

from newscrawl.network.refusals import Refused
from newscrawl.recordings import Recording, Recordings, read_recordings

logger = logging.getLogger(__name__)

FIXTURES_DIR = "FIXTURES_DIR"
PRIORITY = 950
"""After all of Scrapy's middlewares, robots.txt included, so that they act as in a live crawl."""

# https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5
_SENT_WITH_304 = {"cache-control", "content-location", "date", "etag", "expires", "last-modified", "vary"}


class NotRecorded(Refused):
    """There is no recorded response to this request, and a replay does not use the network."""

    def __init__(self, request: Request) -> None:
        super().__init__(
            "not_recorded", f"{request.method} {request.url}: not recorded, and a replay does not use the network"
        )


class NoConnections:
    """The download handler of a replay, which refuses every request that the middleware let pass."""

    lazy = True

    async def download_request(self, request: Request) -> NoReturn:
        """Raise NotRecorded."""
        raise NotRecorded(request)

    async def close(self) -> None:
        """Do nothing: there are no connections."""


class ReplayAddon:
    """Takes a crawl with FIXTURES_DIR off the network before its components are created; otherwise does nothing."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Change the settings to answer from recordings only, whatever project, spider and command line say."""
        if not settings.get(FIXTURES_DIR):
            return
        offline = f"{__name__}.{NoConnections.__qualname__}"
        schemes = {*settings.getwithbase("DOWNLOAD_HANDLERS"), "http", "https"} - {"data"}
        handlers = dict.fromkeys(schemes, offline) | {
            "data": "scrapy.core.downloader.handlers.datauri.DataURIDownloadHandler"  # no network access
        }
        settings.set("DOWNLOADER", "scrapy.core.downloader.Downloader", "cmdline")
        settings.set("DOWNLOAD_HANDLERS_BASE", {}, "cmdline")
        settings.set("DOWNLOAD_HANDLERS", handlers, "cmdline")
        # Cached live responses would replace recordings, and recordings would be cached as live ones.
        settings.set("HTTPCACHE_ENABLED", False, "cmdline")
        settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", ReplayMiddleware, PRIORITY)


class ReplayMiddleware:
    """Answers every request with its recording, or refuses it.

    The time of the recording, with zone, goes into ``request.meta["fetched_at"]``: dates are judged by it.
    """

    def __init__(self, recordings: Recordings, stats: StatsCollector) -> None:
        self.recordings = recordings
        self.stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Load the recordings of the spider. Raises RecordingError."""
        assert crawler.stats is not None
        return cls(recordings_of(crawler.settings, crawler.spidercls.name), crawler.stats)

    def process_request(self, request: Request) -> Response | None:
        """Return the recorded response. Raises NotRecorded."""
        request.meta.pop("fetched_at", None)
        if request.url.startswith("data:"):
            return None
        recording = self.recordings.find(request.url) if request.method in {"GET", "HEAD"} else None
        if recording is not None:
            request.meta["fetched_at"] = recording.fetched_at
            self.stats.inc_value("newscrawl/replay/answered")
            return answer(recording, request)
        if urlsplit(request.url).path == "/robots.txt":
            return Response(request.url, status=404)
        self.stats.inc_value("newscrawl/replay/missed")
        missed = NotRecorded(request)
        logger.info("%s", missed)
        raise missed


def recordings_of(settings: BaseSettings, spider: str) -> Recordings:
    """Load the recordings of a spider. Raises RecordingError, also before a crawl starts."""
    return read_recordings(Path(settings[FIXTURES_DIR]) / spider)


def answer(recording: Recording, request: Request) -> Response:
    """Return the response that the recorded server would give to a request."""
    status, body = recording.status, recording.body
    headers = Headers([(name, value.encode("latin-1")) for name, value in recording.headers])
    if is_unchanged(recording, _header(request, "If-None-Match"), _header(request, "If-Modified-Since")):
        kept = [pair for pair in recording.headers if pair[0].lower() in _SENT_WITH_304]
        status, body, headers = 304, b"", Headers([(name, value.encode("latin-1")) for name, value in kept])
    response_type = responsetypes.from_args(headers=headers, url=request.url, body=body)
    body = b"" if request.method == "HEAD" else body
    return response_type(request.url, status=status, headers=headers, body=body, flags=["replayed"])


def is_unchanged(recording: Recording, none_match: str | None, modified_since: str | None) -> bool:
    """Whether a server answers 304 to a conditional request (RFC 9110, section 13.2.2)."""
    if recording.status != 200:
        return False
    if none_match is not None:
        etag = recording.header("ETag")
        return etag is not None and (none_match.strip() == "*" or _opaque(etag) in map(_opaque, _tags(none_match)))
    since, modified = _moment(modified_since), _moment(recording.header("Last-Modified"))
    return since is not None and modified is not None and modified <= since


def _tags(field: str) -> list[str]:
    return re.findall(r'(?:W/)?"[^"]*"', field)


def _opaque(etag: str) -> str:
    """Normalise an ETag for weak comparison: W/"1" equals "1"."""
    return etag.strip().removeprefix("W/")


def _moment(date: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _header(request: Request, name: str) -> str | None:
    value = request.headers.get(name)
    return None if value is None else value.decode("latin-1")


_COMPRESSION = "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware"
_CAPTURE_AT = 605
"""Before redirects are followed (600), so that each step is seen, and after decompression, which is moved there."""

captured = object()
"""Signal for each response as the server sent it, decompressed."""


class CaptureMiddleware:
    """Sends a signal for every response before other middlewares act on it, robots.txt and redirects included."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Create the middleware of a crawl."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Send the signal."""
        self.crawler.signals.send_catch_log(captured, response=response)
        return response


def capture_responses(settings: BaseSettings) -> None:
    """Change the settings of a crawl to use the live site, to signal its responses, and to store nothing."""
    settings.set("FIXTURES_DIR", None, "cmdline")
    settings.set("HTTPCACHE_ENABLED", False, "cmdline")
    settings.set("ITEM_PIPELINES", {}, "cmdline")
    for middleware, place in ((load_object(_COMPRESSION), _CAPTURE_AT + 5), (CaptureMiddleware, _CAPTURE_AT)):
        settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", middleware, place)


def recording_of(response: Response) -> Recording:
    """Return the recording of a response. Raises ValueError if it cannot be recorded."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
        if name.lower() not in {b"content-length", b"transfer-encoding"}
    )
    body = b"" if 300 <= response.status < 400 else response.body
    return Recording(address(response), response.status, headers, body, datetime.now(UTC))


def address(response: Response) -> str:
    """Return the URL under which a response is recorded."""
    return strip_url(response.url, strip_credentials=True, strip_default_port=False)
