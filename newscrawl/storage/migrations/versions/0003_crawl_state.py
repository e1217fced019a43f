"""What a crawl remembers of every URL; articles that are gone; where raw pages lie."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

EARLIER_COLUMNS = (
    "id, url_key, url, canonical_url, source, title, description, text, blocks, authors, section, tags, language, "
    "image_url, images, published_at, published_raw, published_source, published_precision, modified_at, paywalled, "
    "fetched_at, first_seen_at, updated_at, "
)
LATER_COLUMNS = "revision, content_hash, duplicate_of, similarity, word_count, body_digest, extractor, "
VIEW = (
    f"create view unique_articles as select {EARLIER_COLUMNS}gone_at, {LATER_COLUMNS}"  # noqa: S608 - our own names
    "archive_file, archive_offset, run_id from articles where duplicate_of is null and gone_at is null"
)
EARLIER_VIEW = (
    f"create view unique_articles as select {EARLIER_COLUMNS}{LATER_COLUMNS}"  # noqa: S608 - our own names
    "run_id from articles where duplicate_of is null"
)


def upgrade() -> None:
    op.execute("drop view unique_articles")
    op.add_column("articles", sa.Column("gone_at", MOMENT))
    op.add_column("articles", sa.Column("archive_file", sa.Text))
    op.add_column("articles", sa.Column("archive_offset", sa.BigInteger))
    op.execute(VIEW)
    # A rebuild of this table loses nothing: no other one points to it.
    with op.batch_alter_table("pages") as pages:
        pages.alter_column("fetched_at", existing_type=MOMENT, nullable=True)
        pages.add_column(sa.Column("kind", sa.Text, nullable=False, server_default="article"))
        pages.add_column(sa.Column("status", sa.Integer))
        pages.add_column(sa.Column("etag", sa.Text))
        pages.add_column(sa.Column("last_modified", sa.Text))
        pages.add_column(sa.Column("discovered_from", sa.Integer))
        pages.add_column(sa.Column("listed_at", MOMENT))
        pages.add_column(sa.Column("queued_at", MOMENT))
        pages.add_column(sa.Column("next_fetch_at", MOMENT))
        pages.add_column(sa.Column("failures", sa.Integer, nullable=False, server_default="0"))
        pages.add_column(sa.Column("retry_at", MOMENT))
        pages.add_column(sa.Column("taken_by", sa.Integer))
        pages.create_foreign_key("fk_pages_discovered_from", "pages", ["discovered_from"], ["id"], ondelete="SET NULL")
        pages.create_foreign_key("fk_pages_taken_by", "runs", ["taken_by"], ["id"], ondelete="SET NULL")
    op.create_index("ix_pages_source_next_fetch_at", "pages", ["source", "next_fetch_at"])
    op.create_index("ix_pages_discovered_from", "pages", ["discovered_from"])
    op.create_index("ix_pages_taken_by", "pages", ["taken_by"])


def downgrade() -> None:
    op.execute("drop view unique_articles")
    for index in ("source_next_fetch_at", "discovered_from", "taken_by"):
        op.drop_index(f"ix_pages_{index}", "pages")
    op.execute("delete from pages where fetched_at is null")
    with op.batch_alter_table("pages") as pages:
        for constraint in ("discovered_from", "taken_by"):
            pages.drop_constraint(f"fk_pages_{constraint}", type_="foreignkey")
        for column in (
            "kind",
            "status",
            "etag",
            "last_modified",
            "discovered_from",
            "listed_at",
            "queued_at",
            "next_fetch_at",
            "failures",
            "retry_at",
            "taken_by",
        ):
            pages.drop_column(column)
        pages.alter_column("fetched_at", existing_type=MOMENT, nullable=False)
    for column in ("gone_at", "archive_file", "archive_offset"):
        op.drop_column("articles", column)
    op.execute(EARLIER_VIEW)
