"""What a site repeats on its pages, and on which articles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "site_blocks",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("block_hash", sa.BigInteger, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("template_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_site_blocks"),
        sa.UniqueConstraint("source", "block_hash", name="uq_site_blocks_source_block_hash"),
    )
    op.create_index("ix_site_blocks_last_seen_at", "site_blocks", ["last_seen_at"])
    op.create_table(
        "site_block_articles",
        sa.Column("block_id", sa.Integer, nullable=False),
        sa.Column("article_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("block_id", "article_id", name="pk_site_block_articles"),
        sa.ForeignKeyConstraint(
            ["block_id"], ["site_blocks.id"], name="fk_site_block_articles_block_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_site_block_articles_article_id", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_site_block_articles_article_id", "site_block_articles", ["article_id"])


def downgrade() -> None:
    op.drop_table("site_block_articles")
    op.drop_table("site_blocks")
