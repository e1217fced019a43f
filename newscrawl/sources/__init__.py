"""What a spider of newscrawl inherits."""

from newscrawl.sources.base import ArgumentError, NewsSpider
from newscrawl.sources.site import SiteSpider

__all__ = ["ArgumentError", "NewsSpider", "SiteSpider"]
