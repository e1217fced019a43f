"""Which date of a page is taken where none stands in mark-up, near the headline or in the address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata import read_metadata

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
FAR = "<p>The harbour office said in its report that the works on the old bridge would go on until May.</p>" * 70
OTHER = "<a href='/b'>Market hall to stay open for two hours longer</a>"


def found(body: str, head: str = "", language: str = "en") -> tuple[str | None, str | None]:
    page = (
        f"<html lang={language}><head><title>Bridge opens in May</title>{head}</head><body><main>"
        f"<h1>Bridge opens in May</h1>{FAR}</main>{body}</body></html>"
    )
    made = read_metadata(document_fromstring(page), "https://example.com/a", NOW)
    return None if made.published_at is None else f"{made.published_at:%Y-%m-%d}", made.published_source


@pytest.mark.parametrize(
    "margin",
    [
        "<aside><p>May 5, 2024</p><p>By Ada Byron</p></aside>",
        "<div class='post-sidebar'><p>4 minute read</p><p>5 May 2024</p></div>",
        "<div class='article'><div class='footer'><p><span>5 May 2024</span> City</p></div></div>",
        "<p class='teaser__meta'>Harrow | 5 May 2024</p>",
        "<aside><a href='/a'>Bridge opens in May</a><p>May 5, 2024</p></aside>",
    ],
)
def test_facts_in_a_margin(margin):
    """A margin that names one day and leads to no other story is about the article."""
    assert found(margin) == ("2024-05-05", "text")


@pytest.mark.parametrize(
    "margin",
    [
        f"<aside>{OTHER}<p>May 5, 2024</p></aside>",
        "<aside><p>May 5, 2024</p><p>May 6, 2024</p></aside>",
        "<div class='comments'><p>Ada</p><p>May 5, 2024</p></div>",
        "<aside><div class='related'><p>May 5, 2024</p></div></aside>",
        "<div class='event'><p>May 5, 2024, 8:00 pm</p></div>",
        f"<footer><p>May 5, 2024</p>{'<p>About us, contact, careers, terms of use</p>' * 20}</footer>",
    ],
)
def test_margins_about_something_else(margin):
    """Other stories, several days, comments, events and the footer of the site."""
    assert found(margin) == (None, None)


def test_margin_that_holds_the_page():
    """What holds most of a page is no margin, whatever it is called: many old systems put everything into a form."""
    body = "<p>Bridge opens in May</p><p>5 May 2024</p>" + "<p>The works on the bridge go on.</p>" * 9
    page = f"<html lang=en><body><form>{body}</form></body></html>"
    assert read_metadata(document_fromstring(page), None, NOW).published_source == "text"


def test_cards_of_other_stories():
    """Give way to any other date: a line that names the last change, here."""
    cards = "".join(
        f"<p><a href='/{day}'>Market hall to stay open longer</a> (May {day}, 2024)</p>" for day in (3, 3, 7)
    )
    assert found(f"<div>Updated May 9, 2024</div>{FAR}<div>{cards}</div>") == ("2024-05-09", "modified")


def test_headlines_of_chinese_are_shorter():
    """A character of it counts as two."""
    cards = "<p><a href='/b'>市场大厅将延长开放时间两个小时</a>（2024-05-03 07:31）</p>"
    assert found(f"<div>2024-05-09 06:40更新 来源：港报</div>{FAR}<div>{cards}</div>", language="zh")[0] == "2024-05-09"


def test_sentence_of_chinese():
    """Has few words between its stops, but many characters."""
    sentence = "<p>据报道，工程师于2023年10月1日开始更换旧桥的所有机械装置，并在三个月之内完成了全部工作。</p>"
    assert found(f"<p>时间：2024年5月9日14:18 作者：白桦</p>{FAR}{sentence}", language="zh") == ("2024-05-09", "text")


def test_day_that_says_what_it_is():
    """Comes before the others."""
    body = "<aside><p>Recorded</p><p>May 2, 2024</p></aside><aside><p>Posted</p><p>May 5, 2024</p></aside>"
    assert found(body) == ("2024-05-05", "text")


def test_date_between_two_elements():
    """Of an element with more text, or of a line of signs and pictures."""
    assert found(f"<div><b>Bridge</b> 5 May 2024 <div>{FAR}</div></div>") == ("2024-05-05", "text")


def test_two_parts_are_not_one_number():
    """A day and a time in elements of their own."""
    assert found("<div><span>28.09.19</span><span>12:44</span></div>", language="de")[0] == "2019-09-28"
    assert found("<div><b>Dec 5<sup>th</sup></b>, <i>2019</i></div>")[0] == "2019-12-05"


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p>Last updated: May 5, 2024</p>", ""),
        ("<p>Updated <span>May 5, 2024</span></p>", ""),
        ("<p>Last modified on May 5, 2024. <a href='/l'>Creative Commons Attribution Share Alike</a></p>", ""),
        ("", '<meta property="article:modified_time" content="2024-05-05T10:00:00Z">'),
        ("", '<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2024-05-05"}</script>'),
    ],
)
def test_last_change(body, head):
    """Is taken where the page names no other day, and said to be what it is."""
    assert found(body, head) == ("2024-05-05", "modified")
    assert found(f"{body}<p>May 3, 2024</p>", head) == ("2024-05-03", "text")


def test_change_beside_the_headline():
    """Gives way to the day of publication elsewhere; what is dated later is something else."""
    line = (
        "<p>By Ada Byron – Updated May 9, 2024 at 1:00 PM | Fact-checked by Emil Lask, who knows the harbour well</p>"
    )
    assert found(line) == ("2024-05-09", "modified")
    assert found(f"{line}<p>Originally published on May 3, 2024</p>") == ("2024-05-03", "text")
    assert found(f"{line}<aside><p>May 20, 2024</p></aside>") == ("2024-05-09", "modified")


def test_class_that_says_change():
    """Tells the date of a change from that of publication where no word does."""
    body = "<p><span class='updated'>2024-05-09</span><span>May 3, 2024</span></p>"
    assert found(body) == ("2024-05-03", "text")
    assert found("<p><span class='updated'>2024-05-09</span></p>") == ("2024-05-09", "modified")


def test_first_of_several_days():
    """In the upper half of the page, unless a list has them."""
    rest = f"<div>{FAR}</div><p>May 2, 2024</p>"
    assert found(f"<p>May 5, 2024</p>{FAR}{rest}") == ("2024-05-05", "text")
    listed = "<ul><li>May 6, 2024</li><li>May 7, 2024</li></ul>"
    assert found(f"{listed}<p>May 5, 2024</p>{FAR}") == ("2024-05-05", "text")


def test_owner_of_a_picture_beside_the_date():
    """Is no copyright line of the site, where a time of day is set off from it."""
    assert found("<div>© Press Agency | Photo: Harbour | 05.05.2024 08:03</div>", language="de")[0] == "2024-05-05"


def test_time_of_day_and_zone_beside_a_date_of_the_text():
    """Make the moment as precise as elsewhere."""
    body = f"<main><h1>Bridge opens in May</h1>{FAR}</main><p>May 5, 2024, 8:50 PM EDT</p>"
    page = f"<html lang=en><body>{body}</body></html>"
    made = read_metadata(document_fromstring(page), "https://example.com/a", NOW)
    assert (f"{made.published_at:%Y-%m-%dT%H:%M}", made.published_precision) == ("2024-05-06T00:50", "minute")
