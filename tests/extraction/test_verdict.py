"""Whether a page is an article."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

import newscrawl
from newscrawl.extraction.extract import extract_page
from newscrawl.extraction.forest import TAKES_ALL
from newscrawl.extraction.judge import load_page_judge
from newscrawl.extraction.verdict import looks_like_a_list
from newscrawl.extraction.walls import wall_phrases
from newscrawl.items import Article, Extraction, NoArticle, Page
from tests.extraction.pages import ENGLISH, GERMAN, VIETNAMESE, News, cards

ADDRESS = "https://news.example/news/harwick-agrees-on-flood-plan-88121.html"
BAR = "<nav><ul><li><a href='/news'>News</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
WALLS = {
    "consent": """
Your choices about privacy

We and 412 partners use cookies and similar technologies to store and read information on your device, such as
an identifier, so that advertisements and contents can be measured and made to fit.

You can accept all of this or choose for each purpose, and you can withdraw your consent at any time.
""",
    "login": """
This page is for registered readers

Sign in or create a free account to continue reading. It takes less than a minute, and you get our morning
newsletter and ten free articles every month.

Already have an account? Log in with your e-mail address and your password.
""",
    "geo": """
Not available where you are

This content is not available in your region for legal reasons. We are working with our lawyers so that we can
offer it to readers in your country as well.

If you think that your location was not recognised correctly, please write to our service team.
""",
    "robot": """
One more step

Please verify that you are human before you go on. We have seen unusual traffic from your network, and your
browser must have JavaScript and cookies enabled.

Your IP address and a reference number were recorded for this check.
""",
    "maintenance": """
We will be back shortly

The site is down for scheduled maintenance and will be available again within the hour. We apologise for the
inconvenience and thank you for your patience.

Please try again later, or follow us elsewhere for the latest news.
""",
    "not_found": """
Nothing to see here

The page that you requested does not exist or has been moved. Please check the address for mistakes, or go
back to our home page and search there for what you wanted to read.

Error 404. If a link on our site led you here, please tell us about it.
""",
}
"""A title and paragraphs, set apart by empty lines."""


def article_of(html: str, url: str, chance: float) -> Article | None:
    """The article of a page to which the forest of the verdict gives this chance; None where it is refused."""
    forest = replace(TAKES_ALL, value=np.full(1, np.log(chance / (1 - chance)), np.float32))
    page = Page("a", html.encode(), "text/html", datetime(2026, 11, 1, tzinfo=UTC), url)
    try:
        return extract_page(page, judge=replace(load_page_judge(), verdict=forest)).article
    except NoArticle:
        return None


def is_taken(html: str, url: str, chance: float) -> bool:
    return article_of(html, url, chance) is not None


def parts_of(kind: str) -> list[str]:
    return [" ".join(part.split()) for part in WALLS[kind].split("\n\n")]


def refusal(html: str, url: str | None = ADDRESS) -> NoArticle | None:
    try:
        newscrawl.extract(html, url)
    except NoArticle as error:
        return error
    return None


@pytest.mark.parametrize("kind", WALLS)
@pytest.mark.parametrize("around", ["", BAR])
def test_a_wall_in_the_place_of_an_article_is_refused(kind: str, around: str):
    title, *texts = parts_of(kind)
    body = "".join(f"<p>{text}</p>" for text in texts)
    html = f"<html><head><title>{title}</title></head><body>{around}<main><h1>{title}</h1>{body}</main></body></html>"
    error = refusal(html)
    assert error is not None
    assert error.reason == "wall"


def test_an_article_about_walls_is_one():
    """It says the same words, but it is dated, signed, and what its address says."""
    texts = [text for kind in WALLS for text in parts_of(kind)[1:]]
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in [*ENGLISH.paragraphs, *texts])
    html = (
        '<html><head><title>Cookies and logins</title><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-02T08:00:00Z"><meta name="author" content="Ann Lee">'
        f"</head><body>{BAR}<article><h1>Cookies and logins annoy readers</h1>{paragraphs}</article></body></html>"
    )
    assert refusal(html, "https://news.example/news/cookies-and-logins-annoy-readers-88122.html") is None


def test_the_beginning_of_a_paid_article_is_kept():
    """Though it ends in a request to subscribe: its mark-up says that it is an article."""
    facts = '{"@type": "NewsArticle", "datePublished": "2026-03-02T08:00:00Z", "isAccessibleForFree": false}'
    body = f"<p>{ENGLISH.paragraphs[0]}</p><p>{ENGLISH.paragraphs[1]}</p>"
    promo = "<div class=paywall><p>Subscribe to continue reading. Already a subscriber? Log in.</p></div>"
    html = (
        f'<html><head><title>{ENGLISH.title}</title><script type="application/ld+json">{facts}</script></head>'
        f"<body>{BAR}<article><h1>{ENGLISH.title}</h1>{body}{promo}</article></body></html>"
    )
    assert ENGLISH.paragraphs[0] in newscrawl.extract(html, ADDRESS).text


@pytest.mark.parametrize("news", [ENGLISH, GERMAN, VIETNAMESE], ids=lambda news: news.language)
@pytest.mark.parametrize("paragraphs", [2, 3])
def test_a_brief_among_many_cards_is_an_article(news: News, paragraphs: int):
    body = "".join(f"<p>{text}</p>" for text in news.paragraphs[:paragraphs])
    html = (
        f"<html><head><title>{news.title}</title></head><body>{BAR}<main><h1>{news.title}</h1>{body}</main>"
        f"<section>{cards(news) * 8}</section></body></html>"
    )
    assert newscrawl.extract(html, None).text.split("\n") == news.paragraphs[:paragraphs]


@pytest.mark.parametrize("news", [ENGLISH, GERMAN, VIETNAMESE], ids=lambda news: news.language)
def test_a_refused_page_shows_what_was_made_of_it(news: News):
    """Its blocks, their chances, and what the verdict looked at."""
    html = f"<html><head><title>News</title></head><body>{BAR}<main>{cards(news) * 6}</main></body></html>"
    error = refusal(html, "https://news.example/")
    assert error is not None
    if error.reason == "no_text":
        return
    assert error.extraction is not None
    assert error.extraction.judgement is not None
    assert len(error.extraction.judgement.chances) == len(error.extraction.blocks)
    assert dict(error.extraction.judgement.evidence)["depth"] == 0


def test_phrases_of_walls_are_counted_by_kind():
    assert wall_phrases("404", ["The bridge is closed.", "Page not found"]).keys() == {"not_found"}
    assert wall_phrases("Không tìm thấy trang", []).keys() == {"not_found"}
    assert wall_phrases("页面不存在", [])["not_found"] >= 1
    assert not wall_phrases("404", ["page not found " * 200])
    assert wall_phrases("HTTP Error 404", [])["not_found"] == 1
    assert not wall_phrases("500 hộ dân nhận hỗ trợ sau mưa lũ", ["Chính quyền trao quà cho 404 hộ dân hôm thứ ba."])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("申し訳ございません。お探しのページが見つかりませんでした。", "not_found"),
        ("로그인하세요. 구독자만 이 기사를 읽을 수 있습니다.", "login"),
        ("กรุณายืนยันว่าคุณไม่ใช่หุ่นยนต์", "robot"),
        ("यह सामग्री आपके देश में उपलब्ध नहीं है।", "geo"),
    ],
    ids=["ja", "ko", "th", "hi"],
)
def test_phrases_of_walls_are_found_in_every_script(text: str, kind: str):
    """Without spaces, longer than eight signs, with an ending behind them, with vowels that are marks."""
    assert wall_phrases("", [text]).keys() == {kind}


def test_lines_that_a_writer_broke_are_no_table_of_numbers():
    """Of an old page without a date, whose sentences run on from line to line."""
    said = "去年冬天以来沿河居民一直等待新堤坝市政府说资金还没有到位工程要推迟到明年春天再动工"
    lines = "<br>\n".join(said[number % 20 :][:20] + chr(0x4E00 + number) for number in range(200))
    html = f"<html><head><meta charset=utf-8><title>堤坝</title></head><body><pre>{lines}</pre></body></html>"
    assert refusal(html, "https://bao.example/show.asp?id=7") is None


def test_a_page_that_is_hardly_more_than_prose_is_an_article():
    """If it calls itself one, whatever its headline says."""
    headline = "Qx7 {year} zzz __import__"
    prose = "".join(f"<p>{paragraph}</p>" for paragraph in VIETNAMESE.paragraphs[:3])
    head = f'<meta charset=utf-8><title>{headline}</title><meta property="og:type" content="article">'
    html = f"<html><head>{head}</head><body><article><h1>{headline}</h1>{prose}</article></body></html>"
    assert refusal(html, "https://bao.example/tin/3") is None


@pytest.mark.parametrize(("words", "is_article"), [(17, True), (4, False)])
def test_a_long_text_that_fills_a_page_is_an_article_whatever_the_forest_says(words: int, is_article: bool):
    """Also where its lines break amid sentences; names and numbers in short lines are a table."""
    said = "the river rose above its banks and the council asked all residents to leave low houses before dark".split()
    lines = "<br>".join(" ".join([*said[number % 9 :][:words], f"street{number}"]) for number in range(120))
    html = f"<html><head><title>Show</title></head><body><pre>{lines}</pre></body></html>"
    article = article_of(html, "https://news.example/show.asp?id=65", 0.0001)
    assert (article is not None and article.word_count > 1000) if is_article else article is None


@pytest.mark.parametrize("below", [False, True])
def test_a_small_text_has_to_stand_below_its_headline(below: bool):
    """On a page without a date, unless the forest is rather sure: a section may hold a notice to readers."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in ENGLISH.paragraphs)
    head = "<h1>Business and economy in our region</h1>"
    top, bottom = (f"{head}{text}", "") if below else (head, f"<div><div>{text}</div></div>")
    html = f"<html><body>{BAR}<main><div>{top}</div>{cards(ENGLISH) * 30}</main>{bottom}</body></html>"
    assert is_taken(html, "https://news.example/business.html", 0.3) is below
    assert is_taken(html, "https://news.example/business.html", 0.6)


@pytest.mark.parametrize("told", [True, False])
def test_what_says_hardly_anything_but_what_walls_say_has_to_be_likely(told: bool):
    """Whatever the mark-up of its page claims: the article of such a page is not shown."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in [*parts_of("robot")[1:2], *ENGLISH.paragraphs[: 4 * told]])
    html = f"<html><body><main><h1>{ENGLISH.title}</h1>{text}</main></body></html>"
    head = '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-09-10">'
    assert is_taken(html.replace("<body>", f"<head>{head}</head><body>"), ADDRESS, 0.3) is told


@pytest.mark.parametrize("crowded", [False, True])
def test_a_sure_text_on_a_page_with_little_else_is_doubted_least(crowded: bool):
    """Pages of companies have neither date nor author nor mark-up, and say one thing in few words."""
    text = ENGLISH.paragraphs[0]
    others = "".join(f"<li><a href=/{number}>{text.split('.')[0]}</a></li>" for number in range(6)) if crowded else ""
    html = f"<html><body>{BAR}<h1>Works</h1><div><p>{text}</p></div><ul>{others}</ul></body></html>"
    assert is_taken(html, "https://firm.example/works", 0.03) is not crowded


@pytest.mark.parametrize(
    ("address", "is_list"),
    [
        ("/", True),
        ("/page/2/", True),
        ("/archives/2012/03/", True),
        ("/2012/", True),
        ("/tag/harwick/", True),
        ("/author/ann-lee", True),
        ("/archives/57", False),
        ("/blog/harwick-floods", False),
        ("/2012/03/harwick-floods/index.html", False),
        ("/index.html", True),
        ("/2012/03/harwick-floods/", False),
        ("/news/harwick-agrees-on-flood-plan-88121.html", False),
        ("/?p=959", False),
        ("/?p=959/", False),
        ("/index.php?option=com_content&view=article&id=5", False),
        ("/?story=harwick-agrees-on-flood-plan", False),
        ("/?paged=2", True),
        ("/index.php?cat=7", True),
        ("/?lang=en", True),
        ("/?s=harwick+agrees+on+flood+plan", True),
    ],
)
def test_addresses_of_lists_are_evidence(address: str, is_list: bool):
    """As the usual systems write them."""
    assert evidence_at(address)["list_address"] == is_list


@pytest.mark.parametrize(
    ("address", "is_dated"),
    [
        ("/2012/03/harwick-floods/", True),
        ("/news/2012/03/05/harwick-floods.html", True),
        ("/2012/03/page/2/", False),
        ("/2012/harwick-floods", False),
        ("/2012/1200/harwick-floods", False),
    ],
)
def test_an_address_that_holds_a_month_dates_its_page(address: str, is_dated: bool):
    """Whatever day the page shows elsewhere, and unless the month is the page."""
    assert evidence_at(address)["dated"] == is_dated


def test_an_address_that_is_not_valid_is_none():
    """It is not that of a home page: the text decides."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in ENGLISH.paragraphs)
    html = f"<html><head><title>{ENGLISH.title}</title></head><body><h1>{ENGLISH.title}</h1>{paragraphs}</body></html>"
    assert refusal(html, "http://[news/flood-plan") is None


def evidence_at(address: str) -> dict[str, float]:
    html = f"<h1>{ENGLISH.title}</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in ENGLISH.paragraphs)
    page = Page("a", html.encode(), "text/html", datetime(2026, 11, 1, tzinfo=UTC), f"https://news.example{address}")
    made: Extraction | None
    try:
        made = extract_page(page)
    except NoArticle as refusal:
        made = refusal.extraction
    assert made is not None
    assert made.judgement is not None
    return dict(made.judgement.evidence)


@pytest.mark.parametrize("dated", [0.0, 1.0])
def test_a_lone_teaser_of_a_page_that_a_sitemap_names_looks_like_a_list(dated: float):
    """Next to nothing of the page, beside a linked headline; with a date of its own it may be a brief."""
    text = "The bridge is closed for two weeks, says the council."
    found = {"share": 0.02, "sure": 0.8, "together": 1.0, "beside_links": 1.0, "prose": 1.0, "headline_in_text": 0.5}
    found |= {"claims_article": 1.0, "dated": dated, "slug": 0.0, "text_in_address": 0.0}
    assert looks_like_a_list(found, [text]) is not bool(dated)
