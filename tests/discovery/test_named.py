"""Sections by name, and the days that addresses mean."""

from __future__ import annotations

from datetime import date

import pytest

from newscrawl.discovery.kinds import days_of_address
from newscrawl.discovery.named import Section, folded
from newscrawl.items import Link, ListedFacts

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("given", "url", "categories"),
    [
        ("politics", "/politics/vote-is-delayed", ()),
        ("Politics", "/news/politics/2026/vote.html", ()),
        ("news/politics", "/en/news/politics/vote.html", ()),
        ("Thời sự", "/thoi-su/tin-1234.html", ()),
        ("Đời sống", "/doi-song/tin-1234.html", ()),
        ("Kultur & Medien", "/kultur-medien/a-1", ()),
        ("politics", "/archives/1234", ("World", "Politics")),
        ("体育", "/%E4%BD%93%E8%82%B2/1234", ()),
    ],
)
def test_an_article_of_a_section(given: str, url: str, categories: tuple[str, ...]):
    """By a folder of its address, in whatever spelling, or by what a feed says."""
    link = Link(SITE + url, facts=ListedFacts(categories=categories) if categories else None)
    assert Section(given).has(link)


@pytest.mark.parametrize(
    ("given", "url"),
    [("politics", "/sport/politics"), ("politics", "/politics-of-sport/a"), ("news/politics", "/politics/news/a")],
)
def test_an_article_of_another_section(given: str, url: str):
    """Its own last part is no folder, and a part of a word no name."""
    assert not Section(given).has(Link(SITE + url, facts=ListedFacts(categories=("Sport",))))


def test_the_listings_of_a_section():
    """Its page, feed and further pages, and a page that the site's navigation calls so."""
    section = Section("Kinh tế")
    for path in ("/kinh-te/", "/kinh-te.html", "/rss/kinh-te.rss", "/kinh-te/page/2", "/kinh-te/feed/"):
        assert section.is_listing(SITE + path), path
    assert section.is_listing(f"{SITE}/archives/category/7", "Kinh Tế")
    assert not section.is_listing(f"{SITE}/kinh-te-the-gioi/", "Thế giới")


def test_folding_is_quick_and_has_no_surprise():
    """Whatever a stranger calls a category."""
    assert folded("  Ñandú -- ÉLITE! ") == "nandu-elite"
    assert folded("§$%") == ""
    assert len(folded("İ" * 100_000)) < 1000


@pytest.mark.parametrize(
    ("url", "days"),
    [
        ("/2026/11/28/a", (date(2026, 11, 28), date(2026, 11, 28))),
        ("/news/2026-02-28/a", (date(2026, 2, 28), date(2026, 2, 28))),
        ("/2026/02/a", (date(2026, 2, 1), date(2026, 2, 28))),
        ("/2025/12/a", (date(2025, 12, 1), date(2025, 12, 31))),
        ("/2026/02/30/a", None),
        ("/0012/11/28/a", None),
        ("/a-2026", None),
        ("/1234/11/a", None),
    ],
)
def test_the_days_that_an_address_means(url: str, days: tuple[date, date] | None):
    """A day or a month; what is no date is none."""
    assert days_of_address(SITE + url) == days
