"""Where the articles are: what feeds, sitemaps, section pages and robots.txt name. Bytes in, links out; no Scrapy."""

from newscrawl.discovery.kinds import is_trap, kind_of_link
from newscrawl.discovery.links import Found, NotAListing
from newscrawl.discovery.pagination import next_part
from newscrawl.discovery.read import read_listing
from newscrawl.discovery.sitemaps import robots_sitemaps

__all__ = ["Found", "NotAListing", "is_trap", "kind_of_link", "next_part", "read_listing", "robots_sitemaps"]
