"""Which of a page's headings is its headline."""

from __future__ import annotations

import pytest
from trafilatura import load_html

import newscrawl
from newscrawl.extraction.metadata.headings import LONGEST
from newscrawl.extraction.metadata.headline import headline_element, title_of
from newscrawl.extraction.metadata.json_ld import JsonLd
from newscrawl.extraction.metadata.meta_tags import read_meta_tags, text_of
from newscrawl.extraction.metadata.site_names import site_names, without_site

HEAD = "<html><head><title>{}</title></head><body>{}<p>Text of the page.</p></body></html>"


@pytest.mark.parametrize(
    ("title", "body", "found"),
    [
        ("Bridge opens in May - Harrow News", "<h1>Bridge opens in May</h1>", "Bridge opens in May"),
        ("Bridge opens in May", "<h1>Harrow News</h1><h1>Bridge opens\n in <b>May</b></h1>", "Bridge opens in May"),
        ("Bridge: the works end in May", "<h1>Works at the bridge end in May</h1>", "Works at the bridge end in May"),
        ("Bridge opens in May", "<h1>Harrow News</h1>", None),
        ("Bridge opens in May", "<h1></h1><h2>Bridge opens in May</h2>", "Bridge opens in May"),
        ("旧桥五月重新开放_港城新闻", "<div>旧桥五月重新开放</div>", "旧桥五月重新开放"),
        ("Bridge - Harrow Open Encyclopedia", "<h1>Bridge</h1>", "Bridge"),
        ("Harrow - Bridge opens in May", "<h1><a href='/'>Harrow</a></h1>", None),
        ("Bridge opens in May - Harrow", "<h1>Harrow</h1>", None),
        ("", "<h1>Bridge opens in May</h1>", "Bridge opens in May"),
        ("", "<h1>Bridge opens in May</h1><h1>Harrow News</h1>", None),
    ],
)
def test_heading_that_the_title_confirms(title, body, found):
    """The site's name is no headline, and a heading that the title does not know is not believed."""
    tree = load_html(HEAD.format(title, body))
    heading = headline_element(tree, read_meta_tags(tree, None), JsonLd(), (), None)
    assert (None if heading is None else text_of(heading, LONGEST)) == found


LOGO = '<h1><a href="{}">The Harrow Bridge News</a></h1>'


@pytest.mark.parametrize("home", ["/", "https://harrow.vn", "https://www.harrow.vn/"])
@pytest.mark.parametrize("below", ["<h2>Bridge opens in May</h2>", "<h3>Bridge opens in May</h3>"])
def test_logo_in_the_first_heading(home, below):
    """Leads to the home page; the headline is a lower heading that the page's title begins with."""
    page = HEAD.format("Bridge opens in May « The Harrow Bridge News online", LOGO.format(home) + below)
    tree = load_html(page)
    head = read_meta_tags(tree, url := "https://harrow.vn/news/bridge-opens")
    sites = site_names(tree, head, JsonLd(), url)
    heading = headline_element(tree, head, JsonLd(), sites, url)
    assert heading is not None
    assert title_of(heading, head, JsonLd(), sites) == "Bridge opens in May"


@pytest.mark.parametrize(
    "heading",
    [
        '<a href="/news/bridge-opens">Bridge opens in May</a>',
        '<a href="#top">Bridge opens in May</a>',
        '<a href="https://other.vn/">Bridge opens in May</a>',
        '<a href="/">Home</a> Bridge opens in May',
    ],
)
def test_headline_that_is_a_link(heading):
    """To the page itself, to another site, or beside a link home: it is no logo."""
    url = "https://harrow.vn/b"
    with_link, without = load_html(HEAD.format("Bridge opens", f"<h1>{heading}</h1>")), load_html(HEAD)
    names = [site_names(tree, read_meta_tags(tree, url), JsonLd(), url) for tree in (with_link, without)]
    assert names[0] == names[1]


def test_title_that_only_names_the_site():
    """As the link to the home page does: the headline is the only one on the page, a single word even."""
    logo = '<p><a href="https://harrow.vn/">Harrow News</a></p>'
    html = HEAD.format("Harrow News", f"{logo}<article><h1>Untitled</h1></article>")
    assert (
        newscrawl.extract(
            html.replace("Text of the page.", "The bridge opens in May, the harbour office said. " * 9),
            url="https://harrow.vn/archives/48",
        ).title
        == "Untitled"
    )


def test_headline_becomes_the_title():
    """Without the name of the site, and without standing in the text."""
    paragraphs = "".join(
        f"<p>The works at the bridge went on through {month}, the harbour office said in its report.</p>"
        for month in ("March", "April", "the first days of May")
    )
    page = HEAD.format(
        "Bridge opens in May – Harrow News", f"<article><h1>Bridge opens in May</h1>{paragraphs}</article>"
    )
    article = newscrawl.extract(page)
    assert article.title == "Bridge opens in May"
    assert "Bridge opens" not in article.text


URL = "https://news.example/city/bridge-1.html"


def title(
    body: str = "", page: str = "", shared: str | None = None, said: str | None = None, url: str = URL
) -> str | None:
    """The title of a page of a site called Harrow News."""
    og = "" if shared is None else f'<meta property="og:title" content="{shared}">'
    tree = load_html(f"<html><head><title>{page}</title>{og}</head><body>{body}<p>Text of the page.</p></body></html>")
    head, structured, sites = read_meta_tags(tree, url), JsonLd(headline=said, kind="NewsArticle"), {"harrownews"}
    return title_of(headline_element(tree, head, structured, sites, url), head, structured, sites)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"body": "<h1>Bridge opens in May</h1>", "page": "Bridge opens - Harrow News"}, "Bridge opens in May"),
        ({"page": "Bridge opens in May | Harrow News"}, "Bridge opens in May"),
        ({"page": "Harrow News: Bridge opens in May"}, "Harrow News: Bridge opens in May"),
        ({"page": "Harrow News | Bridge opens in May"}, "Bridge opens in May"),
        ({"page": "Bridge opens in May | City | Other Site"}, "Bridge opens in May"),
        ({"shared": "Bridge opens in May – Harrow News"}, "Bridge opens in May"),
        ({"said": "Bridge opens in May", "shared": "A bridge!"}, "Bridge opens in May"),
        ({"body": "<h1>Harrow News</h1>", "page": "Harrow News", "said": "Bridge opens in May"}, "Bridge opens in May"),
        ({"body": "<h1>The City Paper</h1>", "page": "Bridge opens in May - The City Paper"}, "Bridge opens in May"),
        ({"body": "<h1>Bridge<br>opens in May</h1>", "page": "Bridge opens in May"}, "Bridge opens in May"),
        ({}, None),
    ],
)
def test_title_without_the_site(page, expected):
    """Heading, JSON-LD, og:title and the page's title, as far as they are there."""
    assert title(**page) == expected


def test_kicker_is_part_of_the_title_where_the_publisher_says_so():
    """JSON-LD and og:title both write it, or the heading alone does."""
    alone, whole = "Bridge opens in May", "Harbour works: Bridge opens in May"
    assert title(f"<h1>{alone}</h1>", page=alone, shared=whole, said=whole) == whole
    assert title(f"<h1>{whole}</h1>", page=alone, shared=alone, said=alone) == alone
    assert title(f"<h1>{whole}</h1>", page=whole, shared=alone, said=whole) == whole


def test_quotation_marks_as_stored():
    """Straight ones where og:title and <title> agree on them, for then the heading's are set for show."""
    curly, straight = "The ‘bridge’ opens in May", "The 'bridge' opens in May"
    assert title(f"<h1>{curly}</h1>", page=f"{straight} | Harrow News", shared=straight) == straight
    assert title(f"<h1>{curly}</h1>", page=curly, shared=straight) == curly


def test_quotation_marks_as_stored_before_an_unknown_site():
    """What stands behind the title may be a name that the page gives nowhere else, but no more of the title."""
    curly, straight = "The ‘bridge’ opens in May", "The 'bridge' opens in May"
    assert title(f"<h1>{curly}</h1>", page=f"{straight} | Daily", shared=f"{straight} | Daily") == straight
    assert title(f"<h1>{curly}</h1>", page=f"{straight} at last", shared=f"{straight} at last") == curly


PATH = "Harbour bridge: what the works mean for drivers"
SHOWN = "Bridge opens in May after two years of works"


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ("<nav><a>City</a>{}</nav>", SHOWN),
        ("<ol><li>City</li><li>{}</li></ol>", SHOWN),
        ('<header><div class="article-crumbs">{}</div></header>', SHOWN),
        ("<header>{}</header>", PATH),
        ("<ul><li><article><header>{}</header></article></li></ul>", PATH),
    ],
)
def test_last_step_of_a_path_is_no_headline(around, expected):
    """It repeats the page's title for search engines; what readers see is a lower heading, which JSON-LD knows."""
    body = around.format(f"<h1>{PATH}</h1>") + f"<h2>{SHOWN}</h2>"
    assert title(body, page=PATH, shared=PATH, said=SHOWN) == expected


def test_headline_below_a_path_that_json_ld_repeats():
    """The lower heading is the headline for og:title's sake as well."""
    assert title(f"<nav><h1>{PATH}</h1></nav><h2>{SHOWN}</h2>", page=PATH, shared=SHOWN, said=PATH) == SHOWN


def test_path_without_a_headline_below():
    """JSON-LD is believed rather than the path; where it says nothing the path is all there is."""
    body = f"<nav><h1>{PATH}</h1></nav>"
    assert title(body, page=PATH, shared=PATH, said=SHOWN) == SHOWN
    assert title(body, page=PATH, shared=PATH) == PATH


def test_lower_heading_with_the_very_words():
    """It is the headline beside a first-level heading that only resembles them, and not beside one that has them."""
    near = "Bridge in the harbour opens in May"
    assert title(f"<h1>{near}</h1><h3>{SHOWN}</h3>", page=SHOWN, shared=SHOWN) == SHOWN
    assert title(f"<h1>{near}</h1><h3>{SHOWN}</h3>", page=near, shared=near, said=SHOWN) == near
    assert title(f"<h1>{near}</h1><h3>{SHOWN} at last</h3>", page=SHOWN, shared=SHOWN) == near


@pytest.mark.parametrize(
    ("link", "expected"),
    [("/city/bridge-1.html?from=home", SHOWN), ("/city/other-2.html", "Harrow: the city and its bridges")],
)
def test_lower_heading_that_links(link, expected):
    """A blog links its headline to the page itself; a link to another page is the headline of that one."""
    body = f'<h1>Harrow: the city and its bridges</h1><h2><a href="{link}">{SHOWN}</a></h2>'
    assert title(body, page=f"Harrow: the city and its bridges - {SHOWN}", shared=SHOWN) == expected


def test_line_that_the_address_spells():
    """It is the headline of a page that says only the name of its site."""
    body = "<div><font><b>Cầu cảng “50 năm” mở cửa: Vì sao chậm?</b><p>Tin khác</p></font></div>"
    url = "https://news.example/xa-hoi/cau-cang-50-nam-mo-cua-vi-sao-cham-855374.htm"
    assert title(body, page="Harrow – Mobile", url=url) == "Cầu cảng “50 năm” mở cửa: Vì sao chậm?"
    assert title(body, page="Harrow – Mobile", url=URL) == "Harrow"
    assert title(body, page="Harrow – Mobile", shared="Cầu cảng mở cửa", url=url) == "Cầu cảng mở cửa"


@pytest.mark.parametrize("text", [" - " * 100_000, "a | " * 100_000, "|" * 100_000, "Harrow News - " * 10_000])
def test_endless_title_takes_no_time(text):
    """The end of a title is looked at, not all of it."""
    without_site(text, {"harrownews"})


def test_headline_without_spaces_between_words():
    """Chinese and Japanese: the heading is one run of letters, and so is the site's name behind an underscore."""
    assert title("<h1>老旋转桥将关闭九个月</h1>", page="老旋转桥将关闭九个月_港城网") == "老旋转桥将关闭九个月"
    assert title("<p>x</p>", page="老旋转桥将关闭九个月__城市_新闻_港城网") == "老旋转桥将关闭九个月"


def test_headline_escaped_twice():
    """As some systems write og:title."""
    shared = "Tom &amp;amp; Jerry&amp;#8217;s ferry sails again"
    assert title("<p>x</p>", shared=shared, page=shared) == "Tom & Jerry’s ferry sails again"


def test_headline_below_the_logo():
    """The only h1 leads home, and the page's title begins with it."""
    body = "<h1><a href='/'>Harrow Notes</a></h1><h3>The bridge and the road towards it</h3>"
    page = "Harrow Notes: The bridge and the road towards it"
    assert title(body, page=page) == "The bridge and the road towards it"


@pytest.mark.parametrize(
    ("body", "page", "shared", "expected"),
    [
        ("<h1>How the old bridge was mended</h1>", "Engineering guide 2026", None, "How the old bridge was mended"),
        ("<h1>How the old bridge was mended</h1>", "Guide", "Engineering guide 2026", "How the old bridge was mended"),
        ("<h1>Harbour works</h1>", "Engineering guide 2026", None, "Engineering guide 2026"),
        (
            "<h1><a href='/'>News of the whole harbour</a></h1>",
            "Engineering guide 2026",
            None,
            "Engineering guide 2026",
        ),
        (
            f"<p>{'The office said so. ' * 9}</p><h1>A message of our founder</h1>",
            "Engineering guide 2026",
            None,
            "Engineering guide 2026",
        ),
    ],
)
def test_title_that_nothing_on_the_page_says(body, page, shared, expected):
    """It is one for search engines, where the first heading is as long as a headline and stands before the text."""
    assert title(body, page, shared) == expected


@pytest.mark.parametrize("ending", ["-港报财经", "--港报新闻", "_港报"])
def test_site_behind_a_chinese_headline(ending):
    """Without spaces; dashes within a headline stay."""
    headline = "旧桥将在五月重新开放 工程师更换全部机械装置——九个月"
    assert title(page=f"{headline}{ending}") == headline
