"""The tables, with the meaning of every column: `docs/generate.py` prints them into docs/reference/columns.md."""

from __future__ import annotations

from newscrawl.storage.schema.article_tables import (
    FILTER_COLUMNS,
    UNIQUE_ARTICLES,
    article_revisions,
    article_urls,
    article_words,
    articles,
    search_queue,
)
from newscrawl.storage.schema.base import described, metadata
from newscrawl.storage.schema.page_tables import forgotten_pages, listed_facts, pages, site_shapes
from newscrawl.storage.schema.repeat_tables import (
    dedupe_rebuilds,
    near_duplicate_keys,
    site_block_articles,
    site_blocks,
)
from newscrawl.storage.schema.run_tables import alarms, loaded_archives, reextractions, run_sources, runs
from newscrawl.storage.schema.site_tables import leases, site_domains, sites

VERSION = "0026"
"""Revision of the newest migration. Readers compare it with the database without importing Alembic."""

__all__ = [
    "FILTER_COLUMNS",
    "UNIQUE_ARTICLES",
    "VERSION",
    "alarms",
    "article_revisions",
    "article_urls",
    "article_words",
    "articles",
    "dedupe_rebuilds",
    "described",
    "forgotten_pages",
    "leases",
    "listed_facts",
    "loaded_archives",
    "metadata",
    "near_duplicate_keys",
    "pages",
    "reextractions",
    "run_sources",
    "runs",
    "search_queue",
    "site_block_articles",
    "site_blocks",
    "site_domains",
    "site_shapes",
    "sites",
]
