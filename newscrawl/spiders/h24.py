"""24h."""

from newscrawl.base_spiders import SiteSpider


class H24Spider(SiteSpider):
    """From what was seen on saved pages of 2025."""

    name = "24h"
    allowed_domains = ("24h.com.vn",)
    home = "https://www.24h.com.vn/"
    feeds = ("https://www.24h.com.vn/upload/rss/tintuctrongngay.rss",)
    article_url = r"https?://www\.24h\.com\.vn/[\w-]+/[\w-]+-c\d+a\d+\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
