"""Feeds as publishers make them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from newscrawl.discovery import Found, NotAListing, read_listing

NOW = datetime(2026, 9, 6, 12, tzinfo=UTC)
FEED = "https://bao.example/rss/kinh-te.rss"


def read(body: str | bytes, url: str = FEED, content_type: str = "text/xml", **options) -> Found:
    data = body if isinstance(body, bytes) else body.encode()
    return read_listing(data, content_type, url, now=options.pop("now", NOW), **options)


def rss(*items: str) -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>B</title>{inner}</channel></rss>'


def urls(found: Found) -> list[str]:
    return [link.url for link in found.links]


def dates(*texts: str, url: str = FEED, **options) -> list[str | None]:
    items = (f"<link>/bai-{n}.html</link><pubDate>{text}</pubDate>" for n, text in enumerate(texts))
    found = read(rss(*items), url, **options).links
    return [link.modified_at.isoformat() if link.modified_at else None for link in found]


@pytest.mark.parametrize(
    "item",
    [
        "<link>https://bao.example/a-1.html</link>",
        "<link>\n  https://bao.example/a-1.html#top\n</link>",
        "<link><![CDATA[ https://bao.example/a-1.html ]]></link>",
        "<link>/a-1.html</link>",
        "<link>//bao.example/a-1.html</link>",
        '<guid isPermaLink="true">https://bao.example/a-1.html</guid>',
        "<link/><guid>https://bao.example/a-1.html</guid>",
        "<link>http://feeds.example/~r/1</link><feedburner:origLink>https://bao.example/a-1.html</feedburner:origLink>",
        "<media:content><link>https://cdn.example/x</link></media:content><link>https://bao.example/a-1.html</link>",
        '<atom:link rel="self" href="/self"/><link>https://bao.example/a-1.html</link>',
        "<title>Lãi < lỗ & nợ&nbsp;xấu &#0;</titel><link>https://bao.example/a-1.html</link>",
        "<description><![CDATA[<item><link>/b</link></item>]]></description><link>/a-1.html</link>",
    ],
)
def test_the_link_of_an_item(item):
    """However it is written, even in a broken item, it is one absolute address."""
    assert urls(read(rss(item))) == ["https://bao.example/a-1.html"]


HOSTED = "https://feeds.example/bao/moi.xml"


@pytest.mark.parametrize(
    ("feed", "url"),
    [
        ("<rss><channel><link>https://bao.example/tin/</link><item><link>a-1</link></item></channel></rss>", "tin/a-1"),
        (
            (
                "<rss><channel><image><link>/logo/</link></image><link>https://bao.example/</link>"
                "<item><link>/a-1</link></item></channel></rss>"
            ),
            "a-1",
        ),
        (
            (
                '<rss xml:base="https://bao.example/x/"><channel><link>https://other.example/</link>'
                "<item><link>a-1</link></item></channel></rss>"
            ),
            "x/a-1",
        ),
        ('<rss><channel xml:base="https://bao.example/x/"><item><link>a-1</link></item></channel></rss>', "x/a-1"),
        ('<rss><item xml:base="https://bao.example/x/"><link xml:base="y/">a-1</link></item></rss>', "x/y/a-1"),
        ('<rss><item><guid isPermaLink="true" xml:base="https://bao.example/x/">a-1</guid></item></rss>', "x/a-1"),
        (
            (
                '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/self.xml"/>'
                '<link href="https://bao.example/tin/"/><entry><link href="a-1"/></entry></feed>'
            ),
            "tin/a-1",
        ),
        (
            (
                '<rdf:RDF><channel rdf:about="/"><link>https://bao.example/</link></channel>'
                '<item rdf:about="a-1"><title>A</title></item></rdf:RDF>'
            ),
            "a-1",
        ),
        ('{"version": "1", "home_page_url": "https://bao.example/tin/", "items": [{"url": "a-1"}]}', "tin/a-1"),
    ],
)
def test_what_a_relative_link_is_relative_to(feed, url):
    """A base that is given, of whatever element, else the page of the site that the feed is for."""
    assert urls(read(feed, HOSTED)) == [f"https://bao.example/{url}"]


@pytest.mark.parametrize(
    "link",
    [
        "https://bao.example/caf&eacute;-l&rsquo;&eacute;t&eacute;",
        "<![CDATA[https://bao.example/caf&eacute;-l&#8217;&#xE9;t&eacute;]]>",
        "https://bao.example/caf&amp;eacute;-l&amp;#8217;&amp;eacute;t&amp;eacute;",
        "https://bao.example/café-l’été",
    ],
)
def test_entities_of_html_in_a_link(link):
    """Declared nowhere, inside CDATA and escaped twice they are the letters that they mean."""
    assert urls(read(rss(f"<link>{link}</link>"))) == ["https://bao.example/caf%C3%A9-l%E2%80%99%C3%A9t%C3%A9"]


@pytest.mark.parametrize(
    ("title", "read_as"),
    [
        ("T &#55357;&#56832;!", "T 😀!"),
        ("T &#xD83D;&#xDE00;!", "T 😀!"),
        ("T &#xd83d;&#56832;!", "T 😀!"),
        ("T &#128512;!", "T 😀!"),
        ("T &#55357;!", "T !"),
        ("T &#xDE00;&#xD83D;&#7901;!", "T ờ!"),
        ("T &#0;&#1;&#xFFFE;&#x110000;&#1114112;!", "T !"),
        ("T &#9;&#60;&#x26;lt;!", "T <<!"),
    ],
)
def test_numbers_of_letters_in_a_title(title, read_as):
    """Programs that count in UTF-16 write an emoji as its two halves, and half of it where they cut a text."""
    found = read(rss(f"<title>{title}</title><link>/a-1.html</link>"))
    assert [link.facts and link.facts.title for link in found.links] == [read_as]


def test_items_of_a_json_feed_without_a_url_of_their_own():
    """An ``id`` that is an address is the item's; what it writes about is the last resort."""
    other = "https://elsewhere.example/story"
    items = [
        {"id": "https://bao.example/a-1", "title": "A"},
        {"id": "https://bao.example/a-2", "url": "", "external_url": other},
        {"id": "3", "url": None, "external_url": other},
        {"id": "4", "url": ""},
    ]
    assert urls(read(json.dumps({"version": "1", "items": items}))) == [
        "https://bao.example/a-1",
        "https://bao.example/a-2",
        other,
    ]


@pytest.mark.parametrize("ampersand", ["&", "&amp;", "&amp;amp;"])
def test_a_parameter_is_not_lost_to_an_unescaped_ampersand(ampersand):
    """An XML parser that recovers would leave it out, and another page would be fetched."""
    assert urls(read(rss(f"<link>https://bao.example/a?id=7{ampersand}p=2</link>"))) == [
        "https://bao.example/a?id=7&p=2"
    ]


def test_rdf_and_atom_and_json():
    """RSS 1.0, Atom with its relations and bases, and JSON Feed are feeds too."""
    rdf = '<rdf:RDF><channel><items/></channel><item rdf:about="https://bao.example/a-1"><dc:date>2026-09-01T00:00:00Z'
    assert urls(read(f"{rdf}</dc:date></item></rdf:RDF>")) == ["https://bao.example/a-1"]
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bao.example/tin/"><entry>
        <link rel="edit" href="/edit"/><link rel="alternate" type="application/json" href="/a.js2"/>
        <link rel="alternate" type="text/html" href="a-1"/><source><link href="/nguon"/></source>
        <published>2026-09-01T00:00:00Z</published><updated>2026-09-02T00:00:00Z</updated></entry></feed>"""
    (link,) = read(atom).links
    assert (link.url, link.modified_at) == ("https://bao.example/tin/a-1", datetime(2026, 9, 2, tzinfo=UTC))
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "url": "/a-1"}, {"url": 5}, {"id": "2"}, 3],
    }
    assert urls(read(json.dumps(feed))) == ["https://bao.example/a-1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("declared", ["utf-8", "utf-16"])
def test_bytes_tell_what_they_are(encoding, declared):
    """Feeds are UTF-16 without a mark and declare UTF-8, and the reverse, under any content type."""
    body = rss("<title>Kinh tế</title><link>/tin-tức-1.html</link>").replace("utf-8", declared).encode(encoding)
    assert urls(read(body, content_type="text/html; charset=iso-8859-1")) == [
        "https://bao.example/tin-t%E1%BB%A9c-1.html"
    ]


def test_a_cut_feed_gives_what_is_whole():
    """A link that was cut would be the address of another page."""
    body = rss("<link>/a-1.html</link>", "<link>/a-2.html</link>")
    found = read(body[: body.index("-2.html")])
    assert urls(found) == ["https://bao.example/a-1.html"]
    assert not found.complete
    assert read(body).complete


def test_an_empty_feed_is_no_broken_one():
    """A section without news of today has a feed all the same."""
    assert read(rss()) == Found("feed", (), complete=True)
    with pytest.raises(NotAListing) as error:
        read('<?xml version="1.0"?><rss><channel><title>Báo')
    assert error.value.reason == "broken"


def test_limit():
    """What is above it is not read, and the feed not complete."""
    found = read(rss(*(f"<link>/a-{n}.html</link>" for n in range(9))), limit=5)
    assert (len(found.links), found.complete) == (5, False)


def test_entities_do_not_grow():
    """A declared entity is never put in."""
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{lol}]>{rss("<link>/a-&l11;</link>")}'
    assert all(len(url) < 100 for url in urls(read(body)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sat, 05 Sep 2026 10:00:00 +0700", "2026-09-05T03:00:00+00:00"),
        ("Sat, 05 Sep 26 10:00:00 GMT", "2026-09-05T10:00:00+00:00"),
        ("Sat, 05 Sep 2026 10:00:00 GMT+7", "2026-09-05T03:00:00+00:00"),
        ("2026-09-05T10:00:00.123+07:00", "2026-09-05T03:00:00+00:00"),
        ("", None),
        ("hôm qua", None),
        ("Sat, 05 Sep 2037 10:00:00 GMT", None),
        ("Tue, 01 Dec 2026 00:10:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("9/5/2026 10:00:00 AM", None),
    ],
)
def test_dates(text, moment):
    """In UTC; none in the future, for its page would look modified until then, and none that could be two."""
    assert dates(text, now=datetime(2026, 12, 1, tzinfo=UTC)) == [moment]


@pytest.mark.parametrize(
    "text",
    [
        "Sa, 05 Sep 2026 10:00:00 MESZ",
        "sam., 05 sept. 2026 04:00:00 HAE",
        "sáb, 05 set 2026 10:00:00 +02",
        "Сб, 05 сен 2026 11:00:00 МСК",
        "Cmt, 05 Eyl 2026 10:00:00 +0200",
        "sob, 05 wrz 2026 10:00:00 MEST",
        "Σάβ, 05 Σεπ 2026 10:00:00 +0200",
        "السبت, 05 سبتمبر 2026 10:00:00 +0200",
        "शनि, 05 सितंबर 2026 10:00:00 +0200",
        "szo, 05 szept. 2026 08:00:00 UT",
    ],
)
def test_months_and_zones_of_other_languages(text):
    """The names themselves say which language they are, where the feed does not."""
    assert dates(text, url="https://news.example/rss", now=datetime(2026, 12, 1, tzinfo=UTC)) == [
        "2026-09-05T08:00:00+00:00"
    ]


def test_a_month_that_may_be_two_is_none():
    """It is October in Croatian and November in Polish; the day of the week tells which, where there is one."""
    now = datetime(2026, 12, 1, tzinfo=UTC)
    assert dates("05 listopada 2025", now=now) == [None]
    assert dates("śr, 05 listopada 2025 10:00:00 +0000", now=now) == ["2025-11-05T10:00:00+00:00"]


@pytest.mark.parametrize(
    ("texts", "day"),
    [
        (["9/5/2026 9:00:00 PM", "8/31/2026 9:00:00 PM"], "2026-09-05T14:00:00+00:00"),
        (["9/5/2026 9:00:00 PM", "31/5/2026 9:00:00 PM", "5/31/2026 9:00:00 PM"], None),
        (["5/9/2026 9:00:00 PM", "31/8/2026 9:00:00 PM"], "2026-09-05T14:00:00+00:00"),
        (["9/5/2026 9:00:00 PM", "9/4/2026 9:00:00 PM"], "2026-09-05T14:00:00+00:00"),
        (["8/12/2026 9:00:00 PM"], "2026-08-12T14:00:00+00:00"),
        (["9/5/2025 9:00:00 PM", "9/4/2025 9:00:00 PM", "8/12/2025 9:00:00 PM"], "2025-09-05T14:00:00+00:00"),
        (["5/6/2025 9:00:00 PM"], None),
    ],
)
def test_order_of_day_and_month_is_decided_by_the_whole_feed(texts, day):
    """A number above 12, the future, the sorting, nearness to the fetch; where none of them tells, no date."""
    assert dates(*texts, url="https://bao.vn/a.rss")[0] == day


def test_a_time_without_a_zone_is_in_the_sites():
    """The zone that is given, else the country's; else its day is all that is known."""
    assert dates("2026-09-05 10:00:00", timezone="Asia/Tokyo") == ["2026-09-05T01:00:00+00:00"]
    assert dates("2026-09-05 10:00:00", url="https://bao.vn/a.rss") == ["2026-09-05T03:00:00+00:00"]
    assert dates("2026-09-05 10:00:00") == ["2026-09-06T11:59:59+00:00"]


RSS_HEAD = "<rss version='2.0'><channel><language>it-IT</language>"


def test_months_in_the_language_that_a_feed_declares():
    """As publishers write them whose software translates RFC 822."""
    item = "<item><link>https://giornale.example/a-b-c-1</link><pubDate>gio, 04 giu 2026 18:55:00 GMT</pubDate></item>"
    (link,) = read_listing(f"{RSS_HEAD}{item}</channel></rss>".encode(), "", "https://giornale.example/rss").links
    assert link.modified_at == datetime(2026, 6, 4, 18, 55, tzinfo=UTC)
    assert link.facts is not None
    assert (link.facts.published_at, link.facts.published_precision) == (link.modified_at, "second")


def test_bases_and_entities_of_items():
    """xml:base of an item and of its link; entities of HTML that nobody declared."""
    link = "<link xml:base='news/'>caf&eacute;-1</link><title>A&nbsp;b</title>"
    item = f"<item xml:base='https://herald.example/x/'>{link}</item>"
    (link,) = read_listing(f"{RSS_HEAD}{item}</channel></rss>".encode(), "", "https://feeds.example/h").links
    assert link.url == "https://herald.example/x/news/caf%C3%A9-1"
    assert link.facts is not None
    assert link.facts.title == "A b"


def test_addresses_of_a_json_feed():
    """An id that is an address names the page; what it writes about comes last."""
    feed = (
        b'{"items": [{"id": "https://herald.example/one"}, {"id": "https://herald.example/two", "url": "",'
        b' "external_url": "https://other.example/"}, {"id": "3", "external_url": "https://herald.example/three"}]}'
    )
    links = read_listing(feed, "application/feed+json", "https://herald.example/feed.json").links
    assert [link.url.rpartition("/")[2] for link in links] == ["one", "two", "three"]


def test_what_a_feed_says_of_an_article():
    """Authors with and without an address, categories, the lead, the full text."""
    item = (
        "<item><link>https://herald.example/a</link><title>Ferry &amp;amp; bridge</title>"
        "<author>j@herald.example (Joan Marsh)</author><category>Local</category><category>ferry</category>"
        "<description>A lead.</description>"
        "<content:encoded><![CDATA[<p>Whole text.</p>]]></content:encoded></item>"
    )
    (link,) = read_listing(f"{RSS_HEAD}{item}</channel></rss>".encode(), "", "https://herald.example/rss").links
    assert link.facts is not None
    assert (link.facts.title, link.facts.authors, link.facts.categories) == (
        "Ferry & bridge",
        ("Joan Marsh",),
        ("Local", "ferry"),
    )
    assert (link.facts.summary, link.facts.content) == ("A lead.", "<p>Whole text.</p>")
