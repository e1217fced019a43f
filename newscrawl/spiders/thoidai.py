"""Thời Đại."""

from newscrawl.base_spiders import SiteSpider


class ThoiDaiSpider(SiteSpider):
    """No page of it was at hand: from what is publicly known of its content system, MasterCMS."""

    name = "thoidai"
    allowed_domains = ("thoidai.com.vn",)
    article_url = r"https?://thoidai\.com\.vn/[\w-]+-\d{4,}\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("article_url",)
