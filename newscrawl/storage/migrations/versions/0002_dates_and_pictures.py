"""Dates as the page writes them, the publisher's changes, pictures, paywalls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")

VIEW = (
    "create view unique_articles as select id, url_key, url, canonical_url, source, title, description, text, blocks, "
    "authors, section, tags, language, image_url, images, published_at, published_raw, published_source, "
    "published_precision, modified_at, paywalled, fetched_at, first_seen_at, updated_at, revision, content_hash, "
    "duplicate_of, similarity, word_count, body_digest, extractor, run_id from articles where duplicate_of is null"
)
EARLIER_VIEW = "create view unique_articles as select * from articles where duplicate_of is null"


def upgrade() -> None:
    op.execute("drop view unique_articles")
    # In place: a rebuild of the table would delete its rows, and with them, by cascade, their revisions.
    op.add_column("articles", sa.Column("images", JSON, nullable=False, server_default="[]"))
    op.add_column("articles", sa.Column("published_raw", sa.Text))
    op.add_column("articles", sa.Column("published_source", sa.Text))
    op.add_column("articles", sa.Column("modified_at", sa.DateTime(timezone=True)))
    op.add_column("articles", sa.Column("paywalled", sa.Boolean))
    op.execute(VIEW)


def downgrade() -> None:
    op.execute("drop view unique_articles")
    for column in ("images", "published_raw", "published_source", "modified_at", "paywalled"):
        op.drop_column("articles", column)
    op.execute(EARLIER_VIEW)
