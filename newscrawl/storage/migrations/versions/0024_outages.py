"""Since when a site cannot be read, and when it came to count as dead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0021"
branch_labels = None
depends_on = None

_COLUMNS = ("failing_since", "failing_rounds", "failing_reason", "dead_at")


def upgrade() -> None:
    op.add_column("sites", sa.Column("failing_since", sa.DateTime(timezone=True)))
    op.add_column("sites", sa.Column("failing_rounds", sa.Integer, nullable=False, server_default="0"))
    op.add_column("sites", sa.Column("failing_reason", sa.Text))
    op.add_column("sites", sa.Column("dead_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("sites", name)
