"""VnExpress."""

from newscrawl.base_spiders import SiteSpider


class VnExpressSpider(SiteSpider):
    """From saved pages of 2025 and 2026."""

    name = "vnexpress"
    allowed_domains = ("vnexpress.net",)
    feeds = (
        "https://vnexpress.net/rss/tin-moi-nhat.rss",
        "https://vnexpress.net/rss/kinh-doanh.rss",
        "https://vnexpress.net/rss/the-gioi.rss",
        "https://vnexpress.net/rss/so-hoa.rss",
    )
    sections = (
        "https://vnexpress.net/thoi-su",
        "https://vnexpress.net/the-gioi",
        "https://vnexpress.net/kinh-doanh",
        "https://vnexpress.net/khoa-hoc-cong-nghe",
        "https://vnexpress.net/phap-luat",
        "https://vnexpress.net/giao-duc",
        "https://vnexpress.net/suc-khoe",
    )
    article_url = r"https?://vnexpress\.net/(?:[\w-]+/)*[\w-]+-\d{6,8}\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
