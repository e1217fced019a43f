"""What a new site's spider says, decided from what the site itself names. No network, no Scrapy."""

from newscrawl.newsite.propose import Findings, Proposal, ReadListing, propose
from newscrawl.newsite.source import fitted, spider_source
from newscrawl.sites.names import domain_of, is_spider_name, name_of

__all__ = [
    "Findings",
    "Proposal",
    "ReadListing",
    "domain_of",
    "fitted",
    "is_spider_name",
    "name_of",
    "propose",
    "spider_source",
]
