"""Who is named as the author, and where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.metadata import read_metadata

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def authors(head: str = "", body: str = "", url: str = "https://www.harrow.vn/a") -> tuple[str, ...]:
    page = (
        '<html><head><title>Bridge opens in May</title><meta property="og:site_name" content="Harrow News">'
        f"{head}</head><body><article><h1>Bridge opens in May</h1>{body}<p>They said so.</p></article></body></html>"
    )
    return read_metadata(document_fromstring(page), url, NOW).authors


def structured(author: str) -> str:
    return (
        '<script type="application/ld+json">'
        f'{{"@type": "NewsArticle", "headline": "Bridge opens in May", "author": {author}}}</script>'
    )


@pytest.mark.parametrize(
    "body",
    [
        "<p>By Ada Byron</p>",
        "<p>By <a href='/author/ada'>Ada Byron</a> and others</p>",
        "<div>By</div><div>Ada Byron</div>",
        "<p><a href='/tac-gia/ada-byron-12.html'>Ada Byron</a></p>",
        "<p><a rel='author' href='/x'>Ada Byron</a></p>",
        "<span itemprop='author'><span itemprop='name'>Ada Byron</span></span>",
        "<span class='byline'>Ada Byron</span>",
        "<div class='article__author-name'>Ada Byron</div>",
        "<p>Ada Byron | 03/05/2024 08:15</p>",
    ],
)
def test_byline_of_the_page(body):
    """Marked, linked to a profile, labelled, or beside the date."""
    assert authors(body=body) == ("Ada Byron",)


@pytest.mark.parametrize(
    "body",
    [
        "<aside><p class='author'>Ada Byron</p></aside>",
        "<div class='comments'><span class='author'>Ada Byron</span></div>",
        "<div class='related'><a rel='author' href='/x'>Ada Byron</a></div>",
        "<figure><figcaption class='author'>Ada Byron</figcaption></figure>",
        "<div class='author-image'>Ada Byron</div>",
        "<p>Ada Byron opened the bridge.</p>",
    ],
)
def test_names_that_are_not_the_author_s(body):
    """Readers, photographers, other articles, and people in the news."""
    assert authors(body=body) == ()


def test_structured_person_comes_first():
    """Before meta tags and the byline."""
    head = structured('{"@type": "Person", "name": "Ada Byron"}') + '<meta name="author" content="Bo Ek">'
    assert authors(head, "<p class='byline'>By Cy Fox</p>") == ("Ada Byron",)


@pytest.mark.parametrize(
    "head",
    [
        structured('{"@type": "Organization", "name": "Harrow News"}'),
        structured('"harrow.vn"'),
        '<meta name="author" content="Harrow News">',
        '<meta property="article:author" content="https://www.facebook.com/harrow">',
    ],
)
def test_person_in_the_byline_before_the_publisher(head):
    """The publisher is an author only where nobody else is."""
    assert authors(head, "<p class='byline'>By Ada Byron</p>") == ("Ada Byron",)


def test_publisher_and_agency_where_they_are_all():
    """An only credit is told."""
    assert authors(structured('{"@type": "Organization", "name": "Harrow News"}')) == ("Harrow News",)
    assert authors('<meta name="author" content="Theo TTXVN">') == ("TTXVN",)
    assert authors(structured('[{"name": "Ada Byron"}, {"name": "Harrow News"}]')) == ("Ada Byron",)


def test_other_articles_authors_are_not_added():
    """Of the elements marked alike only those beside the first are the byline."""
    card = "<section><div><div><p><a rel='author' href='/x'>Cy Fox</a></p></div></div></section>"
    body = "<p><a rel='author' href='/a'>Ada Byron</a> <a rel='author' href='/b'>Bo Ek</a></p>" + card * 3
    assert authors(body=body) == ("Ada Byron", "Bo Ek")


@pytest.mark.parametrize(
    "body",
    [
        "<p>Thứ Sáu, 03/05/2024 08:15</p>",
        "<p class='author-and-day'>Thứ Năm, ngày 02/05/2024</p>",
        "<div>Chủ Nhật</div><div>05/05/2024 08:15</div>",
    ],
)
def test_a_day_of_the_week_is_nobody(body):
    """Two words in capitals, in the page's language or where the page does not say its own."""
    assert authors(body=body) == ()


def text_with(signature: str) -> str:
    prose = f"<p>{'The bridge is long, and it was opened by the mayor on Friday. ' * 3}</p>"
    return f"<div>{prose * 3}{signature}</div>"


@pytest.mark.parametrize(
    "signature",
    [
        "<p style='text-align: right;'><strong>Ada Byron</strong> <em>(with agencies)</em></p>",
        "<p align='right'>Ada Byron</p>",
        "<p class='text-right'>Ada Byron</p><div></div><!-- end -->",
        "<p><b>Ada Byron</b></p>",
    ],
)
def test_signature_below_the_text_before_the_publisher(signature):
    """The last paragraph, in bold or on the right, is read where nobody but the site is named, or nobody at all."""
    site = structured('{"@type": "Organization", "name": "Harrow News"}')
    assert authors(site, text_with(signature)) == ("Ada Byron",)
    assert authors(body=text_with(signature)) == ("Ada Byron",)
    assert authors('<meta name="author" content="Bo Ek">', text_with(signature)) == ("Bo Ek",)
    assert authors(structured('"Reuters"'), text_with(signature)) == ("Reuters",)


def test_two_sign_together():
    """A dash stands between them."""
    assert authors(body=text_with("<p align='right'><b>Ada Byron - Bo Ek</b></p>")) == ("Ada Byron", "Bo Ek")


@pytest.mark.parametrize(
    "end",
    [
        "<p>Ada Byron</p>",
        "<p><b>Ada Byron</b> opened it.</p>",
        "<p><b>Ada Byron</b></p><p>She opened it.</p>",
        "<p><b>Ada Byron</b></p><ul><li>Another bridge</li></ul>",
        "<p><b><a href='/x'>Ada Byron</a></b></p>",
        "<p><b>Bridges of the world</b></p>",
        "<p align='right'><b>Theo Thanh Niên</b></p>",
        "<p align='right'><b>Harrow News</b></p>",
    ],
)
def test_what_is_no_signature(end):
    """Nothing sets it off, it goes on, something follows, it leads away, it is no name, a source, or the site's."""
    site = structured('{"@type": "Organization", "name": "Harrow News"}')
    assert authors(site, text_with(end)) == ("Harrow News",)


@pytest.mark.parametrize(
    "body",
    ["<div>Ada Byron</div><div>03/05/2024 08:15</div>", "<div>03/05/2024 08:15</div><div>Ada Byron</div>"],
)
def test_a_bare_name_beside_the_date(body):
    """Without any mark it is taken where nobody else is named."""
    assert authors(body=body) == ("Ada Byron",)
    assert authors('<meta name="author" content="Harrow News">', body) == ("Harrow News",)


@pytest.mark.parametrize(
    "body",
    [
        "<div><a href='/world'>World Affairs</a></div><div>03/05/2024 08:15</div>",
        "<div>Bridges of Kent</div><div>03/05/2024 08:15</div>",
        "<div>Link Copied!</div><div>03/05/2024 08:15</div>",
        "<div>Ada Byron</div><div>They said so</div><div>03/05/2024 08:15</div>",
        "<div>Ada Byron</div><div>They said so</div>",
    ],
)
def test_what_stands_beside_the_date_may_be_no_name(body):
    """A section, a phrase, a button, a line further away."""
    assert authors(body=body) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2024-05-03 08:15 港城日报 记者 李文博", ("李文博",)),
        ("发布时间：2024年05月03日 来源：港城日报 作者：王小明", ("王小明",)),
        ("김철수 기자 2024.05.03 08:15", ("김철수",)),
        ("By political reporter Ada Byron", ("Ada Byron",)),
        ("Ada Byron ada.byron@harrow.vn", ()),
        ("By Ada Byron ada.byron@harrow.vn @adabyron", ("Ada Byron",)),
    ],
)
def test_bylines_around_the_world(line, expected):
    """Reporters of East Asia, a role before the name, addresses behind it."""
    assert authors(body=f"<div>{line}</div>") == expected


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("<p>(Reporting by Ada Byron in Harrow; Editing by Max Born)</p>", ("Ada Byron",)),
        ("<p>They agreed in the end.（记者 李文博）</p>", ("李文博",)),
        ("<p>They agreed in the end.【松岡大地】</p>", ("松岡大地",)),
        ("<p>They agreed in the end.（新华社）</p>", ()),
        ("<p>They agreed in the end (after two years).</p>", ()),
    ],
)
def test_credit_in_brackets_at_the_end(end, expected):
    """Of a reporter, not of an agency."""
    assert (
        authors(body="<div>" + "<p>The bridge was closed for months, the office said.</p>" * 3 + end + "</div>")
        == expected
    )


def test_person_of_the_byline_before_the_publisher():
    """Whom JSON-LD names as an organization."""
    publisher = structured('{"@type": "Organization", "name": "Harrow News"}')
    assert authors(publisher, "<p class='byline'>By city reporter <a href='/a/1'>Ada Byron</a></p>") == ("Ada Byron",)


def test_name_in_parts():
    """As schema.org's Person has them."""
    assert authors(structured('{"@type": "Person", "givenName": "Ada", "familyName": "Byron"}')) == ("Ada Byron",)


def test_link_to_all_that_an_author_wrote():
    """It says the name in a sentence, which is none."""
    bio = "<div class='author-bio'><h2 class='author-title'>By Ada Byron</h2><a rel='author' href='/u/1'>{}</a></div>"
    for link in ("View all of Ada Byron's posts.", "Alle Beiträge von Ada Byron"):
        assert authors(body=bio.format(link)) == ("Ada Byron",)


def test_author_of_one_word():
    """Where an element is named for it."""
    assert authors(body="<p>by</p><p class='post-author__name'>Newsdesk</p>") == ("Newsdesk",)


COMPANY = '<meta name="author" content="Harbour Press"><meta property="article:author" content="Ada Byron">'


def test_meta_tags_that_name_different_authors():
    """The one whom the page shows is believed; where it shows none, the first tag."""
    assert authors(COMPANY, "<p>By Ada Byron</p>") == ("Ada Byron",)
    assert authors(COMPANY) == ("Harbour Press",)


def test_author_of_a_meta_tag_that_is_the_site():
    """With its address in brackets, or beside the person with a dash."""
    named = '<meta name="author" content="Old Wave (www.wave.example)">'
    assert authors(named, "<p class='byline'>Ada Byron</p>") == ("Ada Byron",)
    assert authors('<meta name="author" content="Harrow News - Ada Byron">') == ("Ada Byron",)


@pytest.mark.parametrize("author", ['"Zed"', '{"@type": "Person", "name": "Zed"}'])
def test_pen_name_of_one_word(author):
    """Where the page shows it as well, what stands further from the headline is somebody else."""
    body = "<p>By Zed</p><p>They said so.</p><div class='box-author'>Move Comment</div>"
    assert authors(structured(author), body) == ("Zed",)
    assert authors(structured('"Ada"'), "<p class='byline'>Ada Byron</p>") == ("Ada Byron",)


def test_editor_in_an_element_marked_as_author():
    """The line around it says what they did."""
    editor = "<div class='info'>Editor: <a class='author' href='/author/7/bo'>Bo Ek</a></div>"
    assert authors(body=f"<div class='author-2'>Ada Byron</div>{editor}") == ("Ada Byron",)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("<h3>Written by Ada Byron</h3><p>Ada lives in Harrow.</p>", ("Ada Byron",)),
        ("<ul><li><b>Date</b> 3 May</li><li><b>Autorin/Autor</b> Ada Byron</li></ul>", ("Ada Byron",)),
        ("<div><a href='/blog/authors/ada-byron'><span>Ada Byron</span></a></div>", ("Ada Byron",)),
        ("<div><a href='/author/ada'>Ada Byron</a> <a href='/author/bo'>Bo Ek</a></div>", ("Harrow News",)),
        ("<div><a href='/person/ada'>Ada Byron</a></div>", ("Harrow News",)),
        ("<p>By Member Login</p>", ("Harrow News",)),
        ("<aside><h3>Written by Ada Byron</h3></aside>", ("Harrow News",)),
        (
            "<ul><li><a href='/b'>Market hall to stay open for longer</a> <span>Written by Ada Byron</span></li></ul>",
            ("Harrow News",),
        ),
    ],
)
def test_only_byline_of_the_page_far_from_the_headline(end, expected):
    """Of what is not in margins and lists of other stories; before the publisher."""
    text = f"<p>{'The harbour office said that the works would go on. ' * 4}</p>" * 5
    assert authors(structured('{"@type": "Organization", "name": "Harrow News"}'), text + end) == expected


def test_name_below_the_lead():
    """Beside the date, if not first below the headline."""
    body = "<p>The new bridge has four lanes, and a path for those who walk.</p><p>Ada Byron</p><p>3 May 2024</p>"
    assert authors(body=body) == ("Ada Byron",)


def test_chinese_name_in_a_marked_byline():
    """It has no space; an office is no name."""
    assert authors(body="<span class='writer'>小暮次郎</span>") == ("小暮次郎",)
    assert authors(body="<span class='writer'>国际新闻部</span>") == ()


@pytest.mark.parametrize(
    "body",
    [
        "<div>已结束</div><div>2024-05-03 08:15</div>",
        "<div class='author'>发布于 2024-05-03 08:15</div>",
        "<div class='author'><a href='/more'>相关文章</a></div>",
        "<p class='authorized'>我已授权</p>",
    ],
)
def test_chinese_words_beside_the_date_are_nobody(body):
    """A status, a label, a heading, a form: a name without a label begins with a family name."""
    assert authors(body=body) == ()
    assert authors(body=body + "<div>作者：王芳</div>") == ("王芳",)


def test_path_above_the_headline_is_nobody():
    """Beside the date, with steps that begin as names do."""
    path = "<div><a href='/'>Home</a> <a href='/b'>Blog</a> <a href='/h'>Harbour</a> Posted on: 2024-05-03</div>"
    page = f"<html><title>Bridge opens in May</title><body>{path}<h1>Bridge opens in May</h1><p>{{}}</p></body></html>"
    assert read_metadata(document_fromstring(page.format("Text.")), None, NOW).authors == ()
    named = page.format("Ada Byron, 3 May 2024")
    assert read_metadata(document_fromstring(named), None, NOW).authors == ("Ada Byron",)


def test_placeholders_are_nobody():
    """What a theme's author left in its template."""
    assert authors('<meta name="author" content="name, email@harrow.vn">') == ()
    assert authors('<meta name="author" content="佚名">') == ()


def test_day_in_a_marked_byline_is_nobody():
    """Without its year; a number may begin a name."""
    line = (
        "<div>By <span class='byline-author-name'>Ada Byron</span>, <span class='byline-author-day'>07 {}</span></div>"
    )
    assert authors(body=line.format("December")) == ("Ada Byron",)
    assert authors('<meta name="author" content="98 Harbour Street">') == ("98 Harbour Street",)


@pytest.mark.parametrize("label", ["作者：", "作者:", "记者: ", "文："])
def test_chinese_byline_on_a_page_without_a_headline(label):
    """In a cell of a table, behind the date; what a text says of a reporter is no byline."""
    page = "<html><title>旧桥五月重新开放</title><table><tr><td>{}</td></tr></table><p>记者说桥梁已更换</p></html>"
    made = read_metadata(document_fromstring(page.format(f"时间：2024年5月9日14:18 {label}白明远")), None, NOW)
    assert made.authors == ("白明远",)


def test_japanese_name_in_two_scripts():
    """Is not cut where the second one begins."""
    assert authors(body="<p>文：<a href='/author/kogure'>小暮ひさし</a></p>") == ("小暮ひさし",)
