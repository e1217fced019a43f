"""Judgements measured on real listings and the addresses of real articles."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from newscrawl.discovery import is_trap, kind_of_link, read_listing
from testing.datasets import NoPages, bench_folder, load_dataset

ARTICLES = {
    "cafef.vn": r"https?://cafef\.vn/[\w-]+-188\d{14,17}\.chn",
    "dantri.com.vn": r"https?://(?:\w+\.)?dantri\.com\.vn/(?:[\w-]+/)+[\w-]+-\d{16,17}\.htm",
    "nld.com.vn": r"https?://nld\.com\.vn/(?:[\w-]+/)*[\w-]+-\d{15,18}\.htm",
    "tuoitre.vn": r"https?://(?:\w+\.)?tuoitre\.vn/(?:[\w-]+-\d{15,18}\.htm|tin/.+/\d{6}\.html|tin/\d{8}/.+\.html)",
    "vnexpress.net": r"https?://(?:\w+\.)?vnexpress\.net/(?:[\w-]+/)*[\w-]+-\d{6,8}(?:-p\d+)?\.html",
}
"""What the addresses of articles look like on the sites of the saved listings."""
CLASSIFIEDS = re.compile(r"https?://(?:thitruong|raovat)\.")


def pages(name: str):
    try:
        return load_dataset(bench_folder(), name)
    except NoPages as error:
        pytest.skip(str(error))


def test_articles_on_section_pages():
    """Measured: all of 854 found; 95 % of those taken for articles are ones, most others videos and topics."""
    listing = bench_folder() / "vn-listings" / "pages.jsonl"
    if not listing.is_file():
        pytest.skip(f"no saved listings at {listing}")
    true, taken = set(), set()
    for page, record in zip(
        pages("vn-listings"), map(json.loads, listing.read_text("utf-8").splitlines()), strict=True
    ):
        pattern = re.compile(ARTICLES[record["site"]])
        links = read_listing(page.body(), "text/html", record["url"], limit=5000).links
        for link in links:
            if link.kind in {"article", "section"} and not CLASSIFIEDS.match(link.url):
                true |= {(page.name, link.url)} if pattern.fullmatch(link.url) else set()
                taken |= {(page.name, link.url)} if link.kind == "article" else set()
    found = true & taken
    assert len(true) > 800
    assert len(found) / len(true) > 0.99
    assert len(found) / len(taken) > 0.93


@pytest.mark.parametrize(
    ("name", "unnamed", "named"), [("fundus", 0.99, 0.99), ("vn", 0.99, 0.99), ("wcxb", 0.77, 0.87)]
)
def test_addresses_of_articles(name, unnamed, named):
    """Without a text, and with a headline of nine words; wcxb is blogs and shops with short addresses."""
    urls = [page.url for page in pages(name) if page.url]
    for words, least in ((0, unnamed), (9, named)):
        assert sum(kind_of_link(url, words) == "article" for url in urls) / len(urls) > least
    assert not list(filter(is_trap, urls))


def test_a_real_sitemap():
    """A month of bnews.vn, cut short: its three first entries are lists."""
    path: Path = bench_folder() / "vn-feeds" / "sitemap-bnews-2026-9.xml"
    if not path.is_file():
        pytest.skip(f"no sitemap at {path}")
    found = read_listing(path.read_bytes(), "text/xml", "https://bnews.vn/sitemap/news-2026-9.xml")
    assert [link.kind for link in found.links] == ["section"] * 3 + ["article"] * 5
    assert found.complete
    assert all(link.modified_at for link in found.links)
