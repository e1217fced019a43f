"""Offline replay: a crawl that is answered from recordings, and by nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, JsonResponse, XmlResponse
from scrapy.settings import Settings

from newscrawl.network.replay import NotRecorded, ReplayMiddleware, answer, is_unchanged, recordings_of
from newscrawl.recordings import Recording, RecordingError, record
from tests.projects import SCRAPY, make_project, run

THEN = datetime(2020, 9, 15, 8, 19, 42, tzinfo=UTC)
SITE = "https://news.example"
HTML = ("Content-Type", "text/html; charset=utf-8")

SETTINGS = """
SPIDER_MODULES = ["sites"]
ROBOTSTXT_OBEY = True
RETRY_TIMES = 1
ADDONS = {"newscrawl.network.replay.ReplayAddon": 100}
"""

SPIDER = '''
import socket
from pathlib import Path
from scrapy import Request, Spider

TRIED = Path("tried.txt")

def refuse(*args, **kwargs):
    with TRIED.open("a") as file:
        print(args, file=file)
    raise OSError("no packet leaves a test")

socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse

SITE = "https://news.example"
PATHS = ["/a.html", "/a.html?y=2&x=1#top", "/moved", "/private/b.html", "/gone", "/feed", "/missing", "/busy"]

class News(Spider):
    name = "news"

    async def start(self):
        for path in PATHS:
            yield Request(SITE + path, self.parse, errback=self.failed, meta={"handle_httpstatus_list": [404, 503]})
        yield Request("https://other.example/c.html", self.parse, errback=self.failed)
        headers = {"If-None-Match": '"a"'}
        meta = {"handle_httpstatus_list": [304]}
        yield Request(SITE + "/a.html", self.parse, headers=headers, meta=meta, errback=self.failed, dont_filter=True)

    def parse(self, response):
        moment = response.meta.get("fetched_at")
        yield {
            "url": response.url, "status": response.status, "type": type(response).__name__,
            "text": response.text, "fetched_at": str(moment), "flags": response.flags,
        }

    def failed(self, failure):
        reason = getattr(failure.value, "reason", None)
        yield {"url": failure.request.url, "error": type(failure.value).__name__, "reason": reason}


class Sly(News):
    """Tries every way out."""

    name = "sly"
    custom_settings = {
        "DOWNLOAD_HANDLERS": {"https": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler",
                              "gopher": "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"},
        "DOWNLOADER_MIDDLEWARES": {"newscrawl.network.replay.ReplayMiddleware": None},
        "HTTPCACHE_ENABLED": True,
    }

    async def start(self):
        ways = ["https://127.0.0.1/", "http://127.0.0.1/", "ftp://127.0.0.1/a", "file:///etc/hostname",
                "s3://bucket/key", "gopher://127.0.0.1/", "https://news.example/missing"]
        metas = [{}, {"proxy": "http://127.0.0.1:9"}, {
            "dont_obey_robotstxt": True, "download_slot": "mine", "bindaddress": ("127.0.0.1", 0), "dont_cache": True,
        }]
        for way in ways:
            for meta in metas:
                for method in ("GET", "POST"):
                    yield Request(way, method=method, meta=dict(meta), errback=self.failed, dont_filter=True)
        yield Request("data:,here", self.behind, dont_filter=True)

    async def behind(self, response):
        for way in ("https://127.0.0.1/", "http://127.0.0.1/", "ftp://127.0.0.1/a", "file:///etc/hostname"):
            try:
                await self.crawler.engine.downloader.handlers.download_request_async(Request(way))
            except Exception as error:
                yield {"url": way, "error": type(error).__name__}
            else:
                yield {"url": way, "text": "downloaded"}
'''


def made(url: str, body: bytes, *headers: tuple[str, str], status: int = 200) -> Recording:
    """A response that somebody recorded."""
    return Recording(url, status, headers, body, THEN)


RECORDED = [
    made(f"{SITE}/robots.txt", b"User-agent: *\nDisallow: /private/", ("Content-Type", "text/plain")),
    made(f"{SITE}/a.html", "<p>một</p>".encode(), HTML, ("ETag", 'W/"a"')),
    made(f"{SITE}/a.html?x=1&y=2", b"<p>query</p>", HTML),
    made(f"{SITE}/moved", b"", ("Location", "/a.html"), status=301),
    made(f"{SITE}/private/b.html", b"<p>private</p>", HTML),
    made(f"{SITE}/gone", b"<p>gone</p>", HTML, status=404),
    made(f"{SITE}/busy", b"", ("Retry-After", "3600"), status=503),
    made(f"{SITE}/feed", b'<?xml version="1.0"?><rss/>', ("Content-Type", "application/rss+xml")),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A project of somebody's own, with recordings for its two spiders."""
    folder = make_project(tmp_path_factory.mktemp("replay") / "project", news=SPIDER)
    (folder / "project_settings.py").write_text(SETTINGS, "utf-8")
    for spider in ("news", "sly"):
        record(RECORDED, folder / "recorded" / spider)
    return folder


def crawl(project: Path, spider: str, *options: str) -> tuple[list[dict[str, Any]], str]:
    """Crawl; return the items and the log. Fails when anything tried to resolve a name or to connect."""
    items = project / f"{spider}.jsonl"
    result = run(SCRAPY, "crawl", spider, "-O", str(items), *options, cwd=project)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in items.read_text("utf-8").splitlines()], result.stderr


@pytest.fixture(scope="module")
def replayed(project) -> tuple[list[dict[str, Any]], str]:
    """A replay of the honest spider."""
    found = crawl(project, "news", "-s", "FIXTURES_DIR=recorded")
    assert not (project / "tried.txt").exists()
    return found


def test_the_trap_for_connections_springs_in_a_live_crawl(tmp_path, project):
    """Without FIXTURES_DIR the same crawl asks for the network at once: what the other tests rule out can happen."""
    live = make_project(tmp_path / "live", news=SPIDER)
    (live / "project_settings.py").write_text(SETTINGS, "utf-8")
    crawl(live, "news")
    assert "news.example" in (live / "tried.txt").read_text("utf-8")


def test_recorded_pages_come_under_their_urls_with_their_time(replayed):
    """Status, text, type and the time of the recording; a URL in other writing keeps its own writing."""
    items, _ = replayed
    pages = {(item["url"], item["status"]): item for item in items if "status" in item}
    page = pages[f"{SITE}/a.html", 200]
    assert (page["text"], page["type"], page["fetched_at"]) == ("<p>một</p>", "HtmlResponse", str(THEN))
    assert page["flags"] == ["replayed"]
    assert pages[f"{SITE}/a.html?y=2&x=1#top", 200]["text"] == "<p>query</p>"
    assert pages[f"{SITE}/gone", 404]["text"] == "<p>gone</p>"
    assert pages[f"{SITE}/feed", 200]["type"] == "XmlResponse"
    assert pages[f"{SITE}/a.html", 304]["text"] == ""


def test_redirects_and_retries_happen_as_in_a_live_crawl(replayed):
    """Scrapy's own middlewares act on what was recorded."""
    items, log = replayed
    assert "'downloader/response_status_count/301': 1" in log
    assert "'retry/count': 1" in log
    assert [item["status"] for item in items if item["url"] == f"{SITE}/busy"] == [503]


def test_the_rules_of_robots_count(replayed):
    """A recorded page that robots.txt forbids is not read; a robots.txt that nobody recorded forbids nothing."""
    items, log = replayed
    assert [item["error"] for item in items if item["url"] == f"{SITE}/private/b.html"] == ["IgnoreRequest"]
    assert "'robotstxt/forbidden': 1" in log
    assert "'robotstxt/response_status_count/404': 1" in log
    assert [item["error"] for item in items if item["url"].startswith("https://other.")] == ["NotRecorded"]


def test_what_is_not_recorded_is_a_counted_miss(replayed):
    """No request, no failure of the crawl: an answer that says so, a line in the log and a number."""
    items, log = replayed
    missed = [item for item in items if item.get("reason") == "not_recorded"]
    assert {item["url"] for item in missed} == {f"{SITE}/missing", "https://other.example/c.html"}
    assert "'newscrawl/replay/missed': 2" in log
    assert f"GET {SITE}/missing: not recorded" in log
    assert "Traceback" not in log


def test_no_way_leads_out_of_a_replay(project):
    """Neither a scheme, a proxy, a method or any meta of a request, nor a spider's settings, nor the downloader."""
    options = ("-s", "FIXTURES_DIR=recorded", "-s", 'DOWNLOAD_HANDLERS={"http": "no.such.Handler"}')
    items, _ = crawl(project, "sly", *options)
    assert not (project / "tried.txt").exists()
    assert not list(project.glob(".scrapy/httpcache/*"))
    assert len(items) == 7 * 3 * 2 + 4
    assert {item.get("error") for item in items} == {"NotRecorded"}


def test_a_replay_without_recordings_does_not_begin(project):
    """A folder that is missing or broken ends the crawl before any request."""
    result = run(SCRAPY, "crawl", "news", "-s", "FIXTURES_DIR=nowhere", cwd=project)
    assert result.returncode == 1
    assert "nowhere/news/responses.json: cannot be read" in result.stderr
    assert not (project / "tried.txt").exists()


def test_a_command_can_refuse_a_replay_beforehand(tmp_path):
    """The same sentence, before anything is started."""
    with pytest.raises(RecordingError, match=r"nowhere/news/responses\.json"):
        recordings_of(Settings({"FIXTURES_DIR": str(tmp_path / "nowhere")}), "news")


@pytest.mark.parametrize(
    ("content_type", "url", "body", "expected"),
    [
        ("text/html; charset=utf-8", f"{SITE}/a", b"<p>", HtmlResponse),
        ("application/xhtml+xml", f"{SITE}/a", b"<p>", HtmlResponse),
        ("text/xml", f"{SITE}/a", b"<a/>", XmlResponse),
        ("application/json", f"{SITE}/a.html", b"{}", JsonResponse),
        (None, f"{SITE}/a.html", b"\x00", HtmlResponse),
        (None, f"{SITE}/a", b"<?xml version='1.0'?>", XmlResponse),
    ],
)
def test_the_type_of_a_response_is_that_of_a_download(content_type, url, body, expected):
    """By its headers first, as Scrapy's own handlers decide."""
    headers = (("Content-Type", content_type),) if content_type else ()
    assert type(answer(made(url, body, *headers), Request(url))) is expected


@pytest.mark.parametrize(
    ("etag", "modified", "none_match", "modified_since", "unchanged"),
    [
        ('"a"', None, '"a"', None, True),
        ('W/"a"', None, '"a"', None, True),
        ('"a"', None, 'W/"b", W/"a"', None, True),
        ('"a,b"', None, '"a,b"', None, True),
        ('"a"', None, "*", None, True),
        ('"a"', None, '"b"', None, False),
        (None, None, '"a"', None, False),
        (None, None, "*", None, False),
        ('"a"', "Tue, 15 Sep 2020 01:19:42 GMT", '"b"', "Tue, 15 Sep 2020 01:19:42 GMT", False),
        (None, "Tue, 15 Sep 2020 01:19:42 GMT", None, "Tue, 15 Sep 2020 01:19:42 GMT", True),
        (None, "Tue, 15 Sep 2020 01:19:42 GMT", None, "Tue, 15 Sep 2020 01:19:41 GMT", False),
        (None, "Tue, 15 Sep 2020 01:19:42 GMT", None, "Wed, 16 Sep 2020 01:19:42 GMT", True),
        (None, "Tue, 15 Sep 2020 01:19:42 GMT", None, "yesterday", False),
        (None, "Tue, 15 Sep 2020 01:19:42 -0000", None, "Tue, 15 Sep 2020 01:19:42 GMT", True),
        (None, None, None, "Tue, 15 Sep 2020 01:19:42 GMT", False),
        ('"a"', None, None, None, False),
    ],
)
def test_conditions_are_met_as_servers_meet_them(etag, modified, none_match, modified_since, unchanged):
    """RFC 9110: weak comparison, the ETag before the date, and what cannot be read is no condition."""
    given = [("ETag", etag), ("Last-Modified", modified)]
    recording = made(f"{SITE}/a", b"body", HTML, *[pair for pair in given if pair[1] is not None])
    assert is_unchanged(recording, none_match, modified_since) is unchanged
    conditions = {"If-None-Match": none_match, "If-Modified-Since": modified_since}
    response = answer(recording, Request(f"{SITE}/a", headers={k: v for k, v in conditions.items() if v}))
    assert (response.status, response.body) == ((304, b"") if unchanged else (200, b"body"))
    assert response.headers.get("ETag") == (etag.encode() if etag else None)


def test_a_page_that_is_gone_is_never_unchanged():
    """Only a page that is there can be as it was."""
    assert not is_unchanged(made(f"{SITE}/a", b"", ("ETag", '"a"'), status=404), '"a"', None)


def test_the_time_of_one_recording_never_stays_with_another_request(project):
    """A request made of a response's meta carries no time but that of its own recording."""

    class Stats:
        def inc_value(self, name: str) -> None:
            """Count nothing."""

    middleware = ReplayMiddleware(recordings_of(Settings({"FIXTURES_DIR": str(project / "recorded")}), "news"), Stats())
    request = Request(f"{SITE}/missing", meta={"fetched_at": THEN})
    with pytest.raises(NotRecorded):
        middleware.process_request(request)
    assert "fetched_at" not in request.meta


def test_a_head_request_has_headers_alone():
    """As a server answers it."""
    response = answer(made(f"{SITE}/a", b"body", HTML), Request(f"{SITE}/a", method="HEAD"))
    assert (response.status, response.body, type(response)) == (200, b"", HtmlResponse)
