"""What a run did on each source, and what is wrong with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "run_sources",
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("measures", JSON, nullable=False),
        sa.Column("symptoms", JSON),
        sa.PrimaryKeyConstraint("run_id", "source", name="pk_run_sources"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_run_sources_run_id", ondelete="CASCADE"),
    )
    op.create_index("ix_run_sources_source_run_id", "run_sources", ["source", "run_id"])
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("symptom", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("now", sa.Float, nullable=False),
        sa.Column("before", sa.Float, nullable=False),
        sa.Column("sample", sa.Integer, nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("page_id", sa.Integer),
        sa.Column("run_id", sa.Integer),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("shown_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("ended_by", sa.Text),
        sa.Column("told", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_alarms"),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name="fk_alarms_page_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_alarms_run_id", ondelete="SET NULL"),
    )
    op.create_index("ix_alarms_source_ended_at", "alarms", ["source", "ended_at"])
    op.create_index("ix_alarms_page_id", "alarms", ["page_id"])
    op.create_index("ix_alarms_run_id", "alarms", ["run_id"])


def downgrade() -> None:
    op.drop_table("alarms")
    op.drop_table("run_sources")
