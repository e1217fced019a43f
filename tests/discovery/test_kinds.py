"""What an address says of its page, and addresses without end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newscrawl.discovery import is_trap, kind_of_link


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://bao.vn/gia-vang-tang-manh-phien-cuoi-tuan-435626.html", 0),
        ("https://bao.vn/gia-vang-tang-manh/435626.html", 2),
        ("https://bao.vn/tin/2026/09/05/gia-vang", 6),
        ("https://news.example/world/some-thing-has-happened-in-town", 8),
        ("https://news.example/world/c0l1x2xxx9zo", 6),
        ("https://news.example/?p=12345", 5),
        ("https://news.example/article.php?id=812", 9),
        ("https://news.example/新聞/臺北市長宣布新的交通計畫", 0),
        ("https://news.example/tag/2026/09/05/some-story-of-the-day-123456", 9),
    ],
)
def test_articles(url, words):
    """By a long name, a number, a date, or the length of the headline."""
    assert kind_of_link(url, words) == "article"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/the-gioi",
        "/kinh-te/chung-khoan.chn",
        "/tag/mot-hai-ba-bon-nam",
        "/author/nguyen-van-an-binh-cuong",
        "/kinh-te/page/2",
        "/kinh-te/trang-2.html",
        "/kinh-te-p4",
        "/index.html",
        "/news?page=3",
        "/chu-de/mot-hai-ba-bon",
    ],
)
def test_sections(path):
    """Home pages, short names, tags, authors, the pages of a list; however the link is worded for most."""
    assert kind_of_link(f"https://bao.vn{path}", 2) == "section"


@pytest.mark.parametrize(
    "url",
    [
        "mailto:a@bao.vn",
        "javascript:x",
        "/relative",
        "https://[bao",
        "https://bao.vn/dang-nhap.html",
        "https://bao.vn/a-b-c-d-e-f-12345.jpg",
        "https://bao.vn/rss/the-gioi",
        "https://bao.vn/rss.htm",
        "https://bao.vn/search?q=gia+vang",
        "https://bao.vn/share?u=https://bao.vn/a",
        "https://bao.vn/lien-he",
    ],
)
def test_neither(url):
    """Other schemes, files that are no page, logins, searches, feeds."""
    assert kind_of_link(url, 9) is None


NOW = datetime(2026, 9, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "path",
    [
        "/lich/2031/05/",
        "/calendar/2026-10-01",
        "/2026/12",
        "/events/1850/01/01/a",
        "/?year=2075",
        "/?date=1200-01",
        "/a/b/a/b/a",
        "/" + "a/b/c/d/e/f/" * 2,
        "/x" * 1001,
        "/?" + "&".join(f"a{n}=1" for n in range(9)),
    ],
)
def test_traps(path):
    """Calendars, paths that grow, filters upon filters."""
    assert is_trap(f"https://bao.vn{path}", NOW)


@pytest.mark.parametrize(
    "path",
    [
        "/2026/09/06/",
        "/2026/09/07/",
        "/2026/12/a-calendar-of-coming-events",
        "/1998/04/01/a",
        "/2609-2/",
        "/2012/09/2012/09/09/a",
        "/a/b/c/d/e/f/g/h/i/j",
        "/?a=1&b=2",
        "/2026/99/1",
        "/9999/12345",
    ],
)
def test_no_traps(path):
    """Archives up to tomorrow, articles about the future, numbers that are no date."""
    assert not is_trap(f"https://bao.vn{path}", NOW)
