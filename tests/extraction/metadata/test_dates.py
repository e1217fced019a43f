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
        "<aside><a href='/b'>Market hall to stay open for two hours longer</a><p>03/05/2024 08:00</p></aside>",
        "<aside><p>03/05/2024 08:00</p><p>04/05/2024 08:00</p></aside>",
        "<nav><p>03/05/2024 08:00</p></nav>",
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
        ("https://example.com/news/2024/october/03/bridge", "2024-10-03 00:00"),
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


@pytest.mark.parametrize(
    ("line", "language", "expected"),
    [
        ("วันที่ 5 พฤษภาคม 2567", "th", "2024-05-05"),
        ("5 พ.ค. 67", "th", "2024-05-05"),
        ("۱۶ اردیبهشت ۱۴۰۳", "fa", "2024-05-05"),
        ("۱۴۰۳/۰۲/۱۶", "fa", "2024-05-05"),
        ("٥ أيار ٢٠٢٤", "ar", "2024-05-05"),
        ("5 تشرين الثاني 2024", "ar", "2024-11-05"),
        ("令和6年5月5日", "ja", "2024-05-05"),
        ("民國113年5月5日", "zh", "2024-05-05"),
        ("二〇二四年五月十五日", "zh", "2024-05-15"),
        ("05.05.24", "de", "2024-05-05"),
        ("24.05.05", "ko", "2024-05-05"),
        ("2024. május 5.", "hu", "2024-05-05"),
        ("2024. gada 5. maijs", "lv", "2024-05-05"),
        ("05 | 05 | 2024", "de", "2024-05-05"),
    ],
)
def test_calendars_and_languages(line, language, expected):
    """As newspapers write the day of publication around the world."""
    assert article(body=f"<p>{line}</p>", language=language, url="https://example.com/a").published_at == datetime(
        *map(int, expected.split("-")), tzinfo=UTC
    )


def test_months_of_the_text_s_own_language():
    """Where the page names no language, or that of its system."""
    text = "<p>Городской совет решил закрыть старый мост на девять месяцев, чтобы инженеры заменили механизм.</p>" * 2
    for language in ("", "en"):
        assert found(body=f"<p>5 мая 2024, 08:15</p>{text}", language=language)[0] == "2024-05-05 01:15"


@pytest.mark.parametrize(
    "body",
    [
        "<blockquote><p>What a view</p>Harbour Museum <a href='https://x.example/1'>May 5, 2019</a></blockquote>",
        "<blockquote class='embed'><time datetime='2019-05-05T10:00:00Z'>5 May</time></blockquote>",
    ],
)
def test_quoted_post_dates_nothing(body):
    """It is somebody else's, of another year."""
    assert found(body=f"<p>The museum shows old pictures.</p>{body}") == (None, None, None)


def test_time_of_other_stories():
    """Those above the headline and of comments below give way to the line of the article itself."""
    page = (
        "<html><body><main><section><a href='/b'>Market hall to stay open for longer</a>"
        "<time datetime='2024-05-09T09:00:00Z'>9 May</time></section><article><h1>Bridge opens in May</h1>"
        "<p>By Ada Byron | 5 May 2024 at 10:15 GMT</p><p>Text.</p></article>"
        "<div><h3>Latest comments</h3><time pubdate datetime='2024-05-11T09:00:00Z'>11 May</time></div></main>"
    )
    made = read_metadata(document_fromstring(page), "https://example.com/a", NOW)
    assert made.published_at == datetime(2024, 5, 5, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "url",
    [
        "https://web.archive.org/web/20110106120000/http://example.com/bridge",
        "https://archive.example/20110106/https://example.com/bridge",
    ],
)
def test_day_on_which_an_archive_copied_the_page(url):
    """Is not when it was published; the address within it may tell that."""
    assert found(url=url) == (None, None, None)
    assert found(url=url.replace("com/bridge", "com/2010/05/03/bridge"))[:2] == ("2010-05-03 00:00", "url")


def test_day_within_the_headline():
    """In an element of its own, or before a dash; of the first the title is free."""
    page = "<html><head><title>{0}</title></head><body><article><h1>{1}</h1><p>Text.</p></article></body></html>"
    small = page.format("Bridge opens in May", "Bridge opens in May<br><small>05.05.2024 • City</small>")
    made = read_metadata(document_fromstring(small), "https://example.de/a", NOW)
    assert (made.title, made.published_source) == ("Bridge opens in May", "byline")
    line = "05.05.2024 - Bridge opens in May"
    assert read_metadata(document_fromstring(page.format(line, line)), "https://example.de/a", NOW).published_at


def test_facts_in_the_footer_of_the_article():
    """Many themes print them there; the footer of the page is a margin."""
    footer = "<footer><time datetime='2024-05-05T10:00:00Z'>5 May</time></footer>"
    assert found(body=footer)[1] == "time"
    page = f"<html><body><article><h1>Bridge opens in May</h1><p>Text.</p></article>{footer}</body></html>"
    assert read_metadata(document_fromstring(page), "https://example.com/a", NOW).published_at is None


def test_last_resort():
    """A line that is there for its date, far from the headline, and the data of scripts; the source says so."""
    far = "<div>" + "<p>The harbour office said in its report that the works would go on.</p>" * 70 + "</div>"
    assert found(body=f"{far}<p>Posted on May 5, 2024</p>", language="en") == ("2024-05-05 00:00", "text", "day")
    script = '<script>window.__DATA__ = {"publishedAt": "2024-05-05T10:00:00Z", "id": 1}</script>'
    assert found(body=script) == ("2024-05-05 10:00", "text", "second")
    assert found(body=script + script.replace("2024", "2023")) == (None, None, None)


@pytest.mark.parametrize(
    ("told", "line", "expected"),
    [
        ("2024-05-20T10:00:00Z", "3 May 2024", ("2024-05-03 00:00", "byline")),
        ("May 20, 2024", "Posted by Ada Byron on 3 May 2024", ("2024-05-03 00:00", "byline")),
        ("2024-05-20", '<time datetime="2024-05-03T10:00:00Z">3 May</time>', ("2024-05-03 10:00", "time")),
        ("2024-05-05", "3 May 2024", ("2024-05-03 00:00", "byline")),
        ("2024-05-04T10:00:00", "3 May 2024", ("2024-05-03 00:00", "byline")),
        ("2024-05-04", "3 May 2024", ("2024-05-04 00:00", "json_ld")),
        ("2024-05-04T11:00:00Z", "3 May 2024", ("2024-05-04 11:00", "json_ld")),
        ("2024-05-04T22:00:00Z", "3 May 2024", ("2024-05-03 00:00", "byline")),
        ("2024-05-03T10:00:00Z", "20 May 2024", ("2024-05-03 10:00", "json_ld")),
        ("2024-05-20T10:00:00Z", "Updated 3 May 2024", ("2024-05-20 10:00", "json_ld")),
        ("2024-05-20T10:00:00Z", "The bridge that fell on 3 May 2024 is open.", ("2024-05-20 10:00", "json_ld")),
    ],
)
def test_date_below_the_headline_is_days_before_what_machines_are_told(told, line, expected):
    """Then it is the one of publication: that of the last change is told.

    A time with a zone is on the day before in the west of it alone, and one without a zone is on its own.
    """
    head = LD.format(f'"datePublished": "{told}"')
    assert found(head=head, body=f"<p>{line}</p>", language="en")[:2] == expected


def test_other_stories_date_nothing_before_the_article():
    """A date further down, in a list or before the headline is not the one below the headline."""
    head = LD.format('"datePublished": "2024-05-20T10:00:00Z"')
    text = f"<p>{'The harbour office said that the works would go on. ' * 4}</p>"
    listed = "<ul><li>1 May 2024</li><li>2 May 2024</li><li>3 May 2024</li></ul>"
    for body in (f"{text}<p>3 May 2024</p>", listed, "<aside>3 May 2024</aside>"):
        assert found(head=head, body=body, language="en")[1] == "json_ld"


def test_line_above_the_headline_comes_before_far_ones_below_it():
    """Below a short text the next box begins, whose lines have dates, too."""
    box = "".join(f"<div>Council votes on market hall</div><div>{day} May 2024, 10:00</div>" for day in (1, 2, 3))
    links = "<div>Harrow Harbour</div>" * 8
    page = f"<main><p>4 May 2024, 9:30</p><h1>Bridge opens in May</h1>{links}</main><div>{box}</div>"
    made = read_metadata(document_fromstring(f"<html lang=en><body>{page}</body></html>"), None, NOW)
    assert made.published_raw == "4 May 2024, 9:30"


def test_moment_in_the_zone_of_the_place():
    """The page writes it twice: in UTC, on the next day, and as its readers have it."""
    head = LD.format('"datePublished": "2024-05-04T02:30:00Z"')
    made = article(head=head, body='<time datetime="2024-05-03T21:30:00-05:00">May 3</time>')
    assert made.published_raw == "2024-05-03T21:30:00-05:00"
    assert made.published_at == datetime(2024, 5, 4, 2, 30, tzinfo=UTC)
    other = article(head=head, body='<time datetime="2024-05-03T22:30:00-05:00">May 3</time>')
    assert other.published_raw == "2024-05-04T02:30:00Z"


@pytest.mark.parametrize(
    "margin",
    [
        "<aside><h3>Published</h3><p>May 5, 2024</p><p>By <a href='/a'>Ada Byron</a></p></aside>",
        "<div class='post-sidebar'><h4>Posted</h4> <p>May 5, 2024</p></div>",
    ],
)
def test_facts_in_a_margin(margin):
    """A margin that says when something was published and leads to no other story is about the article."""
    assert found(body=margin, language="en") == ("2024-05-05 00:00", "text", "day")
    other = "<a href='/b'>Market hall to stay open for two hours longer</a>"
    assert found(body=margin.replace("<p>", f"{other}<p>", 1), language="en") == (None, None, None)


def test_meta_tag_named_published():
    """Without a word for the day or the time."""
    assert found(head='<meta name="published" content="May 5, 2024">', language="en")[0] == "2024-05-05 00:00"


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("date", "3 May 2024", "2024-05-03"),
        ("DC.date", "9 May 2024", "2024-05-09"),
        ("dcterms.date", f"{'The harbour office said so. ' * 8}</p><p>3 May 2024", "2024-05-03"),
        ("date", "Updated 9 May 2024", "2024-05-06"),
        ("date", "7 May 2024", "2024-05-06"),
        ("article:published_time", "9 May 2024", "2024-05-06"),
    ],
)
def test_meta_tag_that_does_not_say_of_what_its_date_is(name, line, expected):
    """Gives way to the line below the headline, if zones do not make the difference."""
    head = f'<meta name="{name}" content="2024-05-06T10:00:00Z">'
    assert found(head=head, body=f"<p>{line}</p>", language="en")[0][:10] == expected


@pytest.mark.parametrize(
    ("told", "line", "raw"),
    [
        ("2024-05-04T02:30:14Z", "May 3, 2024 | 9:30pm", "May 3, 2024 | 9:30pm"),
        ("Sat, 04 May 2024 02:30:14 GMT", "3 May 2024, 22:30", "3 May 2024, 22:30"),
        ("2024-05-04T02:30:14Z", "Friday, May 3, 2024", "Friday, May 3, 2024"),
        ("2024-05-04T20:30:14Z", "5 May 2024, 06:30", "5 May 2024, 06:30"),
        ("2024-05-04T20:30:14Z", "5 May 2024", None),
        ("2024-05-04T02:30:14Z", "May 3, 2024 | 9:15pm", None),
        ("2024-05-04T11:30:14Z", "May 3, 2024", None),
        ("2024-05-04T02:30:14Z", "May 4, 2024", None),
    ],
)
def test_moment_as_readers_see_it(told, line, raw):
    """The line below the headline is of another day, on which it was that time in some zone."""
    head = LD.format(f'"datePublished": "{told}"')
    made = article(head=head, body=f"<p>{line}</p>", language="en", url="https://example.com/a")
    assert made.published_raw == (raw or told)
    assert (made.published_source, made.published_precision) == ("json_ld", "second")


def test_cards_between_headline_and_date():
    """Three dates beside links as long as headlines are those of other stories."""
    cards = "".join(
        f"<div><a href='/{day}'>Market hall to stay open for longer</a></div><div>{day} May 2024</div>"
        for day in (1, 2, 3)
    )
    assert found(body=f"<div>{cards}</div><p>By Ada Byron, 5 May 2024</p>", language="en")[0] == "2024-05-05 00:00"
    linked = "<p><a href='/ada'>Ada Byron of the harbour office</a>, {} May 2024, 10:00</p>"
    assert found(body="".join(map(linked.format, (5, 6, 7))), language="en")[0] == "2024-05-05 03:00"


def test_names_of_months_however_they_are_typed():
    """Persian with the letters of Arabic keyboards, and Bengali letters of one part or two."""
    assert article(body="<p>2 \u062a\u064a\u0631 1399</p>", language="fa", url="https://example.com/a").published_at
    for letter in ("\u09df", "\u09af\u09bc"):
        body = f"<p>১৬ ফেব্রু{letter}ারি ২০২০</p>"
        made = article(body=body, language="bn", url="https://example.com/a")
        assert made.published_at == datetime(2020, 2, 16, tzinfo=UTC)


def test_parts_of_a_byline():
    """A line that says much beside its date, each set off from the next."""
    line = "<p>On Behalf of Harrow and Harrow, Attorneys at Law | Apr 21, 2017 | Products Liability</p>"
    assert found(body=line, language="en") == ("2017-04-21 00:00", "byline", "day")
    sentence = "<p>The old bridge in the harbour of the town – May 3, 2024 – was opened by the mayor.</p>"
    assert found(body=sentence, language="en") == (None, None, None)


def test_marked_date_nearest_to_the_headline():
    """Comes before the day that the header of the site shows."""
    text = f"<p>{'The harbour office said that the works would go on. ' * 4}</p>" * 4
    page = (
        "<html lang=en><body><div class='header'><div><p class='date'>Monday, May 6, 2024</p></div></div>"
        f"<main><div><div><div><div><h1>Bridge opens in May after long works</h1>{text}</div></div></div></div>"
        "<div><div><p class='date'>May 3, 2024</p></div></div></main></body></html>"
    )
    made = read_metadata(document_fromstring(page), "https://example.com/a", NOW)
    assert f"{made.published_at:%Y-%m-%d}" == "2024-05-03"


def test_date_at_the_end_of_the_title():
    """Of a page that shows none."""
    page = (
        "<html lang=de><title>Bridge opens in May – Harrow News – 03.05.2024</title><h1>Bridge opens in May</h1></html>"
    )
    made = read_metadata(document_fromstring(page), "https://example.com/a", NOW)
    assert f"{made.published_at:%Y-%m-%d}" == "2024-05-03"


def test_counts_are_no_dates():
    """Of comments and likes in a list with the date, which is no list of other stories."""
    body = "<ul><li>3 May 2024</li><li>36 comments</li><li>77 likes</li></ul>"
    assert found(body=body, language="en") == ("2024-05-03 00:00", "byline", "day")
