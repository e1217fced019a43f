"""Copy a database into another, of either kind, in short transactions; an interrupted copy can be resumed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Row, Select, Table, bindparam, func, or_, select, tuple_, update

from newscrawl.storage.backends import backend_of, location, parse_url
from newscrawl.storage.engine import disposed_on_error, explained, open_engine, read_connection, write_transaction
from newscrawl.storage.errors import StorageError
from newscrawl.storage.schema import article_words, leases, metadata, runs, search_queue
from newscrawl.text import printable

_BATCH = 200
_OWN = {article_words, search_queue, leases}
"""Tables that each database derives from its articles, or that say who is crawling into it."""

TABLES = runs, *(table for table in metadata.sorted_tables if table not in {runs, *_OWN})
"""The copied tables, each after those that it references; `runs` comes first, because it identifies a database."""


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """Progress of a copy, in rows of one table."""

    stage: Literal["copy", "link", "verify"]
    """Store rows, then set their references to the same table, then compare both databases."""
    table: str
    done: int
    total: int


def copy_database(origin: str, target: str) -> Iterator[CopyProgress]:
    """Copy all tables of one database into another, and verify the copy.

    The target is empty or holds an interrupted copy of the same database. Nothing else may write to either meanwhile.
    Raises StorageError, also if the two differ in the end.
    """
    if parse_url(origin) == parse_url(target):
        raise StorageError("both addresses name the same database")
    with read_connection(origin) as source:
        for fault in backend_of(origin).find_damage(source):
            raise StorageError(f"{_place(source.engine)}: {fault}; repair it before copying")
        engine = open_engine(target, create=True)
        with disposed_on_error(engine), explained(engine):
            _refuse_other_contents(source, engine)
            for table in TABLES:
                yield from _copy(source, engine, table)
            for table in TABLES:
                yield from _link(source, engine, table)
            with write_transaction(engine) as connection:
                backend_of(target).advance_sequences(connection)
            for table in TABLES:
                yield from _verify(source, engine, table)
        engine.dispose()


def _place(engine: Engine) -> str:
    return f"database {printable(location(engine.url))}"


def _refuse_other_contents(source: Connection, engine: Engine) -> None:
    """Raise StorageError unless the target is empty or its runs are the first of the source, to the microsecond."""
    with engine.connect() as connection:
        existing = connection.execute(select(runs).order_by(runs.c.id)).all()
        is_empty = not any(_count(connection, table) for table in TABLES)
    given = source.execute(select(runs).order_by(runs.c.id).limit(len(existing))).all()
    if not is_empty and (not existing or list(map(tuple, existing)) != list(map(tuple, given))):
        raise StorageError(f"{_place(engine)} is not empty; copy into an empty database")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _copy(source: Connection, engine: Engine, table: Table) -> Iterator[CopyProgress]:
    own_links = _links(table)
    with engine.connect() as connection:
        done, later = _count(connection, table), _after_last(connection, table)
    total = _count(source, table)
    yield CopyProgress("copy", table.name, done, total)
    for rows in _partitions(source, later):
        values = [{**row._mapping, **dict.fromkeys(own_links)} for row in rows]
        with write_transaction(engine) as connection:
            connection.execute(backend_of(engine.url).insert(table).on_conflict_do_nothing(), values)
        done += len(rows)
        yield CopyProgress("copy", table.name, min(done, total), total)


def _links(table: Table) -> list[str]:
    """Return the columns that reference other rows of the same table, which may come later."""
    return [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _after_last(connection: Connection, table: Table) -> Select[Any]:
    """Select the rows still to be copied; all of them if keys are texts, whose order differs between databases."""
    key = list(table.primary_key)
    rows = select(table).order_by(*key)
    if any(column.type.python_type is not int for column in key):
        return rows
    last = connection.execute(select(*key).order_by(*(column.desc() for column in key)).limit(1)).first()
    return rows if last is None else rows.where(tuple_(*key) > tuple_(*last))


def _partitions(connection: Connection, rows: Select[Any]) -> Iterator[list[Row[Any]]]:
    for partition in connection.execution_options(yield_per=_BATCH).execute(rows).partitions():
        yield list(partition)


def _link(source: Connection, engine: Engine, table: Table) -> Iterator[CopyProgress]:
    names = _links(table)
    if not names:
        return
    own = table.c.id
    given = select(own, *(table.c[name] for name in names)).where(or_(*(table.c[name].is_not(None) for name in names)))
    total = source.execute(select(func.count()).select_from(given.subquery())).scalar_one()
    done = 0
    change = update(table).where(own == bindparam("own_id")).values({name: bindparam(f"new_{name}") for name in names})
    for rows in _partitions(source, given.order_by(own)):
        values = [{"own_id": row.id} | {f"new_{name}": row._mapping[name] for name in names} for row in rows]
        with write_transaction(engine) as connection:
            connection.execute(change, values)
        done += len(rows)
        yield CopyProgress("link", table.name, done, total)


def _verify(source: Connection, engine: Engine, table: Table) -> Iterator[CopyProgress]:
    total = _count(source, table)
    with engine.connect() as target:
        own, other = _Sum(), _Sum()
        for rows in _partitions(source, select(table)):
            own.add(rows)
            yield CopyProgress("verify", table.name, own.count, total)
        for rows in _partitions(target, select(table)):
            other.add(rows)
    if own != other:
        raise StorageError(
            f"{_place(engine)} differs from {location(source.engine.url)} in table {table.name} ({other.count} rows "
            f"instead of {own.count}), probably because something wrote to one of them; empty the target and copy again"
        )


@dataclass(slots=True)
class _Sum:
    """A checksum of rows in any order, because databases order texts differently."""

    count: int = 0
    sum: int = 0

    def add(self, rows: list[Row[Any]]) -> None:
        for row in rows:
            text = json.dumps(tuple(row), default=str, sort_keys=True)
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            self.sum = (self.sum + int.from_bytes(digest)) % 2**128
        self.count += len(rows)
