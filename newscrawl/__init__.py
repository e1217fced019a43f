"""newscrawl: crawl news sites into a database of clean articles."""

__version__ = "0.1.0"
