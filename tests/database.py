"""Looking into a crawl's database from outside, also while it is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

SNAPSHOTS = {
    "articles": """
        select a.url_key, a.url, a.canonical_url, a.source, a.title, a.description, a.text, a.blocks, a.authors,
               a.section, a.tags, a.language, a.image_url, a.published_precision, a.revision, a.content_hash,
               head.url_key, a.similarity, a.word_count, a.body_digest, a.extractor, a.images, a.published_raw,
               a.published_source, a.paywalled
        from articles a left join articles head on head.id = a.duplicate_of order by a.url_key
    """,
    "article_revisions": """
        select a.url_key, r.number, r.title, r.text, r.cause, r.extractor
        from article_revisions r join articles a on a.id = r.article_id order by a.url_key, r.number
    """,
    "pages": """
        select p.url_key, p.url, p.source, p.outcome, p.reason, p.error, a.url_key
        from pages p left join articles a on a.id = p.article_id order by p.url_key
    """,
}
"""Every column of every table of content, but times and ids."""


def query(database: Path, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement."""
    with closing(sqlite3.connect(database, timeout=30)) as connection:
        return connection.execute(statement).fetchall()


def committed(database: Path) -> int:
    """How many articles stand in a database that may not even be there yet."""
    if not database.exists():
        return 0
    try:
        return int(query(database, "select count(*) from articles")[0][0])
    except sqlite3.OperationalError:  # no such table yet
        return 0


def snapshot(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All content of a database, to compare it with another."""
    return {table: query(database, statement) for table, statement in SNAPSHOTS.items()}
