"""What a page says about its article: title, authors, dates, section, tags, pictures."""

from newscrawl.extraction.metadata.read import read_metadata

__all__ = ["read_metadata"]
