"""In PostgreSQL, what a search asks of every match stands beside its words, in short rows that are cheap to read."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FACTS = ("duplicate_of", "gone_at", "source", "language", "published_at")
NAMES = ", ".join(FACTS)
# Their own names: a question that joins the index with the articles means the columns of those.
KEPT = ", ".join(f"article_{name}" for name in FACTS)
OLD_FACTS, NEW_FACTS, THEIRS = (", ".join(f"{row}.{name}" for name in FACTS) for row in ("old", "new", "articles"))
EXCLUDED = ", ".join(f"{name} = excluded.{name}" for name in (*KEPT.split(", "), "head", "words", "names"))

FUNCTION = """
create or replace function newscrawl_index_words() returns trigger language plpgsql as $$
begin
    insert into article_index (article_id, {names}head, words, names) select
        new.article_id, {theirs}newscrawl_vector(new.title, new.description, ''),
        newscrawl_vector(new.title, new.description, new.text), newscrawl_vector(new.authors, new.section, '')
    from articles where articles.id = new.article_id
    on conflict (article_id) do update set {excluded};
    return null;
end $$
"""
# Vectors are moved out of rows of more than 128 bytes, whose facts are then sixty to a page.
TABLE = """
create table {name} (
    article_id integer primary key references article_words (article_id) on delete cascade,
    article_duplicate_of integer,
    article_gone_at timestamptz,
    article_source text,
    article_language text,
    article_published_at timestamptz,
    head tsvector not null,
    words tsvector not null,
    names tsvector not null) with (toast_tuple_target = 128)
"""
GIN = "create index ix_article_index_{0} on article_index using gin ({0}) with (gin_pending_list_limit = 512)"

UPGRADE = (
    TABLE.format(name="new_article_index"),
    f"""
insert into new_article_index (article_id, {KEPT}, head, words, names)
select article_id, {THEIRS}, head, words, names
from article_index join articles on articles.id = article_id order by article_id
""",  # noqa: S608 - our own names
    "drop table article_index",
    "alter table new_article_index rename to article_index",
    "alter index new_article_index_pkey rename to article_index_pkey",
    "alter table article_index rename constraint new_article_index_article_id_fkey to article_index_article_id_fkey",
    *(GIN.format(column) for column in ("head", "words", "names")),
    FUNCTION.format(names=f"{KEPT}, ", theirs=f"{THEIRS}, ", excluded=EXCLUDED),
    f"""
create function newscrawl_index_facts() returns trigger language plpgsql as $$
begin
    update article_index set ({KEPT}) = ({NEW_FACTS}) where article_id = new.id;
    return null;
end $$
""",  # noqa: S608
    f"""
create trigger articles_index_facts after update of {NAMES} on articles
for each row when (({OLD_FACTS}) is distinct from ({NEW_FACTS})) execute function newscrawl_index_facts()
""",
)
DOWNGRADE = (
    "drop trigger articles_index_facts on articles",
    "drop function newscrawl_index_facts()",
    "drop index ix_article_index_head",
    *(f"alter table article_index drop column article_{name}" for name in FACTS),
    FUNCTION.format(
        names="", theirs="", excluded="head = excluded.head, words = excluded.words, names = excluded.names"
    ),
    "alter table article_index reset (toast_tuple_target)",
)


def upgrade() -> None:
    _run(UPGRADE)


def downgrade() -> None:
    _run(DOWNGRADE)


def _run(statements: tuple[str, ...]) -> None:
    # SQLite has these facts in an index of its own, ix_articles_by_id.
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for statement in statements:
            connection.exec_driver_sql(statement)
