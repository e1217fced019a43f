"""Kênh 14."""

from newscrawl.base_spiders import SiteSpider


class Kenh14Spider(SiteSpider):
    """From saved pages of its mobile site of 2014."""

    name = "kenh14"
    allowed_domains = ("kenh14.vn",)
    feeds = ("https://kenh14.vn/rss/home.rss",)
    article_url = r"https?://kenh14\.vn/(?:[\w-]+/)*[\w-]+-\d{14,20}\.(?:chn|htm)"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
