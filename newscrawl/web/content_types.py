"""Which bodies are worth reading, by what the server calls them."""

from __future__ import annotations

from urllib.parse import urlsplit

_TEXTUAL = ("html", "xml", "json", "text/", "rss", "atom")
_UNNAMED = {"application/octet-stream", "binary/octet-stream", "application/gzip", "application/x-gzip"}
"""What servers call files that they do not know, among them feeds and compressed sitemaps."""


def is_wanted(content_type: str, url: str) -> bool:
    """Say whether a body can be a page, a feed or a sitemap; one without a type can."""
    mime = content_type.partition(";")[0].strip().lower()
    if mime in _UNNAMED:
        return urlsplit(url).path.lower().endswith((".xml", ".gz", ".rss", ".atom"))
    if mime.startswith(("image/", "video/", "audio/", "font/")):
        return False
    if mime.startswith("application/vnd.openxmlformats"):
        return False
    return not mime or any(part in mime for part in _TEXTUAL)
