"""Where the page of an article comes from: its site, a local file, or a WARC archive."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

EARLIER_COLUMNS = (
    "id, url_key, url, canonical_url, source, title, description, text, blocks, authors, section, tags, language, "
    "image_url, images, published_at, published_raw, published_source, published_precision, modified_at, paywalled, "
    "text_source, "
)
LATER_COLUMNS = (
    "fetched_at, first_seen_at, updated_at, gone_at, revision, content_hash, duplicate_of, similarity, word_count, "
    "body_digest, extractor, archive_file, archive_offset, run_id from articles "
    "where duplicate_of is null and gone_at is null"
)
# Without an archived page, the run that stored a text tells, and a key that is a path. What is not known counts as
# fetched, so that no local page replaces it.
FROM_ARCHIVE = """
update articles set origin = 'archive' where archive_file is null
and run_id in (select id from runs where spider = 'archive')
"""
FROM_FILE = """
update articles set origin = 'file' where archive_file is null
and (url_key like 'file:%' or run_id in (select id from runs where spider = 'fixtures'))
"""
# A local page is no visit: a listing that names its address queues it. What an archive said of one is forgotten.
NO_VISIT = """
update pages set fetched_at = null, next_fetch_at = null, status = null, etag = null, last_modified = null
where url is not null and run_id in (select id from runs where spider in ('archive', 'fixtures'))
and article_id in (select id from articles where origin <> 'fetched')
"""


def upgrade() -> None:
    op.execute("drop view unique_articles")
    op.add_column("articles", sa.Column("origin", sa.Text, nullable=False, server_default="fetched"))
    op.execute(FROM_ARCHIVE)
    op.execute(FROM_FILE)
    op.execute(NO_VISIT)
    op.execute(f"create view unique_articles as select {EARLIER_COLUMNS}origin, {LATER_COLUMNS}")


def downgrade() -> None:
    op.execute("update pages set fetched_at = queued_at where fetched_at is null and outcome = 'stored'")
    op.execute("drop view unique_articles")
    op.drop_column("articles", "origin")
    op.execute(f"create view unique_articles as select {EARLIER_COLUMNS}{LATER_COLUMNS}")
