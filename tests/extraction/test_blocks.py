"""Lines and containers of a page."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from newscrawl.extraction.blocks import Blocks, parse_blocks, tokens_of


def blocks_of(body: str) -> Blocks:
    """The lines of a body."""
    return parse_blocks(document_fromstring(f"<html><body>{body}</body></html>"))


def texts(body: str) -> list[str]:
    """Their text alone."""
    return [line.text for line in blocks_of(body).lines]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>Mưa <b>lớn</b> <a href='/x'>ở Huế</a>.</p><p>Nắng.</p>", ["Mưa lớn ở Huế.", "Nắng."]),
        ("Đầu<p></p>Giữa<br>Cuối", ["Đầu", "Giữa", "Cuối"]),
        ("<div>Trước<div>Trong</div>Sau</div>", ["Trước", "Trong", "Sau"]),
        ("<p>Chữ<script>x()</script> tiếp<style>p{}</style></p>", ["Chữ tiếp"]),
        ("<p>a\n  b\t\xa0c</p>", ["a b c"]),
        ("<p>…</p><p>|</p><p>1</p>", ["1"]),
        ("<button>Chia sẻ</button><p>Bài</p>", ["Bài"]),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>を読む</p>", ["漢字を読む"]),
        ("<amp-ad>Ads</amp-ad><p>Text</p><amp-sidebar><ul><li>News</ul></amp-sidebar>", ["Text"]),
        ("<amp-consent><div>We and 132 partners</div></amp-consent><p>Text</p>", ["Text"]),
        ("<select><option>Hà Nội</option></select><textarea>Ý kiến</textarea><p>Bài</p>", ["Bài"]),
        ("<my-paragraph>Một</my-paragraph><my-paragraph>Hai</my-paragraph>", ["Một", "Hai"]),
        ("<p>Không\u200bcách \u202eđảo\u202c</p>", ["Khôngcách đảo"]),
        ("<p>Ende.<sup id=r1><a href='#f1'>1</a></sup> Neu<a href='#f2'><sup>[2]</sup></a>.</p>", ["Ende. Neu."]),
        ("<p>10<sup>6</sup>, am 1<sup><a href='/x'>er</a></sup> Mai</p>", ["106, am 1er Mai"]),
        ("<table><tr><td class='gutter'>1 2</td><td class='code'>x = 1</td></tr></table>", ["x = 1"]),
    ],
    ids=range(16),
)
def test_lines_are_what_a_reader_sees(body, expected):
    """Text of one block is one line; what is no text of the page is none."""
    assert texts(body) == expected


def test_drawings_do_not_swallow_the_page():
    """The HTML parser closes no `<path/>`, so an article may stand inside a drawing and a button."""
    page = "<button><svg><title>Logo</title><path d='M0 0'/></button><main><p>Bài viết.</p></main>"
    assert texts(page) == ["Bài viết."]


@pytest.mark.parametrize(
    ("body", "kind", "level"),
    [
        ("<h2>Tựa</h2>", "heading", 2),
        ("<h3><span>Tựa</span></h3>", "heading", 3),
        ("<ul><li>Mục</li></ul>", "list_item", 0),
        ("<ul><li><p>Mục</p></li></ul>", "list_item", 0),
        ("<blockquote><p>Lời</p></blockquote>", "quote", 0),
        ("<p>Đoạn</p>", "paragraph", 0),
        ("<ul><li><article><div><p>Đoạn</p></div></article></li></ul>", "paragraph", 0),
    ],
    ids=range(7),
)
def test_kinds(body, kind, level):
    """The nearest element that says what a line is."""
    (line,) = blocks_of(body).lines
    assert (line.kind, line.level) == (kind, level)


def test_rows_of_data_are_one_line_each():
    """Cells are joined; a table that lays out a page is read as blocks."""
    table = "<table><tr><th>Đội</th><th>Điểm</th></tr><tr><td><p>Huế</p></td><td>3</td></tr></table>"
    assert [(line.text, line.kind, line.cells) for line in blocks_of(table).lines] == [
        ("Đội | Điểm", "table_row", 2),
        ("Huế | 3", "table_row", 2),
    ]
    layout = "<table><tr><td><ul><li>Mục</li></ul></td><td><h2>Tựa</h2><p>Đoạn</p></td></tr></table>"
    assert texts(layout) == ["Mục", "Tựa", "Đoạn"]


def test_links_images_and_bold_are_counted():
    """As characters of the line, and pictures since the line before."""
    blocks = blocks_of("<img src=a><img src=b><p><a href=x>Xem</a> <strong>thêm</strong></p><p>Sau</p>")
    first, second = blocks.lines
    assert (first.images, first.links, first.linked) == (2, 1, 3)
    assert (second.images, second.links, second.linked) == (0, 0, 0)
    assert blocks.bold == [4, 0]


def test_containers_know_their_names_and_what_hides_them():
    """Containers come before what they hold, and pass on that they are hidden."""
    blocks = blocks_of('<div class="article-body__mainText2" style="display: none"><p id="sapo">Chữ</p></div>')
    body, box, paragraph = blocks.nodes
    assert (body.tag, body.parent, box.parent, paragraph.parent) == ("body", -1, 0, 1)
    assert box.tokens == ("article", "body", "main", "text")
    assert paragraph.tokens == ("sapo",)
    assert [body.hidden, box.hidden, paragraph.hidden] == [False, True, True]


def test_class_names_become_words():
    """Whatever way they are put together."""
    assert tokens_of("tin-lien-quan relatedNews AFP_video x1 b") == (
        "tin",
        "lien",
        "quan",
        "related",
        "news",
        "afp",
        "video",
    )


def test_a_page_in_a_strange_root_is_read():
    """Pages saved by tools stand in elements of their own."""
    root = document_fromstring("<text id='1'><p>Chữ.</p></text>")
    assert [line.text for line in parse_blocks(root).lines] == ["Chữ."]


def test_consent_dialogs_are_passed_over():
    """By what they are called, but never with an article or a headline in them."""
    dialog = '<div id="cookie-banner"><p>Chúng tôi dùng cookie.</p></div>'
    assert texts(f"<p>Trước.</p>{dialog}<p>Sau.</p>") == ["Trước.", "Sau."]
    assert texts('<div class="cookie-consent-given"><h1>Tựa</h1><p>Bài.</p></div>') == ["Tựa", "Bài."]
    assert texts(f"<article>{dialog}</article>") == ["Chúng tôi dùng cookie."]
    assert texts('<div class="iubenda-cs-container"><p>Chúng tôi và 18 đối tác.</p></div><p>Bài.</p>') == ["Bài."]


def test_fields_that_a_reader_fills_in_stand_in_their_containers():
    """Not those of a search, those that are hidden, or buttons."""
    html = (
        "<form><label>Name</label><div><input name=a></div><input type=hidden name=b><input type=submit></form>"
        "<div style='display:none'><input name=c></div><input type=search name=q>"
        "<section>Secret<input type=password><textarea></textarea></section>"
    )
    blocks = blocks_of(html)
    assert [blocks.nodes[node].tag for node in blocks.fields] == ["div", "section", "section"]
    assert blocks.passwords == 1


@pytest.mark.parametrize(
    "opening", ["<a name=top>", "<a href='#'>", "<a href='javascript:void(0)'>", "<a href='/x'>Go there"]
)
def test_a_text_is_no_link(opening):
    """An anchor around it, or a link that was never closed, makes none of it, but short ones are links all the same."""
    sentence = (
        "The council votes on the budget of the harbour on the first Monday of every month, and the mayor presides."
    )
    text = "".join(f"<p>{number}. {sentence}</p>" for number in range(12))
    lines = blocks_of(f"<a href='#menu'>Menu</a><div>{opening}{text}</a></div>").lines
    assert [line.linked for line in lines] == [4, *[0] * (len(lines) - 1)]


def test_links_that_lead_to_other_sites_are_counted_apart():
    """Those of hosts that share the site's registrable domain stay within it, and so does whatever names no host."""
    links = [
        "https://www.harwick.co.uk/a",
        "//shop.harwick.co.uk",
        "/b",
        "https://ferry.co.uk/",
        "HTTP://x@ferry.org:80/a",
    ]
    html = "".join(f"<p>Go <a href='{link}'>there</a> now</p>" for link in links)
    tree = document_fromstring(f"<html><body>{html}</body></html>")
    assert parse_blocks(tree, "https://harwick.co.uk/news/1").away == [0, 0, 0, 5, 5]
    assert parse_blocks(tree).away == [0, 0, 0, 0, 0]
    assert parse_blocks(tree, "http://[harwick/news/1").away == [0, 0, 0, 0, 0]
    broken = document_fromstring("<html><body><p><a href='http://[harwick/'>Go</a></p></body></html>")
    assert parse_blocks(broken, "https://harwick.co.uk/").away == [0]
