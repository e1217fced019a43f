"""Dân trí."""

from newscrawl.base_spiders import SiteSpider


class DanTriSpider(SiteSpider):
    """From saved pages of 2014 to 2026."""

    name = "dantri"
    allowed_domains = ("dantri.com.vn",)
    feeds = ("https://dantri.com.vn/rss/home.rss", "https://dantri.com.vn/rss/kinh-doanh.rss")
    sections = (
        "https://dantri.com.vn/thoi-su.htm",
        "https://dantri.com.vn/the-gioi.htm",
        "https://dantri.com.vn/kinh-doanh.htm",
        "https://dantri.com.vn/phap-luat.htm",
        "https://dantri.com.vn/giao-duc.htm",
        "https://dantri.com.vn/suc-khoe.htm",
    )
    # Ids of six digits are from before 2015; events and videos have fewer.
    article_url = r"https?://dantri\.com\.vn/[\w-]+/[\w-]+-\d{6,17}\.htm"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    # home.rss; a page of the site links to the other.
    unverified = ("feeds",)
