"""Báo Chính phủ, the newspaper of the government."""

from newscrawl.base_spiders import SiteSpider


class BaoChinhPhuSpider(SiteSpider):
    """From what was seen on saved pages of 2026."""

    name = "baochinhphu"
    allowed_domains = ("baochinhphu.vn",)
    feeds = ("https://baochinhphu.vn/kinh-te.rss", "https://baochinhphu.vn/chinh-sach-va-cuoc-song.rss")
    article_url = r"https?://baochinhphu\.vn/[\w-]+-10\d{15,17}\.htm"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
