"""How far stored articles are read again by another version of the extraction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reextractions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("arguments", JSON, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("last_article", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("run_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_reextractions"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_reextractions_run_id", ondelete="SET NULL"),
    )


def downgrade() -> None:
    op.drop_table("reextractions")
