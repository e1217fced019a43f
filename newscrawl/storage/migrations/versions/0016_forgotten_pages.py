"""How many pages of a site were forgotten, because it names more than are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgotten_pages",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_forgotten_pages"),
    )


def downgrade() -> None:
    op.drop_table("forgotten_pages")
