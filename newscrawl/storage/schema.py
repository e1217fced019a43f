"""The tables. Every column is described in docs/DATA.md."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from newscrawl.storage.types import CompressedJson, Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

VERSION = "0011"
"""Of the tables, as the newest migration calls it: who reads needs no Alembic to know whether they are these."""

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("spider", Text, nullable=False),
    Column("arguments", Json, nullable=False),
    Column("version", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("reason", Text),
    Column("counts", Json, nullable=False),
    Column("lock", Text),
    Column("scrapy_version", Text),
    Column("python_version", Text),
    Column("seconds", Float),
    Column("requests", Integer),
    Column("bytes", BigInteger),
    Column("exit_code", Integer),
    Column("error", Text),
    Index("ix_runs_spider", "spider", "started_at"),
    Index(None, "finished_at"),
)

run_sources = Table(
    "run_sources",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("source", Text, primary_key=True),
    Column("measures", Json, nullable=False),
    Column("symptoms", Json),
    Index(None, "source", "run_id"),
)

_IS_COPY = text("duplicate_of is not null")

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url_key", Text, nullable=False, unique=True),
    Column("url", Text),
    Column("canonical_url", Text),
    Column("source", Text),
    Column("title", Text),
    Column("description", Text),
    Column("text", Text, nullable=False),
    Column("blocks", CompressedJson, nullable=False),
    Column("authors", Json, nullable=False),
    Column("section", Text),
    Column("tags", Json, nullable=False),
    Column("language", Text),
    Column("image_url", Text),
    Column("images", Json, nullable=False, server_default="[]"),
    Column("published_at", UtcDateTime),
    Column("published_raw", Text),
    Column("published_source", Text),
    Column("published_precision", Text),
    Column("modified_at", UtcDateTime),
    Column("paywalled", Boolean),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("duplicate_of", ForeignKey("articles.id", ondelete="SET NULL")),
    Column("similarity", Float),
    Column("word_count", Integer, nullable=False),
    Column("body_digest", Text, nullable=False),
    Column("extractor", Text, nullable=False),
    Column("archive_file", Text),
    Column("archive_offset", BigInteger),
    Column("run_id", ForeignKey("runs.id", ondelete="SET NULL")),
    Index(None, "content_hash"),
    # Without the many that are no copies: SQLite would take this index for "is null" before any other.
    Index(None, "duplicate_of", sqlite_where=_IS_COPY, postgresql_where=_IS_COPY),
    Index(None, "run_id"),
    Index(None, "canonical_url"),
    # What a search and a list ask of every article, without a look at the row, where it stands behind the text.
    Index("ix_articles_by_id", "id", "duplicate_of", "gone_at", "source", "language", "published_at"),
    Index("ix_articles_by_date", "published_at", "duplicate_of", "gone_at", "source", "language"),
    Index("ix_articles_by_source", "source", "published_at", "duplicate_of", "gone_at", "language"),
)

article_urls = Table(
    "article_urls",
    metadata,
    Column("url_key", Text, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("relation", Text, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Index(None, "article_id"),
)

article_revisions = Table(
    "article_revisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("extractor", Text, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
    UniqueConstraint("article_id", "number"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url_key", Text, nullable=False, unique=True),
    Column("url", Text),
    Column("source", Text),
    Column("kind", Text, nullable=False, server_default="article"),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("error", Text),
    Column("article_id", ForeignKey("articles.id", ondelete="SET NULL")),
    Column("status", Integer),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("discovered_from", ForeignKey("pages.id", ondelete="SET NULL")),
    Column("listed_at", UtcDateTime),
    Column("queued_at", UtcDateTime),
    Column("fetched_at", UtcDateTime),
    Column("next_fetch_at", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcDateTime),
    Column("taken_by", ForeignKey("runs.id", ondelete="SET NULL")),
    Column("run_id", ForeignKey("runs.id", ondelete="SET NULL")),
    Index(None, "article_id"),
    Index(None, "source", "next_fetch_at"),
    Index(None, "discovered_from"),
    Index(None, "taken_by"),
    Index(None, "run_id"),
    Index(None, "outcome", "reason"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("symptom", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("now", Float, nullable=False),
    Column("before", Float, nullable=False),
    Column("sample", Integer, nullable=False),
    Column("detail", Text),
    Column("page_id", ForeignKey("pages.id", ondelete="SET NULL")),
    Column("run_id", ForeignKey("runs.id", ondelete="SET NULL")),
    Column("since", UtcDateTime, nullable=False),
    Column("shown_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text),
    Column("told", Text),
    Index(None, "source", "ended_at"),
    Index(None, "page_id"),
    Index(None, "run_id"),
)

near_duplicate_keys = Table(
    "near_duplicate_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    # No foreign key: its index would double the table. A key of an article that is gone finds nothing.
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

dedupe_rebuilds = Table(
    "dedupe_rebuilds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
)

site_blocks = Table(
    "site_blocks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("block_hash", BigInteger, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("template_at", UtcDateTime),
    UniqueConstraint("source", "block_hash"),
    Index(None, "last_seen_at"),
)

site_block_articles = Table(
    "site_block_articles",
    metadata,
    Column("block_id", ForeignKey("site_blocks.id", ondelete="CASCADE"), primary_key=True),
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
)

reextractions = Table(
    "reextractions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Text, nullable=False),
    Column("arguments", Json, nullable=False),
    Column("position", Integer, nullable=False),
    Column("last_article", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("counts", Json, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("run_id", ForeignKey("runs.id", ondelete="SET NULL")),
)

article_words = Table(
    "article_words",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("authors", Text, nullable=False),
    Column("section", Text, nullable=False),
)

search_queue = Table(
    "search_queue",
    metadata,
    # No foreign key: a trigger empties it with the article.
    Column("article_id", Integer, primary_key=True, autoincrement=False),
)

UNIQUE_ARTICLES = (
    f"create view unique_articles as select {', '.join(articles.columns.keys())} "  # noqa: S608 - our own names
    "from articles where duplicate_of is null and gone_at is null"
)
"""One row per story that is still there, as a reader wants it, with the columns in the order of the table here."""
