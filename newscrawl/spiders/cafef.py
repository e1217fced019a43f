"""CafeF."""

from newscrawl.base_spiders import SiteSpider


class CafeFSpider(SiteSpider):
    """From saved pages of 2014 and 2026."""

    name = "cafef"
    allowed_domains = ("cafef.vn",)
    feeds = (
        "https://cafef.vn/thi-truong-chung-khoan.rss",
        "https://cafef.vn/vi-mo-dau-tu.rss",
        "https://cafef.vn/tai-chinh-quoc-te.rss",
    )
    sections = (
        "https://cafef.vn/thi-truong-chung-khoan.chn",
        "https://cafef.vn/vi-mo-dau-tu.chn",
        "https://cafef.vn/tai-chinh-quoc-te.chn",
        "https://cafef.vn/doanh-nghiep.chn",
        "https://cafef.vn/bat-dong-san.chn",
        "https://cafef.vn/thi-truong.chn",
    )
    # The second form is that of 2014.
    article_url = r"https?://cafef\.vn/(?:[\w-]+/)?[\w-]+-(?:188\d{14,16}|\d{14,19}ca\d+)\.chn"
    # Prices of the shares that an article is about, between its paragraphs.
    prune_xpath = ('//div[contains(concat(" ", normalize-space(@class), " "), " chisochungkhoan ")]',)
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    # A page of the site links to the first.
    unverified = ("feeds",)
