"""Báo Đầu tư."""

from newscrawl.base_spiders import SiteSpider


class BaoDauTuSpider(SiteSpider):
    """From what was seen on saved pages of 2026."""

    name = "baodautu"
    allowed_domains = ("baodautu.vn",)
    # Sections end in -d and a number as well, and a slash.
    article_url = r"https?://(?:www\.)?baodautu\.vn/[\w-]+-d\d+\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
