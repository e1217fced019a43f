"""Keys under which nearly equal texts are found, and how far a rebuild of them is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "near_duplicate_keys",
        sa.Column("key", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("article_id", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", "article_id", name="pk_near_duplicate_keys"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dedupe_rebuilds",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_dedupe_rebuilds"),
    )


def downgrade() -> None:
    op.drop_table("dedupe_rebuilds")
    op.drop_table("near_duplicate_keys")
