"""A person can say that a block which a site repeats is article text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("site_blocks", sa.Column("kept_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("site_blocks", "kept_at")
