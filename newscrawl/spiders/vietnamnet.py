"""VietNamNet."""

from newscrawl.base_spiders import SiteSpider


class VietNamNetSpider(SiteSpider):
    """From what was seen on saved pages of 2019 and 2026."""

    name = "vietnamnet"
    allowed_domains = ("vietnamnet.vn",)
    feeds = (
        "https://vietnamnet.vn/rss/thoi-su.rss",
        "https://vietnamnet.vn/rss/kinh-doanh.rss",
        "https://vietnamnet.vn/rss/cong-nghe.rss",
    )
    article_url = r"https?://(?:[a-z]+\.)?vietnamnet\.vn/(?:[\w-]+/)*[\w-]+-\d{6,8}\.html"
    # A teaser within the text, on pages of 2015 to 2021.
    prune_xpath = ("//div[has-class('inner-article')]",)
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
