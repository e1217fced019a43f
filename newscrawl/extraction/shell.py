"""Pages without a text in their HTML, which scripts draw in the reader's browser."""

from __future__ import annotations

from itertools import islice

from lxml.html import HtmlElement

from newscrawl.extraction.tags import SKIPPED

MOST_LETTERS = 200
"""Letters that a shell may show beside its links: a copyright notice, "Loading …"."""
_MOST_ELEMENTS = 5_000
"""A page of more is no shell."""


def is_shell(tree: HtmlElement) -> bool:
    """Say whether a page has scripts, and neither a headline nor a text beside its links."""
    if next(tree.iter("script"), None) is None:
        return False
    if any("".join(heading.itertext()).strip() for heading in islice(tree.iter("h1"), 3)):
        return False
    letters = 0
    unseen: set[HtmlElement] = set()
    """Elements within which nothing is text of the page."""
    for number, element in enumerate(tree.iter()):
        if number > _MOST_ELEMENTS:
            return False
        parent = element.getparent()
        is_unseen = parent in unseen or not isinstance(element.tag, str) or element.tag in SKIPPED
        if is_unseen or element.tag in {"a", "title"}:
            unseen.add(element)
        elif element.text:
            letters += len(element.text.strip())
        if element.tail and parent is not None and parent not in unseen:
            letters += len(element.tail.strip())
        if letters > MOST_LETTERS:
            return False
    return True
