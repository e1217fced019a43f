"""From the bytes of a page to an article. The only importer of trafilatura."""

from newscrawl.extraction.extract import extract_page

__all__ = ["extract_page"]
