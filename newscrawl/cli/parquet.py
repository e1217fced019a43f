"""Parquet files of rows of the database, with typed columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

Row = Sequence[Any]

_MOST_ROWS, _MOST_CHARACTERS = 10_000, 8_000_000
"""Of a row group, which is held in memory as a whole. Readers are fastest with groups of thousands of rows."""

_NUMBERS = {
    "id",
    "article_id",
    "duplicate_of",
    "revision",
    "number",
    "word_count",
    "archive_offset",
    "run_id",
    "status",
}


class FormatError(Exception):
    """A format that cannot be written because a package is missing. The message is one line for the user."""


def write_parquet(
    rows: Iterable[Row], names: Sequence[str], file: BinaryIO, facts: Mapping[str, str] | None = None
) -> int:
    """Write typed columns, with zoned times and lists; return the number of rows.

    `facts` become key-value metadata of the file. Raises FormatError if pyarrow is missing.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise FormatError("Parquet needs pyarrow; run: pip install 'newscrawl[parquet]'") from None
    picture = pa.struct([("url", pa.string()), ("caption", pa.string())])
    kinds = {
        **dict.fromkeys(_NUMBERS, pa.int64()),
        **dict.fromkeys((name for name in names if name.endswith("_at")), pa.timestamp("us", tz="UTC")),
        **dict.fromkeys(("authors", "tags"), pa.list_(pa.string())),
        "images": pa.list_(picture),
        "paywalled": pa.bool_(),
        "similarity": pa.float64(),
    }
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name in names], metadata=facts)
    count = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for group in _row_groups(rows):
            columns = zip(*group, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(group)
    return count


def _row_groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    characters = 0
    for row in rows:
        group.append(row)
        characters += sum(len(value) for value in row if isinstance(value, str))
        if len(group) == _MOST_ROWS or characters >= _MOST_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def fact_of(path: str, name: str) -> str | None:
    """Return a fact that a file was written with; None if it is missing, damaged or has no such fact."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        found = (pq.read_metadata(path).metadata or {}).get(name.encode())
    except (OSError, pa.ArrowException):
        return None
    return None if found is None else found.decode("utf-8", "replace")
