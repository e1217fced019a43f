"""Pháp Luật TP.HCM."""

from newscrawl.base_spiders import SiteSpider


class PloSpider(SiteSpider):
    """From what was seen on saved pages of 2025."""

    name = "plo"
    allowed_domains = ("plo.vn",)
    feeds = ("https://plo.vn/rss/home.rss",)
    article_url = r"https?://plo\.vn/[\w-]+-post\d+\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
