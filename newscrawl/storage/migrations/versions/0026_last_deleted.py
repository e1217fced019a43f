"""The number of the newest article that was deleted, for SQLite would give it to the next one.

PostgreSQL numbers by a sequence, which goes on. AUTOINCREMENT does in SQLite what these do, and would have all articles
of a database written anew.
"""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

STATEMENTS = (
    "create table last_deleted (article_id integer not null)",
    "insert into last_deleted values (0)",
    """
create trigger articles_last_deleted after delete on articles when old.id > (select article_id from last_deleted) begin
    update last_deleted set article_id = old.id; end
""",
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in STATEMENTS:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("drop trigger articles_last_deleted")
        op.execute("drop table last_deleted")
