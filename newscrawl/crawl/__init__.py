"""The Scrapy glue: pipelines, frontier, health watch, report, exit status and logging."""
