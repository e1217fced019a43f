"""BNEWS, the business site of the Vietnam News Agency."""

from newscrawl.base_spiders import SiteSpider


class BnewsSpider(SiteSpider):
    """From two saved pages and a saved monthly sitemap."""

    name = "bnews"
    allowed_domains = ("bnews.vn",)
    feeds = (
        "https://bnews.vn/rss/kinh-te-viet-nam-1.rss",
        "https://bnews.vn/rss/kinh-te-the-gioi-2.rss",
        "https://bnews.vn/rss/ngan-hang-18.rss",
        "https://bnews.vn/rss/chung-khoan-33.rss",
    )
    sitemaps = ("https://bnews.vn/sitemap/news-{year}-{month}.xml",)
    sections = (
        "https://bnews.vn/thoi-su/38/trang-1.html",
        "https://bnews.vn/thi-truong/4/trang-1.html",
        "https://bnews.vn/chung-khoan/33/trang-1.html",
    )
    article_url = r"https?://bnews\.vn/[^/?#]+/\d{4,7}\.html"
    timezone = "Asia/Ho_Chi_Minh"
    language = "vi"
    unverified = ("feeds",)
