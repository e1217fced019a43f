"""Which web archives were loaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "loaded_archives",
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer),
        sa.PrimaryKeyConstraint("file", name="pk_loaded_archives"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_loaded_archives_run_id", ondelete="SET NULL"),
    )
    op.create_index("ix_loaded_archives_run_id", "loaded_archives", ["run_id"])


def downgrade() -> None:
    op.drop_table("loaded_archives")
