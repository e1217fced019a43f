"""The site that crawls are tested against."""

from __future__ import annotations

import gzip
import http.client
import itertools
import json
import re
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from newscrawl.extraction import extract_page
from newscrawl.items import Page
from testing.newspaper import Fault, Newspaper, Options, Request, Site, running, sitemaps
from testing.newspaper.answers import Desk
from testing.newspaper.bodies import bomb, windows_1258
from testing.newspaper.faults import Faults
from testing.newspaper.journal import peak
from tests.conftest import ROOT

NOW = datetime(2026, 9, 18, 2, tzinfo=UTC)
OPTIONS = Options(articles=240, sections=4, now=NOW)
LANGUAGES = ("vi", "en", "de")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running(OPTIONS) as running_site:
        yield running_site


@pytest.fixture(autouse=True)
def _healed(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "site" in request.fixturenames:
        site: Site = request.getfixturevalue("site")
        site.heal()


Got = tuple[int, dict[str, str], bytes]


def get(site: Site, path: str, method: str = "GET", **headers: str) -> Got:
    """Ask once, on a connection of its own; header names have ``_`` for ``-``."""
    connection = http.client.HTTPConnection(site.host, site.port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path.removeprefix(site.url), headers=named)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def locations(body: bytes) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(body).iter() if element.tag.endswith("}loc")]


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return set(zip(words, words[1:], words[2:], strict=False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts(language: str) -> None:
    """Articles have 5 to 15 paragraphs of 40 to 90 words, and two of them share few runs of three words."""
    paper = Newspaper(Options(articles=150, now=NOW, language=language, copies=0, live=0))
    golds = [paper.gold(number) for number in paper.ids()]
    for gold in golds:
        sizes = [len(text.split()) for text in gold.text]
        paragraphs = [size for size in sizes if size >= 40]
        assert 5 <= len(paragraphs) <= 15
        assert max(sizes) <= 90
        assert all(size <= 20 for size in sizes if size < 40), "subheadings"
    sets = [shingles(" ".join(gold.text)) for gold in golds]
    assert max(len(a & b) / len(a | b) for a, b in itertools.combinations(sets, 2)) < 0.05
    assert len({gold.url for gold in golds}) == len({gold.title for gold in golds}) == 150


def test_same_seed() -> None:
    """The same seed gives the same bytes in every process, another seed others."""
    program = (
        "import hashlib; from testing.newspaper import *; from testing.newspaper.answers import Desk;"
        "from datetime import *; p = Newspaper(Options(seed={}, articles=90, now=datetime(2026, 9, 18, tzinfo=UTC)), 'http://x');"
        "d = Desk(p); paths = ['/', '/atom.xml', '/sitemap.xml', *map(p.path_of, p.ids())];"
        "print(hashlib.sha256(b''.join(d.answer(path, {{}}, {{}}).body for path in paths)).hexdigest())"
    )

    def digest(seed: int, hashing: str) -> str:
        command = [sys.executable, "-c", program.format(seed)]
        environment = {"PYTHONHASHSEED": hashing}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert digest(7, "1") == digest(7, "2") != digest(8, "1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_extraction(language: str) -> None:
    """Extraction finds on the page of an article what its gold says."""
    paper = Newspaper(Options(articles=60, now=NOW, language=language, live=0), "http://bao.example")
    desk = Desk(paper)
    for number in paper.ids()[:15]:
        gold = paper.gold(number)
        body = desk.answer(paper.path_of(number), {}, {}).body
        assert f'<p class="sapo">{escape(gold.lead, quote=False)}</p>' in body.decode()
        article = extract_page(Page.of(body, gold.url)).article
        found = (article.title, tuple(article.text.split("\n")), article.authors, article.published_at)
        assert found == (gold.title, (gold.lead, *gold.pages[0]), gold.authors, gold.published_at)
        assert (article.description, article.canonical_url, article.section) == (gold.lead, gold.url, gold.section)


def test_every_article_is_listed(site: Site) -> None:
    """Section pages and sitemaps each name every article there is."""
    there = set(site.urls())
    listed = set()
    for child in locations(get(site, "/sitemap.xml")[2]):
        status, headers, body = get(site, child)
        assert status == 200
        listed |= set(locations(gzip.decompress(body) if headers["content-type"] == "application/gzip" else body))
    assert listed == there
    paged = "".join(get(site, "/kinh-te/" + tail)[2].decode() for tail in ("", "trang-2", "trang-3"))
    of_section = {url for url in there if "/kinh-te/" in url}
    assert len(of_section) == 60
    assert all(f'href="{url.removeprefix(site.url)}"' in paged for url in of_section)
    assert get(site, "/kinh-te/trang-4")[0] == 404


def test_full_months() -> None:
    """A month with more articles than a sitemap holds has several, none of them too long, none empty."""
    paper = Newspaper(Options(articles=100, now=NOW, sitemap_size=7), "http://x")
    months = sitemaps.months(paper)
    assert {"news-2026-9", "news-2026-9-2", "news-2026-8"} <= set(months)
    assert all(1 <= len(numbers) <= 7 for numbers in months.values())
    assert [number for numbers in months.values() for number in numbers] == list(paper.ids())


def test_feeds(site: Site) -> None:
    """The home page names feeds of three kinds, each of which names the newest articles."""
    home = get(site, "/")[2].decode()
    assert home.count('rel="alternate"') == 4 + 2
    newest = site.urls()[:30]
    assert [item["url"] for item in json.loads(get(site, "/feed.json")[2])["items"]] == newest
    atom = ElementTree.fromstring(get(site, "/atom.xml")[2])
    assert [entry.text for entry in atom.iter("{http://www.w3.org/2005/Atom}id")][1:] == newest
    rss = ElementTree.fromstring(get(site, "/rss/kinh-te.rss")[2])
    assert [item.findtext("link") for item in rss.iter("item")] == [u for u in site.urls() if "/kinh-te/" in u][:30]


def test_conditional_requests(site: Site) -> None:
    """What has not changed is answered with 304, by tag or by date, and what has changed with 200."""
    url = site.urls()[20]
    for path in (url, "/", "/thoi-su/", "/sitemap.xml", "/atom.xml", "/robots.txt", "/rss/kinh-te.rss"):
        _, headers, body = get(site, path)
        tag, modified = headers["etag"], headers["last-modified"]
        assert get(site, path, If_None_Match=f'"other", {tag}')[::2] == (304, b"")
        assert get(site, path, If_Modified_Since=modified)[0] == 304
        assert get(site, path, If_None_Match='"other"', If_Modified_Since=modified)[0] == 200
        earlier = format_datetime(parsedate_to_datetime(modified) - timedelta(seconds=1), usegmt=True)
        assert get(site, path, If_Modified_Since=earlier)[0] == 200
        status, coded, packed = get(site, path, Accept_Encoding="gzip")
        assert (status, gzip.decompress(packed)) == (200, body)
        assert get(site, path, Accept_Encoding="gzip", If_None_Match=coded["etag"])[0] == 304
        assert get(site, path, "HEAD")[1]["content-length"] == str(len(body))


def test_changes() -> None:
    """Each change shows where it should, moves tag and date there, and nowhere else."""
    with running(OPTIONS) as site:
        urls = site.urls()
        before = {url: get(site, url)[1] for url in urls[:40]}
        texts = {gold.url: gold for gold in site.golds(urls[:40])}
        changed = (
            set(site.edit(2, urls=urls[3:5])) | set(site.retitle(urls=urls[6:7])) | set(site.comment(urls=urls[8:9]))
        )
        assert changed == {urls[3], urls[4], urls[6], urls[8]}
        for url, headers in before.items():
            status, *_ = get(site, url, If_None_Match=headers["etag"])
            assert (status, url in changed) in {(200, True), (304, False)}
            assert get(site, url, If_Modified_Since=headers["last-modified"])[0] == status
            gold = site.gold(url)
            assert (gold.text != texts[url].text) == (url in urls[3:5])
            assert (gold.title != texts[url].title) == (url == urls[6])
            assert (gold.modified_at > texts[url].modified_at) == (url in {urls[3], urls[4], urls[6]})
        assert f"{NOW + timedelta(hours=7, seconds=2):%FT%T}+07:00" in get(site, "/sitemap.xml")[2].decode()
        assert f"{site.gold(urls[3]).modified_at.astimezone():%M:%S}" in get(site, "/sitemap/latest.xml")[2].decode()


def test_publish_and_delete() -> None:
    """A new article is first in the lists; a deleted one is in none and answers with its status."""
    with running(OPTIONS) as site:
        listed = get(site, "/atom.xml")[1]
        site.tick(3600)
        published = site.publish(2)
        assert get(site, "/atom.xml", If_None_Match=listed["etag"], If_Modified_Since=listed["last-modified"])[0] == 200
        assert site.urls()[:2] == published[::-1]
        assert site.gold(published[0]).published_at == NOW + timedelta(hours=1, seconds=1)
        assert get(site, published[1])[0] == 200
        gone = site.delete(2, status=404) + site.delete(urls=published[:1])
        assert [get(site, url)[0] for url in gone] == [404, 404, 410]
        assert not set(gone) & set(site.urls())
        assert published[0] not in get(site, "/atom.xml")[2].decode()
        assert site.gold(published[0]).gone == 410


def test_turning_boxes(site: Site) -> None:
    """When the boxes turn, the bytes of every page change, and no article."""
    url = site.urls()[30]
    headers, gold = get(site, url)[1], site.gold(url)
    site.rotate()
    assert get(site, url, If_None_Match=headers["etag"], If_Modified_Since=headers["last-modified"])[0] == 200
    assert site.gold(url) == gold


def test_kinds(site: Site) -> None:
    """An article of three pages names the next, a copy has the text of another, a live blog grows with the clock."""
    golds = site.golds(site.urls())
    paged = next(gold for gold in golds if gold.kind == "pages")
    assert len(paged.pages) == 3
    assert f'rel="next" href="{paged.url[:-5]}-p2.html"' in get(site, paged.url)[2].decode()
    assert paged.pages[2][-1] in get(site, f"{paged.url[:-5]}-p3.html")[2].decode().replace("&amp;", "&")
    assert get(site, f"{paged.url[:-5]}-p4.html")[0] == 404
    copy = next(gold for gold in golds if gold.kind == "copy")
    original = site.gold(copy.copy_of or 0)
    assert (copy.text, copy.title) == (original.text, original.title)
    assert copy.url != original.url
    live = next(gold for gold in golds if gold.kind == "live")
    tag = get(site, live.url)[1]["etag"]
    site.tick(1800)
    grown = site.gold(live.url)
    assert grown.text[-len(live.text) :] == live.text != grown.text
    assert grown.modified_at > live.modified_at
    assert get(site, live.url, If_None_Match=tag)[0] == 200


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_restart(end: str, tmp_path: Path) -> None:
    """With a state file a site that was ended or killed goes on at the same address with the same bytes."""
    with running(OPTIONS, state=tmp_path / "state.json") as site:
        site.edit(3)
        site.delete(2)
        site.publish(2)
        site.rotate()
        site.set(utm=True)
        before = [get(site, path)[1]["etag"] for path in ("/", "/atom.xml", site.urls()[0])]
        if end == "kill":
            site.kill()
            site.start()
        else:
            site.restart()
        assert [get(site, path)[1]["etag"] for path in ("/", "/atom.xml", site.urls()[0])] == before
        site.stop()
        with pytest.raises(ValueError, match="with other options"), running(Options(), state=tmp_path / "state.json"):
            pass


def test_record(site: Site) -> None:
    """Every request is recorded with what it asked and got, and none of those that control."""
    site.forget()
    url = site.urls()[0]
    size = len(get(site, url, User_Agent="crawler/1")[2])
    get(site, "/nothing?x=1", If_None_Match='"a"')
    first, second = site.requests()
    assert (first.method, first.path, first.status, first.sent) == ("GET", url.removeprefix(site.url), 200, size)
    assert first.user_agent == "crawler/1"
    assert (second.path, second.status, second.if_none_match) == ("/nothing?x=1", 404, '"a"')
    assert site.count("/nothing?x=1") == 1
    assert site.peak() in {1, 2}


def test_peak() -> None:
    """The peak counts requests less than a second apart, wherever the second begins."""
    moments = (0.0, 0.7, 1.2, 1.6, 1.65, 2.8)
    assert peak(Request(moment, 0, "GET", "/", 200, 0, "", None, None, "") for moment in moments) == 4
    assert peak([]) == 0


def test_control_needs_the_token(site: Site) -> None:
    """Who does not have the token finds no control, and an unknown request is one line."""
    assert get(site, "/__control/now", "POST")[0] == 405
    assert get(site, "/__control/now")[0] == 404
    with pytest.raises(ValueError, match="unknown fault"):
        site.fault("/", "flood")
    with pytest.raises(ValueError, match="cannot change"):
        site.set(seed=3)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--sections", "99"], "sections must be 1 to 16, not 99"),
        (["--options", '{"colour": 1}'], "unknown option: colour"),
        (["--options", "{"], "Expecting"),
        (["--now", "2026-09-18T09:00:00"], "now must have a time zone"),
        (["--host", "203.0.113.1"], "203.0.113.1"),
    ],
)
def test_wrong_options(arguments: list[str], complaint: str) -> None:
    """What cannot be served ends the start with one line."""
    command = [sys.executable, "-m", "testing.newspaper", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1


def test_fault_pages(site: Site) -> None:
    """Faults answer with the status, header, page or bytes they are for, as often as they are told."""
    site.fault("/kinh-te/", "status", status=503, retry_after=120, times=2)
    assert [get(site, "/kinh-te/")[0] for _ in range(3)] == [503, 503, 200]
    site.fault("/", "status", status=503, retry_after=120)
    assert get(site, "/")[1]["retry-after"] == "120"
    site.fault("/thoi-su/*", "redirect", target="file:///etc/passwd", status=301)
    assert get(site, "/thoi-su/trang-2")[1]["location"] == "file:///etc/passwd"
    site.fault("/the-gioi/", "loop")
    assert get(site, "/the-gioi/?a=1")[1]["location"] == f"{site.url}/the-gioi/?a=1"
    site.fault("/robots.txt", "empty")
    assert get(site, "/robots.txt")[::2] == (200, b"")
    site.fault("/atom.xml", "soft_404")
    assert "Không tìm thấy" in get(site, "/atom.xml")[2].decode()
    site.fault("/feed.json", "consent")
    assert b"cookie" in get(site, "/feed.json")[2]
    assert get(site, "/feed.json", Cookie="consent=yes")[2].startswith(b"{")
    site.fault("/sitemap.xml", "limit", amount=1, retry_after=1)
    assert get(site, "/sitemap.xml")[0] == 200


def test_limit() -> None:
    """Who asks more often than the limit within one second, of any addresses it holds for, meets it."""
    faults = Faults([Fault("/a*", "limit", amount=2)])
    met = [bool(faults.meet(path, moment)) for path, moment in (("/a", 0), ("/ab", 0.1), ("/b", 0.2), ("/a", 0.9))]
    assert met == [False, False, False, True]
    assert faults.meet("/a", 1.05)
    assert not faults.meet("/a", 2.2)


def test_fault_bodies(site: Site) -> None:
    """Faults of a body change it and nothing else."""
    url, feed = site.urls()[0], "/rss/kinh-te.rss"
    plain = get(site, url)[2].decode()
    site.fault(url.removeprefix(site.url), "windows_1258")
    _, headers, body = get(site, url)
    assert "utf-8" in headers["content-type"]
    assert windows_1258(plain) == body != plain.encode()
    site.fault(feed, "utf_16")
    assert get(site, feed)[2].decode("utf-16-le").startswith("<?xml")
    site.heal()
    site.fault(feed, "broken_xml")
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(get(site, feed)[2])
    site.heal(feed)
    site.fault(feed, "mdy_dates")
    dates = [item.findtext("pubDate") or "" for item in ElementTree.fromstring(get(site, feed)[2]).iter("item")]
    assert all(re.fullmatch(r"\d+/\d+/2026 \d\d:\d\d:\d\d [AP]M", date) for date in dates)
    assert dates
    site.fault(feed, "many_entries", amount=5000)
    assert get(site, feed)[2].count(b"<item>") == 5000
    site.fault("/", "padded", amount=2_000_000)
    assert len(get(site, "/")[2]) == 2_000_000
    site.fault("/", "chunked")
    _, headers, body = get(site, "/")
    assert headers["transfer-encoding"] == "chunked"
    assert len(body) == 2_000_000
    site.fault("/atom.xml", "etag_moves")
    assert get(site, "/atom.xml")[1]["etag"] != get(site, "/atom.xml")[1]["etag"]
    site.fault("/feed.json", "unconditional")
    assert get(site, "/feed.json", If_None_Match=get(site, "/feed.json")[1]["etag"])[0] == 200


def test_fault_connections(site: Site) -> None:
    """Faults of the connection cut, stall or break the answer, and the site goes on."""
    site.fault("/", "close")
    with pytest.raises(http.client.RemoteDisconnected):
        get(site, "/")
    site.fault("/kinh-te/", "reset")
    with pytest.raises(ConnectionResetError):
        get(site, "/kinh-te/")
    site.fault("/robots.txt", "bad_header")
    with pytest.raises(http.client.BadStatusLine):
        get(site, "/robots.txt")
    site.fault("/atom.xml", "hang")
    site.fault("/feed.json", "slow", seconds=3600)
    for path, first in (("/atom.xml", b""), ("/feed.json", b"H")):
        with socket.create_connection((site.host, site.port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert not first or connection.recv(100) == first
            connection.settimeout(0.3)
            with pytest.raises(TimeoutError):
                connection.recv(1)
    site.fault("/thoi-su/", "truncated_gzip")
    _, headers, body = get(site, "/thoi-su/", Accept_Encoding="gzip")
    assert int(headers["content-length"]) == len(body)
    with pytest.raises(EOFError):
        gzip.decompress(body)
    site.fault("/the-gioi/", "huge", amount=3_000_001)
    assert len(get(site, "/the-gioi/")[2]) == 3_000_001
    site.heal()
    assert get(site, "/")[0] == 200


def test_bomb() -> None:
    """The gzip bomb is a thousandth of what it unpacks to, which is all zeros with a true checksum."""
    packed = bomb(50_000_001)
    assert len(packed) < 100_000
    unpacker = zlib.decompressobj(31)
    plain = unpacker.decompress(packed)
    assert plain == bytes(50_000_001)
    assert unpacker.eof


def test_options_of_links() -> None:
    """Session ids differ by response, feeds say their name, addresses keep their letters, sitemaps come twice."""
    switched = {"session_ids": True, "utm": True, "sitemap_twice": True, "sitemap_self": True, "calendar": True}
    with running(Options(articles=80, now=NOW, amp=True, mobile=True, unicode_paths=True, **switched)) as site:
        first, second = (get(site, "/")[2].decode() for _ in range(2))
        assert first != second
        assert "?sid=" in first
        assert "/lich/2026/9/18" in first
        assert "/lich/2026/9/19" in get(site, "/lich/2026/9/18")[2].decode()
        assert "utm_source=" in get(site, "/rss/kinh-te.rss")[2].decode()
        named = locations(get(site, "/sitemap.xml")[2])
        assert f"{site.url}/sitemap.xml" in named
        assert f"{site.url}/sitemap/news-2026-9.xml?v=2" in named
        url = site.urls()[0]
        page = get(site, url)[2].decode()
        assert "%" in url
        for form in ("amp", "m"):
            other = url.replace(site.url, f"{site.url}/{form}")
            assert f'href="{other}"' in page
            assert f'rel="canonical" href="{url}"' in get(site, other)[2].decode()
        assert get(site, "/khong-co")[0] == 404
        site.set(unknown="soft")
        assert get(site, "/khong-co")[0] == 200
        site.set(unknown="home")
        assert get(site, "/khong-co")[1]["location"] == f"{site.url}/"


def test_address_of_another_headline(site: Site) -> None:
    """An address with another slug leads to the canonical one, and a section without its slash too."""
    url = site.urls()[0]
    number = url.rpartition("-")[2]
    assert get(site, f"/kinh-te/x-{number}")[:2][1]["location"] == url
    assert get(site, "/kinh-te")[1]["location"] == f"{site.url}/kinh-te/"


def test_faults_from_the_start() -> None:
    """A site can begin with its faults, and several hosts of loopback are several sites."""
    broken = Options(articles=20, faults=(Fault("/", "status", status=500),))
    with running(broken) as one, running(Options(articles=20), host="127.0.0.2") as other:
        assert (get(one, "/")[0], get(other, "/")[0]) == (500, 200)
        assert other.url.startswith("http://127.0.0.2:")


def test_many_articles_are_not_held() -> None:
    """A paper of 200,000 articles answers about its oldest without having written the others."""
    paper = Newspaper(Options(articles=200_000, now=NOW, days=900), "http://x")
    desk = Desk(paper)
    assert desk.answer(paper.path_of(paper.ids()[-1]), {}, {}).status == 200
    assert desk.answer("/kinh-te/trang-1250", {}, {}).status == 200
    assert NOW - paper.gold(paper.ids()[-1]).published_at < timedelta(days=900)


def test_keep_alive(site: Site) -> None:
    """One connection carries many requests."""
    connection = http.client.HTTPConnection(site.host, site.port, timeout=20)
    connection.connect()
    socket = connection.sock
    for path in ("/", "/kinh-te/", "/nothing", "/robots.txt"):
        connection.request("GET", path)
        connection.getresponse().read()
        assert connection.sock is socket
    connection.close()
