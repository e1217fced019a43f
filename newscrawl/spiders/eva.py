"""Eva."""

from newscrawl.base_spiders import SiteSpider


class EvaSpider(SiteSpider):
    """From what was seen on saved pages of 2025."""

    name = "eva"
    allowed_domains = ("eva.vn",)
    article_url = r"https?://eva\.vn/[\w-]+/[\w-]+-c\d+a\d+\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
