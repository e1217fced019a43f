"""The name that an article is signed with, where its text ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import islice

from lxml.html import HtmlElement

from newscrawl.extraction.metadata.authors import is_full_name, names_in, starts_as_byline
from newscrawl.extraction.metadata.meta_tags import text_of

MOST_PARAGRAPHS = 500
MOST_BELOW = 40
LONGEST = 80
"""Characters of a signature."""

_BETWEEN = re.compile(r"\s+[-–—]\s+")
_RIGHT = re.compile(r"text-align\s*:\s*right|\Aright\Z|(?<![a-z])(?:text-?|align-?|pull-?)right(?![a-z])")
_BOLD = ("b", "strong")


def signature_of(tree: HtmlElement, sites: Collection[str]) -> list[str]:
    """Return the names in the last paragraph of the text, where it is bold or on the right and is nothing else."""
    last = _last_paragraph(tree)
    text = "" if last is None else text_of(last, LONGEST + 1)
    if last is None or not text or len(text) > LONGEST or starts_as_byline(text):
        return []
    bold = next(last.iter(*_BOLD), None)
    signed = text if bold is None else text_of(bold)
    if not _is_on_the_right(last) and (bold is None or signed != text):
        return []
    names = [name for part in _BETWEEN.split(signed) for name in names_in(part)]
    return names if all(is_full_name(name, sites) for name in names) else []


def _last_paragraph(tree: HtmlElement) -> HtmlElement | None:
    """What the element with most text in its paragraphs ends with, if that is a paragraph without links."""
    size: Counter[HtmlElement] = Counter()
    for paragraph in islice(tree.iter("p"), MOST_PARAGRAPHS):
        parent = paragraph.getparent()
        if parent is not None:
            size[parent] += len(text_of(paragraph))
    body = max(size, key=size.__getitem__, default=None)
    children: Iterator[HtmlElement] = iter(()) if body is None else body.iterchildren(reversed=True)
    for child in islice(children, MOST_BELOW):
        if isinstance(child.tag, str) and text_of(child, 1):
            return child if child.tag == "p" and next(child.iter("a"), None) is None else None
    return None


def _is_on_the_right(element: HtmlElement) -> bool:
    return any(_RIGHT.search((element.get(name) or "").lower()) for name in ("style", "align", "class"))
