"""The boxes that a site's rules cut out of its pages."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from newscrawl.extraction.dom_tags import INLINE, SKIPPED
from newscrawl.rules import SiteRules, compile_xpath
from newscrawl.text import clean_line

_FRAME = {"html", "head", "body"}


def prune(tree: HtmlElement, rules: SiteRules) -> list[str]:
    """Cut what the rules of its site name out of a page, and return the texts of what was cut, in reading order.

    The text behind a cut element stays. The page's frame is never cut, nor is a text or an attribute that an XPath
    selects.
    """
    if not rules.prune_xpath:
        return []
    selected = {
        node
        for xpath in rules.prune_xpath
        for node in compile_xpath(xpath)(tree)
        if isinstance(node, HtmlElement) and node.tag not in _FRAME and node is not tree
    }
    outermost = [node for node in tree.iter() if node in selected and selected.isdisjoint(node.iterancestors())]
    texts = [_text(element) for element in outermost]
    for element in outermost:
        element.drop_tree()
    return [text for text in texts if text]


def _text(element: HtmlElement) -> str:
    """What a reader sees of an element, on one line."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        gap = "" if node.tag in INLINE else " "
        if event == "start" and node.tag in SKIPPED:
            walk.skip_subtree()
        elif event == "start":
            parts += [gap, node.text or ""]
        elif node is not element:
            parts += [gap if event == "end" else "", node.tail or ""]
    return clean_line("".join(parts))
