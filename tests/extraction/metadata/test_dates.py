"""From where on a page its date is taken, and from where never."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata import read_metadata
from newscrawl.items import Article

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
LD = '<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "x", {}}}</script>'


def article(head: str = "", body: str = "", url: str = "https://example.vn/a", language: str = "vi") -> Article:
    page = (
        f'<html lang="{language}"><head><title>Bridge opens in May</title>{head}</head><body>'
        f"<article><h1>Bridge opens in May</h1>{body}<p>The harbour office said so.</p></article></body></html>"
    )
    return read_metadata(document_fromstring(page), url, NOW)


def found(**page: str) -> tuple[str | None, str | None, str | None]:
    made = article(**page)
    return (
        None if made.published_at is None else made.published_at.strftime("%Y-%m-%d %H:%M"),
        made.published_source,
        made.published_precision,
    )


def test_sources_in_their_order():
    """JSON-LD, meta tags, time elements, the line under the headline, and last the address."""
    head = LD.format('"datePublished": "2024-05-01T10:00:00Z"')
    meta = '<meta property="article:published_time" content="2024-05-02T10:00:00Z">'
    time = '<time datetime="2024-05-03T10:00:00Z">3 May</time>'
    line = "<p>17:00, 04/05/2024</p>"
    url = "https://example.vn/2024/05/05/a"
    assert found(head=head + meta, body=time + line, url=url) == ("2024-05-01 10:00", "json_ld", "second")
    assert found(head=meta, body=time + line, url=url) == ("2024-05-02 10:00", "meta", "second")
    assert found(body=time + line, url=url) == ("2024-05-03 10:00", "time", "second")
    assert found(body=line, url=url) == ("2024-05-04 10:00", "byline", "minute")
    assert found(url=url) == ("2024-05-05 00:00", "url", "day")
    assert found() == (None, None, None)


def test_raw_is_kept_as_written():
    """White space folded."""
    assert (
        article(body="<p>Thứ năm, 10/9/2020,\n 17:18 (GMT+7)</p>").published_raw == "Thứ năm, 10/9/2020, 17:18 (GMT+7)"
    )


def test_later_source_adds_the_time_of_day():
    """Where it speaks of the same day; another day is not believed."""
    head = LD.format('"datePublished": "2024-05-03"')
    assert found(head=head, body="<p>08:15 03/05/2024</p>") == ("2024-05-03 01:15", "byline", "minute")
    assert found(head=head, body="<p>08:15 04/05/2024</p>") == ("2024-05-03 00:00", "json_ld", "day")


@pytest.mark.parametrize(
    "body",
    [
        "<p>© 2024 Harrow News, 03/05/2024</p>",
        "<p>Bản quyền thuộc về báo, 03/05/2024 08:00</p>",
        "<aside><time datetime='2024-05-03'>3/5</time><p>03/05/2024 08:00</p></aside>",
        "<figure><img src='a.jpg'><figcaption>Ảnh chụp 03/05/2024 08:00</figcaption></figure>",
        "<div class='related'><span class='date'>03/05/2024</span></div>" * 2,
        "<ul><li><time datetime='2024-05-03'>3/5</time></li><li>04/05/2024</li><li><time>05/05/2024</time></li></ul>",
        "<p>The couple at their wedding in the old town hall, 03/05/2024</p>",
        "<p>17:00</p>",
        "<p>03/05/2099 08:00</p>",
        "<p>1/1/1970</p>",
        "<p>30/04/1975</p>",
    ],
)
def test_dates_that_are_not_the_article_s(body):
    """Copyright lines, margins, lists, captions, sentences, the future and the time before the web give no date."""
    assert found(body=body) == (None, None, None)


@pytest.mark.parametrize(("day", "taken"), [("2026-09-02", True), ("2026-09-03", False), ("9999-12-31", False)])
def test_future_is_more_than_a_day_ahead(day, taken):
    """Clocks and zones differ by less."""
    assert (found(head=LD.format(f'"datePublished": "{day}"'))[0] is not None) == taken


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "soon", "5"])
def test_empty_date_gives_way_to_the_next_source(value):
    """Publishing systems write the beginning of their calendar where they hold nothing."""
    head = LD.format(f'"datePublished": "{value}"') + '<meta name="pubdate" content="2024-05-03T10:00:00Z">'
    assert found(head=head)[:2] == ("2024-05-03 10:00", "meta")


def test_line_that_tells_publication_and_change():
    """The first date is the article's."""
    line = "<p>Published May 3, 2024. Updated May 9, 2024</p>"
    assert found(body=line, language="en")[0] == "2024-05-03 00:00"


def test_ambiguous_day_is_left_out():
    """English on a domain of no country: the third of April or the fourth of March."""
    page = {"body": "<p>4/3/2015</p>", "url": "https://example.com/a"}
    assert found(**page, language="en") == (None, None, None)
    assert found(**page, language="en-US")[0] == "2015-04-03 00:00"
    assert found(**page, language="en-GB")[0] == "2015-03-04 00:00"


@pytest.mark.parametrize(
    ("modified", "expected"),
    [
        ("2024-05-03T12:00:00Z", datetime(2024, 5, 3, 12, tzinfo=UTC)),
        ("2024-05-03T19:00:00", datetime(2024, 5, 3, 12, tzinfo=UTC)),
        ("2024-05-02T12:00:00Z", None),
        ("2024-05-04", None),
        ("2099-05-04T12:00:00Z", None),
    ],
)
def test_last_change(modified, expected):
    """Needs a time of day and a zone, and never lies before the publication or in the future."""
    head = LD.format(f'"datePublished": "2024-05-03T10:00:00Z", "dateModified": "{modified}"')
    assert article(head=head).modified_at == expected


def test_last_change_without_a_known_zone():
    """Is not told."""
    head = LD.format('"datePublished": "2024-05-03T10:00:00Z", "dateModified": "2024-05-03T19:00:00"')
    assert article(head=head, url="https://example.com/a").modified_at is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/2024/05/03/bridge", "2024-05-03 00:00"),
        ("https://example.com/news/2024-05-03-bridge.html", "2024-05-03 00:00"),
        ("https://example.com/bridge-20240503101112345.htm", "2024-05-03 00:00"),
        ("https://example.com/news/2024/may/03/bridge", "2024-05-03 00:00"),
        ("https://example.com/2024/05/bridge", None),
        ("https://example.com/2024/13/45/bridge", None),
        ("https://example.com/a/12024050312", None),
        ("https://example.com/?date=2024-05-03", None),
        ("http://[::1", None),
    ],
)
def test_day_in_the_address(url, expected):
    """A whole day in the path; a month alone is none."""
    assert found(url=url)[0] == expected


def test_the_date_as_written_is_the_date_alone():
    """A line of text says more, such as the section."""
    body = "<p>Học đường 05/03/2014 | 10:15 | In bài</p>"
    assert article(body=body).published_raw == "05/03/2014 | 10:15"
