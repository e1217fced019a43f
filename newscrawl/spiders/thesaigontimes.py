"""Thời báo Kinh tế Sài Gòn."""

from newscrawl.base_spiders import SiteSpider


class TheSaigonTimesSpider(SiteSpider):
    """From what was seen on saved articles of 2018 and 2019, which say nothing of addresses."""

    name = "thesaigontimes"
    allowed_domains = ("thesaigontimes.vn",)
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
