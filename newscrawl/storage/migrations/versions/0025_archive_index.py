"""An index by which the articles of an archive file are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

IS_ARCHIVED = sa.text("archive_file is not null")


def upgrade() -> None:
    op.create_index(
        "ix_articles_archive",
        "articles",
        ["archive_file", "archive_offset"],
        sqlite_where=IS_ARCHIVED,
        postgresql_where=IS_ARCHIVED,
    )


def downgrade() -> None:
    op.drop_index("ix_articles_archive", "articles")
