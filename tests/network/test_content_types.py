"""Tests of which bodies are read."""

from __future__ import annotations

import pytest

from newscrawl.network.bodies import is_wanted


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset=utf-8",
        "TEXT/HTML",
        "application/xhtml+xml",
        "application/rss+xml",
        "application/feed+json",
        "text/plain",
        "",
        "application/gzip",
        "binary/octet-stream",
        "application/octet-stream",
    ],
)
def test_pages_feeds_and_sitemaps_are_read(content_type: str):
    """By any of the names that servers have for them; a name that says nothing is decided by the first bytes."""
    assert is_wanted(content_type)


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
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
)
def test_files_are_not_read(content_type: str):
    """Pictures, films, archives and documents, also where XML is a part of the name."""
    assert not is_wanted(content_type)
