"""Where a page sends its readers on: the ``Refresh`` header and ``<meta http-equiv="refresh">``."""

from __future__ import annotations

import re
from itertools import islice

from lxml.html import HtmlElement

from newscrawl.discovery.bodies import as_utf8
from newscrawl.discovery.links import NotAListing, absolute
from newscrawl.discovery.sections import base_of, tree_of

_LARGEST = 250_000
"""Bytes of a page that is looked through; a page that only sends on is small."""
_META = re.compile(rb"http-equiv\s{0,9}=\s{0,9}[\"']?\s{0,9}refresh", re.IGNORECASE)
_VALUE = re.compile(
    r"\s{0,20}(?P<delay>\d{1,9})(?:\.\d{0,9})?(?:\s{0,20}[;,]\s{0,20}|\s{1,20})(?:url\s{0,20}=\s{0,20})?+(?P<url>.{0,4000})",
    re.IGNORECASE | re.DOTALL,
)
"""As browsers read it: https://html.spec.whatwg.org/#shared-declarative-refresh-steps"""
_AT_ONCE = 5
"""Seconds within which nobody reads a page."""
_SOON = 60
_STUB = 300
"""Letters of text beside links that a page may have which does nothing but send on."""
_UNSEEN = {"script", "style", "noscript", "template", "title", "a"}


def refresh_target(body: bytes, content_type: str, url: str, header: str | None = None) -> str | None:
    """Return where a page sends on a reader, as an absolute URL; None for a page that is to be read.

    A page is left as a browser leaves it: within seconds, whatever it says. One that gives a minute, or sends on only
    readers without scripts (``noscript``), is left if it has no text of its own: many front pages reload themselves,
    and many pages have a plainer form.
    """
    if header and (found := _parsed(header)):
        delay, href = found
        if delay <= _AT_ONCE or (delay <= _SOON and _is_stub(_tree(body, content_type))):
            return absolute(href, url)
    if not _META.search(body, 0, _LARGEST):
        return None
    tree = _tree(body, content_type)
    if tree is None:
        return None
    for meta in islice(tree.iter("meta"), 500):
        if (meta.get("http-equiv") or "").strip().lower() != "refresh" or not (
            found := _parsed(meta.get("content") or "")
        ):
            continue
        delay, href = found
        is_conditional = next(meta.iterancestors("noscript"), None) is not None
        if (delay <= _AT_ONCE and not is_conditional) or (delay <= _SOON and _is_stub(tree)):
            return absolute(href, base_of(tree, url))
    return None


def _parsed(value: str) -> tuple[int, str] | None:
    match = _VALUE.fullmatch(value[:4100].strip())
    if match is None:
        return None
    href = match["url"].strip()
    if href[:1] in {"'", '"'}:
        href = href[1:].partition(href[0])[0]
    return (int(match["delay"]), href) if href else None


def _tree(body: bytes, content_type: str) -> HtmlElement | None:
    try:
        return tree_of(as_utf8(body[:_LARGEST], content_type))[0]
    except NotAListing:
        return None


def _is_stub(tree: HtmlElement | None) -> bool:
    if tree is None:
        return True
    letters = 0
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.text and not (
            element.tag in _UNSEEN or any(one.tag in _UNSEEN for one in islice(element.iterancestors(), 50))
        ):
            letters += len(element.text.strip())
        parent = element.getparent()
        if element.tail and parent is not None and parent.tag not in _UNSEEN:
            letters += len(element.tail.strip())
        if letters > _STUB:
            return False
    return True
