"""A whole database into another one, of whatever kind, in short transactions; one that was stopped goes on."""

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
from newscrawl.storage.schema import article_words, metadata, runs, search_queue
from newscrawl.text import printable

_BATCH = 200
_MADE_ANEW = {article_words, search_queue}
"""What each database makes of its articles by itself."""

TABLES = runs, *(table for table in metadata.sorted_tables if table not in {runs, *_MADE_ANEW})
"""What is copied, each after those that its rows point to; first the runs, which tell one database from another."""


@dataclass(frozen=True, slots=True)
class Copying:
    """How far a copy is."""

    stage: Literal["copy", "link", "verify"]
    """Rows are stored; then those that point to others of their own table do; then both databases are compared."""
    table: str
    done: int
    total: int
    """Rows of the table."""


def copy_database(origin: str, target: str) -> Iterator[Copying]:
    """Copy all tables of one database into another, which is empty or holds the beginning of the same copy; verify it.

    Nobody may write into either meanwhile: then they differ, which is told. Raises StorageError.
    """
    if parse_url(origin) == parse_url(target):
        raise StorageError("both addresses name the same database")
    with read_connection(origin) as source:
        for fault in backend_of(origin).damage(source):
            raise StorageError(f"{_place(source.engine)}: {fault}; mend that first")
        engine = open_engine(target)
        with disposed_on_error(engine), explained(engine):
            _refuse_other_contents(source, engine)
            for table in TABLES:
                yield from _copy(source, engine, table)
            for table in TABLES:
                yield from _link(source, engine, table)
            with write_transaction(engine) as connection:
                backend_of(target).count_on(connection)
            for table in TABLES:
                yield from _verify(source, engine, table)
        engine.dispose()


def _place(engine: Engine) -> str:
    return f"database {printable(location(engine.url))}"


def _refuse_other_contents(source: Connection, engine: Engine) -> None:
    """Its runs are the first of the source: to the microsecond, no other database has them."""
    with engine.connect() as connection:
        there = connection.execute(select(runs).order_by(runs.c.id)).all()
        is_empty = not any(_count(connection, table) for table in TABLES)
    given = source.execute(select(runs).order_by(runs.c.id).limit(len(there))).all()
    if not is_empty and (not there or list(map(tuple, there)) != list(map(tuple, given))):
        raise StorageError(f"{_place(engine)} holds other contents; copy into an empty one")


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _copy(source: Connection, engine: Engine, table: Table) -> Iterator[Copying]:
    own_links = _links(table)
    with engine.connect() as connection:
        done, later = _count(connection, table), _after_last(connection, table)
    total = _count(source, table)
    yield Copying("copy", table.name, done, total)
    for rows in _partitions(source, later):
        values = [{**row._mapping, **dict.fromkeys(own_links)} for row in rows]
        with write_transaction(engine) as connection:
            connection.execute(backend_of(engine.url).insert(table).on_conflict_do_nothing(), values)
        done += len(rows)
        yield Copying("copy", table.name, min(done, total), total)


def _links(table: Table) -> list[str]:
    """Columns that point to other rows of the same table, which may come later."""
    return [column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)]


def _after_last(connection: Connection, table: Table) -> Select[Any]:
    """What is missing; where keys are texts, which databases order in their own ways, all."""
    key = list(table.primary_key)
    rows = select(table).order_by(*key)
    if any(column.type.python_type is not int for column in key):
        return rows
    last = connection.execute(select(*key).order_by(*(column.desc() for column in key)).limit(1)).first()
    return rows if last is None else rows.where(tuple_(*key) > tuple_(*last))


def _partitions(connection: Connection, rows: Select[Any]) -> Iterator[list[Row[Any]]]:
    for partition in connection.execution_options(yield_per=_BATCH).execute(rows).partitions():
        yield list(partition)


def _link(source: Connection, engine: Engine, table: Table) -> Iterator[Copying]:
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
        yield Copying("link", table.name, done, total)


def _verify(source: Connection, engine: Engine, table: Table) -> Iterator[Copying]:
    total = _count(source, table)
    with engine.connect() as target:
        own, other = _Sum(), _Sum()
        for rows in _partitions(source, select(table)):
            own.add(rows)
            yield Copying("verify", table.name, own.count, total)
        for rows in _partitions(target, select(table)):
            other.add(rows)
    if own != other:
        raise StorageError(
            f"{_place(engine)} differs from {location(source.engine.url)} in {table.name} ({other.count} rows, "
            f"{own.count} there): did something write meanwhile? Empty it, and copy again"
        )


@dataclass(slots=True)
class _Sum:
    """Of rows in any order, for a database may order texts in its own way."""

    count: int = 0
    sum: int = 0

    def add(self, rows: list[Row[Any]]) -> None:
        for row in rows:
            text = json.dumps(tuple(row), default=str, sort_keys=True)
            digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            self.sum = (self.sum + int.from_bytes(digest)) % 2**128
        self.count += len(rows)
