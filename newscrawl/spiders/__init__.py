"""One spider a file; `scrapy list` is the registry."""
