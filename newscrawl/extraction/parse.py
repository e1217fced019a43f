"""From the text of a page to its tree, in bounded time and memory."""

from __future__ import annotations

import logging
import re
from itertools import islice
from typing import Any

from lxml.etree import XPath
from lxml.html import HtmlElement
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


def parse_page(html: str) -> HtmlElement | None:
    """Parse a page, in NFC; None where there is no tree in it. Raises UnreadablePage where it is too large."""
    if html.count("<") > MOST_TAGS and next(islice(_OPENING.finditer(html), MOST_TAGS, None), None):
        raise UnreadablePage("too_large", f"more than {MOST_TAGS} tags; a page of so many is not read")
    tree = load_html(nfc(_CROWD.sub(r"\1", html)))
    if tree is not None and _LONG_VALUE.search(html):
        long: Any = _LONG(tree)
        for value in long:
            del value.getparent().attrib[value.attrname]
    return tree
