"""From the text of a page to its tree, in bounded time and memory."""

from __future__ import annotations

import logging
import re
from itertools import islice
from typing import Any

from lxml.etree import ElementDefaultClassLookup, XPath, fromstring
from lxml.html import HtmlElement, HTMLParser
from trafilatura import load_html

from newscrawl.items import UnreadablePage
from newscrawl.text import nfc

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it says of a page, the page's outcome tells once

MOST_TAGS = 200_000
"""Signs that may begin a tag. The largest of 987 real pages has 9,770; memory and time go by them."""
MOST_ATTRIBUTES = 1000
"""Of one tag; libxml2 goes through all of them for each."""
LONGEST_ATTRIBUTE = 20_000
"""Characters of an attribute that is kept. What is longer is a picture or a program, and is copied at every look."""

_OPENING = re.compile("<[a-zA-Z/!]")
_CROWD = re.compile(
    r"""(<[a-zA-Z][\w:-]*+)(?:[\s/]++[^\s<>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`][^\s<>]*+))?+)"""
    rf"{{{MOST_ATTRIBUTES},}}+"
)
"""A tag with very many attributes. It is no loose pattern: what only looks like a tag may stand in a script."""
_LONG_VALUE = re.compile(rf"""=\s*(?:"[^"]{{{LONGEST_ATTRIBUTE}}}|'[^']{{{LONGEST_ATTRIBUTE}}})""")
_LONG = XPath(f"//@*[string-length(.) > {LONGEST_ATTRIBUTE}]")

_PARSER = HTMLParser(
    collect_ids=False,
    default_doctype=False,  # type: ignore[call-arg]
    encoding="utf-8",
    remove_comments=True,
    remove_pis=True,
)
"""With the options of trafilatura's. That asks Python for the class of each element, at each look."""
_PARSER.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
_BEGINS_WHOLE = re.compile(r"\s*<(?:html|!doctype)", re.IGNORECASE)
_LATE_BEGINNING = re.compile("<!doctype|<html", re.IGNORECASE)
"""Where a page begins that has a script before its doctype, at which libxml2 gives up."""
_DOCTYPE_WITH_SLASH = re.compile("< ?! ?DOCTYPE[^>]*/", re.IGNORECASE)
_DOCUMENT = re.compile("<(?:html|body)[\\s>]", re.IGNORECASE)
_CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]")
_CONTROLS = bytes({*range(32)} - set(b"\t\n\r"))
_NO_CHARACTERS = ("\ufffe", "\uffff")


def parse_page(html: str) -> HtmlElement | None:
    """Parse a page, in NFC; None where there is no tree in it. Raises UnreadablePage where it is too large."""
    if html.count("<") > MOST_TAGS and next(islice(_OPENING.finditer(html), MOST_TAGS, None), None):
        raise UnreadablePage("too_large", f"more than {MOST_TAGS} tags; a page of so many is not read")
    html = _CROWD.sub(r"\1", html)
    tree = _tree(nfc(html))
    if tree is None or tree.find(".//body") is None:
        begin = _LATE_BEGINNING.search(html, 1)
        again = _tree(nfc(html[begin.start() :])) if begin is not None else None
        tree = tree if again is None else again
    if tree is not None and _LONG_VALUE.search(html):
        long: Any = _LONG(tree)
        for value in long:
            del value.getparent().attrib[value.attrname]
    return tree


def _tree(html: str) -> HtmlElement | None:
    """As trafilatura's `load_html`, at half the time for a page that needs no repair, as nine in ten do not."""
    if not _needs_repair(html):
        try:
            body = html.encode()
            if len(body.translate(None, _CONTROLS)) == len(body) and not any(one in html for one in _NO_CHARACTERS):
                tree = fromstring(body, _PARSER)
                if tree is not None and len(tree):
                    return tree
        except (UnicodeEncodeError, SyntaxError):
            pass
    tree = load_html(html)
    # It takes what begins with a script for no page at all.
    return _from(_CONTROL.sub("", html)) if tree is None and _DOCUMENT.search(html) else tree


def _from(html: str) -> HtmlElement | None:
    try:
        tree = fromstring(html.encode("utf-8", "replace"), _PARSER)
    except SyntaxError:
        return None
    return tree if tree is not None and len(tree) else None


def _needs_repair(html: str) -> bool:
    """Whether trafilatura would change the page, or doubt that it is one, going by how it begins."""
    if not _BEGINS_WHOLE.match(html) or "html" not in html[:50].lower():
        return True
    if _DOCTYPE_WITH_SLASH.search(html[: html.find("\n")][:4096]) or "\n" not in html:
        return True
    return any("<html" in line and line.endswith("/>") for line in html[:4096].splitlines()[:4])
