"""What repeats: near-duplicates among articles, and blocks on the pages of a site."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from newscrawl.storage.schema.base import column, metadata
from newscrawl.storage.types import UtcDateTime

near_duplicate_keys = Table(
    "near_duplicate_keys",
    metadata,
    column(
        "key",
        BigInteger,
        primary_key=True,
        autoincrement=False,
        doc="48 bits of a band of the text's MinHash signature, or, for a short text, of one of its longest sentences.",
    ),
    # No foreign key, because its index would double the table. Keys of a deleted article match nothing.
    column(
        "article_id",
        Integer,
        primary_key=True,
        autoincrement=False,
        doc="`articles.id`; at most 64 articles are stored under one key.",
    ),
    sqlite_with_rowid=False,
    info={
        "doc": "Keys by which near-duplicates are found: two articles with a key in common are compared by their texts."
    },
)

dedupe_rebuilds = Table(
    "dedupe_rebuilds",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the rebuild."),
    column(
        "stage",
        Text,
        doc="`clear` (deleting old keys), `keys` (computing keys), `links` (linking duplicates) or `addresses` "
        "(merging articles that are one page).",
    ),
    column("position", Integer, doc="`articles.id` of the last article that this stage did."),
    column("started_at", UtcDateTime, doc="When it began."),
    column("finished_at", UtcDateTime, doc="When it was done.", null="it is not done; the next rebuild continues it"),
    info={"doc": "What `newscrawl dedupe --rebuild` did, so that it continues where it was stopped."},
)

site_blocks = Table(
    "site_blocks",
    metadata,
    column("id", Integer, primary_key=True, doc="Number of the block."),
    column(
        "source",
        Text,
        doc="As in `articles`; for local pages, which are counted apart, with ` (file)` or ` (archive)` behind.",
    ),
    column("block_hash", BigInteger, doc="64 bits of BLAKE2b over the block, case-folded, with single spaces; signed."),
    column("articles", Integer, doc="Number of articles of the source that have it."),
    column("first_seen_at", UtcDateTime, doc="When the first page with it was stored."),
    column("last_seen_at", UtcDateTime, doc="When the last page with it was stored or re-extracted."),
    column("template_at", UtcDateTime, doc="When it was found to be boilerplate.", null="it counts as article text"),
    column(
        "kept_at",
        UtcDateTime,
        doc="When a person said that it is article text, whatever is learned.",
        null="nobody has",
    ),
    UniqueConstraint("source", "block_hash"),
    Index(None, "last_seen_at"),
    info={
        "doc": "What a site has on its pages, so that what it repeats can be dropped as boilerplate (reason "
        "`template`): one row for each block of at least six words that an article's text has or had, "
        "headings and quotes excepted, and one for each box of links, whatever its texts. A block that no page had "
        "for 30 days is deleted, boilerplate after 400; beyond 200,000 blocks of a source the oldest are deleted."
    },
)

site_block_articles = Table(
    "site_block_articles",
    metadata,
    column("block_id", ForeignKey("site_blocks.id", ondelete="CASCADE"), primary_key=True, doc="`site_blocks.id`."),
    column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, doc="`articles.id`."),
    Index(None, "article_id"),
    sqlite_with_rowid=False,
    info={
        "doc": "The first 32 articles with a block. It is judged by them, and they are corrected when the verdict "
        "changes."
    },
)
