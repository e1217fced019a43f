"""Scrapy commands of newscrawl."""
