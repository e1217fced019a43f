"""The one call: a page in, an article or NoArticle out."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime

import pytest
import trafilatura
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import newscrawl
from newscrawl.extraction import extract_page
from newscrawl.items import NoArticle, Page, UnreadablePage, kept_text
from newscrawl.rules import SiteRules
from tests.conftest import PROVIDED, article

PARAGRAPHS = article("Huế").splitlines()
PAGE = f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{PARAGRAPHS[0]} - Báo Mới</title>
<meta property="og:title" content="{PARAGRAPHS[0]}"><link rel="canonical" href="https://bao.example/chong-ngap.html">
<meta property="article:published_time" content="2020-09-10T17:18:00+07:00"></head>
<body><nav><a href="/">Trang chủ</a> <a href="/kinh-te">Kinh tế</a></nav><article><h1>{PARAGRAPHS[0]}</h1>
{"".join(f"<p>{line}</p>" for line in PARAGRAPHS[1:])}</article><footer>© 2020 Báo Mới</footer></body></html>"""


def test_provided_documents(expected):
    """By the public call, byte for byte."""
    for name, document in expected.items():
        extracted = newscrawl.extract((PROVIDED / name).read_bytes(), content_type="text/plain")
        assert (extracted.title, extracted.text) == (document["title"], document["text"])
        assert extracted.published_at is None


def test_html_page():
    """Title and text of the article, and nothing of the page around it."""
    extracted = newscrawl.extract(PAGE.encode(), url="https://bao.example/chong-ngap.html?utm_source=x")
    assert extracted.title == PARAGRAPHS[0]
    assert extracted.text == "\n".join(PARAGRAPHS[1:])
    assert extracted.url == "https://bao.example/chong-ngap.html?utm_source=x"
    assert extracted.canonical_url == "https://bao.example/chong-ngap.html"


def test_related_list_inside_the_article_is_dropped():
    """What trafilatura takes along from an article's own container is judged line by line."""
    items = "".join(
        f"<li><a href='/{n}'>{headline}</a><span>17:{n}8 - 10/09/2020</span><p>{headline} theo báo cáo.</p></li>"
        for n, headline in enumerate(
            ("Nông dân được mùa dưa hấu", "Khai trương chợ đêm ven sông", "Xã đảo có trạm y tế")
        )
    )
    page = PAGE.replace("</article>", f"<div><p>Tin liên quan</p><ul>{items}</ul></div></article>")
    assert "dưa hấu" in (trafilatura.extract(page) or "")
    extraction = extract_page(Page.of(page))
    assert extraction.article.text == "\n".join(PARAGRAPHS[1:])
    assert {block.reason for block in extraction.blocks if "dưa hấu" in block.text} == {"related"}


def test_trafilatura_alone():
    """Its text, line by line, with newscrawl's metadata."""
    rules = SiteRules(extractor="trafilatura")
    extraction = extract_page(Page.of(PAGE, "https://bao.example/chong-ngap.html"), rules)
    assert extraction.article.text == (trafilatura.extract(PAGE, include_comments=False) or "").strip()
    assert extraction.article.title == PARAGRAPHS[0]
    assert [block.text for block in extraction.blocks] == extraction.article.text.split("\n")
    assert extraction.extractor.startswith(f"trafilatura {trafilatura.__version__}")


@pytest.mark.parametrize(
    "before", ["<script>var a = 1;</script>\n", "<script>if (a < b) f();</script><style>p {}</style>"]
)
def test_a_script_before_the_doctype_hides_nothing(before):
    """libxml2 ends the page there."""
    assert newscrawl.extract(before + PAGE).text == "\n".join(PARAGRAPHS[1:])


def test_text_and_bytes_give_the_same():
    """A page that is already decoded is taken as it is."""
    assert newscrawl.extract(PAGE) == newscrawl.extract(PAGE.encode("utf-16"))


def test_text_is_the_kept_blocks():
    """Nothing stands in the text that is not a block."""
    extraction = extract_page(Page.of((PROVIDED / "001_89b347cee3ab0069.txt").read_bytes(), content_type="text/plain"))
    assert extraction.article.text == kept_text(extraction.blocks)
    assert {block.reason for block in extraction.blocks} > {None, "related", "teaser"}


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"", "text/html", "empty"),
        (b"<html><body></body></html>", "text/html", "no_text"),
        (b"Only a title\n", "text/plain", "no_text"),
        (b"\0\1\2", "text/html", "binary"),
    ],
)
def test_no_article_has_a_reason(body, content_type, reason):
    """For a program to count by, and for a person to read."""
    with pytest.raises(NoArticle) as caught:
        newscrawl.extract(body, content_type=content_type)
    assert caught.value.reason == reason
    assert str(caught.value)


def test_no_article_travels_between_processes():
    """Reason and detail survive pickling."""
    error = pickle.loads(pickle.dumps(UnreadablePage("empty", "the page is empty")))
    assert (type(error), error.reason, str(error)) == (UnreadablePage, "empty", "the page is empty")


def test_import_is_quick_until_something_is_extracted():
    """`import newscrawl` loads neither Scrapy nor trafilatura."""
    code = "import sys, json, newscrawl; print(json.dumps([m for m in ('scrapy', 'trafilatura') if m in sys.modules]))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(st.sampled_from(["<p>", "</div>", "<table><tr>", "&#0;", "<!--", PAGE[:300], PAGE]), st.text()))
)
def test_nothing_but_no_article_comes_out_of_odd_pages(parts):
    """Whatever a page holds."""
    try:
        extracted = newscrawl.extract("".join(parts))
    except NoArticle:
        return
    # Letters that are younger than Python's table of Unicode are not printable by it.
    known = "".join(char for char in extracted.text if unicodedata.category(char) != "Cn")
    assert known.isprintable() or "\n" in known or "\u200d" in known


@pytest.mark.parametrize("named", [False, True])
def test_a_section_page_is_no_article_even_where_a_sitemap_names_it(named: bool):
    cards = "".join(
        f'<div class="card"><h3><a href="/{number}.html">The bridge of Harwick is closed for {number} days</a></h3>'
        f"<p>Engineers of the county found {number} cracks on Monday, and nobody knows for how long.</p></div>"
        for number in range(20)
    )
    html = f"<html><head><title>Business</title></head><body><h1>Business</h1><main>{cards}</main></body></html>"
    with pytest.raises(NoArticle):
        extract_page(fetched(html, "https://news.example/business", named=named))


def test_a_brief_of_one_sentence_that_a_feed_names_is_an_article_in_a_script_without_spaces():
    """Its words are not told by spaces."""
    text = "周二早上河水漫过了旧港口的堤坝，三条街道被淹。"
    cards = "".join(
        f'<li><a href="/{number}.html">市议会就桥梁维修费用再次展开辩论第{number}次</a></li>' for number in range(20)
    )
    body = f"<body><h1>旧港口被淹</h1><div><p>{text}</p></div><ul>{cards}</ul></body>"
    html = f"<html><head><title>旧港口被淹</title></head>{body}</html>"
    assert extract_page(fetched(html, "https://news.example/a/b", named=True)).article.text == text


def fetched(html: str, url: str, *, named: bool) -> Page:
    """A page of a crawl, which a feed or a sitemap may have named."""
    return Page(
        key="k",
        url=url,
        body=html.encode(),
        content_type="text/html; charset=utf-8",
        fetched_at=datetime.now(UTC),
        source="news",
        is_named=named,
    )
