"""Tests of which bodies are read."""

from __future__ import annotations

import pytest

from newscrawl.network.bodies import is_wanted


@pytest.mark.parametrize(
    ("content_type", "path"),
    [
        ("text/html; charset=utf-8", "/a"),
        ("TEXT/HTML", "/a.pdf"),
        ("application/xhtml+xml", "/a"),
        ("application/rss+xml", "/feed"),
        ("application/feed+json", "/feed"),
        ("text/plain", "/robots"),
        ("", "/a"),
        ("application/gzip", "/sitemap.xml.gz?page=2"),
        ("binary/octet-stream", "/Sitemap.XML"),
    ],
)
def test_pages_feeds_and_sitemaps_are_read(content_type: str, path: str):
    """By any of the names that servers have for them."""
    assert is_wanted(content_type, f"https://news.example{path}")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/pdf",
        "image/svg+xml",
        "image/jpeg",
        "video/mp4",
        "audio/mpeg",
        "font/woff2",
        "application/zip",
        "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
)
def test_files_are_not_read(content_type: str):
    """Pictures, films, archives and documents, also where XML is a part of the name."""
    assert not is_wanted(content_type, "https://news.example/a")
