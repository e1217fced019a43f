"""What a page says its own address is."""

from __future__ import annotations

from lxml import etree

from newscrawl.extraction.decode import decode
from newscrawl.items import UnreadablePage

_HEAD_SIZE = 1 << 20


def canonical_link(body: bytes, content_type: str) -> str | None:
    """Return the target of the canonical link in a page's head, read no further than that."""
    try:
        head = decode(body, content_type)[:_HEAD_SIZE]
    except UnreadablePage:
        return None
    parser = etree.HTMLPullParser(events=("start",))
    for start in range(0, len(head), 1 << 14):
        parser.feed(head[start : start + (1 << 14)])
        for _, element in parser.read_events():
            assert isinstance(element, etree._Element)
            if element.tag == "body":
                return None
            if element.tag == "link" and "canonical" in element.get("rel", "").lower().split():
                return (element.get("href") or "").strip() or None
    return None
