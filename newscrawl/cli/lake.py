"""A lake: the database as a folder of Parquet files by day, of which an export writes those that changed."""

from __future__ import annotations

import fcntl
import json
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from newscrawl._version import __version__
from newscrawl.cli.parquet import fact_of, write_parquet
from newscrawl.storage.lake import FORMAT, TABLES, Day, DayState, LakeReader, LakeTable, database_name, lake_reader
from newscrawl.text import printable
from newscrawl.whole_files import followed, replace_file, replaced

_MANIFEST = "lake.json"
_SIGNATURE = "newscrawl.signature"
_UNDATED = "__HIVE_DEFAULT_PARTITION__"
"""What Hive, and all who read its folders, call a missing value."""

Progress = Callable[[str, int, int], None]
"""Is told the name of a table, how many rows of it are written, and how many are to be."""


class LakeError(Exception):
    """A folder that no lake can be written to. The message is one line for the user."""


@dataclass(frozen=True, slots=True)
class TableExport:
    """What an export did to a table of the lake."""

    name: str
    days: int
    """Days that the table has now."""
    rows: int
    written: int
    """Days whose files were written."""
    rows_written: int
    removed: int
    """Days whose files were deleted, because the database has no row of them anymore."""


def export_lake(url: str, folder: Path, report_progress: Progress) -> list[TableExport]:
    """Make a folder hold what the database at `url` holds, writing the days that differ.

    Each file is replaced when it is complete and on disk, and knows what it was made of, so an export that was stopped
    is continued by the next one. Raises LakeError, FormatError, StorageError and OSError.
    """
    root = followed(folder)
    root.mkdir(exist_ok=True)
    with _locked(root):
        name = database_name(url)
        _check(root, name)
        with lake_reader(url) as reader:
            _write_manifest(root, name, None)
            done = [_export_table(reader, table, root, report_progress) for table in TABLES]
        _write_manifest(root, name, done)
    return done


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Hold the folder locked: two exports at once would delete each other's unfinished files."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise LakeError(f"another export is writing to {printable(str(root))}; try again when it is done") from None
    finally:
        os.close(descriptor)


def _check(root: Path, database: str) -> None:
    """Refuse a folder of something else: what is not in the database would be deleted from it."""
    path = root / _MANIFEST
    shown = printable(str(root))
    try:
        known = json.loads(path.read_bytes())["database"]
    except FileNotFoundError:
        if any(not name.startswith(".") for name in os.listdir(root)):  # noqa: PTH208
            raise LakeError(f"{shown} holds other files; name a new or an empty folder") from None
    except (ValueError, TypeError, KeyError):
        raise LakeError(f"{printable(str(path))} is damaged; name another folder") from None
    else:
        if known != database:
            other = printable(str(known))
            moved = f"if the database was moved, change that name in {_MANIFEST}"
            raise LakeError(f"{shown} is the lake of {other}; name another folder, or {moved}")


def _write_manifest(root: Path, database: str, done: Iterable[TableExport] | None) -> None:
    facts: dict[str, Any] = {"format": FORMAT, "version": __version__, "database": database}
    facts["is_complete"] = done is not None
    if done is not None:
        facts["written_at"] = datetime.now(UTC).isoformat()
        facts["tables"] = {table.name: {"days": table.days, "rows": table.rows} for table in done}
    replace_file(followed(root / _MANIFEST), json.dumps(facts, indent=2, ensure_ascii=False).encode() + b"\n")


def _export_table(reader: LakeReader, table: LakeTable, root: Path, report_progress: Progress) -> TableExport:
    folder = followed(root / table.name)
    folder.mkdir(exist_ok=True)
    there = set(_days_in(folder, table.name))
    states = reader.days(table)
    rows = sum(state.count for state in states.values())
    states.setdefault(None, DayState())  # even without a row: so there is a file with the columns
    changed = {
        day: state
        for day, state in states.items()
        if day not in there or fact_of(str(_file(folder, table.name, day)), _SIGNATURE) != state.signature
    }
    total, done = sum(state.count for state in changed.values()), 0
    for day, ids in _with_ids(reader, table, changed):
        target = followed(_file(folder, table.name, day))
        target.parent.mkdir(exist_ok=True)
        with replaced(target) as file:
            facts = {_SIGNATURE: changed[day].signature}
            done += write_parquet(reader.rows(table, ids), table.columns, file, facts)
        report_progress(table.name, done, total)
    gone = there - states.keys()
    for day in gone:
        _file(folder, table.name, day).unlink(missing_ok=True)
        with suppress(OSError):  # somebody keeps something else there
            _file(folder, table.name, day).parent.rmdir()
    return TableExport(table.name, len(states) - (not states[None].count), rows, len(changed), done, len(gone))


def _with_ids(reader: LakeReader, table: LakeTable, changed: dict[Day, DayState]) -> Iterator[tuple[Day, array[int]]]:
    """Yield the days to write, with the ids of their rows, the earliest first."""
    later: list[Day] = []
    count = 0
    for day in sorted(changed, key=lambda day: day or date.min):
        state = changed[day]
        if state.ids is not None:
            yield day, state.ids
            state.ids = None
            continue
        if later and count + state.count > reader.most_ids:
            yield from reader.ids(table, later).items()
            later, count = [], 0
        later.append(day)
        count += state.count
    if later:
        yield from reader.ids(table, later).items()


def _file(folder: Path, name: str, day: Day) -> Path:
    return folder / f"day={_UNDATED if day is None else day.isoformat()}" / f"{name}.parquet"


def _days_in(folder: Path, name: str) -> Iterator[Day]:
    """Yield the days of the files that are there, and delete what exports left that were killed."""
    unfinished = re.compile(rf"\.{name}\.parquet\.[0-9a-f]{{8}}")
    for path in folder.glob("day=*"):
        value = path.name.removeprefix("day=")
        try:
            day = None if value == _UNDATED else date.fromisoformat(value)
        except ValueError:
            continue
        for file in os.scandir(followed(path)):
            if unfinished.fullmatch(file.name):
                Path(file.path).unlink()
            elif file.name == f"{name}.parquet":
                yield day
