"""What feeds say of articles, and where an article's text was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

EARLIER_COLUMNS = (
    "id, url_key, url, canonical_url, source, title, description, text, blocks, authors, section, tags, language, "
    "image_url, images, published_at, published_raw, published_source, published_precision, modified_at, paywalled, "
)
LATER_COLUMNS = (
    "fetched_at, first_seen_at, updated_at, gone_at, revision, content_hash, duplicate_of, similarity, word_count, "
    "body_digest, extractor, archive_file, archive_offset, run_id from articles "
    "where duplicate_of is null and gone_at is null"
)


def upgrade() -> None:
    op.create_table(
        "listed_facts",
        sa.Column("page_id", sa.Integer, nullable=False),
        sa.Column("facts", sa.LargeBinary, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name="pk_listed_facts"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_listed_facts_page_id", ondelete="CASCADE"),
    )
    op.execute("drop view unique_articles")
    op.add_column("articles", sa.Column("text_source", sa.Text, nullable=False, server_default="page"))
    op.execute(f"create view unique_articles as select {EARLIER_COLUMNS}text_source, {LATER_COLUMNS}")


def downgrade() -> None:
    op.execute("drop view unique_articles")
    op.drop_column("articles", "text_source")
    op.execute(f"create view unique_articles as select {EARLIER_COLUMNS}{LATER_COLUMNS}")
    op.drop_table("listed_facts")
