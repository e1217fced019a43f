"""What a run cost, by which versions, how it ended, and the lock that tells whether it goes on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = {
    "lock": sa.Text,
    "scrapy_version": sa.Text,
    "python_version": sa.Text,
    "seconds": sa.Float,
    "requests": sa.Integer,
    "bytes": sa.BigInteger,
    "exit_code": sa.Integer,
    "error": sa.Text,
}


def upgrade() -> None:
    # In place: other tables point to the rows.
    for name, kind in COLUMNS.items():
        op.add_column("runs", sa.Column(name, kind))
    op.create_index("ix_runs_spider", "runs", ["spider", "started_at"])
    op.create_index("ix_runs_finished_at", "runs", ["finished_at"])


def downgrade() -> None:
    op.drop_index("ix_runs_finished_at", "runs")
    op.drop_index("ix_runs_spider", "runs")
    for name in COLUMNS:
        op.drop_column("runs", name)
