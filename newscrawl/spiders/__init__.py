"""One spider a file; `scrapy list` is the registry."""

from newscrawl.project import spider_folders

__path__ += spider_folders()
