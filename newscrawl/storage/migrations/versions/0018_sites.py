"""Sites as rows, and an index by which a round finds the servers that asked to wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
IS_WAITING = sa.text("retry_at is not null")


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("home", sa.Text, nullable=False),
        sa.Column("domains", JSON, nullable=False),
        sa.Column("feeds", JSON, nullable=False, server_default="[]"),
        sa.Column("sitemaps", JSON, nullable=False, server_default="[]"),
        sa.Column("sections", JSON, nullable=False, server_default="[]"),
        sa.Column("article_url", sa.Text),
        sa.Column("explores", sa.Boolean),
        sa.Column("timezone", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("country", sa.Text),
        sa.Column("rules", JSON),
        sa.Column("pace", sa.Float),
        sa.Column("state", sa.Text, nullable=False, server_default="active"),
        sa.Column("notes", sa.Text),
        sa.Column("declared_in", sa.Text, nullable=False, server_default="row"),
        sa.Column("added_by", sa.Text),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_crawl_at", sa.DateTime(timezone=True)),
        sa.Column("next_crawl_at", sa.DateTime(timezone=True)),
        sa.Column("health", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("name", name="uq_sites_name"),
    )
    op.create_index("ix_sites_source", "sites", ["source"])
    op.create_table(
        "site_domains",
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("site_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("domain", name="pk_site_domains"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_site_domains_site_id", ondelete="CASCADE"),
    )
    op.create_index("ix_site_domains_site_id", "site_domains", ["site_id"])
    op.create_index(
        "ix_pages_retry", "pages", ["source", "retry_at"], sqlite_where=IS_WAITING, postgresql_where=IS_WAITING
    )


def downgrade() -> None:
    op.drop_index("ix_pages_retry", "pages")
    op.drop_table("site_domains")
    op.drop_table("sites")
