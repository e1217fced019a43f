"""PostgreSQL, 13 or later: many readers and crawls, on any machine; one transaction writes at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
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
from newscrawl.storage.schema import article_words, articles
from newscrawl.storage.selection import FRESH_DAYS, LEAD_WEIGHT, TITLE_WEIGHT, Selection, conditions
from newscrawl.storage.types import UtcDateTime
from newscrawl.text import printable

insert = dialect.insert

LOCK_TIMEOUT = 60
"""Seconds to wait for another process's transaction before giving up."""

_CONNECT_TIMEOUT = 10
_WRITER_LOCK = 0x6E657773
"""Advisory locks belong to a database; this number is the right to write in it ("news" in ASCII)."""

_ROWS_AT_A_TIME = 1_000


def check_address(url: URL) -> URL:
    """A database is named, and psycopg is there to open it. Raises StorageError."""
    if url.host is not None and "@" in url.host:
        raise StorageError("DATABASE_URL is not a database address; write @ in a password as %40, / as %2F, : as %3A")
    if not url.database:
        raise StorageError("DATABASE_URL names no database; write it as postgresql://user@host/newscrawl")
    if url.drivername not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise StorageError(f"DATABASE_URL names {url.drivername}; write it as postgresql://user@host/newscrawl")
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError:
        raise StorageError("PostgreSQL takes psycopg: pip install 'newscrawl[postgres]'") from None
    return url.set(drivername="postgresql+psycopg")


def location(url: URL) -> str:
    """The address, without the password and whatever else stands in its query."""
    user = f"{url.username}@" if url.username else ""
    port = f":{url.port}" if url.port else ""
    folder = f"?host={url.query['host']}" if "host" in url.query else ""
    return f"postgresql://{user}{url.host or ''}{port}/{url.database}{folder}"


def require(url: URL) -> None:
    """Nothing to do: an address alone makes no database."""


def writer(url: URL) -> Engine:
    """Transactions that hold the right to write from their beginning; connections survive a restart of the server."""
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=_CONNECTION)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


_CONNECTION: dict[str, Any] = {"connect_timeout": _CONNECT_TIMEOUT, "application_name": "newscrawl"}


def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001
    cursor = connection.cursor()
    # Compiling a plan takes longer than any of ours runs.
    cursor.execute(f"set time zone 'UTC'; set jit = off; set lock_timeout = '{LOCK_TIMEOUT}s'")
    cursor.close()
    connection.commit()


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get("newscrawl_writes"):
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({_WRITER_LOCK})")


def reader(url: URL) -> Engine:
    """One connection is kept open for who reads again; the server refuses its writes. A transaction sees one moment."""
    options = _CONNECTION | {"options": "-c default_transaction_read_only=on"}
    pool = {"pool_size": 1, "max_overflow": 20}
    engine = create_engine(url, hide_parameters=True, isolation_level="REPEATABLE READ", connect_args=options, **pool)
    event.listen(engine, "connect", _on_connect)
    return engine


def cause(error: DBAPIError) -> str | None:
    """PostgreSQL's own words, and what to do. What is wrong with a row has another class of error code."""
    state = getattr(error.orig, "sqlstate", None)
    if state is None and not error.connection_invalidated and not _is_of_connection(error):
        return None
    if state is not None and state[:2] in _FAULTS_OF_ROWS:
        return None
    said = printable(" ".join(str(error.orig).split())).strip()
    if state is None:
        state = "57" if error.connection_invalidated else "08"
    advice = _ADVICE.get(state, _ADVICE.get(state[:2], ""))
    return f"{said} ({advice})" if advice else said


def _is_of_connection(error: DBAPIError) -> bool:
    import psycopg  # noqa: PLC0415

    return isinstance(error.orig, psycopg.OperationalError | psycopg.InterfaceError)


_FAULTS_OF_ROWS = {"22", "23", "54"}
"""Classes of SQLSTATE: data exceptions, broken constraints, limits of the program
(https://www.postgresql.org/docs/15/errcodes-appendix.html)."""

_ADVICE = {
    "08": "is the server there, and does the address name its host, port and database?",
    "25006": "this database can only be read",
    "28": "is the user's name right, and its password?",
    "3D": "create it first: createdb",
    "42501": "let the role own the database, or grant it what is missing",
    "53": "what was stored before is safe",
    "55P03": f"another process has been writing for {LOCK_TIMEOUT} s; try again when it is done",
    "57": "the server went away; what was stored before is safe, and the next crawl goes on",
}


def query(url: URL, statement: str) -> Iterator[Sequence[Any]]:
    """Read with a cursor, which takes nothing but a query, in a transaction that cannot write."""
    import psycopg  # noqa: PLC0415
    from psycopg import sql  # noqa: PLC0415

    options = _CONNECTION | {"options": "-c default_transaction_read_only=on -c timezone=UTC"}
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    # Prepared, for the protocol takes one statement then, however many are written.
    declared = sql.SQL("declare answer no scroll cursor for {}").format(sql.SQL(statement.rstrip().rstrip(";")))
    try:
        with closing(psycopg.connect(address, **options)) as connection, connection.cursor() as cursor:
            cursor.execute(declared, prepare=True)
            cursor.execute(f"fetch {_ROWS_AT_A_TIME} from answer")
            yield [column.name for column in cursor.description or ()]
            while rows := cursor.fetchall():
                yield from rows
                cursor.execute(f"fetch {_ROWS_AT_A_TIME} from answer")
            # Closed without a commit: of what a function did all the same, nothing stays.
    except psycopg.Error as error:
        said = printable(error.diag.message_primary or " ".join(str(error).split()))
        if isinstance(error, psycopg.errors.SyntaxError | psycopg.errors.ReadOnlySqlTransaction):
            said += "; only reading is allowed: one select"
        raise StorageError(f"database {printable(location(url))}: {said}") from error


def damage(connection: Connection) -> Iterator[str]:
    """Indexes that a broken build left unused; that rows point to others that are there, the server sees to."""
    broken = "select indexrelid::regclass::text from pg_index where not indisvalid"
    for (name,) in connection.exec_driver_sql(broken):
        yield f"the index {name} is not valid: reindex index {name}"


def is_index_whole(engine: Engine) -> bool:
    """Every row of words has its own in the index, made of them."""
    differing = (
        "select 1 from article_words full join article_index using (article_id) where article_index.words "
        "is distinct from newscrawl_vector(article_words.title, article_words.description, article_words.text) limit 1"
    )
    with engine.connect() as connection:
        return connection.exec_driver_sql(differing).first() is None


def index_anew(connection: Connection) -> None:
    """The index of an article is made anew with its words."""
    connection.exec_driver_sql("insert into search_queue select id from articles on conflict do nothing")


def compact(engine: Engine) -> None:
    """Let the server use the space again, and know how much there is of what; the files shrink little by little."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in inspect(connection).get_table_names():
            connection.exec_driver_sql(f"vacuum (analyze) {connection.dialect.identifier_preparer.quote(table)}")


def count_on(connection: Connection) -> None:
    """Move the sequences."""
    sequences = (
        "select table_name from information_schema.columns where table_schema = current_schema() "
        "and column_name = 'id' and column_default like 'nextval(%%'"
    )
    quote = connection.dialect.identifier_preparer.quote
    for name in connection.exec_driver_sql(sequences).scalars().all():
        last = f"(select max(id) from {quote(name)})"  # noqa: S608 - the database's own name
        connection.exec_driver_sql(f"select setval(pg_get_serial_sequence('{quote(name)}', 'id'), {last})")


def size(connection: Connection) -> int:
    """The database on the server, indexes included."""
    found: int = connection.exec_driver_sql("select pg_database_size(current_database())").scalar_one()
    return found


MOST_HEADED, MOST_OTHERS = 200, 100
"""Articles whose texts are ranked: the newest that have all words in title or lead, and the newest of any. To read of a
hundred thousand texts what they say of a common word takes seconds."""

_INDEX = table(
    "article_index",
    column("article_id", Integer),
    *(
        column(f"article_{name}", articles.c[name].type)
        for name in ("duplicate_of", "gone_at", "source", "language", "published_at")
    ),
    column("head", TSVECTOR),  # title and lead; no vector stands in its row, which would be long then
    column("words", TSVECTOR),  # title, lead and text
    column("names", TSVECTOR),  # authors and section
)
_TEXTS = ("title", "description", "text")
# Of a word with the label D (the text), C (none has it), B (the lead), A (the title).
_WEIGHTS: ColumnElement[Any] = literal_column(f"'{{{1 / TITLE_WEIGHT}, 0, {LEAD_WEIGHT / TITLE_WEIGHT}, 1}}'::real[]")
_BY_LENGTH = 1
"""Divides by 1 + the logarithm of the number of words (https://www.postgresql.org/docs/15/textsearch-controls.html)."""


def prepare(connection: Connection) -> None:
    """Let the transaction look words up in their index, however many articles have them.

    What it costs to read vectors, which stand outside of their rows, the planner does not know.
    """
    connection.exec_driver_sql("set local enable_seqscan = off; set local work_mem = '32MB'")


def matching(selection: Selection) -> Select[Any]:
    """The ids of the articles that a selection with words names."""
    without = selection.query.without
    if not selection.query.phrases and not selection.author and not selection.section:
        # Words to be without, and none to be with.
        return select(articles.c.id).where(*conditions(selection), articles.c.id.not_in(_any_of(without)))
    return _matches_of(selection)


def ranked(selection: Selection, now: datetime, limit: int) -> Select[Any]:
    """The ids of the best articles for a selection with words, with how many there are.

    The title counts most; a new article counts up to twice as much as an old one.
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
    matches = select(_INDEX.c.article_id.label("id")).select_from(_joined(_phrases(selection)))
    return matches.where(*_wanted(selection), *conditions(selection, lambda name: _INDEX.c[f"article_{name}"]))


def _phrases(selection: Selection) -> list[Phrase]:
    """All that need a look at the words in their order."""
    names = [(*phrase, "") for phrase in (selection.author, selection.section) if phrase]
    return [*selection.query.phrases, *names]


def _joined(phrases: Iterable[Phrase]) -> FromClause:
    """The index, with the words themselves where there is a phrase: it knows no order beyond the 16,383rd word."""
    if all(len(phrase) == 1 for phrase in phrases):
        return _INDEX
    return _INDEX.join(article_words, article_words.c.article_id == _INDEX.c.article_id)


def _wanted(selection: Selection) -> list[ColumnElement[bool]]:
    phrases, without = selection.query.phrases, selection.query.without
    wanted = []
    if phrases:
        # One question to the index, exclusions and all: what it cannot answer reads the vectors of all matches.
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
    """Title, lead or text has a phrase. All of its words are looked up first."""
    words = _matches("words", phrase)
    return words if len(phrase) == 1 else words & _holds(_TEXTS, phrase)


def _matches(vector: str, words: Sequence[str]) -> ColumnElement[bool]:
    return _looked_up(vector, map(_quoted, words))


def _looked_up(vector: str, parts: Iterable[str]) -> ColumnElement[bool]:
    return _INDEX.c[vector].op("@@", is_comparison=True)(cast(" & ".join(parts), TSQUERY))


def _holds(names: Sequence[str], phrase: Phrase) -> ColumnElement[bool]:
    """One of some columns of words has a phrase. To seek it so takes less than half as long as a pattern does."""
    sought = f" {' '.join(phrase)} "
    return or_(*(func.strpos(" " + article_words.c[name] + " ", sought) > 0 for name in names))


def _quoted(word: str) -> str:
    return f"'{word}'"
