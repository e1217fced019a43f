"""Tuổi Trẻ Online."""

from newscrawl.base_spiders import SiteSpider


class TuoiTreSpider(SiteSpider):
    """From saved pages of 2015 and 2026."""

    name = "tuoitre"
    allowed_domains = ("tuoitre.vn",)
    feeds = (
        "https://tuoitre.vn/home.rss",
        "https://tuoitre.vn/rss/thoi-su.rss",
        "https://tuoitre.vn/rss/kinh-doanh.rss",
    )
    sections = (
        "https://tuoitre.vn/thoi-su.htm",
        "https://tuoitre.vn/the-gioi.htm",
        "https://tuoitre.vn/kinh-doanh.htm",
        "https://tuoitre.vn/phap-luat.htm",
        "https://tuoitre.vn/giao-duc.htm",
        "https://tuoitre.vn/suc-khoe.htm",
    )
    # The second form is that of 2015.
    article_url = r"https?://tuoitre\.vn/(?:[\w-]+-\d{15,18}\.htm|tin/(?:[\w-]+/)+\d{6}\.html)"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    # home.rss; the site's own pages link to the others.
    unverified = ("feeds",)
