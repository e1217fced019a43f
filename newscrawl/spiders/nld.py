"""Người Lao Động."""

from newscrawl.base_spiders import SiteSpider


class NldSpider(SiteSpider):
    """From saved pages of 2026."""

    name = "nld"
    allowed_domains = ("nld.com.vn",)
    feeds = ("https://nld.com.vn/rss/home.rss", "https://nld.com.vn/rss/kinh-te.rss")
    sections = (
        "https://nld.com.vn/thoi-su.htm",
        "https://nld.com.vn/quoc-te.htm",
        "https://nld.com.vn/kinh-te.htm",
        "https://nld.com.vn/lao-dong.htm",
        "https://nld.com.vn/phap-luat.htm",
        "https://nld.com.vn/suc-khoe.htm",
    )
    # What is below print/ is a second copy.
    article_url = r"https?://nld\.com\.vn/(?!print/)(?:[\w-]+/)*[\w-]+-\d{15,18}\.htm"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    # home.rss; a page of the site links to the other.
    unverified = ("feeds",)
