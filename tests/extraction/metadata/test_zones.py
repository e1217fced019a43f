"""What language and country tell about a page's dates."""

from __future__ import annotations

import pytest

from newscrawl.extraction.metadata.zones import order_of, top_level, zone_of


@pytest.mark.parametrize(
    ("locales", "domain", "expected"),
    [
        (("vi",), "com", "dmy"),
        (("de", "en-US"), "com", "dmy"),
        (("en-US",), "com", "mdy"),
        (("en", "en-US"), "com", "mdy"),
        (("en", "en-GB"), "com", "dmy"),
        (("en-US",), "uk", "dmy"),
        (("en",), "au", "dmy"),
        (("en",), "com", None),
        (("en",), "ca", None),
        ((), "com", None),
        ((), "vn", "dmy"),
        (("fil",), "ph", "mdy"),
    ],
)
def test_order_of_day_and_month(locales, domain, expected):
    """Only English is written in both orders; there the country decides, or nothing does."""
    assert order_of(locales, domain) == expected


@pytest.mark.parametrize(
    ("timezone", "domain", "expected"),
    [
        (None, "vn", "Asia/Ho_Chi_Minh"),
        ("Europe/Paris", "vn", "Europe/Paris"),
        (None, "com", "None"),
        (None, "us", "None"),
        (None, "", "None"),
        ("No/Where", "vn", "None"),
        ("../etc/passwd", "com", "None"),
    ],
)
def test_zone_of_times_without_one(timezone, domain, expected):
    """The site's own zone, else that of a country that has only one, else none."""
    assert str(zone_of(timezone, domain)) == expected


@pytest.mark.parametrize(
    ("url", "expected"), [("https://www.example.vn/a", "vn"), ("http://[::1", ""), (None, ""), ("file:///a.vn", "")]
)
def test_top_level_domain(url, expected):
    """Of an address that may be none."""
    assert top_level(url) == expected
