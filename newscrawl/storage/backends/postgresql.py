"""PostgreSQL 13 or later: crawls and readers on any machine; one transaction writes at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Insert,
    Integer,
    Select,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal_column,
    or_,
    select,
    table,
    union,
)
from sqlalchemy.dialects import postgresql as dialect
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from newscrawl.search.query import Phrase
from newscrawl.storage.errors import StorageError
from newscrawl.storage.schema import FILTER_COLUMNS, article_words, articles
from newscrawl.storage.selection import FRESH_DAYS, LEAD_WEIGHT, TITLE_WEIGHT, Selection, conditions
from newscrawl.storage.types import UtcDateTime
from newscrawl.text import printable

insert = dialect.insert

LOCK_TIMEOUT = 5
"""Seconds to wait for another process's transaction at a time; `write_transaction` waits again."""

MOST_HEADED, MOST_OTHERS = 200, 100
"""Number of matches whose texts are ranked: the newest with all words in title or lead, and the newest of any.
Ranking a hundred thousand texts for a common word takes seconds."""

IDLE_TIMEOUT = 60
"""Seconds after which the server ends a write transaction whose process does nothing: one that is stopped, or that the
network has lost, would keep all others from writing."""

_CONNECTION: dict[str, Any] = {
    "connect_timeout": 10,
    "application_name": "newscrawl",
    # A server that a dead network hides is noticed after a minute, not after the hours of the system's defaults.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_WRITER_LOCK = 0x6E657773
"""Number of the advisory lock that every write transaction of a database takes ("news" in ASCII)."""
_WITH_EFFECTS = "select proname from pg_proc where provolatile = 'v' and proname = any(%s) and proname <> all(%s)"
_HARMLESS = ["clock_timestamp", "gen_random_uuid", "random", "random_normal", "timeofday"]
_NAME = re.compile(r"[^\W\d][\w$]*")
_QUOTED_NAME = re.compile(r'"((?:[^"]|"")+)"')
_ESCAPED_NAME = re.compile(r'\bU&\s*"', re.IGNORECASE)
_ROWS_AT_A_TIME = 1_000

_ROW_ERRORS = {"22", "23", "54"}
"""SQLSTATE classes of errors in the values: data exception, constraint violation, program limit exceeded
(https://www.postgresql.org/docs/15/errcodes-appendix.html)."""

_ADVICE = {
    "08": "check that the server is running, and the host, port and database name in the address",
    "25P03": "this process did nothing for so long that the others had to go on; what was stored before is safe",
    "25006": "this database is read-only",
    "28": "check the user name and password",
    "3D": "create it first: createdb",
    "42501": "make the role the owner of the database, or grant it the missing privilege",
    "53": "what was stored before is safe",
    "55P03": "another process has been writing all the time; try again when it is done",
    "57014": "the question takes too long to answer; narrow it",
    "57": "the server shut down; what was stored before is safe, and the next crawl continues",
}
"""What to do, by SQLSTATE or its class."""

_INDEX = table(
    "article_index",
    column("article_id", Integer),
    *(column(f"article_{name}", articles.c[name].type) for name in FILTER_COLUMNS),
    column("head", TSVECTOR),  # title and lead; these vectors are stored out of line, so that rows are short
    column("words", TSVECTOR),  # title, lead and text
    column("names", TSVECTOR),  # authors and section
)
_INSERT_ARTICLE = insert(articles).returning(articles.c.id)
_TEXTS = ("title", "description", "text")
# Weights of the labels D (text), C (unused), B (lead), A (title).
_WEIGHTS: ColumnElement[Any] = literal_column(f"'{{{1 / TITLE_WEIGHT}, 0, {LEAD_WEIGHT / TITLE_WEIGHT}, 1}}'::real[]")
_BY_LENGTH = 1
"""Divides by 1 + the logarithm of the number of words (https://www.postgresql.org/docs/15/textsearch-controls.html)."""


def check_address(url: URL) -> URL:
    """Check that a database is named and psycopg is installed. Raises StorageError."""
    if url.host is not None and "@" in url.host:
        raise StorageError("DATABASE_URL is not a database address; write @ in a password as %40, / as %2F, : as %3A")
    if not url.database:
        raise StorageError("DATABASE_URL names no database; write it as postgresql://user@host/newscrawl")
    if url.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise StorageError(f"DATABASE_URL names {url.drivername}; write it as postgresql://user@host/newscrawl")
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError:
        raise StorageError("PostgreSQL needs psycopg; run: pip install 'newscrawl[postgres]'") from None
    return url.set(drivername="postgresql+psycopg")


def location(url: URL) -> str:
    """Return the address without its password and its query, except for a socket folder."""
    user = f"{url.username}@" if url.username else ""
    port = f":{url.port}" if url.port else ""
    folder = f"?host={url.query['host']}" if "host" in url.query else ""
    return f"postgresql://{user}{url.host or ''}{port}/{url.database}{folder}"


def require(url: URL) -> None:
    """Do nothing: opening an address does not create a database."""


def writer(url: URL, *, create: bool) -> Engine:  # noqa: ARG001 - the server creates no database by itself
    """Create an engine whose write transactions take the lock when they begin; it survives a server restart."""
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_CONNECTION)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    _on_connect_reader(connection, record, f"set idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}s'")


def _on_connect_reader(
    connection: DBAPIConnection,
    record: ConnectionPoolEntry,  # noqa: ARG001
    limits: str = "",
) -> None:
    """Set up a connection. A reader keeps nobody waiting, so an export may wait for who takes it, however long."""
    cursor = connection.cursor()
    # JIT compilation takes longer than any of our statements.
    cursor.execute(f"set time zone 'UTC'; set jit = off; set lock_timeout = '{LOCK_TIMEOUT}s'; {limits}")
    cursor.close()
    connection.commit()


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("newscrawl_writes"):
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_WRITER_LOCK})")


def reader(url: URL) -> Engine:
    """Create an engine with one pooled connection, on which the server refuses writes; transactions see a snapshot."""
    options = _CONNECTION | {"options": "-c default_transaction_read_only=on"}
    pool = {"pool_size": 1, "max_overflow": 20}
    engine = create_engine(url, hide_parameters=True, isolation_level="REPEATABLE READ", connect_args=options, **pool)
    event.listen(engine, "connect", _on_connect_reader)
    return engine


def is_locked(error: DBAPIError) -> bool:
    """Whether another process held the write lock for as long as was waited."""
    return getattr(error.orig, "sqlstate", None) == "55P03"


@contextmanager
def limited(connection: Connection, seconds: float) -> Iterator[None]:
    """Set the server's limit for each statement of the transaction."""
    connection.exec_driver_sql(f"set local statement_timeout = {int(1000 * seconds)}")
    yield


def cause(error: DBAPIError) -> str | None:
    """Return PostgreSQL's message and what to do about it; None for an error in the statement's values."""
    import psycopg  # noqa: PLC0415

    state = getattr(error.orig, "sqlstate", None)
    is_of_connection = isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)
    if state is None and not error.connection_invalidated and not is_of_connection:
        return None
    if state is not None and state[:2] in _ROW_ERRORS:
        return None
    said = printable(" ".join(str(error.orig).split())).strip()
    if state is None:
        state = "57" if error.connection_invalidated else "08"
    advice = _ADVICE.get(state, _ADVICE.get(state[:2], ""))
    return f"{said} ({advice})" if advice else said


def query(url: URL, statement: str, seconds: float) -> Iterator[Sequence[Any]]:
    """Run a statement through a server-side cursor, which accepts only queries, in a read-only transaction.

    Neither keeps a function from having effects: a role may notify, lock, and as superuser end other sessions or create
    replication slots. So functions that are not declared free of side effects are refused by name.
    """
    import psycopg  # noqa: PLC0415
    from psycopg import sql  # noqa: PLC0415

    limit = f"-c statement_timeout={round(seconds * 1000)}"
    options = _CONNECTION | {"options": f"-c default_transaction_read_only=on -c timezone=UTC {limit}"}
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    # Prepared, because the protocol then accepts only a single statement.
    declared = sql.SQL("declare answer no scroll cursor for {}").format(sql.SQL(statement.rstrip().rstrip(";")))
    try:
        with closing(psycopg.connect(address, **options)) as connection, connection.cursor() as cursor:
            for (name,) in cursor.execute(_WITH_EFFECTS, [_names(statement), _HARMLESS]).fetchall():
                raise StorageError(f"database {printable(location(url))}: {name}() may have effects; it is not allowed")
            cursor.execute(declared, prepare=True)
            cursor.execute(f"fetch {_ROWS_AT_A_TIME} from answer")
            yield [column.name for column in cursor.description or ()]
            while rows := cursor.fetchall():
                yield from rows
                cursor.execute(f"fetch {_ROWS_AT_A_TIME} from answer")
            # Closed without a commit, so that side effects of functions are rolled back.
    except psycopg.Error as error:
        said = printable(error.diag.message_primary or " ".join(str(error).split()))
        if isinstance(error, psycopg.errors.SyntaxError | psycopg.errors.ReadOnlySqlTransaction):
            said += "; only one SELECT statement is allowed"
        raise StorageError(f"database {printable(location(url))}: {said}") from error


def _names(statement: str) -> list[str]:
    """Return whatever may be the name of a function in a statement, also in what turns out to be a literal.

    Raises StorageError for a name that is written in escapes.
    """
    if _ESCAPED_NAME.search(statement):
        raise StorageError('write names as they are, not as U&"..."')
    quoted = [name.replace('""', '"') for name in _QUOTED_NAME.findall(statement)]
    return [*quoted, *{name.lower() for name in _NAME.findall(statement)}]


def insert_article() -> Insert:
    """Return an INSERT for articles, which are numbered by a sequence."""
    return _INSERT_ARTICLE


def find_damage(connection: Connection) -> Iterator[str]:
    """Yield invalid indexes; the server itself enforces foreign keys."""
    broken = "select indexrelid::regclass::text from pg_index where not indisvalid"
    for (name,) in connection.exec_driver_sql(broken):
        yield f"the index {name} is invalid; run in psql: reindex index {name}"


def is_index_whole(engine: Engine) -> bool:
    """Compare the vectors of the index with those computed from `article_words`."""
    differing = (
        "select 1 from article_words full join article_index using (article_id) where article_index.words "
        "is distinct from newscrawl_vector(article_words.title, article_words.description, article_words.text) limit 1"
    )
    with engine.connect() as connection:
        return connection.exec_driver_sql(differing).first() is None


def queue_all(connection: Connection) -> None:
    """Queue all articles; their rows of the index are replaced together with their words."""
    connection.exec_driver_sql("insert into search_queue select id from articles on conflict do nothing")


def compact(engine: Engine) -> None:
    """Run VACUUM (ANALYZE), which lets the server reuse the space; the files shrink only gradually."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(f"vacuum (analyze) {connection.dialect.identifier_preparer.quote(table)}")


def advance_sequences(connection: Connection) -> None:
    """Set the sequences to the highest ids."""
    sequences = (
        "select table_name from information_schema.columns where table_schema = current_schema() "
        "and column_name = 'id' and column_default like 'nextval(%%'"
    )
    quote = connection.dialect.identifier_preparer.quote
    for name in connection.exec_driver_sql(sequences).scalars().all():
        last = f"(select max(id) from {quote(name)})"  # noqa: S608 - the database's own name
        connection.exec_driver_sql(f"select setval(pg_get_serial_sequence('{quote(name)}', 'id'), {last})")


def size(connection: Connection) -> int:
    """Return the size of the database on the server, indexes included."""
    found: int = connection.exec_driver_sql("select pg_database_size(current_database())").scalar_one()
    return found


def prepare(connection: Connection) -> None:
    """Make the planner use the full-text index even for common words.

    It underestimates sequential scans, because it ignores the cost of reading vectors stored out of line.
    """
    connection.exec_driver_sql("set local enable_seqscan = off; set local work_mem = '32MB'")


def matching(selection: Selection) -> Select[Any]:
    """Select the ids of the articles that match a selection with words."""
    without = selection.query.without
    if not selection.query.phrases and not selection.author and not selection.section:
        # only excluded words
        return select(articles.c.id).where(*conditions(selection), articles.c.id.not_in(_any_of(without)))
    return _matches_of(selection)


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """Select `id` and `total` of the best matches for a selection with words.

    The score is ts_rank with title and lead weighted up; a new article scores up to twice as high as an old one.
    """
    words = sorted({word for phrase in selection.query.phrases for word in phrase})
    matches = (
        _matches_of(selection)
        .add_columns(_INDEX.c.article_published_at.label("published_at"))
        .cte("matches")
        .prefix_with("materialized")
    )
    headed = select(_INDEX.c.article_id).where(_matches("head", tuple(words)))
    newest = matches.c.published_at.desc().nulls_last(), matches.c.id.desc()
    listed = select(matches.c.id, matches.c.published_at).order_by(*newest)
    best = union(
        listed.where(matches.c.id.in_(headed)).limit(max(limit, MOST_HEADED)).subquery().select(),
        listed.limit(max(limit, MOST_OTHERS)).subquery().select(),
    ).cte("best")
    query = cast(bindparam("any_word", " | ".join(map(_quoted, words))), TSQUERY)
    then = cast(bindparam("now", now, UtcDateTime), UtcDateTime)
    age = func.greatest(0, func.extract("epoch", then - best.c.published_at) / 86_400)
    freshness = func.coalesce(1 + 1 / (1 + age / FRESH_DAYS), 1)
    score = func.ts_rank(_WEIGHTS, _INDEX.c.words, query, _BY_LENGTH) * freshness
    total = select(func.count()).select_from(matches).scalar_subquery().label("total")
    found = select(best.c.id, total).join(_INDEX, _INDEX.c.article_id == best.c.id)
    return found.order_by(score.desc(), best.c.id.desc()).limit(limit)


def _matches_of(selection: Selection) -> Select[Any]:
    # Author and section are matched in `article_words` even if they are single words, as phrases are.
    names = [(*phrase, "") for phrase in (selection.author, selection.section) if phrase]
    matches = select(_INDEX.c.article_id.label("id")).select_from(_joined([*selection.query.phrases, *names]))
    return matches.where(*_wanted(selection), *conditions(selection, lambda name: _INDEX.c[f"article_{name}"]))


def _joined(phrases: Iterable[Phrase]) -> FromClause:
    """Join `article_words` if there is a phrase, because a tsvector stores no positions beyond 16,383."""
    if all(len(phrase) == 1 for phrase in phrases):
        return _INDEX
    return _INDEX.join(article_words, article_words.c.article_id == _INDEX.c.article_id)


def _wanted(selection: Selection) -> list[ColumnElement[bool]]:
    phrases, without = selection.query.phrases, selection.query.without
    wanted = []
    if phrases:
        # One condition on the index, exclusions included; a second one would read the vectors of all matches.
        asked = [_quoted(word) for word in dict.fromkeys(chain(*phrases))]
        asked += [f"!{_quoted(phrase[0])}" for phrase in without if len(phrase) == 1]
        without = tuple(phrase for phrase in without if len(phrase) > 1)
        wanted = [_looked_up("words", asked), *(_holds(_TEXTS, phrase) for phrase in phrases if len(phrase) > 1)]
    for name, phrase in (("authors", selection.author), ("section", selection.section)):
        if phrase:
            wanted += [_matches("names", phrase), _holds((name,), phrase)]
    if without:
        wanted.append(_INDEX.c.article_id.not_in(_any_of(without)))
    return wanted


def _any_of(phrases: Sequence[Phrase]) -> Select[Any]:
    return select(_INDEX.c.article_id).select_from(_joined(phrases)).where(or_(*map(_has, phrases)))


def _has(phrase: Phrase) -> ColumnElement[bool]:
    """Whether title, lead or text contains a phrase; its words are looked up in the index first."""
    words = _matches("words", phrase)
    return words if len(phrase) == 1 else words & _holds(_TEXTS, phrase)


def _matches(vector: str, words: Sequence[str]) -> ColumnElement[bool]:
    return _looked_up(vector, map(_quoted, words))


def _looked_up(vector: str, parts: Iterable[str]) -> ColumnElement[bool]:
    return _INDEX.c[vector].op("@@", is_comparison=True)(cast(" & ".join(parts), TSQUERY))


def _holds(names: Sequence[str], phrase: Phrase) -> ColumnElement[bool]:
    """Whether one of the columns of `article_words` contains a phrase. strpos takes less than half as long as LIKE."""
    sought = f" {' '.join(phrase)} "
    return or_(*(func.strpos(" " + article_words.c[name] + " ", sought) > 0 for name in names))


def _quoted(word: str) -> str:
    return f"'{word}'"
