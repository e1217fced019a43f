"""XPaths that a person has written: what is wrong with one shows before a page is read by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from lxml import etree
from parsel.xpathfuncs import has_class

# https://www.w3.org/TR/1999/REC-xpath-19991116/: the functions, the tests of nodes, and the operators in words.
_WORDS = frozenset(
    """
    last position count id local-name namespace-uri name string concat starts-with contains substring-before
    substring-after substring string-length normalize-space translate boolean not true false lang number sum floor
    ceiling round has-class text node comment processing-instruction and or div mod
    """.split()
)
_LITERAL = re.compile("'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?:[\w-]+::)?([\w:.-]+)\s*\(")
_EMPTY_PAGE = etree.fromstring("<html/>")


@cache
def compile_xpath(xpath: str) -> Callable[[etree._Element], list[Any]]:
    """Compile an XPath 1.0 that selects nodes; Scrapy's has-class() is there even in a process without Scrapy.

    Raises ValueError with one line for a person.
    """
    try:
        compiled = etree.XPath(xpath, extensions={(None, "has-class"): has_class})
        selected = compiled(_EMPTY_PAGE)
    except (etree.XPathError, TypeError, ValueError) as error:
        raise ValueError(f"{xpath!r} is no XPath ({error})") from None
    # libxml2 looks for a function only where the page leads it to the call.
    unknown = set(_CALL.findall(_LITERAL.sub("", xpath))) - _WORDS
    if unknown:
        raise ValueError(f"{xpath!r} is no XPath (there is no function {min(unknown)}())")
    if not isinstance(selected, list):
        raise ValueError(f"{xpath!r} selects nothing; it gives {selected!r}")  # noqa: TRY004 - the XPath is wrong
    return compiled  # type: ignore[return-value]
