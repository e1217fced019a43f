"""Bytes from anywhere."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.discovery import Found, NotAListing, is_trap, kind_of_link, read_listing, robots_sitemaps
from newscrawl.discovery.kinds import _CODE
from newscrawl.discovery.pagination import _readings, next_part

URL = "https://bao.example/tin-tuc-trong-ngay-12345.html"
SEEDS = [
    (
        b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><item><link>https://bao.example/a-1</link>'
        b"<guid>x</guid><pubDate>9/5/2026 9:00:00 PM</pubDate><description><![CDATA[ <b> ]]></description>"
        b"</item></channel></rss>"
    ),
    b'<feed xml:base="/x/"><entry><link href="a"/><updated>2026-09-05T10:00:00Z</updated></entry></feed>',
    b"<urlset><url><loc>https://bao.example/a</loc><lastmod>2026-09-05</lastmod></url></urlset>",
    b"<sitemapindex><sitemap><loc>https://bao.example/a.xml</loc></sitemap></sitemapindex>",
    b'{"items": [{"url": "https://bao.example/a", "date_published": "2026-09-05T10:00:00Z"}]}',
    b'<html><base href="/b/"><a href="?page=2">2</a><a rel="next" href="//bao.example/x-p2.html">x</a></html>',
    b"https://bao.example/a\nhttps://bao.example/b\n",
]
PIECES = st.sampled_from(
    [
        b"<",
        b">",
        b"&",
        b"\x00",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"<!DOCTYPE x [",
        b"\xff\xfe",
        b"\x1f\x8b",
        b"<item>",
        b"</item>",
        b"http://[",
        b"https://a:99999/",
        b"0000-00-00",
        b"99/99/9999",
        b"9999-12-31",
        b"0/0/2026",
        b"<base href='http://[x'>",
        b"%",
        b'"',
        b"'",
        b"<url>",
        b"<loc>",
        b"<a href='",
        b"\xc3",
        b"xml:base='http://[' ",
    ]
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A listing with a few pieces put in, doubled or taken out."""
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start, size = draw(st.integers(0, len(body))), draw(st.integers(0, 30))
        body = body[:start] + draw(st.one_of(PIECES, st.binary(max_size=4))) + body[start + size :]
    encoding = draw(st.sampled_from([None, None, "utf-16-le", "utf-16"]))
    return body.decode("latin-1").encode(encoding) if encoding else body


@given(
    st.one_of(st.binary(max_size=300), mutated()), st.sampled_from(["", "text/html; charset=utf-16", "a;charset=rot13"])
)
def test_nothing_is_raised_but_not_a_listing(body, content_type):
    """And every link is an address that can be asked for."""
    found = Found("feed")
    with contextlib.suppress(NotAListing):
        found = read_listing(body, content_type, URL)
    for link in (*found.links, *robots_sitemaps(body, URL)):
        assert link.url.startswith(("http://", "https://"))
        assert link.url.isascii()
    next_part(body, content_type, URL)


NUMBERS = st.one_of(
    st.integers(0, 0x120000), st.integers(0xD7F0, 0xE010), st.integers(0, 40), st.integers(0xFFF0, 0x10010)
)
REFERENCES = st.lists(
    st.one_of(
        NUMBERS.map("&#{};".format), NUMBERS.map("&#x{:x};".format), st.sampled_from(["a", " ", "&#x", ";", "&"])
    ),
    max_size=8,
).map("".join)


@given(REFERENCES)
def test_no_number_of_a_letter_costs_an_article(text):
    """Those that name no letter are left out, of addresses too, and what is left can be stored."""
    title, link = f"<title>T{text}</title>", f"<link>https://bao.example/a-1?{text}</link>"
    rss = f"<rss><channel><item>{title}<link>https://bao.example/a</link></item><item>{link}</item></channel></rss>"
    news = f"<news:news><news:title>{text}</news:title></news:news>"
    sitemap = f"<urlset><url><loc>https://bao.example/a</loc>{news}</url><url><loc>/a-1?{text}</loc></url></urlset>"
    for listing in (rss, sitemap):
        links = read_listing(listing.encode(), "", URL).links
        assert [link.url.partition("?")[0] for link in links] == ["https://bao.example/a", "https://bao.example/a-1"]
        assert orjson.dumps([asdict(link) for link in links])


HALVES = st.text(st.sampled_from("a \ud83d\ude00\x00<>&"), max_size=6)


@given(HALVES, HALVES)
def test_cut_letters_in_a_json_feed_can_be_stored(some, other):
    """Python reads the halves of letters that stand in JSON as they are; no database takes them."""
    texts = {"title": some, "summary": other, "content_html": f"<p>{some}", "date_published": f"2026-09-05 {other}"}
    names = {"tags": [some], "authors": [{"name": other}], "content_text": other}
    items = [{"url": "https://bao.example/a"} | texts | names, {"url": f"https://bao.example/{some}"}]
    links = read_listing(json.dumps({"items": items}).encode(), "", URL, timezone="Asia/Ho_Chi_Minh").links
    assert links[0].url == "https://bao.example/a"
    assert orjson.dumps([asdict(link) for link in links])
    assert links[0].facts is not None
    assert "\0" not in (links[0].facts.published_raw or "")  # PostgreSQL takes none in a text


@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map("https://bao.example/".__add__)), st.integers(0, 20))
def test_any_text_may_be_taken_for_a_url(url, words):
    """A judgement about an address never fails."""
    assert kind_of_link(url, words) in {"article", "section", None}
    assert is_trap(url) in {True, False}


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<item>" * 300_000,
        b"<rss><channel><item><link>x</link>" + b"<![CDATA[" * 300_000,
        b"<rss><channel><item><link>x</link>" + b"<!--" * 300_000,
        b"<rss>" + b"<!DOCTYPE [" * 300_000,
        b"<?" * 300_000,
        b"<!doctype x [" * 300_000,
        b"<rss><item>" + b"<a>" * 300_000 + b"</item></rss>",
        b'{"items":' + b"[" * 300_000,
        b"<html>" + b"<div>" * 150_000 + b"<a href=/x-y-z>y</a>",
        b"<html><a " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b" href=/x-y-z-1>t</a>",
        b"<html>" + b"<script>" * 100_000,
    ],
    ids=range(11),
)
def test_time_does_not_grow_with_the_square(body):
    """Each would take hours if it did; the limit of a test is two minutes."""
    with contextlib.suppress(NotAListing):
        read_listing(body, "", URL)


def test_an_address_with_many_parameters_is_read_in_one_way():
    """Each parameter that could be a page's number costs a key: 120 of them on many links took 12 s."""
    few, many = ("&".join(f"page={number % 9 + 1}" for number in range(count)) for count in (2, 120))
    assert len(list(_readings(f"https://news.example/a?{few}"))) == 3
    assert len(list(_readings(f"https://news.example/a?{many}"))) == 1


def test_a_code_is_short():
    """Letters and digits mixed, seven to forty of them: what is longer is looked at no further."""
    assert _CODE.fullmatch("a1" * 20) is not None
    assert _CODE.fullmatch("a1" * 10_000) is None
