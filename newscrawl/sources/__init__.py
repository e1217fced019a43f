"""What a spider of newscrawl inherits."""

from newscrawl.sources.base import ArgumentError, NewsSpider
from newscrawl.sources.local import LocalSpider
from newscrawl.sources.site import SiteSpider

__all__ = ["ArgumentError", "LocalSpider", "NewsSpider", "SiteSpider"]
