"""When an article was first seen, by which the leader of a story is chosen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

EARLIER_COLUMNS = (
    "id, url_key, url, canonical_url, source, title, description, text, blocks, authors, section, tags, language, "
    "image_url, images, published_at, published_raw, published_source, published_precision, modified_at, paywalled, "
    "text_source, origin, fetched_at, first_seen_at, "
)
LATER_COLUMNS = (
    "updated_at, gone_at, revision, content_hash, duplicate_of, similarity, word_count, body_digest, extractor, "
    "archive_file, archive_offset, run_id from articles where duplicate_of is null and gone_at is null"
)
FETCHED = """
update articles set seen_at = case when fetched_at < first_seen_at then fetched_at else first_seen_at end
where origin = 'fetched'
"""
LISTED = """
update articles set seen_at = (select queued_at from pages where pages.url_key = articles.url_key)
where (select queued_at from pages where pages.url_key = articles.url_key) < seen_at
"""


def upgrade() -> None:
    op.execute("drop view unique_articles")
    op.add_column("articles", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.execute(FETCHED)
    op.execute(LISTED)
    op.execute(f"create view unique_articles as select {EARLIER_COLUMNS}seen_at, {LATER_COLUMNS}")


def downgrade() -> None:
    op.execute("drop view unique_articles")
    op.drop_column("articles", "seen_at")
    op.execute(f"create view unique_articles as select {EARLIER_COLUMNS}{LATER_COLUMNS}")
