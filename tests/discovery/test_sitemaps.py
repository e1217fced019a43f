"""Sitemaps, packed and broken ones too."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from newscrawl.discovery import Found, NotAListing, read_listing, robots_sitemaps
from newscrawl.items import Link

NOW = datetime(2026, 9, 6, 12, tzinfo=UTC)
MAP = "https://bao.vn/sitemap/news-2026-9.xml"


def read(body: str | bytes, url: str = MAP, now: datetime = NOW, **options) -> Found:
    return read_listing(body if isinstance(body, bytes) else body.encode(), "text/html", url, now=now, **options)


def urlset(*entries: str, attributes: str = ' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"') -> str:
    return f"<?xml version='1.0'?><urlset{attributes}>{''.join(f'<url>{one}</url>' for one in entries)}</urlset>"


def loc(path: str) -> str:
    return f"<loc>https://bao.vn/{path}</loc>"


def test_pages_with_the_later_of_their_dates():
    """The last change, or the publication where that is said to be later."""
    news = "<news:news><news:publication_date>2026-09-05T10:00:00+07:00</news:publication_date></news:news>"
    found = read(urlset(loc("a-1.html") + "<lastmod>2026-09-01T00:00:00Z</lastmod>" + news, loc("a-2.html")))
    assert found.links == (
        Link("https://bao.vn/a-1.html", "article", datetime(2026, 9, 5, 3, tzinfo=UTC), "headline"),
        Link("https://bao.vn/a-2.html"),
    )
    assert (found.kind, found.complete) == ("sitemap", True)


@pytest.mark.parametrize("attributes", ["", ' xmlns="http://www.google.com/schemas/sitemap/0.84"', " xmlns:x='y'"])
def test_name_spaces_do_not_matter(attributes):
    """Missing, old or wrong."""
    assert len(read(urlset(loc("a-1.html"), attributes=attributes)).links) == 1


def test_what_a_sitemap_may_not_name():
    """Other sites, itself, files that are no page, pictures; nothing twice, and the home page is no article."""
    entries = (
        loc("a-1.html?utm_source=x"),
        loc("a-1.html"),
        "<loc>https://khac.vn/a-2.html</loc>",
        f"<loc>{MAP}</loc>",
        loc("a.pdf"),
        loc("") + "<image:image><image:loc>https://bao.vn/b-3</image:loc></image:image>",
        "<image:image><image:loc>https://bao.vn/b-4</image:loc></image:image>",
        "<loc>\n<![CDATA[ https://m.bao.vn/b-5?a=1&b=2 ]]></loc>",
        "<loc>javascript:alert(1)</loc>",
    )
    assert [(link.url, link.kind) for link in read(urlset(*entries)).links] == [
        ("https://bao.vn/a-1.html?utm_source=x", "article"),
        ("https://bao.vn/", "section"),
        ("https://m.bao.vn/b-5?a=1&b=2", "article"),
    ]


def test_an_index_names_sitemaps_of_the_site():
    """On a foreign host too, where the caller says whose site it is."""
    body = "<sitemapindex><sitemap><loc>https://bao.vn/1.xml</loc><lastmod>2026-09-01T00:00:00Z</lastmod></sitemap>"
    body += "<sitemap><loc>https://cdn.net/2.xml</loc></sitemap></sitemapindex>"
    assert read(body).links == (Link("https://bao.vn/1.xml", "sitemap", datetime(2026, 9, 1, tzinfo=UTC)),)
    assert len(read(body, url="https://cdn.net/0.xml", site="bao.vn").links) == 2


def test_a_day_makes_a_page_look_modified_once():
    """A visit in the course of the day is followed by one after it, and by no other."""
    body = urlset(loc("a-1.html") + "<lastmod>2026-09-05</lastmod>")
    visited = None
    visits = []
    for hours in range(0, 96, 4):  # the site's day begins at 17:00 UTC of the day before
        now = datetime(2026, 9, 4, 18, tzinfo=UTC) + timedelta(hours=hours)
        modified = read(body, now=now).links[0].modified_at
        if visited is None or (modified and modified > visited):
            visited = now
            visits.append(hours)
    assert visits == [0, 24]


def test_broken_and_cut():
    """What is whole counts; a link that is cut does not."""
    body = urlset(loc("a-1.html") + "<lastmod>2026-09-01<lastmod>", "<priority>", loc("a-2.html"), loc("a-3.html"))
    assert [link.url[-8:] for link in read(body).links] == ["a-1.html", "a-2.html", "a-3.html"]
    cut = read(body[: body.index("-3.html")])
    assert (len(cut.links), cut.complete) == (2, False)


def test_packed():
    """Known by its bytes; cut, it gives what can be unpacked; packed twice it is read all the same."""
    packed = gzip.compress(urlset(*(loc(f"bai-{n}-{n * 7919 % 1000}.html") for n in range(5000))).encode())
    assert len(read(packed).links) == 5000
    assert len(read(gzip.compress(packed)).links) == 5000
    cut = read(packed[: len(packed) // 2])
    assert 1000 < len(cut.links) < 5000
    assert not cut.complete
    with pytest.raises(NotAListing) as error:
        read(b"\x1f\x8b" + b"x" * 100)
    assert error.value.reason == "broken"


def test_a_bomb_is_not_unpacked():
    """400 MB of blanks are read no further than 50."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b"<urlset><url><loc>https://bao.vn/a-1</loc></url>")
    bomb += b"".join(packer.compress(b" " * 1_000_000) for _ in range(400)) + packer.flush()
    tracemalloc.start()
    try:
        found = read(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(found.links), found.complete) == (1, False)
    assert peak < 220_000_000


def test_plain_text():
    """One address a line."""
    found = read("https://bao.vn/a-1.html\r\nhttps://khac.vn/x\n\nhttps://bao.vn/a-2.html\n", limit=9)
    assert ([link.url[-8:] for link in found.links], found.complete) == (["a-1.html", "a-2.html"], True)


def test_limit():
    """It counts what is read, not what is kept, or a sitemap of one address could go on for ever."""
    found = read(urlset(*(loc("a-1.html") for _ in range(9))), limit=5)
    assert (len(found.links), found.complete) == (1, False)


def test_the_sitemaps_of_robots_txt():
    """On any host, in any case, relative ones too; nothing that is no address."""
    body = b"Disallow: /\rSITEMAP : /sitemap.xml # new\nSitemap:https://cdn.net/s.xml\nsitemap: \nSitemap: ftp://x/y"
    assert robots_sitemaps(body, "https://bao.vn/robots.txt") == (
        Link("https://bao.vn/sitemap.xml", "sitemap"),
        Link("https://cdn.net/s.xml", "sitemap"),
    )
    assert (
        len(robots_sitemaps(b"".join(b"Sitemap: /%d\n" % n for n in range(5000)), "https://bao.vn/robots.txt")) == 1000
    )
