"""What a spider of newscrawl inherits."""

from newscrawl.base_spiders.base import ArgumentError, NewsSpider
from newscrawl.base_spiders.local import LocalSpider
from newscrawl.base_spiders.site import SiteSpider

__all__ = ["ArgumentError", "LocalSpider", "NewsSpider", "SiteSpider"]
