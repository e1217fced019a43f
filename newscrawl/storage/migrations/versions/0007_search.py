"""The words by which articles are found, kept in step by triggers; all articles wait for being indexed."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WORDS = ("title", "description", "text", "authors", "section")
NAMES = ", ".join(WORDS)
OLD, NEW = (", ".join(f"{row}.{name}" for name in WORDS) for row in ("old", "new"))
CHANGED = " or ".join(f"old.{name} is not new.{name}" for name in ("id", *WORDS))

# The words are letters and digits in any script with spaces between. The tokenizer that knows only ASCII leaves them
# so; that of Unicode 6.1 would split what it does not know.
SQLITE = f"""
create virtual table article_index using fts5 (
    {NAMES}, content = 'article_words', content_rowid = 'article_id', tokenize = 'ascii');
create trigger article_words_insert after insert on article_words begin
    insert into article_index (rowid, {NAMES}) values (new.article_id, {NEW}); end;
create trigger article_words_delete after delete on article_words begin
    insert into article_index (article_index, rowid, {NAMES}) values ('delete', old.article_id, {OLD}); end;
create trigger article_words_update after update on article_words begin
    insert into article_index (article_index, rowid, {NAMES}) values ('delete', old.article_id, {OLD});
    insert into article_index (rowid, {NAMES}) values (new.article_id, {NEW}); end;
create trigger articles_search_insert after insert on articles begin
    insert or ignore into search_queue (article_id) values (new.id); end;
create trigger articles_search_update after update of id, {NAMES} on articles when {CHANGED} begin
    delete from article_words where article_id = old.id;
    insert or ignore into search_queue (article_id) values (new.id); end;
create trigger articles_search_delete after delete on articles begin
    delete from article_words where article_id = old.id;
    delete from search_queue where article_id = old.id; end;
"""  # noqa: S608 - our own names
STATEMENTS = re.split(r";\n(?=create|$)", SQLITE.strip() + "\n")[:-1]
TRIGGERS = re.findall(r"create trigger (\w+)", SQLITE)

IS_CHANGED = " or ".join(f"old.{name} is distinct from new.{name}" for name in WORDS)

# The words are lexemes as they are: nothing is parsed. A vector holds up to 1 MB, so of a text with more than that in
# different words the first are indexed.
POSTGRESQL = (
    """
create function newscrawl_vector(title text, description text, body text) returns tsvector
language sql immutable parallel safe as $$
    select coalesce(string_agg('''' || word || ''':' || least(place, 16383) || label, ' ' order by place), '')::tsvector
    from (
        select word, place, label, sum(octet_length(word) + 12) over (order by place) as bytes
        from (
            select word, row_number() over (order by label, number) as place, label
            from (values ('A', title), ('B', description), ('D', body)) as part (label, words),
                unnest(string_to_array(words, ' ')) with ordinality as split (word, number)
            where word <> ''
        ) as placed
    ) as measured
    where bytes < 1000000
$$
""",
    """
create table article_index (
    article_id integer primary key references article_words (article_id) on delete cascade,
    head tsvector not null,
    words tsvector not null,
    names tsvector not null)
""",
    "create index ix_article_index_words on article_index using gin (words) with (gin_pending_list_limit = 512)",
    "create index ix_article_index_names on article_index using gin (names) with (gin_pending_list_limit = 512)",
    """
create function newscrawl_index_words() returns trigger language plpgsql as $$
begin
    insert into article_index (article_id, head, words, names) values (
        new.article_id, newscrawl_vector(new.title, new.description, ''),
        newscrawl_vector(new.title, new.description, new.text), newscrawl_vector(new.authors, new.section, ''))
    on conflict (article_id) do update set head = excluded.head, words = excluded.words, names = excluded.names;
    return null;
end $$
""",
    """
create trigger article_words_index after insert or update on article_words
for each row execute function newscrawl_index_words()
""",
    """
create function newscrawl_queue_article() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from article_words where article_id = old.id;
        delete from search_queue where article_id = old.id;
    end if;
    if tg_op <> 'DELETE' then
        insert into search_queue (article_id) values (new.id) on conflict do nothing;
    end if;
    return null;
end $$
""",
    """
create trigger articles_search_insert after insert or delete on articles
for each row execute function newscrawl_queue_article()
""",
    f"""
create trigger articles_search_update after update of id, {NAMES} on articles
for each row when (old.id <> new.id or {IS_CHANGED}) execute function newscrawl_queue_article()
""",
)
DROPPED = (
    "trigger articles_search_insert on articles",
    "trigger articles_search_update on articles",
    "trigger article_words_index on article_words",
    "table article_index",
    "function newscrawl_queue_article()",
    "function newscrawl_index_words()",
    "function newscrawl_vector(text, text, text)",
)

INDEXES = {
    "ix_articles_by_id": ["id", "duplicate_of", "gone_at", "source", "language", "published_at"],
    "ix_articles_by_date": ["published_at", "duplicate_of", "gone_at", "source", "language"],
    "ix_articles_by_source": ["source", "published_at", "duplicate_of", "gone_at", "language"],
}


def upgrade() -> None:
    op.create_table(
        "article_words",
        sa.Column("article_id", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in WORDS),
        sa.PrimaryKeyConstraint("article_id", name="pk_article_words"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name="fk_article_words_article_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "search_queue",
        sa.Column("article_id", sa.Integer, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="pk_search_queue"),
    )
    op.create_index("ix_articles_canonical_url", "articles", ["canonical_url"])
    for index, columns in INDEXES.items():
        op.create_index(index, "articles", columns)
    op.drop_index("ix_articles_duplicate_of", "articles")
    is_copy = sa.text("duplicate_of is not null")
    op.create_index(
        "ix_articles_duplicate_of", "articles", ["duplicate_of"], sqlite_where=is_copy, postgresql_where=is_copy
    )
    op.drop_index("ix_articles_published_at", "articles")
    op.drop_index("ix_articles_source_published_at", "articles")
    if op.get_bind().dialect.name == "sqlite":
        for statement in STATEMENTS:
            op.execute(statement)
    else:
        for statement in POSTGRESQL:
            op.get_bind().exec_driver_sql(statement)
    op.execute("insert into search_queue select id from articles")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in TRIGGERS:
            op.execute(f"drop trigger {trigger}")
        op.execute("drop table article_index")
    else:
        for dropped in DROPPED:
            op.execute(f"drop {dropped}")
    op.create_index("ix_articles_source_published_at", "articles", ["source", "published_at"])
    op.create_index("ix_articles_published_at", "articles", ["published_at"])
    op.drop_index("ix_articles_duplicate_of", "articles")
    op.create_index("ix_articles_duplicate_of", "articles", ["duplicate_of"])
    for index in INDEXES:
        op.drop_index(index, "articles")
    op.drop_index("ix_articles_canonical_url", "articles")
    op.drop_table("search_queue")
    op.drop_table("article_words")
