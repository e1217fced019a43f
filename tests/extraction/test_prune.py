"""What a site's rules cut out of its pages."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring, tostring
from trafilatura import load_html

from newscrawl.extraction import extract_page
from newscrawl.extraction.page import prune
from newscrawl.items import Page
from newscrawl.rules import SiteRules
from tests.conftest import article

PAGE = (
    "<html><head><title>T</title></head><body>"
    "<p>Một <b class='ad'>quảng cáo</b> đuôi.</p>"
    "<div class='box'><h3>Tin khác</h3><ul><li>Vi<i>ệt</i> Nam</li><li>Huế</li></ul>"
    "<script>var hidden = 1</script><noscript><p>Bật JavaScript</p></noscript>"
    "<!-- no --><div class='box'>Trong hộp</div></div>sau hộp"
    "<p>Hai</p></body></html>"
)


def pruned(*xpaths: str) -> tuple[str, list[str]]:
    """The body that is left of the page, and what was cut."""
    tree = load_html(PAGE)
    cut = prune(tree, SiteRules(prune_xpath=xpaths))
    return tostring(tree.find("body"), encoding="unicode"), cut


def test_what_stands_behind_a_cut_element_stays():
    """Within a line and between blocks."""
    body, cut = pruned("//b", "//div")
    assert body == "<body><p>Một  đuôi.</p>sau hộp<p>Hai</p></body>"
    assert cut[0] == "quảng cáo"


def test_texts_are_what_a_reader_saw():
    """Words are neither torn nor glued, scripts are no text, a box in a box is told once, in the page's order."""
    assert pruned("//div[@class='box']", "//b")[1] == ["quảng cáo", "Tin khác Việt Nam Huế Trong hộp"]


@pytest.mark.parametrize(
    "xpath", ["/html", "//body", "//head", "//*", "/", "..", "//@class", "//text()", "//comment()"]
)
def test_no_rule_breaks_the_page(xpath):
    """The frame is never cut, and what is no element is left."""
    tree = document_fromstring(PAGE)
    prune(tree, SiteRules(prune_xpath=(xpath,)))
    assert [child.tag for child in tree] == ["head", "body"]


@pytest.mark.parametrize("xpath", ["//@class", "//text()", "//aside", "//comment()"])
def test_what_is_no_element_is_not_cut(xpath):
    """Nor is what is not there."""
    assert pruned(xpath) == pruned()


def test_no_rules_change_nothing():
    """The page is as it came."""
    body, cut = pruned()
    assert body == tostring(load_html(PAGE).find("body"), encoding="unicode")
    assert cut == []


def test_cut_boxes_are_blocks_of_the_extraction():
    """Nothing is dropped without a reason, the site's own rules included."""
    title, *lines = article("Huế").splitlines()
    box = "<div class='note'>Bài viết này do ban biên tập của báo thực hiện trong khuôn khổ một chương trình lớn.</div>"
    page = f"<html><body><article><h1>{title}</h1>{box}{''.join(f'<p>{line}</p>' for line in lines)}</article></body>"
    extraction = extract_page(Page.of(page + "</html>"), SiteRules(prune_xpath=("//div[has-class('note')]",)))
    assert extraction.article.text == "\n".join(lines)
    assert [block.text for block in extraction.blocks if block.reason == "site"] == [
        "Bài viết này do ban biên tập của báo thực hiện trong khuôn khổ một chương trình lớn."
    ]
